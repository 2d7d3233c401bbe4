"""Rows of pieces on a page, and the tables that are made of them, ruled or not."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from rag.ingest.parse.pdf.pieces import Piece, joined_pieces
from rag.ingest.parse.tables import GridCell

_NARROW = 0.15  # heights
_OVERLAP = 0.25
_BOLDER = 120
LIST_MARK = re.compile(
    r"(?:[-*+•‣◦▪●–—○■□❖➢✓·\uf0b7\uf0a7\uf0d8\uf0fc]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{1,5}[.)])"
)
"""What stands before an item of a list."""
MARKED = re.compile(rf"(?P<mark>{LIST_MARK.pattern})\s+(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a page, and where it stands: its rows, and where its columns start.

    The text of a cell has its lines. ``declared`` is how many of its first rows name the columns, 0 where that is not
    known. ``record``: each of its rows is a name and a value.
    """

    rows: tuple[tuple[GridCell, ...], ...]
    columns: tuple[float, ...]
    left: float
    right: float
    bottom: float
    top: float
    declared: int = 0
    record: bool = False


Row = list[Piece]
"""Pieces that stand on one line, from left to right."""


def level_rows(pieces: Iterable[Piece]) -> list[Row]:
    """The rows of a page from the top; what stands close in a row is one piece."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: -piece.bottom):
        if rows and rows[-1][0].level(piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_closed_up(sorted(row, key=lambda piece: piece.left)) for row in rows]


def _closed_up(row: Row) -> Row:
    found: Row = []
    for piece in row:
        if found and piece.left - found[-1].right < _NARROW * piece.size:
            found[-1] = joined_pieces([found[-1], piece])
        else:
            found.append(piece)
    return found


def overlapping_rows(rows: Sequence[Row]) -> list[Row]:
    """Rows with those beside them that stand half a line higher or lower: cells of several lines next to others."""
    found: list[Row] = []
    for row in rows:
        near = [piece for piece in found[-1] if row[0].top - piece.bottom > _OVERLAP * piece.size] if found else []
        if near and not has_twice(row) and not any(_overlap(piece, other) for piece in row for other in near):
            found[-1] = sorted([*found[-1], *row], key=lambda piece: piece.left)
        else:
            found.append(list(row))
    return found


def has_twice(row: Row) -> bool:
    """Whether a row names the same in two columns, as it does below names of what has these parts."""
    names = [name for piece in row for name in piece.names()]
    return len(set(names)) < len(names)


def _overlap(one: Piece, other: Piece) -> bool:
    return one.left < other.right and other.left < one.right


def lines_of(pieces: Iterable[Piece]) -> list[Piece]:
    """The lines that pieces make, from the top."""
    return [joined_pieces(row) for row in level_rows(pieces)]


def cell_text(pieces: Iterable[Piece]) -> str:
    """What a cell says, line by line."""
    return "\n".join(line.text for line in lines_of(pieces))


def bold_rows(rows: Sequence[Sequence[Piece]]) -> int:
    """How many of the first rows are set in heavier letters than any other."""
    weights = [min((piece.weight for piece in row), default=0) for row in rows]
    lightest = min((weight for weight in weights if weight), default=0)
    runs = [(bold, len(list(run))) for bold, run in groupby(weights, lambda weight: weight >= lightest + _BOLDER)]
    return runs[0][1] if runs and runs[0][0] and runs[0][1] < len(rows) else 0
