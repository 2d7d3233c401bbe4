"""From a file's bytes to the text that citations index."""

from dataclasses import dataclass
from pathlib import PurePath

from rag.errors import DocumentRejected

MEDIA_TYPES = {".txt": "text/plain", ".text": "text/plain", ".md": "text/markdown", ".markdown": "text/markdown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A document's text, verbatim, and its media type."""

    text: str
    media_type: str

    @property
    def markdown(self) -> bool:
        """Whether the text is Markdown by its name."""
        return self.media_type == "text/markdown"


def parse(name: str, source: bytes) -> Parsed:
    """Decode a plain-text or Markdown file: no stripping, no normalisation, no repair.

    Raises:
        DocumentRejected: For another type of file, bytes that are not UTF-8, and a text without a letter or digit.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in MEDIA_TYPES:
        raise DocumentRejected(f"{suffix or 'no suffix'}: only {', '.join(MEDIA_TYPES)} files can be read")
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentRejected(f"not UTF-8: byte 0x{source[error.start]:02x} at offset {error.start}") from None
    if not any(character.isalnum() for character in text):
        raise DocumentRejected("empty: the file has no letter or digit")
    return Parsed(text=text, media_type=MEDIA_TYPES[suffix])
