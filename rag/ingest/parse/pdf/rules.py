"""The rules of a PDF page: lines, thin boxes, the sides of frames and of coloured cells."""

from collections.abc import Iterator, Sequence
from ctypes import byref, c_float, c_int
from itertools import pairwise
from typing import NamedTuple

import pypdfium2.raw as pdfium

from rag.ingest.parse.pdf.objects import PATH, Box, Drawn
from rag.ingest.parse.pdf.words import Way, turned

_THIN = 3.0  # points
_SHORTEST = 4.0
_BOX_SEGMENTS = 5
_MOST_SEGMENTS = 4_000
_MOST_RULES = 6_000
_PAPER = 250  # of 255: a ground as light as this shows no side


class Rule(NamedTuple):
    """A rule: where it is, and from where to where it goes, in points."""

    at: float
    start: float
    end: float


class Rules(NamedTuple):
    """The rules of a page, those across (by their height) and those down (by how far right they are)."""

    across: tuple[Rule, ...] = ()
    down: tuple[Rule, ...] = ()


def page_rules(objects: Sequence[Drawn], way: Way) -> Rules:
    """The rules of a page, turned so that its words run to the right; none where it has thousands, as a map has.

    Args:
        objects: What is drawn on it.
        way: That of its words.
    """
    across, down = [], []
    for box in _boxes(objects):
        left, bottom, right, top = turned(box, way)
        if top - bottom <= right - left:
            across.append(Rule((bottom + top) / 2, left, right))
        else:
            down.append(Rule((left + right) / 2, bottom, top))
        if len(across) + len(down) > _MOST_RULES:
            return Rules()
    return Rules(tuple(across), tuple(down))


def _boxes(objects: Sequence[Drawn]) -> Iterator[Box]:
    """A box for each rule, thin in one direction."""
    for one in objects:
        if one.kind != PATH or not _shows(one):
            continue
        if _is_rule(one.box):
            yield one.box
        elif max(one.box[2] - one.box[0], one.box[3] - one.box[1]) >= _SHORTEST:
            count = pdfium.FPDFPath_CountSegments(one.handle)
            yield from _sides(one.box) if 3 < count <= _BOX_SEGMENTS else _straight(one, count)


def _shows(path: Drawn) -> bool:
    """Whether a path has lines, or a ground that is not that of the paper."""
    fill, stroke = c_int(), c_int()
    pdfium.FPDFPath_GetDrawMode(path.handle, byref(fill), byref(stroke))
    if stroke.value:
        return True
    ink = path.ink
    return bool(fill.value) and ink is not None and ink.alpha > 0 and min(ink[:3]) < _PAPER


def _is_rule(box: Box) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return min(width, height) <= _THIN and max(width, height) >= _SHORTEST


def _sides(box: Box) -> Iterator[Box]:
    left, bottom, right, top = box
    if right - left >= _SHORTEST and top - bottom >= _SHORTEST:
        yield from ((left, bottom, right, bottom), (left, top, right, top))
        yield from ((left, bottom, left, top), (right, bottom, right, top))


def _straight(path: Drawn, count: int) -> Iterator[Box]:
    """The lines of a long path that go straight across or down."""
    points = [_point(path, index) for index in range(min(count, _MOST_SEGMENTS))]
    for (one, _), (other, drawn) in pairwise(points):
        box = min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])
        if drawn and _is_rule(box) and min(box[2] - box[0], box[3] - box[1]) < 1.0:
            yield box


def _point(path: Drawn, index: int) -> tuple[tuple[float, float], bool]:
    """Where a segment of a path ends on the page, and whether a straight line leads there."""
    segment = pdfium.FPDFPath_GetPathSegment(path.handle, index)
    x, y = c_float(), c_float()
    pdfium.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
    a, b, c, d, e, f = path.matrix
    place = a * x.value + c * y.value + e, b * x.value + d * y.value + f
    return place, pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO
