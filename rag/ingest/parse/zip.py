"""Zip archives that documents come in: looked at before anything is unpacked, and never onto the disk."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from zipfile import BadZipFile, LargeZipFile, ZipFile

from rag.errors import DocumentRejected
from rag.ingest.parse.parsed import Limits

_MOST_MEMBERS = 10_000
_MEMORY_SHARE = 4
_ENCRYPTED = 0x1
_DAMAGE = (BadZipFile, LargeZipFile, zlib.error, EOFError, NotImplementedError, KeyError, ValueError, RuntimeError)


@contextmanager
def open_archive(source: bytes, what: str, limits: Limits) -> Iterator[ZipFile]:
    """A zip archive whose members together unpack to at most a quarter of the memory limit.

    What a member says of its size is what zipfile gives of it at most: more is an error.

    Args:
        what: The format, for the message.

    Raises:
        DocumentRejected: For a damaged or encrypted archive, and for one that unpacks to too much.
    """
    try:
        with ZipFile(BytesIO(source)) as archive:
            _check(archive, what, limits.memory_mb * 1024 * 1024 // _MEMORY_SHARE)
            yield archive
    except _DAMAGE as error:
        raise DocumentRejected(f"damaged {what}: {error or type(error).__name__}") from None


def _check(archive: ZipFile, what: str, most: int) -> None:
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise DocumentRejected(f"{what} with {len(members)} parts; at most {_MOST_MEMBERS} are read")
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise DocumentRejected(f"encrypted {what}: it asks for a password; save it without one")
    size = sum(member.file_size for member in members)
    if size > most:
        raise DocumentRejected(
            f"{what} that unpacks to {size} bytes; at most {most} are read (a quarter of FOOTNOTE_PARSE_MEMORY_MB)"
        )
