"""Tables of plain text without bars: cells that stand below each other, two or more spaces or a tab apart."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.blocks import Cell
from rag.ingest.parse.text.layout import Layout
from rag.ingest.parse.text.lines import Line
from rag.ingest.parse.text.rows import Row, add_table
from rag.language.sentences import stripped

_GUTTER = re.compile(r"\t[ \t]*| {2,}[ \t]*")
_RULE = re.compile(r"[-=_─━═+\s]{3,}")
_TAB = 8
_ALIGNED = 0.7  # share of the cells of a column that start or end below each other
_SIDE = 1  # columns that they may be apart
_WIDEST = 400
_LEAST_OF_TWO = 3  # rows of a table of two columns


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands between two gutters of a line: its offsets, and the columns that it is in."""

    start: int
    end: int
    left: int
    right: int


def read_columns(layout: Layout, place: int, *, indent: int = 0) -> int:
    """Read a table of aligned columns; gives the place behind it, ``place`` where there is none.

    Args:
        indent: Of a line that is of it, at least.
    """
    if not layout.may_be("columns", place) or not _GUTTER.search(layout.words(place)):
        return place
    last = _end(layout, place, indent)
    return _read_tabs(layout, place, last) or _read_aligned(layout, place, last) or layout.is_no("columns", place, last)


def begins_columns(layout: Layout, place: int, *, indent: int) -> bool:
    """Whether lines from here, as deep as ``indent`` or deeper, are a table of aligned columns."""
    if not layout.may_be("columns", place) or not _GUTTER.search(layout.words(place)):
        return False
    end = _end(layout, place, indent)
    places = [one for one in range(place, end) if not _is_rule(layout, one)]
    if _columns(_of_table([_pieces(layout.text, layout.lines[one]) for one in places])) is not None:
        return True
    layout.is_no("columns", place, end)
    return False


def _end(layout: Layout, place: int, indent: int) -> int:
    """The place behind the lines that may be of one table."""
    last = place
    while last < len(layout.lines) and (last == place or not layout.begins_run(last)) and _fits(layout, last, indent):
        last += 1
    return last


def _fits(layout: Layout, place: int, indent: int) -> bool:
    line = layout.lines[place]
    return not layout.is_aside(place) and line.width <= _WIDEST and line.indent >= indent


def _of_table(pieces: Sequence[list[_Piece]]) -> list[list[_Piece]]:
    """The pieces of each line, without the notes below a table."""
    kept = [*pieces]
    while len(kept) > 1 and len(kept[-1]) < 2 and not _hangs(kept):
        kept.pop()
    return kept


def _read_tabs(layout: Layout, place: int, last: int) -> int:
    """Read lines with one number of tabs, whatever they look like; 0 where the number differs."""
    lines = layout.lines[place:last]
    counts = {layout.text.count("\t", line.begin, line.end) for line in lines}
    if len(lines) < 2 or len(counts) > 1 or 0 in counts or (counts == {1} and len(lines) < _LEAST_OF_TWO):
        return 0
    rows = []
    for line in lines:
        row, start = Row(line.begin, line.end), line.begin
        for column, cell in enumerate(line.of(layout.text).split("\t")):
            if span := stripped(layout.text, start, start + len(cell)):
                row.cells.append(Cell(start=span.start, end=span.end, column=column))
            start += len(cell) + 1
        rows.append(row)
    add_table(layout.outline, rows)
    return last


def _read_aligned(layout: Layout, place: int, last: int) -> int:
    """Read lines whose pieces stand below each other; 0 where they do not."""
    places = [one for one in range(place, last) if not _is_rule(layout, one)]
    pieces = _of_table([_pieces(layout.text, layout.lines[one]) for one in places])
    columns = _columns(pieces)
    if columns is None:
        return 0
    pieces = [[part for piece in line for part in _parted(layout.text, piece, columns)] for line in pieces]
    end = places[len(pieces) - 1] + 1
    rules = [one for one in range(place, end) if _is_rule(layout, one)]
    while end < last and _is_rule(layout, end):
        end += 1
    above = sum(one < rules[0] for one in places) if rules else 0
    rows = _rows(pieces, columns)
    declared = len(_rows(pieces[:above], columns))
    whole = layout.lines[place].begin, layout.lines[end - 1].end
    add_table(layout.outline, rows, declared=declared if declared < len(rows) else 0, start=whole[0], end=whole[1])
    return end


