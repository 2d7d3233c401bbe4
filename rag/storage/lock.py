"""The lock by which one process owns a data directory.

Where the system can, the directory itself is locked beside the file in it: a file can be deleted under a
running process, and the next one would make and lock another. Both locks belong to the process, not to
the thread that took them: a server opens in one thread and closes in another.
"""

import errno
import os
import threading
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from rag.errors import DataDirectoryError, DataDirectoryInUse
from rag.storage.directory import LOCK, SERVER, make_private, refuse_links

_HELD = (errno.EACCES, errno.EAGAIN)
_NO_DIRECTORY_LOCK = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # as over NFS


class DirectoryLock:
    """A data directory that this process owns until ``release``; any thread may do that."""

    def __init__(self, file: FileLock, directory: int | None) -> None:
        self._file = file
        self._directory = directory
        self._held = True
        self._guard = threading.Lock()

    def release(self) -> None:
        """Give the directory back; once more does nothing."""
        with self._guard:
            held, self._held = self._held, False
        if held:
            self._file.release()
            _close(self._directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def lock_directory(data_dir: Path) -> DirectoryLock:
    """Make a data directory unless it is there, readable by its owner alone, and own it until the lock is released.

    Raises:
        DataDirectoryInUse: When another process owns it.
        DataDirectoryError: When it cannot be made or written to, or has a link in it.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory = _lock_itself(data_dir)
        try:
            refuse_links(data_dir)
            make_private(data_dir)
            file = FileLock(data_dir / LOCK, timeout=0, thread_local=False, mode=0o600)
            file.acquire()
            (data_dir / SERVER).unlink(missing_ok=True)  # of a server that was killed
        except BaseException:
            _close(directory)
            raise
    except (Timeout, BlockingIOError):
        raise DataDirectoryInUse(
            f"{data_dir} is in use by another Footnote process; stop that one, or where it is a server, ask it over "
            "HTTP and bring documents in through its page or POST /v1/documents; or set another FOOTNOTE_DATA_DIR"
        ) from None
    except OSError as error:
        raise DataDirectoryError(
            f"{data_dir} cannot be used as a data directory: {error.strerror or error}; make it and all in it "
            "writable, or set another FOOTNOTE_DATA_DIR"
        ) from error
    return DirectoryLock(file, directory)


def _lock_itself(data_dir: Path) -> int | None:
    """Lock the directory; ``None`` where the system has no such lock, and the file's has to do.

    Raises:
        BlockingIOError: When another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    directory = os.open(data_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(directory)
        if error.errno in _HELD:
            raise BlockingIOError(error.errno, error.strerror) from error
        if error.errno in _NO_DIRECTORY_LOCK:
            return None
        raise
    return directory


def _close(directory: int | None) -> None:
    if directory is not None:
        os.close(directory)
