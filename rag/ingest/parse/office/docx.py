"""DOCX: paragraphs, headings, lists and tables, read by python-docx."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml import etree

from rag.errors import DocumentRejected
from rag.ingest.parse.fields import iso_date, one_line, own_author, own_title
from rag.ingest.parse.office.frame import frame_fields
from rag.ingest.parse.office.writer import Writer
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder
from rag.ingest.parse.questions import answered
from rag.ingest.parse.records import write_fields
from rag.ingest.parse.zip import open_archive
from rag.types import Description

_CORE = "docProps/core.xml"
_MAIN = "word/document.xml"
_NOTES = ("/footnotes", "/endnotes")


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of a DOCX with its footnotes and what its pages have at head and foot, and its core properties.

    Deleted and hidden text is not text.

    Raises:
        DocumentRejected: For a damaged or encrypted file, one that unpacks to too much, a text that is too long.
    """
    with open_archive(source, "DOCX", limits) as archive:
        if _MAIN not in archive.namelist():
            raise DocumentRejected(f"not a DOCX: its archive has no {_MAIN}")
        builder = TextBuilder(limits.characters)
        _write(source, builder)
        described, created = _description(archive)
    text = builder.text()
    return Parsed(
        text=text,
        media_type=media_type,
        blocks=answered(text, builder.blocks),
        description=described,
        created=created,
    )


def _write(source: bytes, builder: TextBuilder) -> None:
    try:
        document = docx.Document(BytesIO(source))
        writer = Writer(builder, document)
        writer.write(document.element.body)
        for notes in _notes(document):
            writer.write(notes)
        text = builder.text()
        said = {block.span.of(text) for block in builder.blocks if block.leaf}
        write_fields([field for field in frame_fields(document, writer.look) if field[1] not in said], builder)
    except (PackageNotFoundError, etree.LxmlError, AttributeError) as error:
        raise DocumentRejected(f"damaged DOCX: {error}") from None


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
