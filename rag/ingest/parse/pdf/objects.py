"""The objects of a PDF page in the order in which they are drawn: where they are, and in which ink."""

from collections.abc import Callable, Iterator
from ctypes import addressof, byref, c_float, c_int, c_uint, c_ulong, c_ushort
from dataclasses import dataclass
from math import hypot
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

TEXT, IMAGE, PATH = pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH
_COVERS = (PATH, IMAGE, pdfium.FPDF_PAGEOBJ_SHADING)
_STROKED = (pdfium.FPDF_TEXTRENDERMODE_STROKE, pdfium.FPDF_TEXTRENDERMODE_STROKE_CLIP)
_DEEPEST = 6
_MOST_SEGMENTS = 100
_LAYER = "OC"

Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""
Matrix = tuple[float, float, float, float, float, float]
"""Of a change of place: a point's x is ``a * x + c * y + e`` there, its y ``b * x + d * y + f``."""
SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Ink(NamedTuple):
    """Each 0 to 255."""

    red: int
    green: int
    blue: int
    alpha: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """An object of a page; its box, and that to which a text is clipped, are in points of the page.

    ``size`` is that of the letters of a text, 0 for anything else; ``ink`` is ``None`` where it is a pattern;
    ``matrix`` leads from the points of a path to those of the page.
    """

    handle: Any
    kind: int
    order: int
    box: Box
    covers: bool
    ink: Ink | None
    size: float = 0.0
    mode: int = 0
    clip: Box | None = None
    matrix: Matrix = SAME

    @property
    def address(self) -> int:
        """Tells objects apart."""
        return address(self.handle)


def address(handle: Any) -> int:
    """Where pdfium has an object, 0 for none."""
    return addressof(handle.contents) if handle else 0


def common(one: Box, other: Box) -> Box:
    """What two boxes have in common; without area where that is nothing."""
    left, bottom = max(one[0], other[0]), max(one[1], other[1])
    return left, bottom, max(left, min(one[2], other[2])), max(bottom, min(one[3], other[3]))


def area(box: Box) -> float:
    """Square points."""
    return (box[2] - box[0]) * (box[3] - box[1])


def paper(page: Any) -> Box:
    """The part of a page that is shown."""
    found = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, byref(found))
    return found.left, found.bottom, found.right, found.top


def is_optional(text: Drawn) -> bool:
    """True for text of a layer that may be switched off."""
    name, length = (c_ushort * 3)(), c_ulong()
    for index in range(pdfium.FPDFPageObj_CountMarks(text.handle)):
        mark = pdfium.FPDFPageObj_GetMark(text.handle, index)
        done = pdfium.FPDFPageObjMark_GetName(mark, name, 6, byref(length))
        if done and length.value == 6 and bytes(name[:2]).decode("latin-1") == _LAYER:
            return True
    return False


def drawn_objects(page: Any, most: int) -> Iterator[Drawn]:
    """The first ``most`` objects of a page, those of forms in the place of the form."""
    places = [_Place(pdfium.FPDFPage_GetObject, page, pdfium.FPDFPage_CountObjects(page), SAME, None)]
    order = 0
    while places and order < most:
        handle = places[-1].next()
        if handle is None:
            places.pop()
        elif pdfium.FPDFPageObj_GetType(handle) == pdfium.FPDF_PAGEOBJ_FORM:
            if len(places) <= _DEEPEST:
                places.append(_form(handle, places[-1]))
        else:
            order += 1
            yield _drawn(handle, order, places[-1])


class _Place:
    """The objects of a page or form, and where that stands."""

    def __init__(
        self, get: Callable[[Any, int], Any], holder: Any, count: int, matrix: Matrix, clip: Box | None
    ) -> None:
        self._get, self._holder, self._count, self._index = get, holder, count, 0
        self.matrix, self.clip = matrix, clip

    def next(self) -> Any | None:
        """The next object."""
        if self._index >= self._count:
            return None
        self._index += 1
        return self._get(self._holder, self._index - 1) or None


