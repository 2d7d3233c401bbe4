"""Tables of a DOCX: which of them are data, and what their cells, header rows and labels are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from docx.oxml.ns import qn

from rag.ingest.parse.office.hidden import is_hidden_row
from rag.ingest.parse.office.runs import BOX, PARAGRAPH, TABLE, UNSEEN, Look, is_bold, pieces, text_of
from rag.ingest.parse.office.styles import Styles, list_of
from rag.ingest.parse.records import Grid
from rag.ingest.parse.tables import GridCell, titled

_ROW, _CELL, _VAL = qn("w:tr"), qn("w:tc"), qn("w:val")
_PROPERTIES, _PARAGRAPH_PROPERTIES, _MERGED, _SPANNED = qn("w:tcPr"), qn("w:pPr"), qn("w:vMerge"), qn("w:gridSpan")
_LONG_CELL = 300
_MOST_SPANNED = 1_000
_OFF = ("0", "false", "off")
_ENDS = (".", ",", ";", ":", "!", "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A cell: what it says, and whether that is all in bold or in the style of table heads."""

    text: str
    columns: int
    head: bool
    merge: str
    """``restart`` where a cell over several rows starts, ``continue`` where it goes on."""


class Grids:
    """Reads the tables of a document."""

    def __init__(self, styles: Styles, look: Look) -> None:
        self._styles = styles
        self._look = look

    def of(self, table: Any) -> Grid | None:
        """The data of a table; ``None`` where it only places what is in it."""
        elements = rows_of(table)
        rows = [self._row(element) for element in elements]
        declared = 0
        while declared < len(elements) and _is_declared(elements[declared]):
            declared += 1
        if not _is_data(table, rows, declared):
            return None
        cells = _cells(rows)
        title, below = titled(cells)
        if title:
            cells, rows, declared = list(map(list, below)), rows[1:], max(0, declared - 1)
        return Grid(
            rows=cells,
            declared=min(declared, max(1, len(rows) - 1)) or _bold_head(rows),
            labelled=_is_labelled(rows),
            caption=title,
        )

    def _row(self, row: Any) -> list[_Said]:
        before = row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}")
        skipped = _number(before.get(_VAL)) if before is not None else 0
        empty = [_Said(text="", columns=skipped, head=False, merge="")] if skipped else []
        return [*empty, *(self._cell(cell) for cell in cells_of(row))]

    def _cell(self, cell: Any) -> _Said:
        properties = cell.find(_PROPERTIES)
        text, heads = "", []
        for paragraph in parts_of(cell):
            found = pieces(paragraph, self._look) if paragraph.tag == PARAGRAPH else []
            words = " ".join(text_of(found).split())
            if words:
                style = self._styles.of(paragraph)
                listed = style.list_id or list_of(paragraph.find(_PARAGRAPH_PROPERTIES))[0]
                heads.append(is_bold(found) or style.table_head)
                gap = "; " if listed and not text.endswith(_ENDS) else " "
                text += (gap if text else "") + words
        return _Said(
            text=text,
            columns=_columns(properties),
            head=bool(heads) and all(heads),
            merge=_merge(properties),
        )


def rows_of(table: Any) -> list[Any]:
    """The rows of a table that are seen, also those in controls."""
    return [row for row in _within(table, _ROW) if not is_hidden_row(row)]


def cells_of(row: Any) -> Iterator[Any]:
    """The cells of a row, also those in controls."""
    return _within(row, _CELL)


def parts_of(container: Any) -> Iterator[Any]:
    """The paragraphs and tables of a container, in order, also those within controls and marked changes."""
    waiting = [iter(container)]
    while waiting:
        element = next(waiting[-1], None)
        if element is None:
            waiting.pop()
        elif element.tag in (PARAGRAPH, TABLE):
            yield element
        elif isinstance(element.tag, str) and element.tag not in UNSEEN:
            waiting.append(iter(element))


def _within(element: Any, tag: str) -> Iterator[Any]:
    waiting = [iter(element)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif child.tag == tag:
            yield child
        elif isinstance(child.tag, str) and child.tag not in UNSEEN and child.tag not in (TABLE, PARAGRAPH, BOX):
            waiting.append(iter(child))


def _is_declared(row: Any) -> bool:
    mark = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}")
    return mark is not None and mark.get(_VAL) not in _OFF


def _is_data(table: Any, rows: Sequence[Sequence[_Said]], declared: int) -> bool:
    width = max((sum(bool(cell.text) for cell in row) for row in rows), default=0)
    if width < 2:
        return False
    if declared and len(rows) > 1:
        return True
    long = sum(len(cell.text) > _LONG_CELL for row in rows for cell in row)
    nested = any(inner is not table for inner in table.iter(TABLE))
    return not nested and (not long if len(rows) == 1 else 2 * long < len(rows))


def _cells(rows: Sequence[Sequence[_Said]]) -> list[list[GridCell]]:
    """The cells of each row, those over several rows once, where they start."""
    grid: list[list[GridCell]] = []
    open_cells: dict[int, tuple[int, int]] = {}
    for number, row in enumerate(rows):
        cells: list[GridCell] = []
        going_on: dict[int, tuple[int, int]] = {}
        column = 0
        for said in row:
            start = open_cells.get(column) if said.merge == "continue" else None
            if start is not None:
                above = grid[start[0]][start[1]]
                grid[start[0]][start[1]] = replace(above, rows=number - start[0] + 1)
                going_on[column] = start
            else:
                cells.append(GridCell(text=said.text, columns=said.columns))
                if said.merge:
                    going_on[column] = number, len(cells) - 1
            column += said.columns
        grid.append(cells)
        open_cells = going_on
    return grid


def _bold_head(rows: Sequence[Sequence[_Said]]) -> int:
    """One where the first row alone is all in bold."""
    heads = [len(row) > 1 and all(cell.head for cell in row if cell.text) for row in rows[:3]]
    return int(len(heads) > 1 and heads[0] and not any(heads[1:]))


def _is_labelled(rows: Sequence[Sequence[_Said]]) -> bool:
    labels = [row for row in rows if len(row) > 1]
    return bool(labels) and all(row[0].head and not row[1].head for row in labels)


def _merge(properties: Any) -> str:
    mark = None if properties is None else properties.find(_MERGED)
    if mark is None:
        return ""
    return "restart" if mark.get(_VAL) == "restart" else "continue"


def _columns(properties: Any) -> int:
    mark = None if properties is None else properties.find(_SPANNED)
    return 1 if mark is None else max(1, _number(mark.get(_VAL)))


def _number(value: str | None) -> int:
    value = value or ""
    return min(int(value), _MOST_SPANNED) if value.isdecimal() and len(value) < 9 else 0
