"""Tables of HTML: which of them are data, and what their rows, header rows and captions are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.ingest.parse.markup.tree import CELLS, is_hidden, line_of
from rag.ingest.parse.records import Grid
from rag.ingest.parse.tables import GridCell, titled

_LAYOUT = (
    *("h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "main", "form", "hr", "pre", "blockquote"),
    *("details", "figure"),
)
_ROW_GROUPS = ("thead", "tbody", "tfoot")
_PLACING = ("presentation", "none")
_LONG_CELL = 300
_MOST_SPANNED = 65_534
_BOLD = ("b", "strong")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    group: str
    cells: list[Any]
    texts: list[str]

    @property
    def heads(self) -> bool:
        """Whether it names columns: it is in the head of the table, or its cells, with text, are header cells."""
        tags = [cell.tag for cell, text in zip(self.cells, self.texts, strict=True) if text]
        return self.group == "thead" or (len(tags) > 1 and all(tag == "th" for tag in tags))


def grids(table: Any) -> list[Grid]:
    """The data of a table, and of those within it; nothing where it only places what is in it."""
    rows = _rows(table)
    if table.get("role") in _PLACING or not _is_data(table, rows):
        return []
    found = [_grid(table, rows)]
    for inner in table.iter("table"):
        if inner is not table:
            found.append(_grid(inner, _rows(inner)))
    return found


def _is_data(table: Any, rows: Sequence[_Row]) -> bool:
    marked = any(cell.tag == "th" or cell.get("scope") for row in rows for cell in row.cells)
    if marked and (len(rows) > 1 or len(rows[0].cells) > 1):
        return max(len(row.cells) for row in rows) > 1
    if any(inner is not table for inner in table.iter("table", *_LAYOUT)):
        return False
    if max((sum(bool(text) for text in row.texts) for row in rows), default=0) < 2:
        return False
    long = sum(len(text) > _LONG_CELL for row in rows for text in row.texts)
    return not long if len(rows) == 1 else 2 * long < len(rows)


def _grid(table: Any, rows: Sequence[_Row]) -> Grid:
    cells = [
        [_cell(cell, text, len(rows) - number) for cell, text in zip(row.cells, row.texts, strict=True)]
        for number, row in enumerate(rows)
    ]
    caption = next((line_of(child) for child in table if child.tag == "caption"), "")
    title, _ = titled(cells)
    if title and not caption:
        caption, cells, rows = title, cells[1:], rows[1:]
    labels = [_is_label(row, 0) for row in rows if len(row.cells) > 1]
    return Grid(
        rows=cells,
        declared=_head_rows(rows),
        labelled=bool(labels) and all(labels),
        caption=caption,
    )


def _head_rows(rows: Sequence[_Row]) -> int:
    """The first rows that name columns; where no row has header cells, a first one that alone is all bold."""
    heads = 0
    while heads < len(rows) and rows[heads].heads:
        heads += 1
    if heads:
        return min(heads, max(1, len(rows) - 1))
    bold = [len(row.cells) > 1 and all(_is_label(row, place) for place in range(len(row.cells))) for row in rows[:3]]
    return int(len(bold) > 1 and bold[0] and not any(bold[1:]))


def _is_label(row: _Row, place: int) -> bool:
    """Whether a cell is one of a header, or all of its text is bold."""
    cell = row.cells[place]
    if cell.tag == "th":
        return True
    bold = next(cell.iter(*_BOLD), None)
    return bold is not None and line_of(bold) == row.texts[place] != ""


def _cell(cell: Any, text: str, rows_left: int) -> GridCell:
    down = _span(cell, "rowspan")
    return GridCell(
        text=text,
        columns=max(1, _span(cell, "colspan")),
        rows=rows_left if down == 0 else min(down, rows_left),
    )


def _span(cell: Any, name: str) -> int:
    """Over how many rows or columns a cell reaches; 0 is all that are left."""
    value = (cell.get(name) or "").strip()
    return min(int(value), _MOST_SPANNED) if value.isdecimal() and len(value) < 10 else 1


def _rows(table: Any) -> list[_Row]:
    """The rows that are a table's own, those of its head first and those of its foot last."""
    rows = []
    for element, group in _row_elements(table):
        cells = list(_within(element, CELLS))
        if cells:
            rows.append(_Row(group=group, cells=cells, texts=[line_of(cell) for cell in cells]))
    order = {"thead": 0, "tfoot": 2}
    return sorted(rows, key=lambda row: order.get(row.group, 1))


def _row_elements(table: Any) -> Iterator[tuple[Any, str]]:
    for element in _within(table, frozenset({*_ROW_GROUPS, "tr"})):
        if element.tag == "tr":
            yield element, ""
        else:
            yield from ((row, str(element.tag)) for row in _within(element, frozenset({"tr"})))


def _within(element: Any, tags: frozenset[str]) -> Iterator[Any]:
    """The next elements of these tags below one, not those of a table within it."""
    waiting = [iter(element)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif is_hidden(child):
            continue
        elif child.tag in tags:
            yield child
        elif child.tag != "table" and child.tag not in CELLS:
            waiting.append(iter(child))
