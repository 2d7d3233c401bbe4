"""A sheet as it is seen: its cells in rows, cut into tables and lines where nothing is between them."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rag.blocks import Form
from rag.errors import DocumentRejected
from rag.ingest.parse.parsed import TextBuilder
from rag.ingest.parse.tables import GridCell

_LONGEST_CAPTION = 200
_MOST_COLUMNS = 1_000
_LARGE = 10_000  # cells of a merged range that are looked up one by one
_MOST_LARGE = 100


@dataclass(frozen=True, slots=True)
class Range:
    """Cells that are merged into their first one, counted from 0; ``rows`` and ``columns`` are how many."""

    row: int
    column: int
    rows: int
    columns: int

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell is within it."""
        return 0 <= row - self.row < self.rows and 0 <= column - self.column < self.columns


@dataclass(slots=True)
class Sheet:
    """What a sheet shows: the texts of its cells by row and column, and the ranges that are merged."""

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)


def write_sheet(builder: TextBuilder, sheet: Sheet) -> None:
    """Append a sheet: its name as a heading, then its tables; lines of one cell before one are no part of it.

    Raises:
        DocumentRejected: For a table of too many columns, and when the text grows beyond its limit.
    """
    merged = _Merged(sheet)
    rows = {row: shown for row, cells in sorted(sheet.rows.items()) if (shown := merged.uncovered(row, cells))}
    if not rows:
        return
    builder.add(sheet.name, form=Form.HEADING, level=1)
    for places in _regions(list(rows), sheet.merged):
        _write_region(builder, {row: rows[row] for row in places}, merged)


class _Merged:
    """The merged ranges of a sheet, to be asked of its cells."""

    def __init__(self, sheet: Sheet) -> None:
        self._starts = {(one.row, one.column): one for one in sheet.merged}
        self._large = [one for one in sheet.merged if one.rows * one.columns > _LARGE][:_MOST_LARGE]
        self._covered: set[tuple[int, int]] = set()
        for one in sheet.merged:
            rows = range(one.row, one.row + one.rows)
            if one.rows * one.columns <= _LARGE and any(row in sheet.rows for row in rows):
                columns = range(one.column, one.column + one.columns)
                self._covered |= {(row, column) for row in rows for column in columns} - {(one.row, one.column)}

    def starting(self, row: int, column: int) -> Range:
        """The range that begins with a cell: itself where it is not merged."""
        return self._starts.get((row, column)) or Range(row, column, 1, 1)

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell is merged into another one: programs keep what such a cell has, and do not show it."""
        return (row, column) in self._covered or any(
            one.holds(row, column) and (row, column) != (one.row, one.column) for one in self._large
        )

    def uncovered(self, row: int, cells: Mapping[int, str]) -> dict[int, str]:
        """The cells of a row that are shown."""
        return {column: text for column, text in cells.items() if text and not self.covers(row, column)}


def _regions(rows: Sequence[int], merged: Sequence[Range]) -> Iterator[list[int]]:
    """Rows that follow each other; one that a merged cell reaches into is not empty."""
    reached = {row for one in merged if one.rows <= _LARGE for row in range(one.row, one.row + one.rows)}
    region: list[int] = []
    for row in rows:
        if region and row > region[-1] + 1 and not all(between in reached for between in range(region[-1] + 1, row)):
            yield region
            region = []
        region.append(row)
    if region:
        yield region


def _write_region(builder: TextBuilder, rows: Mapping[int, Mapping[int, str]], merged: _Merged) -> None:
    """Write rows that follow each other: a table, with the lines above it; without one, lines."""
    places = list(rows)
    wide = next((number for number, row in enumerate(places) if len(rows[row]) > 1), len(places))
    titles = [text for row in places[:wide] for text in rows[row].values()]
    caption = titles.pop() if titles and wide < len(places) and len(titles[-1]) <= _LONGEST_CAPTION else ""
    for title in titles:
        builder.add(title)
    used = sorted({column for row in places[wide:] for column in rows[row]})
    if len(used) > _MOST_COLUMNS:
        raise DocumentRejected(f"a table of {len(used)} columns; at most {_MOST_COLUMNS} are read: split it")
    if used:
        builder.table([_grid_row(row, rows[row], used, merged) for row in places[wide:]], caption=caption)


def _grid_row(row: int, cells: Mapping[int, str], used: Sequence[int], merged: _Merged) -> list[GridCell]:
    """The cells of a row; columns with nothing in them are none."""
    made: list[GridCell] = []
    reached = 0
    for column, text in sorted(cells.items()):
        place = bisect_left(used, column)
        empty = sum(not merged.covers(row, one) for one in used[reached:place])
        made += [GridCell(text="", columns=empty)] if empty else []
        over = merged.starting(row, column)
        reached = max(place + 1, bisect_left(used, column + over.columns))
        made.append(GridCell(text=text, columns=reached - place, rows=over.rows))
    return made
