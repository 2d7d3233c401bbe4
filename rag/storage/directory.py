"""What a data directory has, and what must not be in it.

What is in it is written for its owner alone, and no link in it is ever followed: one that was made
elsewhere could lead anywhere.

lock             held by the process that owns the directory
server           where that process is reached, if it is a server
catalog.db       the truth (with -wal and -shm beside it while it is open)
vectors-G-N/     the disposable vectors of generation G; N grows when a damaged folder is replaced
worker           how a process that owns the directory is called among those that share a catalog
spool/           accepted files that are not taken in yet
library          names the vectors of this directory on a Chroma server, where they are on one
models/          models that were made once from the bundled ones
seeded           says that the seeds were offered to the catalog once
restoring/       a backup that is being unpacked
scratch/         what a command unpacks for itself
audit.jsonl      who changed what, where there are keys (with .1 to .9, the older ones)
"""

import logging
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import DataDirectoryError

logger = logging.getLogger(__name__)

LOCK = "lock"
SERVER = "server"
CATALOG = "catalog.db"
WORKER = "worker"
SPOOL = "spool"
MODELS = "models"
SEEDED = "seeded"
LIBRARY = "library"
RESTORING = "restoring"
SCRATCH = "scratch"
AUDIT = "audit.jsonl"
AUDIT_KEPT = 9
_PAGE_SIZE_AT = 16
_USER_VERSION_AT = 60
_SQLITE = b"SQLite format 3\0"
_FOLDER = re.compile(r"vectors-([0-9]+)-([0-9]+)")
_BESIDE = tuple(f"{CATALOG}{ending}" for ending in ("-wal", "-shm", "-journal"))
_AUDITS = (AUDIT, *(f"{AUDIT}.{number}" for number in range(1, AUDIT_KEPT + 1)))
_NAMES = frozenset(
    {LOCK, SERVER, CATALOG, *_BESIDE, WORKER, SPOOL, MODELS, SEEDED, LIBRARY, RESTORING, SCRATCH, *_AUDITS}
)
JOB_ID = re.compile(r"job_[0-9a-f]{1,64}")
"""What names a job, and its folder in the spool."""


def refuse_links(data_dir: Path) -> None:
    """See that nothing in a data directory is a link; the directory itself may be one.

    Raises:
        DataDirectoryError: When something is; names it.
    """
    for path in _own(data_dir):
        if path.is_symlink():
            raise DataDirectoryError(
                f"{path} is a link, and no link in a data directory is followed; put what it leads to in its place, "
                "or delete it"
            )


def make_private(data_dir: Path) -> None:
    """Take from everybody but the owner the right to read a data directory, and what is in it."""
    if os.name != "posix":
        return
    try:
        for path in (data_dir, *_own(data_dir)):
            with suppress(FileNotFoundError):  # another process may end, and with it the log of a catalog
                _restrict(path)
    except PermissionError as error:  # it belongs to somebody else, as a folder that was mounted may
        logger.warning("%s may be read by others, and only its owner can change that", error.filename)


