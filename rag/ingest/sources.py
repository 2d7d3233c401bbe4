"""Finding the files to ingest: what paths, folders and patterns name, and under which name each is a document."""

import glob
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.errors import DocumentRejected, InvalidRequest
from rag.ingest.files import read_file
from rag.ingest.parse import is_read, suffix_of
from rag.storage.directory import is_data_directory

_SPELLED = re.compile(r"\\(?:udc[0-9a-f]{2}|x5c)|[\udc80-\udcff]")
_SHOWN_TYPES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file to ingest: ``file`` is where its bytes are, ``path`` how answers name it.

    ``origin`` says where it came from, so that two files of one path are told apart. ``within`` is the
    folder that it must lie in, ``None`` for one that a person named. ``problem`` says why it cannot be
    read, where that was seen already.
    """

    file: Path
    path: str
    origin: str
    within: Path | None = None
    problem: str | None = None

    def read(self, limit: int) -> bytes:
        """Its bytes, at most ``limit`` of them.

        Raises:
            DocumentRejected: As ``read_file``.
        """
        if self.problem is not None:
            raise DocumentRejected(self.problem)
        return read_file(self.file, limit=limit, within=self.within)


@dataclass(slots=True)
class PassedOver:
    """What folders hold that is not ingested: files of other types by suffix, what is hidden, linked folders."""

    types: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    linked: int = 0

    def __str__(self) -> str:
        """In words, empty where there was nothing.

        >>> str(PassedOver(types=Counter({".png": 2, "": 1}), hidden=1))
        '3 of other types (2 .png, 1 without suffix), 1 hidden'
        """
        told = [f"{count} {suffix or 'without suffix'}" for suffix, count in self.types.most_common(_SHOWN_TYPES)]
        more = ", …" if len(self.types) > _SHOWN_TYPES else ""
        parts = [f"{self.types.total()} of other types ({', '.join(told)}{more})"] if told else []
        parts += [f"{self.hidden} hidden"] if self.hidden else []
        parts += [f"{self.linked} linked {'folder' if self.linked == 1 else 'folders'}"] if self.linked else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The files that were found, sorted, and what was not taken."""

    files: list[SourceFile]
    passed_over: PassedOver


def find_files(paths: Sequence[Path]) -> list[SourceFile]:
    """The files that ``paths`` name, as ``survey`` finds them."""
    return survey(paths).files


def survey(paths: Sequence[Path]) -> Found:
    """The files that ``paths`` name; a folder gives every readable type of file below it.

    A file of a folder is named relative to the folder, one that a pattern (``notes/**/*.md``) finds
    relative to the part before the pattern's first wildcard, another by its name. Hidden files and
    folders, and links to folders, are passed over. A link to a file is a document of its own. A path that
    is not there is kept: ``ingest`` rejects it by name.

    Raises:
        InvalidRequest: For a pattern that finds nothing.
    """
    found: dict[str, SourceFile] = {}
    passed_over = PassedOver()
    for path in paths:
        for source in _named_by(path, passed_over):
            known = found.setdefault(source.origin, source)
            if source.within is None:  # also where a folder has it: whoever names a link means it
                found[source.origin] = replace(known, within=None)
    files = sorted(found.values(), key=lambda source: (source.path, source.origin))
    return Found(files=files, passed_over=passed_over)


