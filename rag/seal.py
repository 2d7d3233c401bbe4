"""The seal of an index folder: its files' checksums and what it agreed with, written when it is closed.

Chroma reads damaged graph files without complaint: it answers wrongly, or takes the process down with
it. A sealed folder is opened only if no byte has changed; if the catalog has not changed either, the
two still agree. A folder without a seal belonged to a process that was killed; it is tried in a child
process first, which may crash in the place of this one.
"""

import json
import subprocess
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path

from rag.errors import DataDirectoryError

_SEAL = "seal.json"
_READ = 1 << 20
_TRIAL_SECONDS = 600


def seal(folder: Path, agreed: Mapping[str, str]) -> None:
    """Write the seal of a closed index.

    Args:
        agreed: Of each collection, what stands for the keys that the index holds; see ``Catalog.key_digest``.
    """
    text = json.dumps({"files": _checksums(folder), "agreed": dict(agreed)})
    (folder / _SEAL).write_text(text, encoding="utf-8")


def break_seal(folder: Path) -> dict[str, str]:
    """Check an index before it is opened, and remove its seal; a folder that is not there is a new one.

    Returns:
        What ``seal`` was given; nothing for an index that was not closed.

    Raises:
        DataDirectoryError: When a file has changed since the seal, or the trial of an unsealed index failed.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        return {}
    written = folder / _SEAL
    if not written.is_file():
        _try_in_child(folder)
        return {}
    try:
        sealed = json.loads(written.read_text("utf-8"))
        expected, agreed = dict(sealed["files"]), dict(sealed["agreed"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataDirectoryError(f"{written} cannot be read: {error!r}") from error
    found = _checksums(folder)
    changed = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
    if changed:
        raise DataDirectoryError(f"changed since it was closed: {', '.join(changed)}")
    written.unlink()
    return agreed


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
