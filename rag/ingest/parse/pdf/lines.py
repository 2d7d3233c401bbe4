"""PDF: the text layer, read by pypdfium2 page by page; the other modules make lines, tables and paragraphs of it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from rag.errors import DocumentRejected
from rag.ingest.parse.fields import iso_date, own_author, own_title
from rag.ingest.parse.ocr import MARK, MOST_PAGES, check_readable, is_installed
from rag.ingest.parse.parsed import Limits, Parsed, check_length
from rag.ingest.parse.pdf.bullets import with_bullets
from rag.ingest.parse.pdf.form import filled_fields
from rag.ingest.parse.pdf.grids import straightened
from rag.ingest.parse.pdf.headings import bare_words
from rag.ingest.parse.pdf.hidden import MOST_OBJECTS, Sight
from rag.ingest.parse.pdf.legible import is_legible
from rag.ingest.parse.pdf.objects import drawn_objects
from rag.ingest.parse.pdf.pieces import page_pieces
from rag.ingest.parse.pdf.rules import page_rules
from rag.ingest.parse.pdf.weights import weights
from rag.ingest.parse.pdf.words import main_way, page_words
from rag.ingest.parse.pdf.written import Page, written
from rag.types import Description

_MOST_PAGES = 20_000
_FIRST = 3_000  # characters that should say the title
_MOST_BOOKMARKS = 5_000
_NO_TEXT = "no text layer on any of its pages ({}), only images"
_GLYPH_CODES = "its text layer has no words, only the codes of glyphs; export it again with its fonts' character maps"


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of a PDF, page by page, its bookmarks as headings, its document information.

    Pages that are pictures, and all of a document whose text layer is glyph codes, are read as pictures where that
    can be done.

    Raises:
        DocumentRejected: For a damaged or encrypted file, one without a text layer, or with one of glyph codes, that
            cannot be read as pictures, a text that is too long.
    """
    document = _open(source)
    try:
        pages, recognised = _with_pictures_read(document, list(_pages(document, limits.characters)), limits)
        fields, headings = document.get_metadata_dict(), _bookmarks(document)
        text, blocks, starts = written(pages, headings, limits.characters)
        if not is_legible(text):
            check_readable(_GLYPH_CODES, len(pages))
            pages, recognised = _recognised(document, pages, range(len(pages)), limits), True
            text, blocks, starts = written(pages, headings, limits.characters)
    finally:
        document.close()
    return Parsed(
        text=text,
        media_type=media_type + (MARK if recognised else ""),
        blocks=tuple(blocks),
        description=_description(fields, text[:_FIRST]),
        created=iso_date(fields.get("CreationDate")),
        pages=tuple(starts),
    )


def _with_pictures_read(document: Any, pages: list[Page], limits: Limits) -> tuple[list[Page], bool]:
    """Pages, those that are pictures read as such, and whether any of these has text.

    Beside pages with text they stay unread where they cannot be read, or are too many.
    """
    pictures = [number for number, page in enumerate(pages) if page.drawn and not page.has_text]
    if not any(page.has_text for page in pages):
        check_readable(_NO_TEXT.format(len(pages)), len(pictures))
    elif len(pictures) > MOST_PAGES or not is_installed():
        return pages, False
    read = _recognised(document, pages, pictures, limits)
    if not any(page.has_text for page in read):
        raise DocumentRejected(f"{_NO_TEXT.format(len(pages))} in which no text is found")
    return read, any(read[number].has_text for number in pictures)


def _recognised(document: Any, pages: Sequence[Page], numbers: Sequence[int], limits: Limits) -> list[Page]:
    """Pages, some of them read as pictures."""
    if not numbers:
        return list(pages)
    from rag.ingest.parse.pdf.scanned import read_pages  # what recognises letters is loaded where it is needed

    read = read_pages(document, numbers, limits.seconds)
    return [Page(read[number]) if number in read else page for number, page in enumerate(pages)]


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


def _pages(document: Any, limit: int) -> Iterator[Page]:
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


def _read(page: Any, text_page: Any, sight: Sight) -> Page:
    count = max(0, pdfium.FPDFText_CountChars(text_page))
    objects = list(drawn_objects(page.raw, MOST_OBJECTS))
    words = page_words(text_page, count, sight.unseen(page, objects, text_page, count))
    way = main_way(words)
    rules = straightened(page_rules(objects, way))
    pieces = with_bullets(page_pieces(words, way, rules.down, weights(text_page)), objects, way)
    form = page.formenv
    return Page(pieces, rules, filled_fields(form.raw, page.raw, way) if form else [], drawn=bool(objects))


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
