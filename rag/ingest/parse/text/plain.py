"""Plain text: the file decoded, verbatim; one that is Markdown, CSV or JSON by another name is read as such."""

from rag.ingest.parse.data.json import is_json, json_tree
from rag.ingest.parse.outline import Outline
from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.sheets.delimited import delimiter_of_text, write_rows
from rag.ingest.parse.text import markdown
from rag.ingest.parse.text.blocks import blocks, reads_as_markdown
from rag.ingest.parse.text.decode import decode_within


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """Decode a plain text; one with ``# headings`` is laid out as Markdown.

    Raises:
        DocumentRejected: For bytes that are not text, and a text that is too long.
    """
    text = decode_within(source, limits.characters)
    start = int(text.startswith("\ufeff"))
    outline = Outline(text)
    if is_json(text[start:]):
        return Parsed(text=text, media_type=media_type, blocks=tuple(json_tree(text, start)))
    if reads_as_markdown(text):
        return markdown.parsed(text, media_type)
    if delimiter := delimiter_of_text(text[start:]):
        write_rows(outline, start, delimiter)
        return Parsed(text=text, media_type=media_type, blocks=tuple(outline.blocks))
    return Parsed(text=text, media_type=media_type, blocks=tuple(blocks(text)))
