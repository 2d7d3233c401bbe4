"""Ingest: files become documents; one that cannot is rejected by name, and the rest goes on.

A document's id comes from its path, so the same file is the same document again (``rag.ingest.identity``). A file
whose content is unchanged costs a hash.
"""

import hashlib
import re
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from rag.errors import ChangeForbidden, DocumentRejected, InvalidRequest, PassageTooLong
from rag.ingest.batches import Batches, Work
from rag.ingest.draft import Draft
from rag.ingest.identity import Held, document_id, possible_ids
from rag.ingest.intake import Intake
from rag.ingest.parse import ParserProcess
from rag.ingest.sources import SourceFile, find_files
from rag.types import COLLECTION, DEFAULT_COLLECTION

__all__ = [
    "Outcome",
    "SourceFile",
    "Work",
    "check_collection",
    "document_id",
    "drop_collection",
    "ensure_collection",
    "find_files",
    "ingest",
    "take_in",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a file: ``added``, ``updated``, ``unchanged`` or ``rejected`` (with its reason)."""

    path: str
    outcome: str
    document_id: str | None = None
    reason: str | None = None
    passages: int = 0


def ingest(
    intake: Intake,
    files: Iterable[SourceFile],
    *,
    collection: str,
    on_outcome: Callable[[Outcome], None] | None = None,
    work: Work | None = None,
) -> list[Outcome]:
    """Bring files into a collection, which is made when it is missing.

    Args:
        on_outcome: Called after each file.
        work: Counts what is done, and may stop it.

    Returns:
        One outcome a file, in the order of ``files``. A rejected file changes nothing.

    Raises:
        InvalidRequest: For a collection's name that cannot be one.
    """
    ensure_collection(intake, collection)
    outcomes = {}
    for position, outcome in take_in(intake, files, collection=collection, work=work or Work()):
        outcomes[position] = outcome
        if on_outcome:
            on_outcome(outcome)
    return [outcome for _, outcome in sorted(outcomes.items())]


def ensure_collection(intake: Intake, collection: str) -> bool:
    """Make a collection unless it is there; whether it was made.

    Raises:
        InvalidRequest: For a name that cannot be one.
    """
    check_collection(collection)
    return intake.store.catalog.ensure_collection(collection)


def check_collection(collection: str) -> None:
    """Hold the name of a collection to what one may be.

    Raises:
        InvalidRequest: For a name that cannot be one.
    """
    if not re.fullmatch(COLLECTION, collection):
        raise InvalidRequest(f"collection {collection!r}: 3 to 63 of a-z, 0-9, - and _, letter or digit at both ends")


def drop_collection(intake: Intake, collection: str) -> None:
    """Remove a collection with all its documents and its indexes.

    Raises:
        NotFound: When there is no such collection.
        ChangeForbidden: For the default collection, and while files are taken into it.
    """
    if collection == DEFAULT_COLLECTION:
        raise ChangeForbidden(
            f"collection {collection!r} is the one that is asked when none is named, and stays; remove its documents"
        )
    intake.store.drop_collection(collection)


def take_in(
    intake: Intake,
    files: Iterable[SourceFile],
    *,
    collection: str,
    work: Work,
    parser: ParserProcess | None = None,
) -> Iterator[tuple[int, Outcome]]:
    """Bring files into a collection that is there.

    Args:
        parser: Another user of the intake's parser.

    Yields:
        The position of a file and its outcome, as soon as that is certain to last; not always in order.

    Raises:
        NotFound: When there is no such collection.
        Stopped: When ``work.stop`` was set; what has no outcome yet did not change anything.
    """
    began = time.perf_counter()
    with closing(_taken_in(intake, files, collection, work, parser or intake.parser)) as outcomes:
        for position, outcome in outcomes:
            intake.tally.add(outcome.outcome, outcome.passages, time.perf_counter() - began)
            yield position, outcome
            began = time.perf_counter()


def _taken_in(
    intake: Intake, files: Iterable[SourceFile], collection: str, work: Work, parser: ParserProcess
) -> Generator[tuple[int, Outcome]]:
    intake.store.catalog.state(collection)
    given: set[str] = set()  # ids of drafts: what is not stored yet is not found by its id
    with intake.claims.held() as claims, Batches(intake, work) as batches:
        for position, source in enumerate(files):
            if not given.isdisjoint(possible_ids(source.path, source.origin, collection)):
                yield from _added(batches.finish())
                given.clear()
            try:
                draft = _draft(intake, parser, claims, position, source, collection)
                if isinstance(draft, Outcome):
                    yield position, draft
                else:
                    given.add(draft.id)
                    yield from _added(batches.add(draft))
            except (DocumentRejected, PassageTooLong) as error:
                yield position, Outcome(path=source.path, outcome="rejected", reason=str(error))
        yield from _added(batches.finish())


def _draft(
    intake: Intake, parser: ParserProcess, claims: Held, position: int, source: SourceFile, collection: str
) -> Draft | Outcome:
    """What a file is to become; its outcome where it has not changed.

    Raises:
        DocumentRejected: When it cannot become a document.
    """
    content = source.read(intake.limits.file_bytes)
    sha256 = hashlib.sha256(content).hexdigest()
    identifier, known = claims.identify(
        intake.store.catalog.inventory, path=source.path, origin=source.origin, sha256=sha256, collection=collection
    )
    if known is not None and known.sha256 == sha256:
        return Outcome(path=source.path, outcome="unchanged", document_id=identifier)
    return Draft(
        position=position,
        id=identifier,
        collection=collection,
        path=source.path,
        origin=source.origin,
        sha256=sha256,
        content=content,
        parsed=parser.parse(source.path, content),
        replaces=known is not None,
    )


def _added(stored: Iterable[Draft]) -> Iterator[tuple[int, Outcome]]:
    for draft in stored:
        became, passages = "updated" if draft.replaces else "added", len(draft.passages)
        yield draft.position, Outcome(path=draft.path, outcome=became, document_id=draft.id, passages=passages)
