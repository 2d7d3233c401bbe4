"""The tree of a document: headings, paragraphs, lists, tables, records, code, each with its span of the text.

The blocks of a document are in its order, each before those within it (pre-order); ``parent`` is the position of the
block that it is within. Some hold others, the rest are leaves: every character that can be cited is in a leaf.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.types import Kind, Span


class Form(StrEnum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST = "list"
    ITEM = "item"
    TABLE = "table"
    ROW = "row"
    RECORD = "record"
    FIELD = "field"
    CODE = "code"
    QUOTE = "quote"
    CAPTION = "caption"


_OPENING = 1_000
HOLDERS = frozenset({Form.LIST, Form.ITEM, Form.TABLE, Form.RECORD, Form.QUOTE})
"""The forms that hold other blocks; the others are leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a row, or the key and the value of a field (columns 0 and 1).

    ``start`` and ``end`` are offsets of the document's text. A cell that reaches over several rows stands in the text
    once and is a cell of each of them; one that reaches over several columns has their number as ``width``. Cells
    without text are left out.
    """

    start: int
    end: int
    column: int
    width: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of a document.

    Args:
        span: What it covers, with all that is within it, without white space around it.
        parent: The position of the block that holds it; ``None`` for one that stands by itself.
        level: Of a heading, from 1; of a list, how many lists it is within.
        ordered: Of a list: its items are numbered.
        head: Of a row: it names the columns.
        cells: Of a row or a field.
        kind: What markup says that it says of the document.
        mark: Of an item: its number or letter as it is written, where it has one.
    """

    span: Span
    form: Form = Form.PARAGRAPH
    parent: int | None = None
    level: int = 0
    ordered: bool = False
    head: bool = False
    cells: tuple[Cell, ...] = ()
    kind: Kind | None = None
    mark: str = ""

    @property
    def heading(self) -> bool:
        """Whether it is a heading."""
        return self.form is Form.HEADING

    def opening(self, text: str) -> str:
        """As much of a block of ``text`` as tells what it is: all of a line, the start of a long paragraph."""
        return text[self.span.start : min(self.span.end, self.span.start + _OPENING)]

    @property
    def leaf(self) -> bool:
        """Whether it holds no other block."""
        return self.form not in HOLDERS


def children(blocks: Sequence[Block], position: int) -> Iterator[int]:
    """The positions of the blocks right within one."""
    for place in within(blocks, position):
        if blocks[place].parent == position:
            yield place


def within(blocks: Sequence[Block], position: int) -> Iterator[int]:
    """The positions of all blocks within one, at any depth."""
    inside = {position}
    for place in range(position + 1, len(blocks)):
        parent = blocks[place].parent
        if parent not in inside:
            return
        if not blocks[place].leaf:
            inside.add(place)
        yield place


def holders(blocks: Sequence[Block], position: int) -> Iterator[int]:
    """The positions of the blocks that one is within, the innermost first."""
    parent = blocks[position].parent
    while parent is not None:
        yield parent
        parent = blocks[parent].parent
