"""A document's blocks read as a person reads them: a row with the names of its columns, an item with what leads to it.

What is made here is shown, indexed and judged; the spans say which characters of the text it is made of.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.blocks import Block, Cell, Form, children, holders, within
from rag.language.text import display
from rag.types import Kind, Span

_SENTENCE_END = re.compile(r"[.!?…]['\"”’)\]]*\s+(?=\S)")
_ENDED = re.compile(r"[.!?…]['\"”’)\]*_]*$")
_LONGEST_LEAD = 300
_LABEL = re.compile(r"[^.!?:]{1,60}[.:][*_]{0,3}(?=\s)")
_LABEL_WORDS = 4
_LISTED = frozenset({Form.LIST, Form.RECORD})
_TELL_OF_DOCUMENT = (Kind.AUTHOR, Kind.PUBLISHED, Kind.PUBLISHER, Kind.BOILERPLATE)
_LED = frozenset({Form.LIST, Form.RECORD, Form.TABLE, Form.CODE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A cell of a row: its words under the name of its column, empty where that has none."""

    column: int
    name: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table, or a field of a record, as it is read.

    Args:
        context: What holds for every cell: the caption, a name over all columns, the section that it stands in.
        pairs: Its cells by column.
        spans: Those of the document that it is made of; its own first.
    """

    context: tuple[str, ...]
    pairs: tuple[Pair, ...]
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        """Its cells in one line, each under its name."""
        return row_text([(pair.name, pair.value) for pair in self.pairs])

    @property
    def whole(self) -> str:
        """Its line with what holds for all of it before."""
        return ": ".join([*(part.rstrip(":") for part in self.context), self.text])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """What the rows of a table share; ``width`` counts its columns, to the last that has a cell."""

    width: int
    names: Mapping[int, str]
    context: tuple[str, ...]
    heads: Span | None
    sections: Mapping[int, int]


def row_text(cells: Sequence[tuple[str, str]]) -> str:
    """The cells of a row in one line, each a name and a value; those without a name come first, as its label.

    >>> row_text([("", "Rent:"), ("2024", "90"), ("2023", "85")])
    'Rent — 2024: 90; 2023: 85'
    """
    labels = [value.rstrip(":") for name, value in cells if not name]
    values = [f"{name.rstrip(':')}: {value}" for name, value in cells if name]
    return " — ".join(part for part in (*labels, "; ".join(values)) if part)


class Outline:
    """The blocks of a document; positions are those of ``blocks``, spans those of ``text``."""

    def __init__(self, text: str, blocks: Sequence[Block]) -> None:
        self.text = text
        self.blocks = blocks
        self._tables: dict[int, _Table] = {}

    def form(self, position: int) -> Form:
        """What a block is; a paragraph where it is not known."""
        return self.blocks[position].form if position < len(self.blocks) else Form.PARAGRAPH

    def shown(self, position: int) -> str:
        """The words of a block as a person reads them."""
        return display(self.blocks[position].span.of(self.text))

    def mark(self, position: int) -> str:
        """The number of the item that a leaf begins, empty where it has none."""
        parent = self.blocks[position].parent if position < len(self.blocks) else None
        return self.blocks[parent].mark if parent is not None and position == parent + 1 else ""

    def holder(self, position: int, form: Form) -> int | None:
        """The innermost block of a form that one is within."""
        if position >= len(self.blocks):
            return None
        return next((one for one in holders(self.blocks, position) if self.blocks[one].form is form), None)

    def row(self, position: int) -> Row:
        """A row or a field."""
        block = self.blocks[position]
        if block.form is Form.FIELD:
            return self._field(block)
        table = self._table(position if block.parent is None else block.parent)
        section = table.sections.get(position)
        pairs = tuple(
            Pair(column=cell.column, name=table.names.get(cell.column, ""), value=self._said(cell), span=_span(cell))
            for cell in block.cells
        )
        own = (block.span, *(pair.span for pair in pairs if not _covers(block.span, pair.span)))
        over = self.blocks[section].cells[0] if section is not None else None
        context = (*table.context, *((self._said(over),) if over else ()))
        spans = [*own, *([_span(over)] if over else ())]
        return Row(context=context, pairs=pairs, spans=tuple([*spans, *([table.heads] if table.heads else ())]))

    def lead_in(self, position: int) -> Span | None:
        """What leads to a list, table, record or code block: the paragraph right before it, where it does so."""
        block = self.blocks[position]
        before = self._before(position)
        if before is None:
            return None
        said = self.blocks[before]
        words = said.span.of(self.text)
        if (
            said.form is Form.CAPTION
            or words.rstrip("*_ ").endswith(":")
            or (not _ENDED.search(words.rstrip()) and len(words) <= _LONGEST_LEAD)
        ):
            return self._last_sentence(said.span)
        return said.span if block.form is Form.CODE and len(words) <= _LONGEST_LEAD else None

    def only_leads(self, position: int, span: Span) -> bool:
        """Whether a sentence says nothing but that something comes: it ends in a colon before a list or table."""
        following = position + 1
        if following >= len(self.blocks) or self.blocks[following].form not in _LED:
            return False
        lead = self.lead_in(following)
        return lead is not None and _covers(lead, span) and span.of(self.text).rstrip("*_ ").endswith(":")

    def leads(self, position: int) -> tuple[Span, ...]:
        """What is needed to understand an item or its list: lead-ins and the items it is within, outermost first."""
        found: list[Span] = []
        for holder in holders(self.blocks, position) if position < len(self.blocks) else ():
            block = self.blocks[holder]
            if block.form in _LED and (lead := self.lead_in(holder)):
                found.append(lead)
        return tuple(reversed(found))

    def label(self, leaf: int) -> Span | None:
        """What a leaf begins with to say what it is about: at most four words before a colon or full stop."""
        span = self.blocks[leaf].span
        found = _LABEL.match(self.text, span.start, span.end)
        return Span(start=span.start, end=found.end()) if found and len(found[0].split()) <= _LABEL_WORDS else None

    def lists(self, span: Span) -> Iterator[int]:
        """The lists and records that have anything in a span, the outer ones first."""
        first, end = bisect_left(self._starts, span.start), bisect_left(self._starts, span.end)
        before = [first - 1, *holders(self.blocks, first - 1)] if first else []
        for position in (*reversed(before), *range(first, end)):
            block = self.blocks[position]
            if block.form in _LISTED and block.span.end > span.start:
                yield position

    @cached_property
    def _starts(self) -> list[int]:
        return [block.span.start for block in self.blocks]

    def items(self, position: int) -> list[int]:
        """The items of a list, or the fields of a record."""
        return list(children(self.blocks, position))

    def depth(self, position: int, top: int) -> int:
        """How many items a leaf of a list is within, below ``top``."""
        return sum(self.blocks[one].form is Form.ITEM for one in holders(self.blocks, position) if one > top)

    def leaves(self, position: int) -> list[int]:
        """The leaves within a block, in order; itself where it is one."""
        if self.blocks[position].leaf:
            return [position]
        return [place for place in within(self.blocks, position) if self.blocks[place].leaf]

    def names(self, table: int) -> list[str]:
        """The names of a table's columns, from the first to the last that has a cell."""
        read = self._table(table)
        return [read.names.get(column, "") for column in range(read.width)]

    def _before(self, position: int) -> int | None:
        """The leaf right before a block, with the same parent; within an item its own words."""
        before, parent = position - 1, self.blocks[position].parent
        if before < 0 or before == parent:
            return None
        said = self.blocks[before]
        if said.parent != parent or said.form not in (Form.PARAGRAPH, Form.CAPTION) or said.kind in _TELL_OF_DOCUMENT:
            return None
        return before

    def _last_sentence(self, span: Span) -> Span:
        """The last sentence of a long paragraph, all of a short one."""
        if span.end - span.start <= _LONGEST_LEAD // 2:
            return span
        ends = [found.end() for found in _SENTENCE_END.finditer(self.text, span.start, span.end)]
        return Span(start=ends[-1], end=span.end) if ends else span

    def _said(self, cell: Cell) -> str:
        return display(self.text[cell.start : cell.end])

    def _field(self, block: Block) -> Row:
        key = next((cell for cell in block.cells if cell.column == 0), None)
        name = self._said(key) if key else ""
        pairs = tuple(
            Pair(column=cell.column, name=name, value=self._said(cell), span=_span(cell))
            for cell in block.cells
            if cell.column
        )
        return Row(context=(), pairs=pairs, spans=(block.span,))

    def _table(self, position: int) -> _Table:
        if position not in self._tables:
            self._tables[position] = self._read_table(position)
        return self._tables[position]

    def _read_table(self, position: int) -> _Table:
        rows = [place for place in self.items(position) if self.blocks[place].form is Form.ROW]
        heads = [place for place in rows if self.blocks[place].head]
        columns = {cell.column for place in rows for cell in self.blocks[place].cells}
        body = [place for place in rows if not self.blocks[place].head]
        names, context = self._names(heads, sorted(columns))
        lead = self.lead_in(position)
        over = (*((display(lead.of(self.text)),) if lead else ()), *context)
        spans = [self.blocks[place].span for place in heads]
        return _Table(
            width=max(columns, default=-1) + 1,
            names=names,
            context=over,
            heads=Span(start=spans[0].start, end=spans[-1].end) if spans else None,
            sections=self._sections(body, len(columns)),
        )

    def _names(self, heads: Sequence[int], columns: Sequence[int]) -> tuple[dict[int, str], tuple[str, ...]]:
        """The name of each column, from the top, and what stands over all of them."""
        parts: dict[int, list[str]] = {column: [] for column in columns}
        context: list[str] = []
        for number, place in enumerate(heads):
            last = number == len(heads) - 1
            cells = self.blocks[place].cells
            alone = len(cells) == 1 and len(columns) > 1
            if alone and (not last or cells[0].column == 0 or len(columns) > 2):
                context.append(self._said(cells[0]))
                continue
            for cell, reach in zip(cells, _reaches(cells, columns, last=last), strict=True):
                for column in reach:
                    if self._said(cell) not in parts[column]:
                        parts[column].append(self._said(cell))
        return {column: " ".join(names) for column, names in parts.items() if names}, tuple(context)

    def _sections(self, rows: Sequence[int], width: int) -> dict[int, int]:
        """For each row the one above that names its section: of one cell, in the first column, over fuller ones."""
        found: dict[int, int] = {}
        section: int | None = None
        for number, place in enumerate(rows):
            cells = self.blocks[place].cells
            if len(cells) == 1 and cells[0].column == 0 and width > 2:
                below = self.blocks[rows[number + 1]] if number + 1 < len(rows) else None
                section = place if below and len(below.cells) > 1 else section
            elif section is not None:
                found[place] = section
        return found


def _reaches(cells: Sequence[Cell], columns: Sequence[int], *, last: bool) -> Iterator[list[int]]:
    """The columns that each cell of a row of names stands over."""
    spanned = last or any(cell.width > 1 for cell in cells)
    for number, cell in enumerate(cells):
        end = cell.column + cell.width
        if not spanned and cell.column:
            end = cells[number + 1].column if number + 1 < len(cells) else columns[-1] + 1
        yield [column for column in columns if cell.column <= column < end]


def _span(cell: Cell) -> Span:
    return Span(start=cell.start, end=cell.end)


def _covers(one: Span, other: Span) -> bool:
    return one.start <= other.start and other.end <= one.end
