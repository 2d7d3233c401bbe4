"""The values of a PDF's form fields, each with what the page, or the form, calls it."""

from collections.abc import Callable, Iterator, Sequence
from ctypes import byref, c_ushort
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from rag.ingest.parse.pdf.columns import Item
from rag.ingest.parse.pdf.objects import Box
from rag.ingest.parse.pdf.pieces import Piece
from rag.ingest.parse.pdf.rows import Table
from rag.ingest.parse.pdf.words import Way, turned
from rag.ingest.parse.tables import GridCell

_MOST = 2_000
_LONGEST = 20_000  # characters
_TEXT = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
_CHECKED = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
_FARTHEST = 250.0  # points
_ABOVE = 1.5  # heights
_YES = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A field that has a value, and where it stands; ``checked``: its value is only that it is ticked."""

    name: str
    value: str
    box: Box
    checked: bool = False


def filled_fields(form: Any, page: Any, way: Way) -> list[Filled]:
    """The fields of a page that are filled in.

    Args:
        form: pdfium's handle of the document's form.
        page: pdfium's handle.
        way: That of the words of the page.
    """
    found: list[Filled] = []
    for index in range(min(_MOST, pdfium.FPDFPage_GetAnnotCount(page))):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if annotation and pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_WIDGET:
            found += _filled(form, annotation, way)
        pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def with_fields(pieces: Sequence[Item], fields: Sequence[Filled]) -> list[Item]:
    """What stands on a page with records of its fields: in the place of what names them, or at the end."""
    items = list(pieces)
    for field in fields:
        label = _label(field, [item for item in items if isinstance(item, Piece)])
        name = label.text.rstrip(" :_.") if label else field.name
        record = _record(name or field.name, field, label)
        if label is None:
            items.append(record)
        else:
            items[next(place for place, item in enumerate(items) if item is label)] = record
    return items


def _filled(form: Any, annotation: Any, way: Way) -> Iterator[Filled]:
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    checked = kind in _CHECKED
    if checked and pdfium.FPDFAnnot_IsChecked(form, annotation):
        value = _YES
    elif kind in _TEXT:
        value = " ".join(_said(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation).split())
    else:
        return
    name = _said(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    name = name or _said(pdfium.FPDFAnnot_GetFormFieldName, form, annotation)
    place = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annotation, byref(place))
    if value and name:
        box = turned((place.left, place.bottom, place.right, place.top), way)
        yield Filled(name=" ".join(name.split()), value=value, box=box, checked=checked)


def _said(get: Callable[..., int], form: Any, annotation: Any) -> str:
    length = get(form, annotation, None, 0)
    if not 2 < length <= 2 * _LONGEST:
        return ""
    buffer = (c_ushort * (length // 2))()
    get(form, annotation, buffer, length)
    return bytes(buffer).decode("utf-16-le", "ignore").rstrip("\x00")


def _label(field: Filled, pieces: Sequence[Piece]) -> Piece | None:
    """What stands right beside a field, before it or, of one that is ticked, after it; else right above it."""
    left, bottom, right, top = field.box
    beside = [piece for piece in pieces if piece.bottom < (bottom + top) / 2 < piece.top]
    before = [piece for piece in beside if left - _FARTHEST < piece.right <= left + 2.0]
    after = [piece for piece in beside if right - 2.0 <= piece.left < right + _FARTHEST / 5]
    above = [
        piece
        for piece in pieces
        if 0 <= piece.bottom - top + 2.0 < _ABOVE * piece.size and abs(piece.left - left) < piece.size
    ]
    if field.checked and after:
        return min(after, key=lambda piece: piece.left)
    return max(before, key=lambda piece: piece.right, default=None) or min(
        above, key=lambda piece: piece.bottom, default=None
    )


def _record(name: str, field: Filled, label: Piece | None) -> Table:
    left, bottom, right, top = field.box
    if label:
        left, right = min(left, label.left), max(right, label.right)
        bottom, top = min(bottom, label.bottom), max(top, label.top)
    row = (GridCell(text=name), GridCell(text=field.value))
    return Table(rows=(row,), columns=(left, field.box[0]), left=left, right=right, bottom=bottom, top=top, record=True)
