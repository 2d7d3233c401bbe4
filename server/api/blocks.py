"""A document's text as a tree of blocks: what is a heading, a list, a table, a record or code, by offsets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rag.blocks import Block, Form, holders
from rag.ingest.parse.text.blocks import reads_as_markdown
from rag.language.inline import Styled, inline_styles, line_marks
from rag.types import Document, Kind, Sentence, Span

_HEADINGS = frozenset((Kind.HEADING, Kind.TITLE))
_MARKDOWN = "text/markdown"
_PLAIN = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Characters of the document's text, half open."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCell:
    """A cell of a row, or the key and the value of a field: columns 0 and 1.

    One that reaches over several rows is a cell of each of them.
    """

    start: int
    end: int
    column: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBlock:
    """A part of a document, from ``start`` to ``end``."""

    form: Form
    start: int
    end: int
    parent: int | None
    level: int
    ordered: bool
    head: bool
    mark: str
    cells: list[ReadCell]
    styles: list[Styled]
    marked: Range | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentBlocks:
    """The blocks of a document in its order, each before those within it."""

    blocks: list[ReadBlock]


def read_blocks(
    document: Document, text: str, blocks: Sequence[Block], sentences: Sequence[Sentence], marked: Span | None = None
) -> list[ReadBlock]:
    """The blocks of a document as they are read.

    A line that was found to be the title or a heading is one. Where no blocks were kept, those of the sentences are
    given.

    Args:
        sentences: All of the document, in order.
        marked: Characters to mark, wherever they lie; ``None`` for none.
    """
    markdown = document.media_type == _MARKDOWN or (document.media_type == _PLAIN and reads_as_markdown(text))
    known = _with_headings(blocks, sentences) if blocks else list(_of_sentences(sentences))
    return [
        ReadBlock(
            form=block.form,
            start=block.span.start,
            end=block.span.end,
            parent=block.parent,
            level=block.level,
            ordered=block.ordered,
            head=block.head,
            mark=block.mark,
            cells=[ReadCell(start=one.start, end=one.end, column=one.column, width=one.width) for one in block.cells],
            styles=_styles(text, known, place) if markdown and block.leaf else [],
            marked=_common(block.span, marked),
        )
        for place, block in enumerate(known)
    ]


def _with_headings(blocks: Sequence[Block], sentences: Sequence[Sentence]) -> list[Block]:
    found = {one.block for one in sentences if one.kind in _HEADINGS}
    return [
        replace(block, form=Form.HEADING, level=1) if place in found and block.form is Form.PARAGRAPH else block
        for place, block in enumerate(blocks)
    ]


def _of_sentences(sentences: Sequence[Sentence]) -> Iterator[Block]:
    for _, group in groupby(sentences, key=lambda one: one.block):
        first, *rest = group
        span = Span(start=first.span.start, end=rest[-1].span.end if rest else first.span.end)
        heads = first.kind in _HEADINGS
        yield Block(span=span, form=Form.HEADING, level=1) if heads else Block(span=span)


def _styles(text: str, blocks: Sequence[Block], place: int) -> list[Styled]:
    """The styles of a leaf; each cell has its own, and code none but the marks of the quotation that it is in."""
    block = blocks[place]
    if block.cells:
        return [one for cell in block.cells for one in inline_styles(text, Span(start=cell.start, end=cell.end))]
    inside = {blocks[holder].form for holder in holders(blocks, place)}
    prefixed = Form.QUOTE in inside or (Form.ITEM in inside and block.form is not Form.CODE)
    own = inline_styles(text, block.span) if block.form is not Form.CODE else []
    return sorted([*own, *(line_marks(text, block.span) if prefixed else ())], key=lambda one: (one.start, -one.end))


def _common(span: Span, marked: Span | None) -> Range | None:
    if marked is None:
        return None
    start, end = max(span.start, marked.start), min(span.end, marked.end)
    return Range(start=start, end=end) if start < end else None
