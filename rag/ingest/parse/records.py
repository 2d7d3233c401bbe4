"""Records, and the tables that are some: labels and their values."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.blocks import Form
from rag.ingest.parse.parsed import TextBuilder
from rag.ingest.parse.tables import GridCell, is_record

Fields = Sequence[tuple[str, str]]
"""Keys and values; a value may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of data.

    Args:
        rows: Its cells.
        declared: How many of the first rows name the columns by their markup.
        labelled: Whether the first cell of each row is marked as its label.
        caption: Its own.
    """

    rows: Sequence[Sequence[GridCell]]
    declared: int = 0
    labelled: bool = False
    caption: str = ""


def write_fields(fields: Fields, builder: TextBuilder) -> None:
    """Append a record."""
    with builder.within(Form.RECORD):
        for key, value in fields:
            name = key.rstrip().removesuffix(":").rstrip()
            if name and value:
                builder.field(name, value)
            else:
                builder.add(key or value)


def write_grid(grid: Grid, builder: TextBuilder) -> None:
    """Append a table, or the records that it is."""
    filled = [[cell for cell in row if cell.text] for row in grid.rows]
    pairs = [row for row, cells in zip(grid.rows, filled, strict=True) if len(cells) > 1]
    titles = [cells[0].columns == 2 for cells in filled if len(cells) == 1]
    if not pairs or not all(titles) or not is_record(pairs, labelled=grid.labelled, declared=grid.declared):
        builder.table(grid.rows, declared=grid.declared, caption=grid.caption)
        return
    builder.add(grid.caption, form=Form.CAPTION)
    waiting: list[tuple[str, str]] = []
    for cells in filled:
        if len(cells) == 2:
            waiting.append((cells[0].text, cells[1].text))
        elif cells:
            write_fields(waiting, builder)
            waiting = []
            builder.add(cells[0].text, form=Form.CAPTION)
    write_fields(waiting, builder)
