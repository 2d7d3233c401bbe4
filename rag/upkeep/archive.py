"""Archives: zip files with a manifest that names every file in them with its size and sha256.

Backups and exports are such archives. One that comes from elsewhere is not trusted: everything in it
is checked before anything is used, and no name in it is ever a place on this disk.
"""

import hashlib
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from rag import __version__
from rag.errors import ArchiveError

MANIFEST = "manifest.json"
_FORMAT = 1
_MOST_FILES = 1_000_000
_MOST_MANIFEST_BYTES = 500_000_000
_MOST_RATIO = 200
_SPARED_BYTES = 10_000_000
_READ = 1 << 20
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, LookupError, RuntimeError, ValueError, struct.error)
"""What zipfile raises for bytes that are no archive, or not a whole one."""
_UNSAFE_NAME = re.compile(r"[\x00-\x1f\x7f\\:]|(?:^|/)(?:\.{0,2})(?:/|$)")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file of an archive as its manifest names it; ``about`` is what the kind of archive adds."""

    name: str
    bytes: int
    sha256: str
    about: dict[str, Any] = {}


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive says of itself. ``kind`` is ``backup`` or ``collection``; ``about`` describes the whole."""

    kind: str
    format: int
    footnote: str
    created: str
    about: dict[str, Any]
    files: list[Entry]


class ArchiveWriter:
    """An archive that is being written, in ``folder``."""

    def __init__(self, archive: zipfile.ZipFile, folder: Path) -> None:
        self.folder = folder
        self._archive = archive
        self._files: list[Entry] = []

    def add(self, name: str, source: BinaryIO, **about: Any) -> None:
        """Add a file with what ``source`` has from where it is on."""
        digest, size = hashlib.sha256(), 0
        with self._archive.open(name, "w", force_zip64=True) as target:
            while part := source.read(_READ):
                target.write(part)
                digest.update(part)
                size += len(part)
        self._files.append(Entry(name=name, bytes=size, sha256=digest.hexdigest(), about=about))

    def finish(self, kind: str, about: Mapping[str, Any]) -> Manifest:
        """Write the manifest."""
        manifest = Manifest(
            kind=kind,
            format=_FORMAT,
            footnote=__version__,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            about=dict(about),
            files=self._files,
        )
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        self._archive.writestr(MANIFEST, text)
        return manifest


@contextmanager
def write_archive(file: Path) -> Iterator[ArchiveWriter]:
    """Write an archive; ``file`` appears at the end of the block, complete, or not at all.

    Raises:
        ArchiveError: When ``file`` is there already, or cannot be written.
    """
    unfinished = file.with_name(f"{file.name}.unfinished")
    if file.exists():
        raise ArchiveError(f"{file} is there already; name another file")
    try:
        unfinished.unlink(missing_ok=True)
        try:
            with (
                _created(unfinished) as target,
                zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            ):
                yield ArchiveWriter(archive, file.parent)
            sync(unfinished)
            os.replace(unfinished, file)
            sync(file.parent)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ArchiveError(f"{file} cannot be written: {error.strerror or error}") from error


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose every file is as its manifest says."""

    manifest: Manifest
    _archive: zipfile.ZipFile
    _file: Path

    def extract(self, entry: Entry, place: Path) -> None:
        """Write a file of the archive to ``place``, where none is.

        Raises:
            ArchiveError: When it cannot be written, or the archive no longer be read.
        """
        try:
            with _created(place) as target:
                for part in _parts(self._archive, entry, self._file):
                    target.write(part)
                target.flush()
                os.fsync(target.fileno())
        except OSError as error:
            raise ArchiveError(f"{place} cannot be written: {error.strerror or error}") from error


@contextmanager
def read_archive(file: Path, kind: str, *, most_bytes: int | None = None) -> Iterator[Archive]:
    """Check an archive and read it while the block runs.

    Args:
        kind: What it must be: ``backup`` or ``collection``.
        most_bytes: That a file of it may have.

    Raises:
        ArchiveError: When it is not such an archive, or anything in it is not as it should be; says what.
    """
    with ExitStack() as opened:
        with _readable(file):
            archive = opened.enter_context(zipfile.ZipFile(file))
            _check_growth(archive, file)
            manifest = _manifest(archive, file, kind)
            _check_names(archive, manifest, file)
            _check_kinds(archive, file)
            _check_sizes(archive, manifest, file, most_bytes)
            for entry in manifest.files:
                _check_content(archive, entry, file)
        yield Archive(manifest, archive, file)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Says of whatever goes wrong in the block that the archive cannot be read."""
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{file} cannot be read: {error.strerror or error}") from error
    except _UNREADABLE as error:
        raise ArchiveError(f"{file} is not an archive that can be read: {error}") from error