class Walk:
    """A walk through a folder that follows no link to another folder.

    Args:
        root: The folder, without links in its path; files are named relative to it.

    ``folders`` are those that were walked through, ``passed_over`` what was not taken.
    """

    def __init__(self, root: Path, passed_over: PassedOver | None = None) -> None:
        self.folders: list[Path] = []
        self.passed_over = passed_over or PassedOver()
        self._root = root

    def files(self, place: Path) -> Iterator[SourceFile]:
        """The files of a readable type at or below ``place``, and the folders that cannot be read."""
        waiting = [] if self._is_hidden(place) or self._is_linked(place) else [place]
        while waiting:
            at = waiting.pop()
            if not os.path.isdir(at):
                if self._is_of_a_type(at):
                    yield self.source(at)
                continue
            try:
                names = sorted(os.listdir(at), reverse=True)
            except OSError as error:
                yield self.source(at, problem=f"a folder that cannot be read: {error.strerror or error}")
                continue
            self.folders.append(at)
            waiting += [at / name for name in names if not self._is_passed_over(at / name)]

    def matched(self, place: Path) -> Iterator[SourceFile]:
        """The file that a pattern found, of whatever type; what is below it where it is a folder."""
        if os.path.isdir(place):
            yield from self.files(place)
        elif not self._is_hidden(place) and not self._is_linked(place):
            yield self.source(place)

    def source(self, file: Path, problem: str | None = None) -> SourceFile:
        """A file below the root, named relative to it."""
        path, origin = _printable(file.relative_to(self._root).as_posix()), _printable(str(file))
        return SourceFile(file=file, path=path, origin=origin, within=self._root, problem=problem)

    def _is_hidden(self, place: Path) -> bool:
        hidden = any(part.startswith(".") for part in place.relative_to(self._root).parts)
        self.passed_over.hidden += hidden
        return hidden

    def _is_linked(self, place: Path) -> bool:
        """Whether ``place`` is a linked folder, or is reached through one."""
        if place == self._root:
            return False
        reached = place if os.path.isdir(place) else place.parent
        linked = os.path.realpath(reached) != str(reached)
        self.passed_over.linked += linked
        return linked

    def _is_passed_over(self, place: Path) -> bool:
        hidden = place.name.startswith(".")
        linked = not hidden and os.path.islink(place) and os.path.isdir(place)
        self.passed_over.hidden += hidden
        self.passed_over.linked += linked
        return hidden or linked or is_data_directory(place)  # a data directory holds what was ingested

    def _is_of_a_type(self, place: Path) -> bool:
        suffix = suffix_of(place.name)
        taken = is_read(suffix)
        self.passed_over.types.update(() if taken else (suffix,))
        return taken


def _named_by(path: Path, passed_over: PassedOver) -> Iterator[SourceFile]:
    if os.path.isdir(path):
        root = _real(path)
        yield from Walk(root, passed_over).files(root)
    elif os.path.lexists(path) or not glob.has_magic(str(path)):
        origin = _printable(str(_real(path.parent) / path.name))
        yield SourceFile(file=path, path=_printable(path.name), origin=origin)
    else:
        yield from _matching(path, passed_over)


def _matching(pattern: Path, passed_over: PassedOver) -> Iterator[SourceFile]:
    """What a pattern finds, and what is below the folders among it: the shell leaves a quoted one to us.

    ``glob.glob`` would follow links to folders, and with two that lead back never end.
    """
    parts = pattern.parts
    fixed = next(position for position, part in enumerate(parts) if glob.has_magic(part))
    root = _real(Path(*parts[:fixed]))
    wanted = Path(*[part if part == "**" else re.sub(r"\*+", "*", part) for part in parts[fixed:]])
    matches = sorted(root.glob(str(wanted)))
    if not matches:
        raise InvalidRequest(f"{str(pattern)!r} finds no file")
    walk = Walk(root, passed_over)
    for match in matches:
        yield from walk.matched(match)


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))  # Path.resolve raises on a link that leads to itself


def _printable(name: str) -> str:
    r"""A file's name as characters that can be stored and shown; a byte that is not UTF-8 is spelled out.

    Two names stay two: what is spelled like such a byte gets its backslashes spelled out.

    >>> _printable("caf\udce9.txt"), _printable("caf\\udce9.txt")
    ('caf\\udce9.txt', 'caf\\x5cudce9.txt')
    """
    named = name.replace("\\", "\\x5c") if _SPELLED.search(name) else name
    return named.encode("utf-8", "backslashreplace").decode()
