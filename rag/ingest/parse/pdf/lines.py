"""PDF: the text layer, read by pypdfium2 line by line; ``pdf_lines`` makes paragraphs of the lines."""

from collections.abc import Iterator
from itertools import islice
from statistics import median_low
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from rag.errors import DocumentRejected
from rag.ingest.parse.fields import iso_date, own_author, own_title
from rag.ingest.parse.parsed import Limits, Parsed, check_length
from rag.ingest.parse.pdf.hidden import Sight
from rag.ingest.parse.pdf.paragraphs import HYPHEN, Line, bare_words, write_pages
from rag.types import Description

_HYPHENS = frozenset({0x02, 0xFFFE})
_LINE_ENDS = _HYPHENS | {0x0A, 0x0D}
_SAMPLES = 6  # a word in other letters must not stand for its line
_MOST_PAGES = 20_000
_MOST_BOOKMARKS = 5_000


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of a PDF, page by page, its bookmarks as headings, its document information.

    Raises:
        DocumentRejected: For a damaged or encrypted file, one without a text layer, a text that is too long.
    """
    document = _open(source)
    try:
        pages = list(_pages(document, limits.characters))
        if not any(pages):
            raise DocumentRejected(
                f"no text layer on any of its pages ({len(pages)}), only images; run text recognition (OCR) on it first"
            )
        described, created = _description(document)
        headings = _bookmarks(document)
    finally:
        document.close()
    text, blocks, starts = write_pages(pages, headings, limits.characters)
    return Parsed(
        text=text,
        media_type=media_type,
        blocks=tuple(blocks),
        description=described,
        created=created,
        pages=tuple(starts),
    )


def _open(source: bytes) -> Any:
    try:
        document = pypdfium2.PdfDocument(source)
        if not 0 < len(document) <= _MOST_PAGES:
            raise DocumentRejected(f"a PDF of {len(document)} pages; 1 to {_MOST_PAGES} are read")
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise DocumentRejected("encrypted PDF: it asks for a password; save it without one") from None
        raise DocumentRejected(f"damaged PDF: {error}") from None
    return document


def _pages(document: Any, limit: int) -> Iterator[list[Line]]:
    characters, sight = 0, Sight()
    for number in range(len(document)):
        try:
            page = document[number]
            text_page = page.get_textpage()
        except pypdfium2.PdfiumError as error:
            raise DocumentRejected(f"damaged PDF: page {number + 1}: {error}") from None
        count = max(0, pdfium.FPDFText_CountChars(text_page.raw))
        lines = list(_lines(text_page.raw, count, sight.unseen(page, text_page.raw, count)))
        text_page.close()
        page.close()
        characters += sum(len(line.text) for line in lines)
        check_length(characters, limit)
        yield lines


def _lines(text_page: Any, count: int, unseen: frozenset[int]) -> Iterator[Line]:
    """The lines of a page in the order of its content; pdfium has marks of its own for a hyphen at a line's end.

    Args:
        count: Of the characters of the page.
        unseen: The indexes of those that nobody sees.
    """
    characters: list[str] = []
    first = 0
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code in _LINE_ENDS:
            if code in _HYPHENS:
                characters.append(HYPHEN)
            if line := _line(text_page, characters, first, index):
                yield line
            characters.clear()
            first = index + 1
        else:
            known = 0 < code <= 0x10FFFF and not 0xD800 <= code < 0xE000
            characters.append(chr(code) if known and index not in unseen else "")
    if line := _line(text_page, characters, first, count):
        yield line


def _line(text_page: Any, characters: list[str], first: int, end: int) -> Line | None:
    """The line of ``characters``, which are those from ``first`` to ``end``; ``None`` where it shows nothing."""
    text = " ".join("".join(characters).split())
    if not text.strip(HYPHEN):
        return None
    shown = [index for index, character in zip(range(first, end), characters, strict=False) if character.strip()]
    sampled = [shown[(len(shown) - 1) * part // _SAMPLES] for part in range(_SAMPLES + 1)]
    boxes = [_box(text_page, index) for index in sampled]
    return Line(
        text=text,
        left=boxes[0].left,
        right=boxes[-1].right,
        bottom=median_low(box.bottom for box in boxes),
        size=median_low(box.top - box.bottom for box in boxes),
        weight=median_low(pdfium.FPDFText_GetFontWeight(text_page, index) for index in sampled),
    )


def _box(text_page: Any, index: int) -> Any:
    """The place of a character with its font's whole height, points from the page's lower left corner."""
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text_page, index, box)
    return box


def _bookmarks(document: Any) -> frozenset[str]:
    """The words of the outline's entries."""
    found = set()
    for bookmark in islice(document.get_toc(), _MOST_BOOKMARKS):
        found.add(bare_words(bookmark.get_title()))
    return frozenset(found - {""})


def _description(document: Any) -> tuple[Description, str | None]:
    fields = document.get_metadata_dict()
    described = Description(title=own_title(fields.get("Title")), author=own_author(fields.get("Author")))
    return described, iso_date(fields.get("CreationDate"))
