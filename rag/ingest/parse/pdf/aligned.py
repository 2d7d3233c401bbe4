"""Tables without walls: rows whose pieces stand below each other, with white space, or rules across, between them.

What this does not do: find a table of one row, or of two columns and two rows of words.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from rag.ingest.parse.pdf.pieces import Piece, parted
from rag.ingest.parse.pdf.rows import LIST_MARK, Row, Table, bold_rows, cell_text, has_twice, overlapping_rows
from rag.ingest.parse.pdf.rules import Rule
from rag.ingest.parse.tables import GridCell, is_data

_FAR = 2.2  # heights of white between two rows of a table
_LEAST_GAP = 0.15
_CROSSING = 0.12
_LARGER = 1.15
_OTHER = 1.25
_MOST_BETWEEN = 2
_MOST_ROWS = 400
_TIGHTER = 0.2
_TIGHT = 0.15
_LEADING = 0.8
_NEAR = 2.0  # points
_LEADERS = ". . ."

_Cells = dict[int, tuple[list[Piece], int]]
"""By their column: the pieces of a cell, and over how many columns it reaches."""


def aligned_tables(rows: Sequence[Row], across: Sequence[Rule]) -> Iterator[tuple[Table, list[Piece]]]:
    """The tables among the rows of a part of a page, with the pieces that are in each.

    Args:
        rows: From the top.
        across: The rules of the page that go across.
    """
    single: Row = []
    for group in _groups(overlapping_rows(rows)):
        if len(group) == 1 and len(group[0]) == 1:
            single = group[0]
            continue
        parts = [_parted(row, _columns(_firm(group))) for row in group]
        broken = [row for row in parts if len(row) > 1]
        bounds = _complementary(broken, _columns(broken))
        kept = _fitting(parts, bounds)
        if _is_table(kept, bounds):
            if single and _white(single, kept[0]) < _FAR * single[0].size and len(head := _parted(single, bounds)) > 1:
                kept.insert(0, head)
            yield _table(kept, bounds, across), [piece for row in kept for piece in row]
        single = group[-1] if len(group[-1]) == 1 else []


def _groups(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows next to each other that begin with one of several pieces, and have few others among them."""
    group: list[Row] = []
    single = 0
    for row in rows:
        if group and (_ends(group, row) or single > _MOST_BETWEEN or len(group) >= _MOST_ROWS):
            yield group
            group, single = [], 0
        if not group and len(row) == 1:
            yield [row]
        else:
            under = _is_under(row, group)
            group.append(row)
            single = 0 if len(row) > 1 else single + (not under)
    if group:
        yield group


def _ends(group: Sequence[Row], row: Row) -> bool:
    """Whether a row is no part of the table above it: it is far below, a heading, or in quite other letters."""
    ratio = row[0].size / max(group[-1][0].size, 1e-6)
    heading = len(row) == 1 and row[0].size > _LARGER * group[0][0].size
    return heading or not 1 / _OTHER < ratio < _OTHER or _white(group[-1], row) > _FAR * row[0].size


def _is_under(row: Row, rows: Sequence[Row]) -> bool:
    """Whether a row begins below a piece, not the first, of the last row that has several."""
    last: Row = next((above for above in reversed(rows) if len(above) > 1), [])
    return any(abs(piece.left - row[0].left) < _NEAR for piece in last[1:])


def _white(above: Row, below: Row) -> float:
    return min(piece.bottom for piece in above) - max(piece.top for piece in below)


