"""Finding the files to ingest: what paths, folders and patterns name, and under which name each is a document."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import InvalidRequest
from rag.parse import MEDIA_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file to ingest: ``file`` is where its bytes are, ``path`` how answers name it.

    ``origin`` says where it came from, so that two files of one path are told apart.
    """

    file: Path
    path: str
    origin: str


def find_files(paths: Sequence[Path]) -> list[SourceFile]:
    """The files that ``paths`` name, sorted; a folder gives every readable type of file below it.

    A file of a folder is named relative to the folder, one that a pattern (``notes/**/*.md``) finds
    relative to the part before the pattern's first wildcard, another by its name. Hidden files and
    folders are passed over. A path that is not there is kept: ``ingest`` rejects it by name.

    Raises:
        InvalidRequest: For a pattern that finds nothing.
    """
    found: dict[str, SourceFile] = {}
    for path in paths:
        for source in _named_by(path):
            found.setdefault(source.origin, source)
    return sorted(found.values(), key=lambda source: (source.path, source.origin))


def files_below(root: Path, part: Path) -> Iterator[SourceFile]:
    """The readable files at or below ``part`` of the folder ``root``, named relative to ``root``."""
    for file in sorted(part.rglob("*")) if part.is_dir() else [part]:
        visible = not any(name.startswith(".") for name in file.relative_to(root).parts)
        if visible and file.suffix.lower() in MEDIA_TYPES and not file.is_dir():
            yield _source(root, file)


def _named_by(path: Path) -> Iterator[SourceFile]:
    if path.is_dir():
        yield from files_below(path, path)
    elif os.path.lexists(path) or not glob.has_magic(str(path)):
        yield _source(path.parent, path)
    else:
        yield from _matching(path)


def _matching(pattern: Path) -> Iterator[SourceFile]:
    """What a pattern finds, and what is below the folders among it: the shell leaves a quoted one to us."""
    parts = pattern.parts
    fixed = next(position for position, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:fixed])
    matches = [Path(match) for match in glob.glob(str(pattern), recursive=True)]
    if not matches:
        raise InvalidRequest(f"{str(pattern)!r} finds no file")
    for match in matches:
        if match.is_dir():
            yield from files_below(root, match)
        else:
            yield _source(root, match)


def _source(root: Path, file: Path) -> SourceFile:
    relative = file.relative_to(root)
    return SourceFile(
        file=file, path=_printable(relative.as_posix()), origin=_printable(str(root.resolve() / relative))
    )


def _printable(name: str) -> str:
    """A file's name as characters that can be stored and shown; a byte that is not UTF-8 is spelled out.

    >>> _printable("caf\\udce9.txt")
    'caf\\\\udce9.txt'
    """
    return name.encode("utf-8", "backslashreplace").decode()
