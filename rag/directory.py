"""What a data directory has, and the lock by which one process owns it.

lock             held by the process that owns the directory
catalog.db       the truth (with -wal and -shm beside it while it is open)
vectors-G-N/     the disposable vectors of generation G; N grows when a damaged folder is replaced
spool/           accepted files that are not taken in yet
models/          models that were made once from the bundled ones
seeded           says that the seeds were offered to the catalog once
restoring/       a backup that is being unpacked
scratch/         what a command unpacks for itself
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import DataDirectoryError, DataDirectoryInUse

LOCK = "lock"
CATALOG = "catalog.db"
SPOOL = "spool"
MODELS = "models"
SEEDED = "seeded"
RESTORING = "restoring"
SCRATCH = "scratch"
_PAGE_SIZE_AT = 16
_FOLDER = re.compile(r"vectors-(\d+)-(\d+)")


def lock_directory(data_dir: Path) -> FileLock:
    """Make a data directory unless it is there, and own it until the lock is released.

    Raises:
        DataDirectoryInUse: When another process owns it.
        DataDirectoryError: When it cannot be made or written to.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data_dir / LOCK, timeout=0)
        lock.acquire()
    except Timeout:
        raise DataDirectoryInUse(
            f"{data_dir} is in use by another Footnote process; stop that one, or where it is a server, ask it over "
            "HTTP and bring documents in through its page or POST /v1/documents; or set another FOOTNOTE_DATA_DIR"
        ) from None
    except OSError as error:
        raise DataDirectoryError(
            f"{data_dir} cannot be used as a data directory: {error.strerror or error}; make it and all in it "
            "writable, or set another FOOTNOTE_DATA_DIR"
        ) from error
    return lock


def vector_folders(data_dir: Path, generation: int | None = None) -> list[Path]:
    """The folders of vectors, of one generation or of all, by generation and attempt."""
    found = {folder: _FOLDER.fullmatch(folder.name) for folder in data_dir.glob("vectors-*")}
    numbers = {folder: (int(match[1]), int(match[2])) for folder, match in found.items() if match}
    return sorted((one for one in numbers if generation in (None, numbers[one][0])), key=lambda one: numbers[one])


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
        _check_whole_pages(catalog)
        return
    if restore_was_cut_short(data_dir):
        raise DataDirectoryError(f"a restore into {data_dir} was cut short; run `footnote restore` again")
    if vector_folders(data_dir):
        raise DataDirectoryError(
            f"{catalog} is missing or empty, but its vectors are there: restore a backup into a new directory with "
            "`footnote restore`, or delete this one to start afresh"
        )


def _check_whole_pages(catalog: Path) -> None:
    """A database is a row of pages; only where a log is to be written back may the last one be unfinished."""
    log = catalog.with_name(f"{catalog.name}-wal")
    if log.exists() and log.stat().st_size > 0:
        return
    with catalog.open("rb") as stream:
        page = int.from_bytes(stream.read(_PAGE_SIZE_AT + 2)[_PAGE_SIZE_AT:], "big")
    size = catalog.stat().st_size
    if page > 1 and size % page:
        raise DataDirectoryError(
            f"{catalog} is not a readable catalog: its last page is cut, it has {size} bytes; restore it from a backup "
            "into a new directory with `footnote restore`"
        )


@contextmanager
def scratch_folder(data_dir: Path) -> Iterator[Path]:
    """An empty folder within a data directory that the caller owns; its content goes with the block."""
    folder = data_dir / SCRATCH
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def restore_was_cut_short(data_dir: Path) -> bool:
    """Whether a restore began and did not end."""
    return (data_dir / RESTORING).is_dir() and not (data_dir / CATALOG).exists()
