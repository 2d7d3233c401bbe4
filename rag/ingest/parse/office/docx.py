"""DOCX: paragraphs, headings, lists and tables, read by python-docx."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml import etree

from rag.blocks import Form
from rag.errors import DocumentRejected
from rag.ingest.parse.fields import iso_date, one_line, own_author, own_title
from rag.ingest.parse.office.hidden import Visibility, is_hidden_row
from rag.ingest.parse.office.styles import Numbering, Styles
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder
from rag.ingest.parse.zip import open_archive
from rag.types import Description, Kind

_CORE = "docProps/core.xml"
_MAIN = "word/document.xml"
_CELL_GAP = " | "
_LONG_CELL = 300
_PARAGRAPH, _TABLE, _ROW, _CELL = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc"))
_TEXT, _RUN, _BOX = qn("w:t"), qn("w:r"), qn("w:txbxContent")
_CHARACTERS = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:ptab"): "\t",
}
_UNSEEN = frozenset(
    {
        *(qn(f"w:{name}") for name in ("del", "moveFrom", "pPr", "rPr", "tblPr", "tcPr", "trPr", "sectPr")),
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    }
)
_APART = _UNSEEN | {_BOX}
_NOTES = ("/footnotes", "/endnotes")


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of a DOCX with its footnotes, and its core properties; deleted and hidden text is not text.

    Raises:
        DocumentRejected: For a damaged or encrypted file, one that unpacks to too much, a text that is too long.
    """
    with open_archive(source, "DOCX", limits) as archive:
        if _MAIN not in archive.namelist():
            raise DocumentRejected(f"not a DOCX: its archive has no {_MAIN}")
        builder = TextBuilder(limits.characters)
        _write(source, builder)
        described, created = _description(archive)
    return Parsed(
        text=builder.text(),
        media_type=media_type,
        blocks=tuple(builder.blocks),
        description=described,
        created=created,
    )


class _Writer:
    """Turns the elements of a body into blocks."""

    def __init__(self, builder: TextBuilder, document: Any) -> None:
        self._builder = builder
        self._styles = Styles(document)
        self._numbering = Numbering(document)
        self._shows = Visibility(document).shows

    def write(self, container: Any) -> None:
        """Append what a body, a note, a cell or a text box holds."""
        for element in _children(container):
            if element.tag == _PARAGRAPH:
                self._write_paragraph(element)
            else:
                self._write_table(element)

    def _write_paragraph(self, paragraph: Any) -> None:
        style = self._styles.of(paragraph)
        text = "".join(_characters(paragraph, self._shows)).strip()
        if text:
            mark = "" if style.heading else self._numbering.mark(paragraph, style)
            kind = Kind.TITLE if style.title and not self._builder.blocks else None
            self._builder.add(f"{mark}{text}", form=Form.HEADING if style.heading else Form.PARAGRAPH, kind=kind)
        for box in paragraph.iter(_BOX):
            if not any(parent.tag in _UNSEEN or parent.tag == _BOX for parent in box.iterancestors()):
                self.write(box)

    def _write_table(self, table: Any) -> None:
        for row in table.iterchildren(_ROW):
            if is_hidden_row(row):
                continue
            cells = [cell for cell in row.iter(_CELL) if cell.getparent() is not None and _row_of(cell) is row]
            texts = [" ".join("".join(_characters(cell, self._shows)).split()) for cell in cells]
            if any(len(text) > _LONG_CELL for text in texts) or any(
                cell.find(f".//{_TABLE}") is not None for cell in cells
            ):
                for cell in cells:  # a table that only places paragraphs
                    self.write(cell)
            else:
                self._builder.add(_CELL_GAP.join(text for text in texts if text))


def _write(source: bytes, builder: TextBuilder) -> None:
    try:
        document = docx.Document(BytesIO(source))
        writer = _Writer(builder, document)
        writer.write(document.element.body)
        for notes in _notes(document):
            writer.write(notes)
    except (PackageNotFoundError, etree.LxmlError, AttributeError) as error:
        raise DocumentRejected(f"damaged DOCX: {error}") from None


def _children(container: Any) -> Iterator[Any]:
    """The paragraphs and tables of a container, in order, also those within controls and marked changes."""
    waiting = [iter(container)]
    while waiting:
        element = next(waiting[-1], None)
        if element is None:
            waiting.pop()
        elif element.tag in (_PARAGRAPH, _TABLE):
            yield element
        elif isinstance(element.tag, str) and element.tag not in _UNSEEN:
            waiting.append(iter(element))


def _characters(element: Any, shows: Callable[[Any], bool]) -> Iterator[str]:
    """The characters of a paragraph or cell; those of text boxes within it are apart.

    Args:
        shows: Whether a run is seen.
    """
    waiting = [iter(element)]
    while waiting:
        part = next(waiting[-1], None)
        if part is None:
            waiting.pop()
        elif part.tag == _TEXT:
            yield "".join(part.itertext())
        elif part.tag in _CHARACTERS:
            yield _CHARACTERS[part.tag]
        elif isinstance(part.tag, str) and part.tag not in _APART and (part.tag != _RUN or shows(part)):
            if part.tag == _PARAGRAPH:
                yield "\n"
            waiting.append(iter(part))


def _row_of(cell: Any) -> Any:
    return next((parent for parent in cell.iterancestors(_ROW)), None)


def _notes(document: Any) -> Iterator[Any]:
    """The footnotes and endnotes, without the lines that separate them."""
    for relationship in document.part.rels.values():
        if relationship.is_external or not relationship.reltype.endswith(_NOTES):
            continue
        for note in parse_xml(relationship.target_part.blob):
            if note.get(qn("w:type")) in (None, "normal"):
                yield note


def _description(archive: ZipFile) -> tuple[Description, str | None]:
    """The core properties, from the part itself: python-docx makes some up where another program names them so."""
    try:
        core = parse_xml(archive.read(_CORE))
    except (KeyError, etree.LxmlError):  # without them, or with damaged ones, the text is none the worse
        return Description(), None
    values = {etree.QName(element).localname: element.text for element in core.iterchildren(etree.Element)}
    described = Description(
        title=own_title(values.get("title")),
        author=own_author(values.get("creator")),
        publisher=one_line(values.get("publisher")),
    )
    return described, iso_date(values.get("created"))
