"""What stands on a page in the order in which it is read: lines and tables."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.ingest.parse.pdf.aligned import aligned_tables
from rag.ingest.parse.pdf.columns import Item, regions
from rag.ingest.parse.pdf.grids import Grid
from rag.ingest.parse.pdf.pieces import Piece, joined_pieces
from rag.ingest.parse.pdf.rows import Table, level_rows
from rag.ingest.parse.pdf.ruled import ruled_table
from rag.ingest.parse.pdf.rules import Rules

_MOST_PIECES = 5_000
_NEAR = 6.0  # points
_BELOW = 16.0


def page_regions(pieces: Sequence[Item], rules: Rules, grids: Sequence[Grid]) -> list[list[Item]]:
    """The lines and tables of the parts of a page, columns or the whole, in reading order.

    Args:
        pieces: In the order of the page's content, with records of its fields.
        rules: Straightened.
        grids: Those that the rules make, the smallest first.
    """
    if len(pieces) > _MOST_PIECES:
        return [list(pieces)]
    items: list[Item] = list(pieces)
    for grid in grids:
        found = ruled_table(grid, [item for item in items if isinstance(item, Piece) and not item.aside])
        if found:
            items = _put(items, *found)
    return [list(_read(region, rules)) for region in regions(items)]


def _put(items: Sequence[Item], table: Table, held: Sequence[Piece]) -> list[Item]:
    """Items with a table in the place of the first of its pieces."""
    gone = {id(piece) for piece in held}
    first = next(place for place, item in enumerate(items) if id(item) in gone)
    kept = [item for item in items[first:] if id(item) not in gone]
    return [*items[:first], table, *kept]


def _read(region: Sequence[Item], rules: Rules) -> Iterator[Item]:
    """A part of a page with the tables that have no walls, and whole lines."""
    items = list(region)
    plain = [item for item in items if isinstance(item, Piece) and not item.aside]
    rows = level_rows(plain)
    if any(len(row) > 1 for row in rows):
        for table, held in aligned_tables(rows, rules.across):
            items = _put_over(items, table, held)
    yield from _lines(_stacked(items))


def _stacked(items: Sequence[Item]) -> list[Item]:
    """Items with tables that go on right below others as one: only some rows of a table have walls."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if isinstance(item, Table) and isinstance(last, Table) and _goes_on(last, item):
            found[-1] = replace(last, rows=last.rows + item.rows, bottom=item.bottom)
        else:
            found.append(item)
    return found


def _goes_on(table: Table, following: Table) -> bool:
    if table.record and following.record:
        return True
    if (
        table.record != following.record
        or len(table.columns) != len(following.columns)
        or not -_NEAR < table.bottom - following.top < _BELOW
    ):
        return False
    ends = [*table.columns[1:], table.right + _NEAR]
    return all(
        start - _NEAR <= other < end for start, end, other in zip(table.columns, ends, following.columns, strict=True)
    )


def _put_over(items: Sequence[Item], table: Table, held: Sequence[Piece]) -> list[Item]:
    """Items with a table for all that stands in its rows; the pieces of a row may be joined ones, or parted."""
    near: dict[int, list[Piece]] = defaultdict(list)
    for piece in held:
        for place in (-1, 0, 1):
            near[round(piece.bottom / _BELOW) + place].append(piece)
    inside = [
        item
        for item in items
        if isinstance(item, Piece)
        and not item.aside
        and any(
            item.level(piece) and piece.left < item.right and item.left < piece.right
            for piece in near[round(item.bottom / _BELOW)]
        )
    ]
    return _put(items, table, inside)


def _lines(items: Sequence[Item]) -> Iterator[Item]:
    """Items with the pieces of a line that follow each other as one."""
    open_ones: list[Piece] = []
    for item in items:
        if isinstance(item, Piece) and open_ones and _follows(open_ones[-1], item):
            open_ones.append(item)
            continue
        if open_ones:
            yield joined_pieces(open_ones)
        open_ones = [item] if isinstance(item, Piece) else []
        if isinstance(item, Table):
            yield item
    if open_ones:
        yield joined_pieces(open_ones)


def _follows(piece: Piece, following: Piece) -> bool:
    together = not piece.aside and not following.aside and piece.level(following)
    return together and following.left > piece.left