def _columns(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Where the columns start and end: between them is white space in all rows, or in nearly all of many."""
    allowed = int(_CROSSING * len(rows)) if len(rows) > 4 else 0
    events = sorted((at, step) for row in rows for piece in row for at, step in ((piece.left, 1), (piece.right, -1)))
    size = median([piece.size for row in rows for piece in row] or [0.0])
    columns: list[tuple[float, float]] = []
    depth, start, ended = 0, 0.0, -1e9
    for at, step in events:
        if step > 0 and depth == allowed:
            start = columns.pop()[0] if columns and at - ended < _LEAST_GAP * size else at
        depth += step
        if step < 0 and depth == allowed:
            columns.append((start, at))
            ended = at
    return columns


def _firm(rows: Sequence[Row]) -> list[Row]:
    """The rows of several pieces, without pieces that may be several themselves."""
    firm = [[piece for piece in row if not piece.is_loose] for row in rows if len(row) > 1]
    return [row for row in firm if row]


def _parted(row: Row, bounds: Sequence[tuple[float, float]]) -> Row:
    """A row with its pieces parted where the white between two columns goes through them."""
    if len(row) == len(bounds):
        return row
    found = []
    for piece in row:
        reached = _reach(piece, bounds)
        whites = [(bounds[place][1], bounds[place + 1][0]) for place in reached[:-1]]
        found += parted(piece, whites) if whites and piece.gaps else [piece]
    return found


def _complementary(rows: Sequence[Row], bounds: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Columns without those that only part names on the left from numbers on the right: no row has both."""
    filled = [{place for piece in row for place in _reach(piece, bounds)} for row in rows]
    found: list[tuple[float, float]] = []
    last: set[int] = set()
    for place, (start, end) in enumerate(bounds):
        own = {number for number, places in enumerate(filled) if place in places}
        if found and not own & last:
            found[-1] = (found[-1][0], end)
            last = last | own
        else:
            found.append((start, end))
            last = own
    return found


def _reach(piece: Piece, bounds: Sequence[tuple[float, float]]) -> list[int]:
    """The columns that a piece is in."""
    return [place for place, (start, end) in enumerate(bounds) if piece.left < end and start < piece.right]


def _fitting(group: Sequence[Row], bounds: Sequence[tuple[float, float]]) -> list[Row]:
    """The rows without those at the end that are no part of a table: a line of the text below it."""
    kept = list(group)
    while kept and len(kept[-1]) == 1 and not _is_rest(kept[-1][0], kept, bounds):
        kept.pop()
    return kept


def _is_rest(piece: Piece, rows: Sequence[Row], bounds: Sequence[tuple[float, float]]) -> bool:
    """Whether the only piece of the last row goes on with a cell above: it is within a column, and close."""
    column = next((place for place, (start, end) in enumerate(bounds) if start - 2 <= piece.left <= end), None)
    if column is None or len(rows) < 2:
        return False
    limit = bounds[column + 1][0] if column + 1 < len(bounds) else bounds[-1][1] + piece.size
    above = [other for row in rows[:-1] for other in row if abs(other.left - piece.left) < 2]
    close = _white(rows[-2], rows[-1]) < 0.6 * piece.size
    return piece.right < limit and close and column > 0 and bool(above)


def _is_table(rows: Sequence[Row], bounds: Sequence[tuple[float, float]]) -> bool:
    broken = [row for row in rows if len(row) > 1]
    if len(bounds) < 2 or len(broken) < 2 or 2 * len(broken) < len(rows):
        return False
    first = [row[0].text for row in broken]
    if sum(bool(LIST_MARK.fullmatch(text)) for text in first) > len(first) / 2:
        return False
    if any(_LEADERS in piece.text or "...." in piece.text for row in broken for piece in row):
        return False
    if len(bounds) > 2:
        return len(broken) > 2 or any(is_data(piece.text) for row in broken for piece in row[1:])
    return len(broken) > 2 or all(is_data(row[-1].text) or row[0].text.endswith(":") for row in broken)


def _table(rows: Sequence[Row], bounds: Sequence[tuple[float, float]], across: Sequence[Rule]) -> Table:
    left, right = bounds[0][0], bounds[-1][1]
    floors = [
        rule.at
        for rule in across
        if rule.start < left + 0.3 * (right - left) and rule.end > right - 0.3 * (right - left)
    ]
    bands = _bands(rows, floors)
    drawn = _is_ruled(bands)
    grouped = [part for band in bands for part in (_unparted(band) if drawn else _logical(band, bounds))]
    cells = [_cells([piece for row in logical for piece in row], bounds) for logical in grouped]
    declared = bold_rows([[piece for row in logical for piece in row] for logical in grouped])
    if not drawn and not declared and len(bands) > 1:
        first = len(_logical(bands[0], bounds))
        declared = first if first <= 3 else 0
    reaching = {number for number, (one, other) in enumerate(pairwise(cells)) if _names_parts(one, other)}
    return Table(
        rows=tuple(_row(one, len(bounds), reaching=number in reaching) for number, one in enumerate(cells)),
        columns=tuple(start for start, _ in bounds),
        left=left,
        right=right,
        bottom=min(piece.bottom for piece in rows[-1]),
        top=max(piece.top for piece in rows[0]),
        declared=declared,
        record=_is_record(cells),
    )


def _is_record(cells: Sequence[_Cells]) -> bool:
    """Whether each row is a name with a colon and a value."""
    pairs = [[cell_text(row[column][0]) for column in sorted(row)] for row in cells]
    return all(len(pair) == 2 and pair[0].endswith(":") for pair in pairs)


def _bands(rows: Sequence[Row], floors: Sequence[float]) -> list[list[Row]]:
    """Rows by the rules between them."""
    bands: list[list[Row]] = [[rows[0]]]
    for above, below in pairwise(rows):
        top, bottom = above[0].bottom + 0.3 * above[0].size, below[0].bottom + 0.3 * below[0].size
        if any(bottom < floor < top for floor in floors):
            bands.append([])
        bands[-1].append(below)
    return bands


def _is_ruled(bands: Sequence[Sequence[Row]]) -> bool:
    """Whether a rule follows each row of a table."""
    return (
        len(bands) > 2
        and median(len(band) for band in bands) <= 2
        and not any(
            sum(len(row) > 1 and any(is_data(piece.text) for piece in row[1:]) for row in band) > 1 for band in bands
        )
    )


def _unparted(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of a band as one, but for one that names parts of what stands above it."""
    place = next((place for place, row in enumerate(rows) if place and has_twice(row)), len(rows))
    return [list(part) for part in (rows[:place], rows[place:]) if part]


def _logical(rows: Sequence[Row], bounds: Sequence[tuple[float, float]]) -> list[list[Row]]:
    """Rows with those that go on with their cells."""
    found: list[list[Row]] = []
    whites = [0.0, *(_white(above, below) for above, below in pairwise(rows)), 0.0]
    usual = _usual_white(rows, whites, bounds)
    least = min(whites[1:-1], default=0.0)
    leads = False
    for row, white, below in zip(rows, whites, whites[1:], strict=False):
        close = least + max(_TIGHT * (usual - least), _TIGHTER * row[0].size / 2)
        tight = white < min(usual, close, _LEADING * row[0].size)
        nearer_below = len(row) < len(bounds) and white - below > _TIGHTER * row[0].size
        if (
            found
            and not has_twice(row)
            and (leads or (not nearer_below and _continues(found[-1], row, bounds, tight=tight)))
        ):
            found[-1].append(row)
        else:
            found.append([row])
        leads = nearer_below and usual - below > _TIGHTER * row[0].size
    return found


def _usual_white(rows: Sequence[Row], whites: Sequence[float], bounds: Sequence[tuple[float, float]]) -> float:
    """The white above most rows: those that have a piece in the first column."""
    first = [white for white, row in zip(whites, rows, strict=False) if row[0].left < bounds[0][1] and len(row) > 1]
    return median(first[1:]) if len(first) > 2 else 0.0


def _continues(above: Sequence[Row], row: Row, bounds: Sequence[tuple[float, float]], *, tight: bool) -> bool:
    """Whether the pieces of a row go on with the cells of the one above."""
    if any(is_data(piece.text) for piece in row):
        return len(above[-1]) == 1 and above[-1][0].left < bounds[0][1] and _goes_on(above[-1][0], row[0]) and not tight
    if tight:
        return True
    starts_first = row[0].left <= bounds[0][1]
    if not starts_first:
        return True
    return len(row) == 1 and row[0].text[:1].islower()


def _goes_on(piece: Piece, following: Piece) -> bool:
    return following.text[:1].islower() and abs(following.left - piece.left) < 2 * piece.size


def _cells(pieces: Sequence[Piece], bounds: Sequence[tuple[float, float]]) -> _Cells:
    found: _Cells = {}
    for piece in pieces:
        columns = _reach(piece, bounds)
        first = columns[0] if columns else 0
        inside, width = found.get(first, ([], 1))
        found[first] = ([*inside, piece], max(width, len(columns)))
    return found


def _names_parts(cells: _Cells, below: _Cells) -> bool:
    """Whether the row below names the parts of what the cells of this one name: it has the same names in several."""
    names = [cell_text(inside) for column, (inside, _) in below.items() if column]
    above = len([column for column in cells if column])
    return 0 < above < len(names) and len(set(names)) < len(names) and not any(map(is_data, names))


def _row(cells: _Cells, count: int, *, reaching: bool) -> tuple[GridCell, ...]:
    """The cells of a row by column; where they name several, each reaches to the next."""
    row, column = [], 0
    while column < count:
        inside, width = cells.get(column, ([], 1))
        following = min((place for place in cells if place > column), default=count)
        width = following - column if reaching and column and inside else min(width, following - column)
        row.append(GridCell(text=cell_text(inside), columns=width))
        column += width
    return tuple(row)
