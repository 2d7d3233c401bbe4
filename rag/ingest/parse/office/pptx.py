"""PPTX: slides with titles, texts, tables and notes, read by python-pptx. A slide is a page; hidden ones are named."""

from collections.abc import Iterator
from contextlib import ExitStack
from io import BytesIO
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError, PythonPptxError
from pptx.oxml.ns import qn

from rag.blocks import Form
from rag.errors import DocumentRejected
from rag.ingest.parse.fields import iso_date, own_author, own_title
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder
from rag.ingest.parse.tables import GridCell
from rag.ingest.parse.zip import open_archive
from rag.types import Description, Kind

_MAIN = "ppt/presentation.xml"
_TITLES = frozenset({PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE})
_FURNITURE = frozenset({PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER})
_LISTED = frozenset(
    {PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY, PP_PLACEHOLDER.VERTICAL_OBJECT}
)
_DEEPEST = 30
_LEVELS = 9


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of a PPTX slide by slide, and its core properties.

    Raises:
        DocumentRejected: For a damaged or encrypted file, one that unpacks to too much, a text that is too long.
    """
    builder = TextBuilder(limits.characters)
    with open_archive(source, "PPTX", limits) as archive:
        if _MAIN not in archive.namelist():
            raise DocumentRejected(f"not a PPTX: its archive has no {_MAIN}")
        try:
            presentation = Presentation(BytesIO(source))
            starts, left_out = _write(presentation, builder)
            properties = presentation.core_properties
        except (PackageNotFoundError, PythonPptxError, etree.LxmlError, AttributeError) as error:
            raise DocumentRejected(f"damaged PPTX: {error}") from None
    return Parsed(
        text=builder.text(),
        media_type=media_type,
        blocks=tuple(builder.blocks),
        description=Description(title=own_title(properties.title), author=own_author(properties.author)),
        created=iso_date(properties.created.isoformat() if properties.created else None),
        pages=tuple(min(start, builder.length) for start in starts),  # a hidden slide at the end has no text
        left_out=tuple(left_out),
    )


def _write(presentation: Any, builder: TextBuilder) -> tuple[list[int], list[str]]:
    starts: list[int] = []
    left_out: list[str] = []
    for number, slide in enumerate(presentation.slides, 1):
        starts.append(builder.next_start)
        if slide._element.get("show") in ("0", "false"):
            left_out.append(f"hidden slide {number}")
            continue
        _write_slide(slide, builder)
    return starts, left_out


def _write_slide(slide: Any, builder: TextBuilder) -> None:
    shapes = list(_shapes(slide.shapes, 0))
    titles = [shape for shape in shapes if _kind(shape) in _TITLES and shape.has_text_frame]
    for shape in titles:
        title = Kind.TITLE if not builder.blocks and _kind(shape) is PP_PLACEHOLDER.CENTER_TITLE else None
        builder.add(" ".join(_paragraphs_text(shape.text_frame)), form=Form.HEADING, level=1, kind=title)
    for shape in shapes:
        if shape not in titles and _kind(shape) not in _FURNITURE:
            _write_shape(shape, builder)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        for text in _paragraphs_text(notes):
            builder.add(text)


def _shapes(shapes: Any, depth: int) -> Iterator[Any]:
    """The shapes of a slide in the order in which they are read: from the top, then from the left."""
    found = sorted(enumerate(shapes), key=lambda pair: (pair[1].top or 0, pair[1].left or 0, pair[0]))
    for _, shape in found:
        if shape._element.find(f".//{qn('p:cNvPr')}[@hidden='1']") is not None:
            continue
        if hasattr(shape, "shapes") and depth < _DEEPEST:
            yield from _shapes(shape.shapes, depth + 1)
        else:
            yield shape


def _kind(shape: Any) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _write_shape(shape: Any, builder: TextBuilder) -> None:
    if getattr(shape, "has_table", False):
        _write_table(shape.table, builder)
    elif getattr(shape, "has_text_frame", False):
        _write_text(shape, builder)


def _write_table(table: Any, builder: TextBuilder) -> None:
    rows = [
        [
            GridCell(text=" ".join(cell.text.split()), columns=cell.span_width, rows=cell.span_height)
            for cell in row.cells
            if not cell.is_spanned
        ]
        for row in table.rows
    ]
    builder.table(rows, declared=int(bool(table.first_row)))


def _write_text(shape: Any, builder: TextBuilder) -> None:
    """The paragraphs of a shape: those with bullets or numbers are lists, nested by their levels."""
    listed = _kind(shape) in _LISTED and len(shape.text_frame.paragraphs) > 1
    open_lists: list[tuple[int, ExitStack, ExitStack]] = []
    count: dict[int, int] = {}
    for paragraph in shape.text_frame.paragraphs:
        text = _text(paragraph)
        mark = _mark(paragraph, listed)
        level = min(paragraph.level or 0, _LEVELS)
        while open_lists and (not mark or open_lists[-1][0] > level):
            _close(open_lists.pop())
        if not text or not mark:
            builder.add(text)
            count.clear()
            continue
        count = {depth: number for depth, number in count.items() if depth <= level}
        count[level] = count.get(level, 0) + 1
        _add_item(builder, open_lists, level, mark.replace("1", str(count[level])), text)
    while open_lists:
        _close(open_lists.pop())


def _add_item(
    builder: TextBuilder, open_lists: list[tuple[int, ExitStack, ExitStack]], level: int, mark: str, text: str
) -> None:
    if open_lists and open_lists[-1][0] == level:
        _, of_list, of_item = open_lists.pop()
        of_item.close()
    else:
        of_list = ExitStack()
        of_list.enter_context(builder.within(Form.LIST, ordered=mark != "-"))
    own = ExitStack()
    own.enter_context(builder.within(Form.ITEM, mark=mark))
    open_lists.append((level, of_list, own))
    builder.add(text)


def _close(opened: tuple[int, ExitStack, ExitStack]) -> None:
    _, of_list, of_item = opened
    of_item.close()
    of_list.close()


def _mark(paragraph: Any, listed: bool) -> str:
    """What stands before a paragraph: ``"-"`` for a bullet, ``"1."`` for a number, nothing for running text."""
    properties = paragraph._p.find(qn("a:pPr"))
    if properties is not None:
        if properties.find(qn("a:buAutoNum")) is not None:
            return "1."
        if properties.find(qn("a:buNone")) is not None:
            return ""
        if properties.find(qn("a:buChar")) is not None or properties.find(qn("a:buBlip")) is not None:
            return "-"
    return "-" if listed else ""


def _text(paragraph: Any) -> str:
    return " ".join(paragraph.text.replace("\v", "\n").split())


def _paragraphs_text(frame: Any) -> Iterator[str]:
    yield from (text for paragraph in frame.paragraphs if (text := _text(paragraph)))
