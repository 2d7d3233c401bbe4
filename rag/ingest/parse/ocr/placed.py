"""Recognised lines as the pieces of a page: straight, in even sizes, from the top."""

from collections.abc import Sequence
from itertools import chain
from math import atan2, cos, sin
from statistics import median, median_low

import numpy as np

from rag.ingest.parse.ocr.engine import Line
from rag.ingest.parse.pdf.pieces import Piece
from rag.ingest.parse.pdf.rows import level_rows

_LETTERS = 0.75  # of the height of a box, which has some white around the letters
_USUAL = 10  # points, where those of a pixel are not known
_ALIKE = 1.28
_LONG = 4  # heights: a line that says how the page lies
_REGULAR = 400


def placed_lines(lines: Sequence[Line], points: float | None = None) -> list[Piece]:
    """The lines of a page as pieces in reading order.

    Args:
        points: A pixel's; where it is not known, letters of most lines have ten.
    """
    if not lines:
        return []
    straight = _straightened([line.corners for line in lines])
    heights = [max(1.0, _LETTERS * float(box[2:, 1].mean() - box[:2, 1].mean())) for box in straight]
    scale = points or _USUAL / median(heights)
    sizes = _evened(heights)
    pieces = [
        _piece(line.text, box, scale, sizes[height]) for line, box, height in zip(lines, straight, heights, strict=True)
    ]
    return [*chain.from_iterable(level_rows(pieces))]


def _straightened(boxes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Boxes turned by the angle at which most long lines of the page lie."""
    sides = [box[1] - box[0] for box in boxes if box[1][0] - box[0][0] > _LONG * abs(box[3][1] - box[0][1])]
    angle = -median(atan2(float(side[1]), float(side[0])) for side in sides) if sides else 0.0
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]], dtype=np.float32)
    return [box @ turn for box in boxes]


def _evened(heights: Sequence[float]) -> dict[float, float]:
    """The size of the letters for each height: those near the usual one have one, the others likewise among them."""
    sizes: dict[float, float] = {}
    while left := [height for height in heights if height not in sizes]:
        usual = median_low(left)
        near = [height for height in left if 1 / _ALIKE < height / usual < _ALIKE]
        sizes.update(dict.fromkeys(near, median(near)))
    return sizes


def _piece(text: str, box: np.ndarray, scale: float, size: float) -> Piece:
    middle = -float(box[:, 1].mean()) * scale
    return Piece(
        text=text,
        left=float(box[[0, 3], 0].min()) * scale,
        right=float(box[[1, 2], 0].max()) * scale,
        bottom=middle - size * scale / 2,
        size=size * scale,
        weight=_REGULAR,
    )
