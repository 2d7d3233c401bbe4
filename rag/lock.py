"""The lock of a data directory: one process owns it."""

from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import DataDirectoryError, DataDirectoryInUse

LOCK = "lock"


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
            f"{data_dir} is in use by another Footnote process; stop that one, ask it over HTTP, "
            "or set another FOOTNOTE_DATA_DIR"
        ) from None
    except OSError as error:
        raise DataDirectoryError(f"{data_dir} cannot be used as a data directory: {error}") from error
    return lock
