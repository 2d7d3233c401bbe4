"""The seal of an index folder: its files' checksums, written when it is closed, broken when it is opened.

Chroma reads damaged graph files without complaint: it answers wrongly, or takes the process down with
it. A sealed folder is opened only if no byte has changed. A folder without a seal belonged to a process
that was killed; it is tried in a child process first, which may crash in the place of this one.
"""

import json
import subprocess
import sys
import zlib
from pathlib import Path

from rag.errors import DataDirectoryError

_SEAL = "seal.json"
_READ = 1 << 20
_TRIAL_SECONDS = 600


def seal(folder: Path) -> None:
    """Write the seal of a closed index."""
    (folder / _SEAL).write_text(json.dumps(_checksums(folder)), encoding="utf-8")


def break_seal(folder: Path) -> None:
    """Check an index before it is opened, and remove its seal; a folder that is not there is a new one.

    Raises:
        DataDirectoryError: When a file has changed since the seal, or the trial of an unsealed index failed.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    written = folder / _SEAL
    if not written.is_file():
        _try_in_child(folder)
        return
    try:
        expected = json.loads(written.read_text("utf-8"))
    except ValueError as error:
        raise DataDirectoryError(f"{written} cannot be read: {error}") from error
    found = _checksums(folder)
    changed = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
    if changed:
        raise DataDirectoryError(f"changed since it was closed: {', '.join(changed)}")
    written.unlink()


def _checksums(folder: Path) -> dict[str, int]:
    files = (file for file in folder.rglob("*") if file.is_file() and file.name != _SEAL)
    return {file.relative_to(folder).as_posix(): _checksum(file) for file in files}


def _checksum(file: Path) -> int:
    """CRC-32: enough against damage, and a seal is no protection against malice."""
    value = 0
    with file.open("rb") as stream:
        while part := stream.read(_READ):
            value = zlib.crc32(part, value)
    return value


def _try_in_child(folder: Path) -> None:
    command = [sys.executable, "-m", "rag.vectors", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TRIAL_SECONDS, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or [f"status {done.returncode}"]
        raise DataDirectoryError(f"it was not closed, and opening it fails: {last[0]}")
