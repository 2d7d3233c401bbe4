"""Bullets that are drawn, not written: small round or square shapes before a line, as browsers print them."""

from collections.abc import Sequence
from dataclasses import replace

from rag.ingest.parse.pdf.objects import PATH, Box, Drawn
from rag.ingest.parse.pdf.pieces import Piece
from rag.ingest.parse.pdf.words import Way, turned

_SIZES = (1.5, 8.0)  # points
_SQUARE = 1.35
_FARTHEST = 2.2  # heights
_MOST = 2_000


def with_bullets(pieces: Sequence[Piece], objects: Sequence[Drawn], way: Way) -> list[Piece]:
    """The pieces of a page with bullets before those that have one drawn.

    Args:
        objects: What is drawn on the page.
        way: That of most of its words.
    """
    dots = [turned(one.box, way) for one in objects if one.kind == PATH and _is_small(one.box)]
    if not dots or len(dots) > _MOST:
        return list(pieces)
    found = list(pieces)
    for dot in dots:
        place = min(
            (place for place, piece in enumerate(found) if _is_before(dot, piece)),
            key=lambda place: found[place].left,
            default=None,
        )
        if place is not None:
            found[place] = replace(found[place], text=f"• {found[place].text}", left=dot[0], gaps=())
    return found


def _is_small(box: Box) -> bool:
    sides = sorted((box[2] - box[0], box[3] - box[1]))
    return _SIZES[0] <= sides[0] <= sides[1] <= min(_SIZES[1], _SQUARE * sides[0])


def _is_before(dot: Box, piece: Piece) -> bool:
    """Whether a shape stands right before a piece, within its line."""
    near = 0.0 < piece.left - dot[2] < _FARTHEST * piece.size
    return near and piece.bottom < (dot[1] + dot[3]) / 2 < piece.top and dot[3] - dot[1] < piece.size / 2
