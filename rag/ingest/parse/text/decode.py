"""From bytes to characters: UTF-8, UTF-16 and Windows-1252, told apart by charset-normalizer.

The text is what the file says, so it encodes back to the file's own bytes: a byte order mark stays
as its first character. What this does not do: other encodings; they are named, not guessed at.
"""

import codecs

from charset_normalizer import from_bytes

from rag.errors import DocumentRejected
from rag.ingest.parse.parsed import check_length

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_ZERO_SHARE = 0.1
_MOST_BYTES = 4  # of a character
_ACCEPTED = "UTF-8, UTF-16 or Windows-1252"


def decode_within(source: bytes, limit: int) -> str:
    """The characters of ``source``, at most ``limit``; as ``decode``.

    Raises:
        DocumentRejected: Also for more characters.
    """
    check_length(len(source) // _MOST_BYTES, limit)
    text = decode(source)
    check_length(len(text), limit)
    return text


def decode(source: bytes) -> str:
    """The characters of ``source``, all of them.

    A mark decides; else UTF-8 where it fits; else UTF-16, where every other byte is often zero; else
    Windows-1252, where the library finds that its reading makes sense.

    Raises:
        DocumentRejected: For bytes that are none of these.
    """
    for mark, encoding in _MARKS.items():
        if source.startswith(mark) and not source.startswith(codecs.BOM_UTF32_LE):
            return _strict(source, encoding)
    if wide := _without_mark(source):
        return _strict(source, wide)
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        return _single_byte(source, error.start)


def _strict(source: bytes, encoding: str) -> str:
    try:
        return source.decode(encoding)
    except UnicodeDecodeError as error:
        byte = f"byte 0x{source[error.start]:02x} at offset {error.start}"
        raise DocumentRejected(f"not {encoding.upper()}, as its first bytes say: {byte} ({error.reason})") from None


def _without_mark(source: bytes) -> str | None:
    """UTF-16 by its zero bytes: often the high half of a unit, never the low one."""
    even, odd = source[::2].count(0), source[1::2].count(0)
    enough = len(source) // 2 * _ZERO_SHARE
    if len(source) % 2 or not (even or odd) or (even and odd) or max(even, odd) < enough:
        return None
    encoding = "utf_16_le" if odd else "utf_16_be"
    return encoding.replace("_", "-") if from_bytes(source, cp_isolation=[encoding]).best() else None


def _single_byte(source: bytes, offset: int) -> str:
    if b"\x00" not in source and from_bytes(source, cp_isolation=["cp1252"]).best():
        return source.decode("cp1252")
    where = f"not {_ACCEPTED}: byte 0x{source[offset]:02x} at offset {offset} does not fit"
    guess = None if b"\x00" in source else from_bytes(source).best()
    raise DocumentRejected(f"{where}; it may be {guess.encoding}: save it as UTF-8" if guess else f"{where}; binary?")
