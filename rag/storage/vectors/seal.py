"""The seal of an index folder: its files' checksums, and the keys that it agreed on with the catalog.

Chroma reads damaged graph files without complaint: it answers wrongly, or takes the process down with
it. A sealed folder is opened only if no byte has changed; if the catalog's keys have not changed
either, the two still agree. The seal is broken before anything is written, and written again when
all is stored: a folder without one belonged to a process that was killed while it wrote.
"""

import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path

from rag.errors import DataDirectoryError

_SEAL = "seal.json"
_READ = 1 << 20


def seal(folder: Path, agreed: Mapping[str, str]) -> None:
    """Write the seal of an index to which nothing is being written.

    Args:
        agreed: Of each collection, what stands for the keys that the index holds; see ``Catalog.key_digest``.
    """
    text = json.dumps({"files": _checksums(folder), "agreed": dict(agreed)})
    unfinished = folder / f"{_SEAL}.new"
    unfinished.touch(mode=0o600)
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, folder / _SEAL)


def read_seal(folder: Path) -> dict[str, str] | None:
    """What ``seal`` was given, once the files are found unchanged; ``None`` for an index without a seal.

    Raises:
        DataDirectoryError: When a file has changed since the seal.
    """
    written = folder / _SEAL
    if not written.is_file():
        return None
    try:
        sealed = json.loads(written.read_text("utf-8"))
        expected, agreed = dict(sealed["files"]), dict(sealed["agreed"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataDirectoryError(f"{written} cannot be read: {error!r}") from error
    found = _checksums(folder)
    changed = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
    if changed:
        raise DataDirectoryError(f"changed since it was sealed: {', '.join(changed)}")
    return agreed


def break_seal(folder: Path) -> None:
    """Remove the seal, if there is one, before something is written."""
    (folder / _SEAL).unlink(missing_ok=True)


def _checksums(folder: Path) -> dict[str, int]:
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(_SEAL))
    return {file.relative_to(folder).as_posix(): _checksum(file) for file in files}


def _checksum(file: Path) -> int:
    """CRC-32: enough against damage, and a seal is no protection against malice."""
    value = 0
    with file.open("rb") as stream:
        while part := stream.read(_READ):
            value = zlib.crc32(part, value)
    return value
