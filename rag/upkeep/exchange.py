"""Export and import: the documents of a collection as one archive that people can open, and back again.

An export has every document's file as it was given, and the scale of the collection. An import takes the files in
as any ingest does: what they say of themselves is found anew. For an exact copy of everything there are backups.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import msgspec

from rag.errors import ArchiveError, DataDirectoryError
from rag.ingest.intake import Intake
from rag.ingest.pipeline import Outcome, Work, ingest
from rag.ingest.sources import SourceFile
from rag.storage.catalog import Catalog, FittedScale
from rag.storage.directory import CATALOG, check_complete, refuse_links, scratch_folder
from rag.types import LARGEST_SCALE, Document, Scale
from rag.upkeep.archive import Archive, Entry, read_archive, write_archive

KIND = "collection"
_FOLDER = "documents"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\:]")
_ID = re.compile(r"[A-Za-z0-9._~-]{1,1200}")
_Intercept = Annotated[float, msgspec.Meta(ge=-LARGEST_SCALE, le=LARGEST_SCALE)]
_Slope = Annotated[float, msgspec.Meta(ge=1 / LARGEST_SCALE, le=LARGEST_SCALE)]


class _Scale(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scale of a collection as a manifest has it."""

    intercept: _Intercept
    slope: _Slope
    questions: Annotated[int, msgspec.Meta(ge=1, le=1 << 53)]
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export holds."""

    documents: int
    bytes: int


def export(data_dir: Path, collection: str, file: Path, *, catalog_url: str = "") -> Exported:
    """Write the documents of a collection to ``file``, also while a server runs on the data directory.

    Args:
        catalog_url: The database that has its catalog, none for the file in the directory.

    Raises:
        NotFound: When there is no such collection.
        DataDirectoryError: When there is no catalog.
        ArchiveError: When ``file`` is there already or cannot be written.
    """
    refuse_links(data_dir)
    opened = Catalog(catalog_url or _catalog_file(data_dir))
    try:
        with opened.snapshot() as catalog, write_archive(file) as archive:
            catalog.state(collection)
            names: set[str] = set()
            written = 0
            for document in catalog.all_documents(collection):
                name = _entry_name(document.path, names)
                archive.add(name, BytesIO(catalog.source(document.id)), **_about(document))
                written += document.bytes
            scale = _told(catalog.scales.find(collection))
            archive.finish(KIND, {"collection": collection, "documents": len(names), **scale})
            return Exported(documents=len(names), bytes=written)
    finally:
        opened.close()


def _catalog_file(data_dir: Path) -> Path:
    check_complete(data_dir)
    if not (data_dir / CATALOG).is_file():
        raise DataDirectoryError(f"there is no catalog in {data_dir}; name the data directory")
    return data_dir / CATALOG


def import_collection(
    intake: Intake,
    file: Path,
    *,
    collection: str | None = None,
    on_outcome: Callable[[Outcome], None] | None = None,
    work: Work | None = None,
) -> list[Outcome]:
    """Take in the documents of an export, once all of it is found to be as it was written.

    The scale that it has becomes that of a collection which has none.

    Args:
        collection: To bring them into; the one that was exported unless it is given.
        on_outcome: Called after each document.
        work: Counts what is done, and may stop it.

    Raises:
        ArchiveError: When the archive is no export, or anything in it is wrong; nothing is taken in then.
        InvalidRequest: For a collection's name that cannot be one.
    """
    with read_archive(file, KIND, most_bytes=intake.limits.file_bytes) as archive:
        target = collection or _exported_collection(archive, file)
        paths = [_path(entry, file) for entry in archive.manifest.files]
        origins = [_origin(entry, file) for entry in archive.manifest.files]
        scale = _exported_scale(archive.manifest.about, file)
        with scratch_folder(intake.store.data_dir) as folder:
            outcomes = ingest(
                intake, _unpacked(archive, paths, origins, folder), collection=target, on_outcome=on_outcome, work=work
            )
        scales = intake.store.catalog.scales
        if scale is not None and scales.find(target) is None:
            scales.put(target, scale)
        return outcomes


def _entry_name(path: str, taken: set[str]) -> str:
    """A name for people: the document's path without tricks, numbered where another has it.

    >>> _entry_name("../notes/a:b.txt", set()), _entry_name("a.txt", {"documents/a.txt"})
    ('documents/notes/a_b.txt', 'documents/a (2).txt')
    """
    parts = [part for part in _UNSAFE.sub("_", path).split("/") if part.strip(".")]
    plain = PurePosixPath(_FOLDER, *(parts or ["document"]))
    name, number = str(plain), 1
    while name in taken:
        number += 1
        name = str(plain.with_name(f"{plain.stem} ({number}){plain.suffix}"))
    taken.add(name)
    return name


def _about(document: Document) -> dict[str, object]:
    return {
        "id": document.id,
        "path": document.path,
        "media_type": document.media_type,
        "title": document.title,
        "author": document.author,
        "publisher": document.publisher,
        "published": document.published,
        "ingested_at": document.ingested_at,
    }


def _told(fitted: FittedScale | None) -> dict[str, object]:
    """A scale as a manifest has it, where there is one."""
    if fitted is None:
        return {}
    scale, created = fitted.scale, datetime.fromisoformat(fitted.created)
    told = _Scale(intercept=scale.intercept, slope=scale.slope, questions=fitted.questions, created=created)
    return {"scale": told}


def _exported_scale(about: dict[str, Any], file: Path) -> FittedScale | None:
    if "scale" not in about:
        return None
    try:
        told = msgspec.convert(about["scale"], _Scale)
    except msgspec.ValidationError as error:
        raise ArchiveError(f"{file} has a scale that no collection has: {error}") from error
    scale = Scale(intercept=told.intercept, slope=told.slope)
    return FittedScale(scale=scale, questions=told.questions, created=told.created.isoformat())


def _exported_collection(archive: Archive, file: Path) -> str:
    name = archive.manifest.about.get("collection")
    if not isinstance(name, str):
        raise ArchiveError(f"{file} does not say which collection it is of; name one with --collection")
    return name


def _path(entry: Entry, file: Path) -> str:
    """How answers name the document; it is never a place on this disk."""
    path = entry.about.get("path")
    if not isinstance(path, str) or not path.strip() or len(path) > 1_000 or "\x00" in path:
        raise ArchiveError(f"{file}: {entry.name!r} has the path {str(path)[:100]!r}; it must be 1 to 1000 characters")
    return path


def _origin(entry: Entry, file: Path) -> str:
    """What tells documents of one path apart; the same whenever the archive is imported again."""
    identifier = entry.about.get("id")
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise ArchiveError(f"{file}: {entry.name!r} has the id {str(identifier)[:100]!r}, which no document has")
    return f"import {identifier}"


def _unpacked(archive: Archive, paths: list[str], origins: list[str], folder: Path) -> Iterator[SourceFile]:
    """Each document in a file of its own."""
    for number, (entry, path, origin) in enumerate(zip(archive.manifest.files, paths, origins, strict=True)):
        place = folder / str(number)
        archive.extract(entry, place)
        yield SourceFile(file=place, path=path, origin=origin)
