"""Ingest: load, parse, describe, split, chunk, encode, store; one file at a time, failures named.

A document's id comes from its path, so the same file is the same document again. A file whose
content is unchanged costs a hash.
"""

import hashlib
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.catalog import Inventory, NewDocument
from rag.derive import derive
from rag.encode import encode_in_steps
from rag.engine import DEFAULT_COLLECTION, Engine
from rag.errors import Conflict, DocumentRejected, GenerationRetired, InvalidRequest, PassageTooLong
from rag.index import Index
from rag.parse import MEDIA_TYPES
from rag.recipe import Recipe
from rag.types import Vectors

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = 50_000_000
_COLLECTION = re.compile(r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file to ingest. ``path`` is how answers name it; ``file`` is where it is.

    ``origin`` says where it came from, so that two files of one path are told apart; the file itself
    unless it is given.
    """

    file: Path
    path: str
    origin: str | None = None


@dataclass(slots=True, kw_only=True)
class Work:
    """An ingest that runs: its passages found and encoded so far, and whether it is to stop."""

    found: int = 0
    encoded: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def count(self, encoded: int) -> None:
        """Count passages that were encoded."""
        self.encoded += encoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a file: ``added``, ``updated``, ``unchanged`` or ``rejected`` (with its reason)."""

    path: str
    outcome: str
    document_id: str | None = None
    reason: str | None = None
    passages: int = 0


def find_files(paths: Sequence[Path]) -> list[SourceFile]:
    """The files that ``paths`` name, sorted; a folder gives every readable type of file below it.

    A file of a folder is named relative to the folder, another by its name. Hidden files and folders
    are passed over. A path that is not there is kept: ``ingest`` rejects it by name.
    """
    found: dict[Path, SourceFile] = {}
    for path in paths:
        for file in _below(path) if path.is_dir() else [path]:
            relative = file.relative_to(path).as_posix() if path.is_dir() else file.name
            found.setdefault(file.resolve(), SourceFile(file=file, path=relative))
    return sorted(found.values(), key=lambda source: (source.path, str(source.file)))


def ingest(
    engine: Engine,
    files: Iterable[SourceFile],
    *,
    collection: str,
    on_outcome: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Bring files into a collection, which is made when it is missing.

    Args:
        on_outcome: Called after each file.

    Returns:
        One outcome a file, in the order of ``files``. A rejected file changes nothing.

    Raises:
        InvalidRequest: For a collection's name that cannot be one.
    """
    ensure_collection(engine, collection)
    outcomes = {}
    for position, outcome in take_in(engine, files, collection=collection, work=Work()):
        outcomes[position] = outcome
        if on_outcome:
            on_outcome(outcome)
    return [outcome for _, outcome in sorted(outcomes.items())]


def ensure_collection(engine: Engine, collection: str) -> bool:
    """Make a collection unless it is there; whether it was made.

    Raises:
        InvalidRequest: For a name that cannot be one.
    """
    if not _COLLECTION.fullmatch(collection):
        raise InvalidRequest(f"collection {collection!r}: 3 to 63 of a-z, 0-9, - and _, letter or digit at both ends")
    return engine.store.catalog.ensure_collection(collection)


def drop_collection(engine: Engine, collection: str) -> None:
    """Remove a collection with all its documents and its indexes.

    Raises:
        NotFound: When there is no such collection.
        Conflict: For the default collection, and while files are taken into it.
    """
    if collection == DEFAULT_COLLECTION:
        raise Conflict(
            f"collection {collection!r} is the one that is asked when none is named, and stays; remove its documents"
        )
    engine.store.drop_collection(collection)


def take_in(
    engine: Engine, files: Iterable[SourceFile], *, collection: str, work: Work
) -> Iterator[tuple[int, Outcome]]:
    """Bring files into a collection that is there.

    Yields:
        The position of a file and its outcome, as soon as that is certain to last; not always in order.

    Raises:
        NotFound: When there is no such collection.
        Stopped: When ``work.stop`` was set; what has no outcome yet did not change anything.
    """
    engine.store.catalog.state(collection)
    for position, source in enumerate(files):
        try:
            outcome = _ingest_file(engine, source, collection, work)
        except (DocumentRejected, PassageTooLong) as error:
            outcome = Outcome(path=source.path, outcome="rejected", reason=str(error))
        yield position, outcome


def remove(engine: Engine, document_id: str) -> None:
    """Remove a document from the catalog and every index.

    Raises:
        NotFound: When there is no such document.
    """
    engine.store.remove(document_id)


def document_id(path: str, collection: str) -> str:
    """The id of the document at ``path``: its path without ``.txt``, safe in a URL.

    A path with other characters than letters, digits, ``.``, ``_`` and ``-`` gets a hash of itself,
    and a document outside the default collection its collection's name, so no two share an id.

    >>> document_id("004_e8bd.txt", "default"), document_id("notes.md", "news")
    ('004_e8bd', 'news~notes.md')
    """
    stem = path.removesuffix(".txt")
    safe = _UNSAFE.sub("-", stem).strip("-.") or "document"
    if safe != stem:
        safe = f"{safe[:80]}-{_short_hash(path)}"
    return safe if collection == "default" else f"{collection}~{safe}"


def _below(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        visible = not any(part.startswith(".") for part in file.relative_to(folder).parts)
        if visible and file.suffix.lower() in MEDIA_TYPES and not file.is_dir():
            yield file


def _ingest_file(engine: Engine, source: SourceFile, collection: str, work: Work) -> Outcome:
    content = _load(source.file)
    sha256 = hashlib.sha256(content).hexdigest()
    origin = source.origin or str(source.file.resolve())
    identifier, known = _identify(engine, source.path, origin, sha256, collection)
    if known is not None and known.sha256 == sha256:
        return Outcome(path=source.path, outcome="unchanged", document_id=identifier)
    while True:
        index = engine.store.index
        document = _prepare(engine, index, source.path, origin, content, sha256, identifier, collection, work)
        try:
            engine.store.put(document, index)
        except GenerationRetired:  # another took over while this document was encoded
            continue
        break
    return Outcome(
        path=source.path,
        outcome="added" if known is None else "updated",
        document_id=identifier,
        passages=len(document.passages),
    )


def _load(file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if size > MAX_FILE_BYTES:
            raise DocumentRejected(f"too large: {size} bytes; at most {MAX_FILE_BYTES} are read")
        return file.read_bytes()
    except OSError as error:
        raise DocumentRejected(f"unreadable: {error.strerror or error}") from error


def _identify(engine: Engine, path: str, origin: str, sha256: str, collection: str) -> tuple[str, Inventory | None]:
    """The id of a file's document and what is stored under it.

    A file of the same relative path from another place, with other content, is another document: it
    must not replace the first. It gets a hash of where it came from.
    """
    identifier = document_id(path, collection)
    other = f"{identifier}-{_short_hash(origin)}"
    known, own = engine.store.catalog.inventory(identifier), engine.store.catalog.inventory(other)
    if own is None and (known is None or known.origin == origin or known.sha256 == sha256):
        return identifier, known
    return other, own


def _prepare(
    engine: Engine,
    index: Index,
    path: str,
    origin: str,
    content: bytes,
    sha256: str,
    identifier: str,
    collection: str,
    work: Work,
) -> NewDocument:
    parsed, recipe = engine.parser.parse(path, content), engine.recipe(index)
    description, derived = derive(identifier, parsed, recipe, lambda texts: _encode(engine, recipe, texts, work))
    return NewDocument(
        id=identifier,
        collection=collection,
        path=path,
        origin=origin,
        description=description,
        media_type=parsed.media_type,
        sha256=sha256,
        source=content,
        text=parsed.text,
        pages=parsed.pages,
        sentences=derived.sentences,
        passages=derived.passages,
        vectors=derived.vectors,
    )


def _encode(engine: Engine, recipe: Recipe, texts: Sequence[str], work: Work) -> Vectors:
    """The vectors of ``texts``, in steps between which questions go first.

    Raises:
        DocumentRejected: For more passages than a document may have.
    """
    limit = engine.settings.max_passages
    if len(texts) > limit:
        raise DocumentRejected(
            f"too many passages: {len(texts)}, at most {limit} are kept; split it, or raise FOOTNOTE_MAX_PASSAGES"
        )
    work.found += len(texts)
    return encode_in_steps(recipe.encoder, texts, engine.gate, work.stop, work.count)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]
