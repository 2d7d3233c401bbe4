"""The columns of a page: text that is read down on one side of a white gutter before the other side.

A gutter is found by place, whether the page is drawn column by column or across; lines and tables that reach over it
part the page into an upper and a lower half. The columns of a table are none: they are read across.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from rag.ingest.parse.pdf.pieces import Piece, joined_pieces
from rag.ingest.parse.pdf.rows import MARKED, Row, Table, level_rows

Item = Piece | Table

_BUCKET = 6  # points
_MOST_GUTTERS = 60
_MOST_BESIDE = 60
_OFTEN = 0.3
_DEEPEST = 5
_NARROWEST = 0.6  # heights
_LEAST_LINES = 3
_LEAST_WORDS = 15  # characters of a line of running text
_GOES_ON = 0.25
_FULL = 0.6
_WHOLE = 0.7
_STRIP = 0.25
_LARGER = 1.15
_AROUND = 0.2
_LINES_A_CELL = 2.5
_MOST_ITEMS = 3_000


def regions(items: Sequence[Item], depth: int = 0) -> list[list[Item]]:
    """The parts of a page in the order in which they are read, each in the order of its content."""
    if depth >= _DEEPEST or len(items) > _MOST_ITEMS:
        return [list(items)]
    for gutter in _gutters(items):
        parts = _parted(items, gutter)
        if any(len(part) > 1 for part in parts):
            return [region for part in parts for side in part for region in regions(side, depth + 1)]
    return [list(items)]


def _gutters(items: Sequence[Item]) -> Iterator[float]:
    """The places where white space stands most often between two pieces of text next to each other, from the left.

    A heading over several columns may reach over the first gutter only.
    """
    pieces = sorted(
        (item for item in items if isinstance(item, Piece) and not item.aside), key=lambda piece: -piece.top
    )
    counted: Counter[int] = Counter()
    nearest: dict[int, float] = {}
    for left, right in _beside(pieces):
        nearest[left] = min(nearest.get(left, float("inf")), pieces[right].left)
    for place, end in nearest.items():
        start = pieces[place].right
        if end - start >= _NARROWEST * pieces[place].size:
            first, last = int(start // _BUCKET) + 1, int(end // _BUCKET)
            counted.update(range(first, max(first, last) + 1))
    often = max(_LEAST_LINES - 1, _OFTEN * max(counted.values(), default=0))
    places = sorted(bucket for bucket, times in counted.items() if times >= often)[:_MOST_GUTTERS]
    run: list[float] = []
    for bucket in places:
        run.append(bucket * _BUCKET)
        if bucket + 1 not in places:
            yield min(run, key=lambda gutter: sum(piece.left < gutter < piece.right for piece in pieces))
            run = []


def _beside(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """The places of pieces that have others to their right, with those of each.

    Args:
        pieces: From the top.
    """
    for place, piece in enumerate(pieces):
        for other in range(place + 1, min(place + _MOST_BESIDE, len(pieces))):
            if pieces[other].top <= piece.bottom:
                break
            if pieces[other].left >= piece.right:
                yield place, other
            elif piece.left >= pieces[other].right:
                yield other, place


def _parted(items: Sequence[Item], gutter: float) -> list[list[list[Item]]]:
    """Groups of items from the top: of two sides where they are columns, of one where they are not."""
    groups: list[list[Item]] = [[]]
    crossed = False
    heads = {id(item) for item in _heads(items, gutter)}
    for item in sorted(items, key=lambda item: -(item.top + item.bottom)):
        crosses = (item.left < gutter - 1 and item.right > gutter + 1) or id(item) in heads
        if groups[-1] and crosses != crossed:
            groups.append([])
        crossed = crosses
        groups[-1].append(item)
    order = {id(item): place for place, item in enumerate(items)}
    parts: list[list[list[Item]]] = []
    for group in groups:
        left = [item for item in group if item.right <= gutter + 1]
        right = [item for item in group if item.right > gutter + 1]
        sides = [left, right] if _are_columns(left, right, gutter) else [group]
        if len(sides) == 1 and parts and len(parts[-1]) == 1:
            parts[-1][0].extend(group)
        else:
            parts.append(sides)
    return [[sorted(side, key=lambda item: order[id(item)]) for side in part] for part in parts]


def _heads(items: Sequence[Item], gutter: float) -> Iterator[Item]:
    """Lines in large letters left of a gutter with white beside them and text below that: they head both sides."""
    pieces = [item for item in items if isinstance(item, Piece)]
    usual = median(piece.size for piece in pieces) if pieces else 0.0
    beside = [item for item in items if item.left > gutter]
    for piece in pieces:
        if piece.right <= gutter and piece.size > _LARGER * usual and any(item.top < piece.bottom for item in beside):
            bottom, top = piece.bottom - _AROUND * piece.size, piece.top + _AROUND * piece.size
            if not any(item.bottom < top and bottom < item.top for item in beside):
                yield piece


def _are_columns(left: Sequence[Item], right: Sequence[Item], gutter: float) -> bool:
    rows = [level_rows(item for item in side if isinstance(item, Piece)) for side in (left, right)]
    sides = [[joined_pieces(row) for row in side] for side in rows]
    if (
        len(sides[0]) < _LEAST_LINES
        or len(sides[1]) < _LEAST_LINES - 1
        or min(item.left for item in right) < gutter - 1
    ):
        return False
    if _marks(sides[1]) and not _marks_only(sides):
        return True
    if not all(map(_is_prose, sides, rows)):
        return _share_level(*sides) < 0.5 and all(map(_is_set_close, sides))
    shared = _side_by_side(*sides)
    usual = median(white for side in shared for white in _whites(side))
    bands = _bands([line for side in shared for line in side], usual)
    return bands < 3 or min(map(len, shared)) / bands >= _LINES_A_CELL


def _side_by_side(*sides: Sequence[Piece]) -> list[list[Piece]]:
    """The lines of two sides as far as both have some."""
    top = min(max(line.top for line in side) for side in sides)
    bottom = max(min(line.bottom for line in side) for side in sides)
    return [[line for line in side if line.bottom < top and line.top > bottom] for side in sides]


def _marks(lines: Sequence[Piece]) -> bool:
    """Whether many lines begin with the mark of a list."""
    marked = sum(MARKED.match(line.text) is not None for line in lines)
    return marked >= max(2, 0.3 * len(lines))


def _marks_only(sides: Sequence[Sequence[Piece]]) -> bool:
    return median(len(line.text) for line in sides[0]) < 4


def _is_prose(lines: Sequence[Piece], rows: Sequence[Row]) -> bool:
    """Whether lines are running text: long ones that go on in the next, or whole ones that all end at one place."""
    least = _LEAST_WORDS if any(" " in line.text for line in lines) else _LEAST_WORDS // 2
    if median(len(line.text) for line in lines) < least:
        return False
    edge = max(line.right for line in lines)
    going_on = sum(line.text[:1].islower() for line in lines)
    full = sum(line.right > edge - 1.5 * line.size for line in lines)
    whole = sum(len(row) == 1 for row in rows)
    return going_on >= _GOES_ON * len(lines) or (full >= _FULL * len(lines) and whole >= _WHOLE * len(lines))


def _share_level(one: Sequence[Piece], other: Sequence[Piece]) -> float:
    """Of the lines of the shorter side, how many stand on one line with some of the other."""
    few, many = sorted((one, other), key=len)
    bottoms = [line.bottom for line in many]
    return sum(any(abs(line.bottom - at) < 0.2 * line.size for at in bottoms) for line in few) / len(few)


def _whites(lines: Sequence[Piece]) -> list[float]:
    """The white below each line but the last."""
    return [above.bottom - below.top for above, below in pairwise(lines)]


def _is_set_close(lines: Sequence[Piece]) -> bool:
    """Whether most lines follow right below the one before."""
    whites = _whites(lines)
    close = sum(white < 0.5 * line.size for white, line in zip(whites, lines, strict=False))
    return close >= 0.5 * len(whites)


def _bands(lines: Sequence[Piece], usual: float) -> int:
    """In how many bands strips of white that go across all of the lines part them.

    Args:
        usual: White between two lines.
    """
    found, reached = 1, float("inf")
    for line in sorted(lines, key=lambda line: -line.top):
        found += line.size * _STRIP + usual < reached - line.top < float("inf")
        reached = min(reached, line.bottom)
    return found
