"""Running heads and feet: what stands at one height of several pages, and page numbers."""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from rag.ingest.parse.pdf.grids import Grid
from rag.ingest.parse.pdf.pieces import Piece
from rag.ingest.parse.pdf.rows import Row, level_rows, overlapping_rows

_EDGE_ROWS = 2
_REPEATS = 3
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|página|pagina)?\W*(?P<number>\d{1,6})(?:\s*(?:of|/|von|de|di|sur)\s*\d{1,6})?\W*", re.IGNORECASE
)
_Key = tuple[str, int]


def without_running_heads(
    pages: Sequence[Sequence[Piece]], grids: Sequence[Sequence[Grid]] | None = None
) -> list[list[Piece]]:
    """Pages without page numbers, and the first and last lines that stand at one height of several.

    A page of few lines keeps them: they are what it says. So does a document of nothing else, and a ruled table whose
    other rows stay: what it begins with on each page names its columns.

    Args:
        grids: Those of each page.
    """
    edges = [_without_table_heads(_edge_pieces(pieces), pieces) for pieces in pages]
    repeated = _repeated(edges, [len(pieces) for pieces in pages])
    kept = []
    for number, (pieces, found) in enumerate(zip(pages, edges, strict=True), start=1):
        few = len(pieces) <= len(found)
        running = [piece for piece in found if not few and _key(piece) in repeated]
        running = _without_rows_of_tables(running, pieces)
        gone = {id(piece) for piece in (*running, *(piece for piece in found if _is_page_number(piece.text, number)))}
        for grid in grids[number - 1] if grids else ():
            gone -= _kept_by(grid, found, pieces, gone)
        kept.append([piece for piece in pieces if id(piece) not in gone])
    return kept if any(kept) else [list(pieces) for pieces in pages]


def _repeated(edges: Sequence[Sequence[Piece]], sizes: Sequence[int]) -> set[_Key]:
    """What stands at one height of enough pages; of two it must be the same but for the number of the page."""
    found: dict[_Key, list[tuple[int, Piece]]] = defaultdict(list)
    for number, pieces in enumerate(edges, start=1):
        for piece in pieces:
            found[_key(piece)].append((number, piece))
    least = min(_REPEATS, len(edges))
    return {
        key
        for key, places in found.items()
        if len({number for number, _ in places}) >= max(2, least)
        and _counts_pages([(number, piece.text) for number, piece in places])
    }


def _counts_pages(places: Sequence[tuple[int, str]]) -> bool:
    """Whether the numbers of a line mostly stay the same from page to page, or go up with the pages."""
    numbers = [(page, _NUMBER.findall(text)) for page, text in places]
    steady = sum(
        all(one == other or _are_steps(one, other, following - page) for one, other in zip(said, after, strict=True))
        for (page, said), (following, after) in pairwise(numbers)
    )
    return 2 * steady > len(numbers) - 1


def _are_steps(one: str, other: str, pages: int) -> bool:
    return one.isdigit() == other.isdigit() and (not one.isdigit() or int(other) - int(one) == pages)


def _is_page_number(text: str, page: int) -> bool:
    """True for a line that only says on which page it is, counted from 1."""
    said = _PAGE_NUMBER.fullmatch(text)
    return said is not None and int(said["number"]) == page


def _edge_pieces(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of the first and last lines of a page."""
    ordered = sorted(pieces, key=lambda piece: piece.bottom)
    found: dict[int, Piece] = {}
    for run in (ordered, ordered[::-1]):
        rows = 0
        last: Piece | None = None
        for piece in run:
            if last is None or not piece.level(last):
                rows, last = rows + 1, piece
            if rows > _EDGE_ROWS:
                break
            found[id(piece)] = piece
    return list(found.values())


def _without_table_heads(edges: Sequence[Piece], pieces: Sequence[Piece]) -> list[Piece]:
    """The first and last pieces without those that name the columns of a table: what is below them is in line."""
    rows = overlapping_rows(level_rows(pieces)[: 2 * _EDGE_ROWS + 4])
    heads = [row for row, below in pairwise(rows) if len(row) > 2 and _in_line(row, below)]
    named = [piece for row in heads[:_EDGE_ROWS] for piece in row]
    return [piece for piece in edges if not any(_holds(name, piece) for name in named)]


def _without_rows_of_tables(running: Sequence[Piece], pieces: Sequence[Piece]) -> list[Piece]:
    """Running heads and feet without what stands in a row with something else, in line with the row beside it."""
    if not running:
        return []
    rows = level_rows(pieces)
    kept: set[int] = set()
    for row, beside in [*pairwise(rows[: _EDGE_ROWS + 1]), *pairwise(rows[: -_EDGE_ROWS - 2 : -1])]:
        own = [piece for piece in running if any(_holds(part, piece) for part in row)]
        if 0 < len(own) < len(row) and _in_line(row, beside):
            kept |= {id(piece) for piece in own}
    return [piece for piece in running if id(piece) not in kept]


def _kept_by(grid: Grid, edges: Sequence[Piece], pieces: Sequence[Piece], gone: set[int]) -> set[int]:
    """Which of the pieces that are to go stay: those of a grid of which more rows stay than go."""
    going = {id(piece): place[0] for piece in edges if id(piece) in gone and (place := _place(grid, piece))}
    if not going:
        return set()
    staying = {place[0] for piece in pieces if id(piece) not in gone and (place := _place(grid, piece))}
    return set(going) if len(staying) > len(set(going.values())) else set()


def _place(grid: Grid, piece: Piece) -> tuple[int, int] | None:
    return grid.at((piece.left + piece.right) / 2, (piece.bottom + piece.top) / 2)


def _in_line(row: Row, below: Row) -> bool:
    """Whether several pieces of a row start, or end, where some of the row below do."""
    near = sum(
        any(min(abs(one.left - other.left), abs(one.right - other.right)) < 2.0 for other in below) for one in row
    )
    return near > 1


def _holds(piece: Piece, other: Piece) -> bool:
    return piece.level(other) and piece.left - 1.0 < other.right and other.left < piece.right + 1.0


def _key(piece: Piece) -> _Key:
    return _NUMBER.sub("#", piece.text.casefold()), round(piece.bottom / 4)