def _is_rule(layout: Layout, place: int) -> bool:
    return bool(_RULE.fullmatch(layout.words(place)))


def _pieces(text: str, line: Line) -> list[_Piece]:
    """The pieces of a line."""
    found: list[_Piece] = []
    start, column = line.begin, line.indent
    for gutter in [*_GUTTER.finditer(text, line.begin, line.end), None]:
        end = gutter.start() if gutter else line.end
        right = column + end - start
        found.append(_Piece(start, end, column, right))
        if gutter:
            start, column = gutter.end(), _behind(gutter[0], right)
    return found


def _behind(gap: str, column: int) -> int:
    for character in gap:
        column += _TAB - column % _TAB if character == "\t" else 1
    return column


def _columns(pieces: Sequence[Sequence[_Piece]]) -> list[tuple[int, int]] | None:
    """The left and right edge of each column, ``None`` where the pieces do not stand below each other."""
    full = [line for line in pieces if len(line) > 1]
    if len(full) < 2 or 3 * len(full) < 2 * len(pieces):
        return None
    count = Counter(len(line) for line in full).most_common(1)[0][0]
    model = [line for line in full if len(line) == count]
    if (count == 2 and len(full) < _LEAST_OF_TWO) or len(model) < 2:
        return None
    edges = [(min(one.left for one in column), max(one.right for one in column)) for column in zip(*model, strict=True)]
    aligned = all(_is_aligned(column) for column in zip(*model, strict=True))
    apart = all(before[1] < after[0] for before, after in pairwise(edges))
    return edges if aligned and apart else None


def _is_aligned(column: Sequence[_Piece]) -> bool:
    for sides in ([one.left for one in column], [one.right for one in column]):
        common = Counter(sides).most_common(1)[0][0]
        if sum(abs(side - common) <= _SIDE for side in sides) >= _ALIGNED * len(sides):
            return True
    return False


def _hangs(pieces: Sequence[Sequence[_Piece]]) -> bool:
    """Whether the last line goes on with a cell that is not the first."""
    return pieces[-1][0].left > max(pieces[0][0].left, pieces[-2][0].left) + 1


def _parted(text: str, piece: _Piece, columns: Sequence[tuple[int, int]]) -> list[_Piece]:
    """A piece that reaches over two columns in its two cells, where a space stands right before the second.

    The longest cell of a column is often one space from the next.
    """
    place, width = _place_of(piece, columns)
    if width != 2:
        return [piece]
    at = piece.start + columns[place + 1][0] - piece.left
    if piece.end - piece.start != piece.right - piece.left or text[at - 1 : at] != " " or at >= piece.end:
        return [piece]
    left = columns[place + 1][0]
    return [replace(piece, end=at - 1, right=left - 1), replace(piece, start=at, left=left)]


def _place_of(piece: _Piece, columns: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The column of a piece and over how many it reaches."""
    over = [place for place, (left, right) in enumerate(columns) if piece.left < right and left < piece.right]
    if not over:
        nearest = min(range(len(columns)), key=lambda place: abs(columns[place][0] - piece.left))
        return nearest, 1
    return over[0], over[-1] - over[0] + 1


def _rows(pieces: Sequence[Sequence[_Piece]], columns: Sequence[tuple[int, int]]) -> list[Row]:
    rows: list[Row] = []
    for line in pieces:
        places = [_place_of(piece, columns) for piece in line]
        goes_on = _goes_on(places, rows)
        if not goes_on:
            rows.append(Row(line[0].start, line[-1].end))
        row = rows[-1]
        row.end = line[-1].end
        for piece, (column, width) in zip(line, places, strict=True):
            last = row.cells[-1] if row.cells else None
            if goes_on and last and last.column == column and piece is line[0]:
                row.cells[-1] = Cell(start=last.start, end=piece.end, column=column, width=last.width)
            else:
                row.cells.append(Cell(start=piece.start, end=piece.end, column=column, width=width))
    return rows


def _goes_on(places: Sequence[tuple[int, int]], rows: Sequence[Row]) -> bool:
    """Whether a line goes on with cells of the row above: it has none in the first column and fewer than that row."""
    if not rows or places[0][0] == 0:
        return False
    above = {cell.column for cell in rows[-1].cells}
    return 0 in above and len(places) < len(above) and all(column in above for column, _ in places)