def _check_growth(archive: zipfile.ZipFile, file: Path) -> None:
    whole, packed = sum(info.file_size for info in archive.infolist()), file.stat().st_size
    if whole > _MOST_RATIO * packed + _SPARED_BYTES:
        raise ArchiveError(
            f"{file} would grow from {packed} to {whole} bytes; more than {_MOST_RATIO} times as many are not unpacked"
        )


def _manifest(archive: zipfile.ZipFile, file: Path, kind: str) -> Manifest:
    infos = [info for info in archive.infolist() if info.filename == MANIFEST]
    if len(infos) != 1 or infos[0].file_size > _MOST_MANIFEST_BYTES:
        raise ArchiveError(f"{file} has no {MANIFEST}: it was not written by Footnote")
    with archive.open(infos[0]) as stream:
        content = stream.read(_MOST_MANIFEST_BYTES + 1)
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ArchiveError(f"{file}: {MANIFEST} cannot be read: {error}") from error
    if manifest.format != _FORMAT:
        raise ArchiveError(f"{file} has format {manifest.format}; this Footnote reads format {_FORMAT}")
    if manifest.kind != kind:
        raise ArchiveError(f"{file} is an archive of the kind {manifest.kind!r}, not {kind!r}")
    return manifest


def _check_names(archive: zipfile.ZipFile, manifest: Manifest, file: Path) -> None:
    """Every file is named once by the manifest and is there once."""
    held, named = archive.namelist(), [MANIFEST, *(entry.name for entry in manifest.files)]
    for names, where in ((held, "it"), (named, MANIFEST)):
        if len(names) > _MOST_FILES:
            raise ArchiveError(f"{file}: {where} has {len(names)} files; at most {_MOST_FILES} are read")
        name, times = Counter(names).most_common(1)[0]
        if times > 1:
            raise ArchiveError(f"{file}: {where} has {name!r} more than once")
    if surplus := sorted({*held}.difference(named)):
        raise ArchiveError(f"{file} has {surplus[0]!r}, which {MANIFEST} does not name")
    if missing := sorted({*named}.difference(held)):
        raise ArchiveError(f"{file} does not have {missing[0]!r}, which {MANIFEST} names")


def _check_kinds(archive: zipfile.ZipFile, file: Path) -> None:
    """Plain files under plain names: no folders, links, way out of a folder, or rare compression."""
    for info in archive.infolist():
        if _UNSAFE_NAME.search(info.filename):
            raise ArchiveError(f"{file} has a file named {info.filename!r}, which is no plain name")
        if stat.S_ISLNK(info.external_attr >> 16) or info.is_dir() or info.compress_type not in _COMPRESSIONS:
            raise ArchiveError(f"{file}: {info.filename!r} is no plain file")


def _check_sizes(archive: zipfile.ZipFile, manifest: Manifest, file: Path, most_bytes: int | None) -> None:
    for entry in manifest.files:
        size = archive.getinfo(entry.name).file_size
        if size != entry.bytes:
            raise ArchiveError(f"{file}: {entry.name!r} has {size} bytes, not {entry.bytes} as {MANIFEST} says")
        if most_bytes is not None and size > most_bytes:
            raise ArchiveError(
                f"{file}: {entry.name!r} has {size} bytes; at most {most_bytes} are accepted; "
                "FOOTNOTE_MAX_UPLOAD_MB changes that"
            )


def _check_content(archive: zipfile.ZipFile, entry: Entry, file: Path) -> None:
    digest = hashlib.sha256()
    for part in _parts(archive, entry, file):
        digest.update(part)
    if digest.hexdigest() != entry.sha256:
        raise ArchiveError(f"{file}: {entry.name!r} is not what was archived: its sha256 differs")


def _parts(archive: zipfile.ZipFile, entry: Entry, file: Path) -> Iterator[bytes]:
    """The content of a file; zipfile itself stops at the size that was checked."""
    with _readable(file), archive.open(entry.name) as stream:
        while part := stream.read(_READ):
            yield part


def _created(file: Path) -> BinaryIO:
    """A new file that its owner alone may read, whatever the process gives others by default."""
    return open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600))


def sync(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
