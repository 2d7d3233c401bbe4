"""Tables of Markdown: their cells between pipes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.blocks import Block, Cell, Form
from rag.ingest.parse.tables import GridCell, head_rows, placed
from rag.types import Span

_RULE = re.compile(r"[ \t]*:?-+:?[ \t]*")
_Place = tuple[int, int]


@dataclass(slots=True)
class _Line:
    """A line of a table: what it covers and where its cells are; those without text are empty."""

    span: Span
    cells: list[_Place] = field(default_factory=list)


def table_blocks(text: str, rows: Sequence[tuple[Span, Sequence[str]]], heads: int) -> list[list[Block]]:
    """The tables that one is, each with its rows, whose parents are positions there; lines below without a pipe are
    paragraphs.

    Two tables that no blank line parts are read as one by the parser: a second rule below a line begins the next.

    Args:
        rows: What each row covers, and what its cells say; the rule below the first is none.
        heads: How many of them markup says name the columns.
    """
    lines = [_line(text, span, contents) for span, contents in rows]
    parts: list[tuple[list[_Line], int]] = []
    begin, declared = 0, heads
    for place, line in enumerate(lines):
        if place > begin + declared and line.cells and all(_is_rule(text, cell) for cell in line.cells):
            parts.append((lines[begin : place - 1], declared))
            line.cells.clear()
            begin, declared = place - 1, 1
    last = len(lines)
    while last > begin + 1 and "|" not in lines[last - 1].span.of(text) and "|" in lines[begin].span.of(text):
        last -= 1
    parts.append((lines[begin:last], declared))
    tables = [_table(text, part, declared) for part, declared in parts]
    below = [[Block(span=line.span)] for line in lines[last:] if line.span.of(text).strip()]
    return [table for table in (*tables, *below) if table]


def _line(text: str, span: Span, contents: Sequence[str]) -> _Line:
    line, reached = _Line(span), span.start
    for content in contents:
        reached = _place_cell(text, line, reached, content)
    return line


def _is_rule(text: str, cell: _Place) -> bool:
    return cell[0] == cell[1] or bool(_RULE.fullmatch(text, *cell))


def _place_cell(text: str, line: _Line, reached: int, content: str) -> int:
    """Find a cell in its line; gives where the next one may start."""
    written = content if content and text.find(content, reached, line.span.end) >= 0 else content.replace("|", r"\|")
    found = text.find(written, reached, line.span.end) if written else -1
    if found < 0:
        line.cells.append((reached, reached))
        after = -1 if content else text.find("|", reached + 1, line.span.end)
        return after if after >= 0 else reached
    line.cells.append((found, found + len(written)))
    after = text.find("|", found + len(written), line.span.end)
    return after if after >= 0 else line.span.end


def _table(text: str, lines: Sequence[_Line], declared: int) -> list[Block]:
    grid = placed([[GridCell(text=text[start:end]) for start, end in line.cells] for line in lines])
    if not grid:
        return []
    blank = declared == 1 and not any(cell.text for cell in grid[0])
    heads = head_rows(grid[1:]) + 1 if blank else head_rows(grid, declared)
    rows = list(_rows(lines, heads))
    if not rows:
        return []
    whole = Span(start=rows[0].span.start, end=rows[-1].span.end)
    return [Block(span=whole, form=Form.TABLE), *rows]


def _rows(lines: Sequence[_Line], heads: int) -> Iterator[Block]:
    for number, line in enumerate(lines):
        cells = tuple(
            Cell(start=start, end=end, column=column) for column, (start, end) in enumerate(line.cells) if start < end
        )
        if cells:
            yield Block(span=line.span, form=Form.ROW, parent=0, head=number < heads, cells=cells)
