"""Where the server of a data directory is reached: it says so in a file beside its lock.

The file counts only while the lock is held: whoever owns the directory next deletes it first.
"""

import os
import re
from contextlib import suppress
from pathlib import Path

from rag.errors import DataDirectoryInUse
from rag.storage.directory import SERVER
from rag.storage.lock import lock_directory

_ADDRESS = re.compile(r"http://(?:[0-9.]+|\[[0-9a-f:]+\]):[0-9]+")
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def address_of(host: str, port: int) -> str:
    """How a server that is bound to an IP address is reached from this machine.

    >>> address_of("0.0.0.0", 8000), address_of("::1", 8000)
    ('http://127.0.0.1:8000', 'http://[::1]:8000')
    """
    reached = _EVERYWHERE.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def publish(data_dir: Path, address: str) -> None:
    """Say where the directory's server is; the caller owns the directory."""
    fresh = data_dir / f"{SERVER}.new"
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(address)
    fresh.replace(data_dir / SERVER)


def withdraw(data_dir: Path) -> None:
    """The server takes no more requests."""
    (data_dir / SERVER).unlink(missing_ok=True)


def server_of(data_dir: Path) -> str | None:
    """The address of the server that owns a data directory, ``None`` where none does.

    Raises:
        DataDirectoryError: As ``lock_directory``, but not because the directory is in use.
    """
    found = data_dir / SERVER
    address = ""
    with suppress(OSError):
        address = "" if found.is_symlink() else found.read_text("utf-8", "replace")
    if not _ADDRESS.fullmatch(address):
        return None
    try:
        with lock_directory(data_dir):
            return None  # it was killed
    except DataDirectoryInUse:
        return address
