"""PDF: the text layer, read by pypdfium2 page by page; the other modules make lines, tables and paragraphs of it."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from rag.errors import DocumentRejected
from rag.ingest.parse.fields import iso_date, own_author, own_title
from rag.ingest.parse.parsed import Limits, Parsed, check_length
from rag.ingest.parse.pdf.bullets import with_bullets
from rag.ingest.parse.pdf.document import write_pages
from rag.ingest.parse.pdf.form import Filled, filled_fields, with_fields
from rag.ingest.parse.pdf.grids import straightened
from rag.ingest.parse.pdf.headings import bare_words
from rag.ingest.parse.pdf.hidden import MOST_OBJECTS, Sight
from rag.ingest.parse.pdf.layout import page_regions
from rag.ingest.parse.pdf.legible import is_legible
from rag.ingest.parse.pdf.objects import drawn_objects
from rag.ingest.parse.pdf.paragraphs import usual_style
from rag.ingest.parse.pdf.pieces import Piece, page_pieces, with_raised_written
from rag.ingest.parse.pdf.rules import Rules, page_rules
from rag.ingest.parse.pdf.running import without_running_heads
from rag.ingest.parse.pdf.words import main_way, page_words
from rag.types import Description

_MOST_PAGES = 20_000
_FIRST = 3_000  # characters that should say the title
_MOST_BOOKMARKS = 5_000


class _Page(NamedTuple):
    """What a page has: pieces of lines in the order of its content, rules, and fields that are filled in."""

    pieces: list[Piece]
    rules: Rules
    fields: list[Filled]


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of a PDF, page by page, its bookmarks as headings, its document information.

    Raises:
        DocumentRejected: For a damaged or encrypted file, one without a text layer, or with one of glyph codes, a text
            that is too long.
    """
    document = _open(source)
    try:
        pages = list(_pages(document, limits.characters))
        if not any(page.pieces or page.fields for page in pages):
            raise DocumentRejected(
                f"no text layer on any of its pages ({len(pages)}), only images; run text recognition (OCR) on it first"
            )
        fields = document.get_metadata_dict()
        headings = _bookmarks(document)
    finally:
        document.close()
    kept = without_running_heads([with_raised_written(page.pieces) for page in pages])
    regions = [
        page_regions(with_fields(pieces, page.fields), page.rules) for pieces, page in zip(kept, pages, strict=True)
    ]
    text, blocks, starts = write_pages(regions, usual_style(regions, kept), headings, limits.characters)
    if not is_legible(text):
        raise DocumentRejected(
            "its text layer has no words, only the codes of glyphs; run text recognition (OCR) on it first, or export "
            "it again with its fonts' character maps"
        )
    return Parsed(
        text=text,
        media_type=media_type,
        blocks=tuple(blocks),
        description=_description(fields, text[:_FIRST]),
        created=iso_date(fields.get("CreationDate")),
        pages=tuple(starts),
    )


def _open(source: bytes) -> Any:
    try:
        document = pypdfium2.PdfDocument(source)
        if not 0 < len(document) <= _MOST_PAGES:
            raise DocumentRejected(f"a PDF of {len(document)} pages; 1 to {_MOST_PAGES} are read")
        document.init_forms()
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise DocumentRejected("encrypted PDF: it asks for a password; save it without one") from None
        raise DocumentRejected(f"damaged PDF: {error}") from None
    return document


def _pages(document: Any, limit: int) -> Iterator[_Page]:
    characters, sight = 0, Sight()
    for number in range(len(document)):
        try:
            page = document[number]
            text_page = page.get_textpage()
        except pypdfium2.PdfiumError as error:
            raise DocumentRejected(f"damaged PDF: page {number + 1}: {error}") from None
        read = _read(page, text_page.raw, sight)
        text_page.close()
        page.close()
        characters += sum(len(piece.text) for piece in read.pieces)
        check_length(characters, limit)
        yield read


def _read(page: Any, text_page: Any, sight: Sight) -> _Page:
    count = max(0, pdfium.FPDFText_CountChars(text_page))
    objects = list(drawn_objects(page.raw, MOST_OBJECTS))
    words = page_words(text_page, count, sight.unseen(page, objects, text_page, count))
    way = main_way(words)
    rules = straightened(page_rules(objects, way))
    pieces = with_bullets(
        page_pieces(words, way, rules.down, partial(pdfium.FPDFText_GetFontWeight, text_page)), objects, way
    )
    form = page.formenv
    return _Page(pieces, rules, filled_fields(form.raw, page.raw, way) if form else [])


def _bookmarks(document: Any) -> dict[str, int]:
    """The levels of the outline's entries by their words."""
    found: dict[str, int] = {}
    for bookmark in islice(document.get_toc(), _MOST_BOOKMARKS):
        found.setdefault(bare_words(bookmark.get_title()), 1 + bookmark.level)
    found.pop("", None)
    return found


def _description(fields: Mapping[str, str], first: str) -> Description:
    """What a document's information says; a title that does not stand at its start is another one's."""
    return Description(title=own_title(fields.get("Title"), shown=first), author=own_author(fields.get("Author")))