def _form(handle: Any, place: _Place) -> _Place:
    count = max(0, pdfium.FPDFFormObj_CountObjects(handle))
    clip = _narrowed(place.clip, handle, place.matrix)
    return _Place(pdfium.FPDFFormObj_GetObject, handle, count, _times(_matrix(handle), place.matrix), clip)


def _drawn(handle: Any, order: int, place: _Place) -> Drawn:
    kind = pdfium.FPDFPageObj_GetType(handle)
    box, covers = _moved(_bounds(handle), place.matrix), kind in _COVERS and _is_filled(handle, kind)
    if kind == PATH:
        ink, matrix = _ink(handle, pdfium.FPDFPageObj_GetFillColor), _times(_matrix(handle), place.matrix)
        return Drawn(handle=handle, kind=kind, order=order, box=box, covers=covers, ink=ink, matrix=matrix)
    if kind != TEXT:
        return Drawn(handle=handle, kind=kind, order=order, box=box, covers=covers, ink=None)
    mode = pdfium.FPDFTextObj_GetTextRenderMode(handle)
    colour = pdfium.FPDFPageObj_GetStrokeColor if mode in _STROKED else pdfium.FPDFPageObj_GetFillColor
    return Drawn(
        handle=handle,
        kind=kind,
        order=order,
        box=box,
        covers=False,
        ink=_ink(handle, colour),
        size=_size(handle, place.matrix),
        mode=mode,
        clip=_narrowed(place.clip, handle, place.matrix),
    )


def _is_filled(handle: Any, kind: int) -> bool:
    if kind != PATH:
        return True
    fill, stroke = c_int(), c_int()
    return bool(pdfium.FPDFPath_GetDrawMode(handle, byref(fill), byref(stroke))) and fill.value != 0


def _ink(handle: Any, colour: Callable[..., int]) -> Ink | None:
    parts = [c_uint() for _ in range(4)]
    return Ink(*(part.value for part in parts)) if colour(handle, *map(byref, parts)) else None


def _bounds(handle: Any) -> Box:
    sides = [c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(handle, *map(byref, sides))
    left, bottom, right, top = (side.value for side in sides)
    return left, bottom, right, top


def _matrix(handle: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(handle, byref(found))
    return found.a, found.b, found.c, found.d, found.e, found.f


def _size(handle: Any, place: Matrix) -> float:
    """Points of the letters, the smaller of their height and width."""
    size = c_float()
    pdfium.FPDFTextObj_GetFontSize(handle, byref(size))
    a, b, c, d, _, _ = _times(_matrix(handle), place)
    return abs(size.value) * min(hypot(a, b), hypot(c, d))


def _narrowed(clip: Box | None, handle: Any, place: Matrix) -> Box | None:
    """The box that clips an object which stands in one that ``clip`` clips."""
    own = pdfium.FPDFPageObj_GetClipPath(handle)
    for path in range(max(0, pdfium.FPDFClipPath_CountPaths(own)) if own else 0):
        if box := _path_box(own, path):
            moved = _moved(box, place)
            clip = moved if clip is None else common(clip, moved)
    return clip


def _path_box(clip: Any, path: int) -> Box | None:
    """The box around a path, ``None`` for one that is long, or empty."""
    count = pdfium.FPDFClipPath_CountPathSegments(clip, path)
    if not 0 < count <= _MOST_SEGMENTS:
        return None
    points = []
    for index in range(count):
        x, y = c_float(), c_float()
        pdfium.FPDFPathSegment_GetPoint(pdfium.FPDFClipPath_GetPathSegment(clip, path, index), byref(x), byref(y))
        points.append((x.value, y.value))
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def _times(one: Matrix, other: Matrix) -> Matrix:
    """First one, then the other."""
    a, b, c, d, e, f = one
    return (
        a * other[0] + b * other[2],
        a * other[1] + b * other[3],
        c * other[0] + d * other[2],
        c * other[1] + d * other[3],
        e * other[0] + f * other[2] + other[4],
        e * other[1] + f * other[3] + other[5],
    )


def _moved(box: Box, by: Matrix) -> Box:
    if by == SAME:
        return box
    a, b, c, d, e, f = by
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in box[::2] for y in box[1::2]]
    across, down = zip(*corners, strict=True)
    return min(across), min(down), max(across), max(down)
