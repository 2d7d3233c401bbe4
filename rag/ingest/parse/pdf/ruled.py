"""Tables whose cells are drawn: the pieces of a page that stand in the cells of a grid."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from rag.ingest.parse.pdf.grids import Grid, Place
from rag.ingest.parse.pdf.pieces import Piece
from rag.ingest.parse.pdf.rows import Table, bold_rows, cell_text, lines_of
from rag.ingest.parse.tables import GridCell, is_data

_LEAST_CELLS = 2
_LEAST_FILLED = 0.2
_LONGEST_MEDIAN = 500
_OVER = 2.0  # points
_NARROW = 12.0
_ABOVE = 0.3  # heights

_Cells = dict[Place, list[Piece]]


def ruled_table(grid: Grid, pieces: Sequence[Piece]) -> tuple[Table, list[Piece]] | None:
    """The table of a grid and the pieces that are in it; ``None`` where it is a frame, a chart or a layout."""
    held: list[Piece] = []
    cells: _Cells = {place: [] for place in grid.places}
    owners = {
        (row, column): place
        for place in grid.places
        for row in range(place.row, place.row + place.rows)
        for column in range(place.column, place.column + place.columns)
    }
    for piece in pieces:
        at = grid.at((piece.left + piece.right) / 2, (piece.bottom + piece.top) / 2)
        if at in owners:
            cells[owners[at]].append(piece)
            held.append(piece)
    if not _is_table(grid, cells, held):
        return None
    return _table(grid, _compact(grid, _parted(grid, cells))), held


def _is_table(grid: Grid, cells: _Cells, held: Sequence[Piece]) -> bool:
    filled = [place for place, inside in cells.items() if inside]
    if len(filled) < max(_LEAST_CELLS, _LEAST_FILLED * len(cells)):
        return False
    if len({place.row for place in filled}) < 2 or len({place.column for place in filled}) < 2:
        return len(filled) > 1 and len(grid.ys) > 3
    crossing = sum(any(piece.left < x - _OVER and x + _OVER < piece.right for x in grid.xs[1:-1]) for piece in held)
    single = sum(place.columns == 1 for place in filled)
    lengths = sorted(sum(len(piece.text) for piece in inside) for inside in cells.values() if inside)
    return crossing <= 0.5 * len(held) and single > 0 and lengths[len(lengths) // 2] <= _LONGEST_MEDIAN


def _parted(grid: Grid, cells: _Cells) -> _Cells:
    """Cells over several columns whose text stands in those columns are cells of them: not every row has its walls."""
    found: _Cells = {}
    for place, inside in cells.items():
        for part, pieces in _parts(grid, place, inside):
            found[part] = pieces
    return found


def _parts(grid: Grid, place: Place, inside: list[Piece]) -> list[tuple[Place, list[Piece]]]:
    by_column: dict[int, list[Piece]] = defaultdict(list)
    for piece in inside:
        at = grid.at((piece.left + piece.right) / 2, grid.ys[place.row] - 0.01)
        by_column[at[1] if at else place.column].append(piece)
    inner = grid.xs[place.column + 1 : place.column + place.columns]
    crosses = any(piece.left < x - _OVER and x + _OVER < piece.right for piece in inside for x in inner)
    if place.columns < 2 or len(by_column) < 2 or crosses:
        return [(place, inside)]
    columns = range(place.column, place.column + place.columns)
    return [(place._replace(column=column, columns=1), by_column.get(column, [])) for column in columns]


def _compact(grid: Grid, cells: _Cells) -> _Cells:
    """Cells counted by the rows and columns in which some text begins; the others are borders.

    A first column whose cells reach over several rows is one without text, too: it may have that on the page before.
    """
    rows = sorted({place.row for place, inside in cells.items() if inside})
    columns = sorted({place.column for place, inside in cells.items() if inside} | _labels(grid, cells, rows))
    found: _Cells = {}
    for place, inside in cells.items():
        row, column = bisect_left(rows, place.row), bisect_left(columns, place.column)
        height = bisect_left(rows, place.row + place.rows) - row
        width = bisect_left(columns, place.column + place.columns) - column
        if height and width:
            compact = Place(row, column, height, width)
            found[compact] = found.get(compact, []) + inside
    return found


def _labels(grid: Grid, cells: _Cells, rows: Sequence[int]) -> set[int]:
    """The first column, where a cell of it reaches over several rows."""
    deep = [
        place
        for place in cells
        if place.column == 0 and bisect_left(rows, place.row + place.rows) - bisect_left(rows, place.row) > 1
    ]
    return {0} if deep and grid.xs[1] - grid.xs[0] > _NARROW else set()


def _table(grid: Grid, cells: _Cells) -> Table:
    rows: list[tuple[GridCell, ...]] = []
    pieces: list[list[Piece]] = []
    for row in range(1 + max(place.row for place in cells)):
        places = sorted((place for place in cells if place.row == row), key=lambda place: place.column)
        reached = any(place.row <= row < place.row + place.rows - (place.row == row) for place in cells)
        made = [_row(places, cells)] if reached else _band(places, cells)
        rows += made
        pieces += [[piece for place in places for piece in cells[place]]] * len(made)
    return Table(
        rows=tuple(rows),
        columns=grid.xs[:-1],
        left=grid.xs[0],
        right=grid.xs[-1],
        bottom=grid.ys[-1],
        top=grid.ys[0],
        declared=bold_rows(pieces),
    )


def _row(places: Sequence[Place], cells: _Cells) -> tuple[GridCell, ...]:
    return tuple(GridCell(text=cell_text(cells[at]), columns=at.columns, rows=at.rows) for at in places)


def _band(places: Sequence[Place], cells: _Cells) -> list[tuple[GridCell, ...]]:
    """The rows between two lines: one, or more where a column has a number on each of several lines."""
    starts = _starts(places, cells)
    if len(starts) < 2:
        return [_row(places, cells)]
    rows = []
    for above, below in pairwise([float("inf"), *starts[1:], float("-inf")]):
        inside = {at: [piece for piece in cells[at] if below < piece.top <= above] for at in places}
        rows.append(_row(places, inside))
    return rows


def _starts(places: Sequence[Place], cells: _Cells) -> list[float]:
    """Where the rows of a band end at the top, by the lines of a column that has only numbers."""
    for place in places:
        lines = lines_of(cells[place])
        if len(lines) > 1 and all(is_data(line.text) for line in lines):
            return [line.top + _ABOVE * line.size for line in lines]
    return []