def remove_tree(path: Path) -> None:
    """Delete a file, a link (not what it leads to) or a folder with all in it; what cannot be deleted stays."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _own(data_dir: Path) -> Iterator[Path]:
    """All that Footnote keeps in a data directory, at any depth; links are named, not followed."""
    for path in sorted(data_dir.glob("*")):
        if path.name in _NAMES or _FOLDER.fullmatch(path.name):
            yield path
            if path.is_dir() and not path.is_symlink():
                for folder, folders, files in os.walk(path):
                    yield from (Path(folder, name) for name in (*folders, *files))


def _restrict(path: Path) -> None:
    found = path.lstat()
    elsewhere = stat.S_ISLNK(found.st_mode) or (stat.S_ISREG(found.st_mode) and found.st_nlink > 1)
    if found.st_mode & 0o077 and not elsewhere:  # another name of the same file may be outside of the directory
        path.chmod(stat.S_IMODE(found.st_mode) & 0o700)


def vector_folders(data_dir: Path, generation: int | None = None) -> list[Path]:
    """The folders of vectors, of one generation or of all, by generation and attempt."""
    found = {one: _FOLDER.fullmatch(one.name) for one in data_dir.glob("vectors-*") if not one.is_symlink()}
    numbers = {folder: (int(match[1]), int(match[2])) for folder, match in found.items() if match}
    return sorted((one for one in numbers if generation in (None, numbers[one][0])), key=lambda one: numbers[one])


def worker_name(data_dir: Path) -> str:
    """How the process that owns the directory is called among those that share a catalog; the same each time."""
    noted = data_dir / WORKER
    if not noted.is_file() or noted.stat().st_size == 0:
        noted.touch(mode=0o600)
        noted.write_text(secrets.token_hex(16), encoding="ascii")
    return noted.read_text("ascii")


def is_data_directory(place: Path) -> bool:
    """Whether Footnote keeps a catalog here, or the vectors of one that is elsewhere."""
    return (place / CATALOG).is_file() or bool(vector_folders(place))


def sizes(data_dir: Path) -> dict[str, int]:
    """How many bytes each part of a data directory takes."""
    parts = {"catalog": [*data_dir.glob(f"{CATALOG}*")], "vector index": vector_folders(data_dir)}
    parts |= {SPOOL: [data_dir / SPOOL], MODELS: [data_dir / MODELS]}
    return {part: sum(map(_bytes, paths)) for part, paths in parts.items()}


def _bytes(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def check_complete(data_dir: Path) -> None:
    """See that the catalog of a directory was not lost or cut: an empty one would be made in the place of the first,
    and the end of the second read as zeros.

    Raises:
        DataDirectoryError: When there are traces of a catalog that is not there, or not whole.
    """
    catalog = data_dir / CATALOG
    if catalog.is_file() and catalog.stat().st_size > 0:
        _check_whole(catalog)
        return
    if restore_was_cut_short(data_dir):
        raise DataDirectoryError(f"a restore into {data_dir} was cut short; run `footnote restore` again")
    if vector_folders(data_dir):
        raise DataDirectoryError(
            f"{catalog} is missing or empty, but its vectors are there: restore a backup into a new directory with "
            "`footnote restore`, or delete this one to start afresh"
        )


def was_closed(data_dir: Path) -> bool:
    """Whether the process that last had the catalog open closed it: it left no log then."""
    log = data_dir / _BESIDE[0]
    return not (log.is_file() and log.stat().st_size > 0)


def _check_whole(catalog: Path) -> None:
    """A database is a row of pages; only where a log is to be written back may the last one be unfinished, or
    may what makes it a catalog be missing: it is made in one step.
    """
    logs = (catalog.with_name(name) for name in _BESIDE if not name.endswith("-shm"))
    if any(log.exists() and log.stat().st_size > 0 for log in logs):
        return
    with catalog.open("rb") as stream:
        head = stream.read(_USER_VERSION_AT + 4)
    page = int.from_bytes(head[_PAGE_SIZE_AT : _PAGE_SIZE_AT + 2], "big")
    size = catalog.stat().st_size
    if page > 1 and size % page:
        raise DataDirectoryError(
            f"{catalog} is not a readable catalog: its last page is cut, it has {size} bytes; restore it from a backup "
            "into a new directory with `footnote restore`"
        )
    if head.startswith(_SQLITE) and not any(head[_USER_VERSION_AT:]):
        raise DataDirectoryError(
            f"{catalog} is not a readable catalog: it is empty, as one is that was copied without its -wal; copy "
            f"{catalog.name}-wal too, restore a backup into a new directory with `footnote restore`, or delete "
            f"{catalog.parent} to start afresh"
        )


@contextmanager
def scratch_folder(data_dir: Path) -> Iterator[Path]:
    """An empty folder within a data directory that the caller owns; its content goes with the block."""
    folder = data_dir / SCRATCH
    remove_tree(folder)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        remove_tree(folder)


def restore_was_cut_short(data_dir: Path) -> bool:
    """Whether a restore began and did not end."""
    return (data_dir / RESTORING).is_dir() and not (data_dir / CATALOG).exists()
