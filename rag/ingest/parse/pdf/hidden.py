"""Text of a PDF that nobody sees: in no ink, in that of the paper, too small, off the page, clipped or covered.

What is in no ink, off the page or too small is told from the objects of the page. Of text that may be covered, clipped,
switched off or of the colour of its ground the page is drawn with it and without: where both look the same, nobody
sees it. A scanned page keeps its text, which is in no ink over the picture or below it.

What this does not do: draw more than 60 pages of a document, or one of more than 20,000 objects; there, text that
would have to be drawn stays, and so may text that shares its place with other text that is doubtful but seen.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from ctypes import byref, c_int
from math import sqrt
from typing import Any

import pypdfium2.raw as pdfium

from rag.ingest.parse.pdf.objects import (
    IMAGE,
    TEXT,
    Box,
    Drawn,
    Ink,
    address,
    area,
    common,
    is_optional,
    paper,
)

MOST_OBJECTS = 20_000
"""Of a page; the others are not looked at."""
_NO_INK = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
_MOST_DRAWN = 60
_LEAST_ALPHA = 13  # of 255
_PALE = 230  # of 255: letters as light as this are seen on something darker only
_WHITE = 243
_ALIKE = 24  # of 255, a component
_SMALLEST = 1.0  # points, on a page that is 500 or more
_PICTURED = 0.6
_SCALE = 1.5  # pixels a point
_PIXELS = 1_500_000
_SEEN = 16  # of 255: letters differ from what is around them by more
_CELLS = 12


class Sight:
    """Tells which characters of a document's pages nobody sees; it draws a limited number of pages."""

    def __init__(self) -> None:
        self._drawn = 0

    def unseen(self, page: Any, objects: Sequence[Drawn], text_page: Any, count: int) -> frozenset[int]:
        """The indexes of the characters of a page that nobody sees.

        Args:
            page: A page of pypdfium2.
            objects: What is drawn on it.
            text_page: Its text, of pdfium, which has ``count`` characters.
        """
        texts = [one for one in objects if one.kind == TEXT]
        shown = _shown(page, texts)
        ground = _Ground(objects, shown)
        away = {one.address for one in texts if _is_away(one, shown)}
        hidden = {one.address for one in texts if _is_inkless(one)}
        doubtful = [one for one in texts if one.address not in away | hidden and ground.may_hide(one)]
        hidden |= self._undrawn(page, doubtful, ground, complete=len(objects) < MOST_OBJECTS)
        if not away and not hidden:
            return frozenset()
        owners = {index: address(pdfium.FPDFText_GetTextObject(text_page, index)) for index in range(count)}
        if ground.is_scan and _holds_most(owners, hidden):
            hidden = set()
        return frozenset(index for index, owner in owners.items() if owner in away or owner in hidden)

    def _undrawn(self, page: Any, doubtful: Sequence[Drawn], ground: "_Ground", *, complete: bool) -> set[int]:
        """The addresses of those texts that change nothing on the page."""
        bare = {one.address for one in doubtful if ground.is_bare(one)}
        left = [one for one in doubtful if one.address not in bare]
        if not left or not complete or self._drawn >= _MOST_DRAWN:
            return bare
        self._drawn += 1
        return bare | _without_trace(page, left)


class _Ground:
    """What lies below and above the texts of a page, found by place."""

    def __init__(self, objects: Iterable[Drawn], shown: Box) -> None:
        self._shown = shown
        self._cells: dict[tuple[int, int], list[Drawn]] = defaultdict(list)
        pictured = 0.0
        for one in objects:
            if one.covers:
                for cell in self._cells_of(one.box):
                    self._cells[cell].append(one)
            if one.kind == IMAGE:
                pictured += area(common(one.box, shown))
        self.is_scan = pictured >= _PICTURED * area(shown)
        """Whether pictures fill most of the page."""

    def may_hide(self, text: Drawn) -> bool:
        """Whether a text may be covered, clipped, switched off, or of the colour of what is below it."""
        if _is_paler(text.ink, _PALE) or (text.clip and not _holds(text.clip, text.box)) or is_optional(text):
            return True
        return any(one.order > text.order or _are_alike(one.ink, text.ink) for one in self._around(text))

    def is_bare(self, text: Drawn) -> bool:
        """Whether a text is white and nothing is below it."""
        return _is_paler(text.ink, _WHITE) and not any(one.order < text.order for one in self._around(text))

    def _around(self, text: Drawn) -> Iterator[Drawn]:
        """What lies over or under the middle of a text."""
        cells = self._cells_of((*_middle(text.box), *_middle(text.box)))
        return (one for cell in cells for one in self._cells.get(cell, ()) if _holds(one.box, text.box))

    def _cells_of(self, box: Box) -> Iterator[tuple[int, int]]:
        left, bottom, right, top = self._shown
        columns = [_cell(x, left, right) for x in box[::2]]
        rows = [_cell(y, bottom, top) for y in box[1::2]]
        return ((x, y) for x in range(columns[0], columns[1] + 1) for y in range(rows[0], rows[1] + 1))


