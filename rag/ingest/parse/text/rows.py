"""Rows of a table within a text that is given verbatim: cells by their places, and which rows name the columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.blocks import Cell, Form
from rag.ingest.parse.outline import Outline
from rag.ingest.parse.tables import GridCell, head_rows, placed

_LOOKED_AT = 500  # rows that tell which of the first ones name the columns


@dataclass(slots=True)
class Row:
    """A row with its cells; one that is wrapped has several for a column.

    Args:
        gap: A row with nothing in it is before it.
        width: Its columns, those without a cell included, where they are known.
    """

    start: int
    end: int
    cells: list[Cell] = field(default_factory=list)
    gap: bool = False
    width: int = 0


def add_table(outline: Outline, rows: Sequence[Row], *, declared: int = 0, start: int = -1, end: int = -1) -> None:
    """Append a table.

    Args:
        declared: How many of its first rows are marked as naming the columns.
        start: Of the table, where that is before its first row: a line around it.
        end: Of the table, where that is behind its last row.
    """
    shown = [row for row in rows if row.cells]
    heads = head_rows(placed([_grid_row(outline.text, row) for row in shown[:_LOOKED_AT]]), declared)
    with outline.within(Form.TABLE, start):
        for number, row in enumerate(shown):
            outline.leaf(row.start, row.end, Form.ROW, head=number < heads, cells=row.cells)
        outline.reach(end)


def _grid_row(text: str, row: Row) -> list[GridCell]:
    cells: list[GridCell] = []
    column = 0
    for cell in row.cells:
        if cell.column < column:
            continue
        cells += [GridCell(text="")] * (cell.column - column)
        cells.append(GridCell(text=text[cell.start : cell.end], columns=cell.width))
        column = cell.column + cell.width
    return cells
