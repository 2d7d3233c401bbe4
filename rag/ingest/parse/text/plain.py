"""Plain text: the file decoded, verbatim."""

from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.text import markdown
from rag.ingest.parse.text.blocks import blocks, reads_as_markdown
from rag.ingest.parse.text.decode import decode_within


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """Decode a plain text; one with ``# headings`` is laid out as Markdown.

    Raises:
        DocumentRejected: For bytes that are not text, and a text that is too long.
    """
    text = decode_within(source, limits.characters)
    if reads_as_markdown(text):
        return markdown.parsed(text, media_type)
    return Parsed(text=text, media_type=media_type, blocks=tuple(blocks(text)))