def _cell(place: float, start: float, end: float) -> int:
    """In which of the equal parts of a side a place is; what is outside is in the nearest."""
    share = (place - start) / (end - start) if end > start else 0.0
    return int(min(max(share, 0.0), 0.999) * _CELLS)


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _holds(box: Box, text: Box) -> bool:
    """Whether the middle of a text is in a box."""
    x, y = _middle(text)
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _shown(page: Any, texts: Sequence[Drawn]) -> Box:
    """The part of a page that is shown.

    Where a page that is turned has no text there but all of it where its sides were exchanged, it is that: its
    maker exchanged them once too often.
    """
    box = paper(page.raw)
    if page.get_rotation() not in (90, 270):
        return box
    turned = box[0], box[1], box[0] + box[3] - box[1], box[1] + box[2] - box[0]
    is_turned = all(_is_away(one, box) and not _is_away(one, turned) for one in texts)
    return turned if is_turned else box


def _is_away(text: Drawn, shown: Box) -> bool:
    """True for text off the page, or so small that its letters have no shape."""
    smallest = min(_SMALLEST, max(shown[2] - shown[0], shown[3] - shown[1]) / 500)
    left, bottom, right, top = text.box
    outside = right <= shown[0] or left >= shown[2] or top <= shown[1] or bottom >= shown[3]
    return outside or text.size < smallest


def _is_inkless(text: Drawn) -> bool:
    return text.mode in _NO_INK or (text.ink is not None and text.ink.alpha < _LEAST_ALPHA)


def _is_paler(ink: Ink | None, least: int) -> bool:
    return ink is not None and min(ink[:3]) >= least


def _are_alike(one: Ink | None, other: Ink | None) -> bool:
    if one is None or other is None:
        return False
    return all(abs(first - second) <= _ALIKE for first, second in zip(one[:3], other[:3], strict=True))


def _holds_most(owners: Mapping[int, int], texts: Set[int]) -> bool:
    """Whether more characters are of these texts than of others; those that pdfium adds are of none."""
    counted = Counter(owner in texts for owner in owners.values() if owner)
    return counted[True] > counted[False]


def _without_trace(page: Any, texts: Sequence[Drawn]) -> set[int]:
    """The addresses of those texts that a page looks the same without."""
    width, height = page.get_size()
    scale = min(_SCALE, sqrt(_PIXELS / max(width * height, 1.0)))
    before = page.render(scale=scale)
    _set_active(texts, active=False)
    after = page.render(scale=scale)
    _set_active(texts, active=True)
    pictures = bytes(before.buffer), bytes(after.buffer)
    pixel = before.n_channels
    found = set()
    for text in texts:
        left, top, right, bottom = _on_picture(page, text.box, before.width, before.height)
        rows = (
            slice(row * before.stride + left * pixel, row * before.stride + right * pixel) for row in range(top, bottom)
        )
        if not any(_differ(pictures[0][row], pictures[1][row]) for row in rows):
            found.add(text.address)
    return found


def _set_active(texts: Sequence[Drawn], *, active: bool) -> None:
    for text in texts:
        pdfium.FPDFPageObj_SetIsActive(text.handle, active)


def _on_picture(page: Any, box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """The left, top, right and bottom of a box in pixels of a picture of the page."""
    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, down = c_int(), c_int()
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, x, y, byref(across), byref(down))
        corners.append((across.value, down.value))
    (x1, y1), (x2, y2) = corners
    return (
        max(0, min(x1, x2) - 1),
        max(0, min(y1, y2) - 1),
        min(width, max(x1, x2) + 2),
        min(height, max(y1, y2) + 2),
    )


def _differ(one: bytes, other: bytes) -> bool:
    return one != other and max(abs(first - second) for first, second in zip(one, other, strict=True)) > _SEEN
