"""Running heads and feet: what stands at one height of several pages, and page numbers."""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from rag.ingest.parse.pdf.pieces import Piece

_EDGE_ROWS = 2
_REPEATS = 3
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|página|pagina)?\W*(?P<number>\d{1,6})(?:\s*(?:of|/|von|de|di|sur)\s*\d{1,6})?\W*", re.IGNORECASE
)
_Key = tuple[str, int]


def without_running_heads(pages: Sequence[Sequence[Piece]]) -> list[list[Piece]]:
    """Pages without page numbers, and the first and last lines that stand at one height of several.

    A page of few lines keeps them: they are what it says. So does a document of nothing else.
    """
    edges = [_edge_pieces(pieces) for pieces in pages]
    repeated = _repeated(edges, [len(pieces) for pieces in pages])
    kept = []
    for number, (pieces, found) in enumerate(zip(pages, edges, strict=True), start=1):
        few = len(pieces) <= len(found)
        gone = {
            id(piece) for piece in found if (not few and _key(piece) in repeated) or _is_page_number(piece.text, number)
        }
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
        and (len(edges) >= _REPEATS or _counts_pages([(number, piece.text) for number, piece in places]))
    }


def _counts_pages(places: Sequence[tuple[int, str]]) -> bool:
    """Whether the numbers of a line are the same on each page, or go up with the pages."""
    numbers = [(page, _NUMBER.findall(text)) for page, text in places]
    for (page, one), (following, other) in pairwise(numbers):
        steps = zip(one, other, strict=True)
        if not all(a == b or (a.isdigit() and b.isdigit() and int(b) - int(a) == following - page) for a, b in steps):
            return False
    return True


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


def _key(piece: Piece) -> _Key:
    return _NUMBER.sub("#", piece.text.casefold()), round(piece.bottom / 4)
