"""Backups: the whole of a data directory in one archive, taken also while a server runs on it, and put back.

A backup has the catalog as it was at one moment and the accepted files that were waiting then. It has
no vector index: that is made again from the catalog, without encoding, when the directory is opened.
"""

import os
import re
import tempfile
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from rag.errors import ArchiveError, DataDirectoryError
from rag.storage.catalog.snapshot import Contents, bring_forward, end_sessions, examine, index_again, take_snapshot
from rag.storage.directory import (
    CATALOG,
    JOB_ID,
    LOCK,
    RESTORING,
    SEEDED,
    SPOOL,
    make_private,
    refuse_links,
    remove_tree,
    restore_was_cut_short,
)
from rag.storage.lock import lock_directory
from rag.upkeep.archive import Archive, ArchiveWriter, read_archive, sync, write_archive

KIND = "backup"
_ATTEMPTS = 5
_NAMES = re.compile(rf"{re.escape(CATALOG)}|{SEEDED}|{SPOOL}/{JOB_ID.pattern}/(?:0|[1-9][0-9]{{0,8}})")


class _FileGone(Exception):
    """A waiting file was taken in between the snapshot and its copy."""


def back_up(data_dir: Path, file: Path) -> Contents:
    """Write everything that a data directory holds to ``file``.

    Returns:
        What is in the backup.

    Raises:
        DataDirectoryError: When there is no catalog, or it is damaged.
        ArchiveError: When ``file`` is there already or cannot be written.
    """
    refuse_links(data_dir)
    for _ in range(_ATTEMPTS):
        try:
            with write_archive(file) as archive, tempfile.TemporaryDirectory(dir=archive.folder) as folder:
                return _add_all(archive, data_dir, Path(folder) / CATALOG)
        except _FileGone:
            continue
    raise DataDirectoryError(f"{data_dir} changes faster than it can be copied; try again")


def restore(file: Path, data_dir: Path) -> Contents:
    """Make a data directory of a backup. It is checked first; the catalog comes last, and whole.

    A backup is input like any other: every value of its catalog is checked, and what can be made anew,
    as the lexical index, is made anew. One that an older Footnote wrote is brought to this version.

    Returns:
        What is in the directory now.

    Raises:
        DataDirectoryError: When ``data_dir`` is in use or not empty.
        ArchiveError: When the backup is damaged, or anything in it is not as Footnote writes it.
    """
    with read_archive(file, KIND) as archive, lock_directory(data_dir):
        _make_empty(data_dir)
        unpacked = data_dir / RESTORING
        try:
            contents = _unpack(archive, file, unpacked)
        except BaseException:
            remove_tree(unpacked)
            raise
        for name in (SPOOL, SEEDED, CATALOG):
            if (unpacked / name).exists():
                os.replace(unpacked / name, data_dir / name)
        sync(data_dir)
        remove_tree(unpacked)
        make_private(data_dir)
        return contents


def _add_all(archive: ArchiveWriter, data_dir: Path, copy: Path) -> Contents:
    take_snapshot(data_dir / CATALOG, copy)
    try:
        bring_forward(copy)
        contents = examine(copy)
        end_sessions(copy)
    except DataDirectoryError as error:
        raise DataDirectoryError(f"{data_dir / CATALOG} cannot be backed up: {error}") from error
    _add(archive, CATALOG, copy)
    for job, position in contents.waiting:
        _add(archive, f"{SPOOL}/{job}/{position}", data_dir / SPOOL / job / str(position))
    if (data_dir / SEEDED).exists():
        _add(archive, SEEDED, data_dir / SEEDED)
    archive.finish(KIND, asdict(contents))
    return contents


def _add(archive: ArchiveWriter, name: str, file: Path) -> None:
    try:
        source = file.open("rb")
    except FileNotFoundError:
        raise _FileGone from None
    with source:
        archive.add(name, source)


def _make_empty(data_dir: Path) -> None:
    if restore_was_cut_short(data_dir):
        for name in (SPOOL, SEEDED, RESTORING):
            remove_tree(data_dir / name)
    held = sorted(path.name for path in data_dir.iterdir() if path.name != LOCK)
    if held:
        raise DataDirectoryError(f"{data_dir} is not empty, it has {held[0]}; restore into a new directory")


def _unpack(archive: Archive, file: Path, folder: Path) -> Contents:
    """Unpack a backup into a new folder and check what is there.

    Raises:
        ArchiveError: When it is not what a backup has; says what.
    """
    folder.mkdir(mode=0o700)
    for entry in archive.manifest.files:
        if not _NAMES.fullmatch(entry.name):
            raise ArchiveError(f"{file} has {entry.name!r}, which no backup has")
        place = folder / entry.name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        archive.extract(entry, place)
    try:
        bring_forward(folder / CATALOG)
        contents = examine(folder / CATALOG)
        index_again(folder / CATALOG)
        end_sessions(folder / CATALOG)
    except DataDirectoryError as error:
        raise ArchiveError(f"{file} holds a catalog that cannot be used: {error}") from error
    _check_waiting({entry.name for entry in archive.manifest.files}, contents, file)
    return contents


def _check_waiting(names: Collection[str], contents: Contents, file: Path) -> None:
    """The accepted files that are there are those that the catalog names."""
    expected = {f"{SPOOL}/{job}/{position}" for job, position in contents.waiting}
    held = {name for name in names if name.startswith(f"{SPOOL}/")}
    if missing := sorted(expected - held):
        raise ArchiveError(f"{file} does not have {missing[0]!r}, which its catalog says was accepted")
    if surplus := sorted(held - expected):
        raise ArchiveError(f"{file} has {surplus[0]!r}, which its catalog does not name")
