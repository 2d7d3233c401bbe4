"""Reading the files to ingest: regular ones alone, inside their folder, and no more bytes than are accepted.

A folder may hold what others put there. A link in it could lead to any file of the disk, a pipe or a device
would never end. What was opened is checked, not what had the name before: it may have changed in between.
"""

import os
import stat
from contextlib import ExitStack
from pathlib import Path

from rag.errors import DocumentRejected

_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK  # a pipe without a writer would wait for one
_FOLDER = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY
_CHUNK = 1 << 20
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


def read_file(file: Path, *, limit: int, within: Path | None = None) -> bytes:
    """The bytes of a file, as many as it has while it is read.

    Args:
        limit: Most bytes. Of a larger file at most one more is read, whatever its size says.
        within: The folder, without links in its path, that the file must lie in, and must not be hidden in;
            a link inside is followed. ``None`` for a file that a person named: it may be a link to anywhere.

    Raises:
        DocumentRejected: For what is not a regular file, leads out of the folder, is larger or cannot be read.
    """
    try:
        real = Path(os.path.realpath(file, strict=True))
        _check_regular(os.lstat(real))  # opening a device can already do something
        descriptor = os.open(real, _READ) if within is None else _open_below(within, real)
        try:
            return _read(descriptor, limit)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise DocumentRejected(f"unreadable: {error.strerror or error}") from error


def _open_below(folder: Path, real: Path) -> int:
    """Open a file of a folder step by step from there, so that no link on the way is followed."""
    if not real.is_relative_to(folder):
        raise DocumentRejected(f"a link that leads out of the folder, to {str(real)!r}; to ingest that, name it")
    *folders, name = real.relative_to(folder).parts or (".",)
    if any(part.startswith(".") for part in (*folders, name)):
        raise DocumentRejected(f"a link to what is hidden, {str(real)!r}; to ingest that, name it")
    with ExitStack() as opened:
        at = os.open(folder, _FOLDER)
        opened.callback(os.close, at)
        for part in folders:
            at = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=at)
            opened.callback(os.close, at)
        return os.open(name, _READ | os.O_NOFOLLOW, dir_fd=at)


def _read(descriptor: int, limit: int) -> bytes:
    found = os.fstat(descriptor)
    _check_regular(found)
    if found.st_size > limit:
        raise DocumentRejected(f"too large: {found.st_size} bytes; {allowed_bytes(limit)}")
    chunks = [os.read(descriptor, found.st_size + 1)]
    left = limit + 1 - len(chunks[0])
    while left > 0 and chunks[-1]:  # files of /proc say that they are empty, and some never end
        chunks.append(os.read(descriptor, min(left, _CHUNK)))
        left -= len(chunks[-1])
    if left <= 0:
        raise DocumentRejected(f"too large: more than {limit} bytes; {allowed_bytes(limit)}")
    return b"".join(chunks)


def _check_regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), "something else")
        raise DocumentRejected(f"not a regular file: it is {kind}")


def allowed_bytes(limit: int) -> str:
    """How a file, or a request with files, that is too large is told what is accepted."""
    return f"at most {limit} bytes are accepted; FOOTNOTE_MAX_UPLOAD_MB changes that"
