"""A text that is read as documents are, and becomes none: one that is checked, or that another is checked against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.blocks import Block
from rag.errors import DocumentRejected
from rag.ingest.describe import Described
from rag.ingest.parse import Parsed, ParserProcess
from rag.ingest.passages import sentence_fits, split
from rag.models.protocols import Encoder
from rag.types import Description, Kind, Sentence

_MARKDOWN = "text.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A text, its blocks and its sentences."""

    text: str
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]


def read_aside(text: str, parser: ParserProcess, encoder: Encoder) -> Aside:
    """The blocks and sentences of a plain text or Markdown; none of it is taken for a title, a date or a name.

    Raises:
        DocumentRejected: For a text that the parser cannot read.
    """
    content = text.encode("utf-8", "replace")
    parsed = parser.parse(_MARKDOWN, content)
    if len(parsed.text) != len(text):
        raise DocumentRejected("the text was read as another; send it without a byte order mark")
    return read_parsed(parsed, encoder)


def read_parsed(parsed: Parsed, encoder: Encoder) -> Aside:
    """The blocks and sentences of what was parsed."""
    text, blocks = parsed.text, parsed.blocks
    return Aside(text=text, blocks=blocks, sentences=tuple(_sentences(text, blocks, encoder)))


def _sentences(text: str, blocks: Sequence[Block], encoder: Encoder) -> Iterator[Sentence]:
    leaves = sum(block.leaf for block in blocks)
    described = Described(description=Description(), kinds=(Kind.BODY,) * leaves)
    return split(text, blocks, described, lambda one: sentence_fits(one, encoder))
