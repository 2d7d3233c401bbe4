"""Pages of a PDF that are pictures of text, read as pictures."""

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import Any

from PIL import Image

from rag.ingest.parse.ocr.pages import recognised
from rag.ingest.parse.pdf.pieces import Piece

_DOTS = 300 / 72  # pixels a point: 300 an inch
_MOST_PIXELS = 12_000_000  # of a page: A4 has 8.7 million


def read_pages(document: Any, numbers: Sequence[int], seconds: int) -> dict[int, list[Piece]]:
    """The pieces that are recognised on pages, by the number of the page from 0.

    Raises:
        DocumentRejected: For too many lines on one.
    """
    return {number: pieces for number in numbers for pieces in _read(document, number, seconds)}


def _read(document: Any, number: int, seconds: int) -> Iterator[list[Piece]]:
    page = document[number]
    width, height = page.get_size()
    scale = min(_DOTS, sqrt(_MOST_PIXELS / max(width * height, 1.0)))
    try:
        if min(width, height) * scale >= 1.0:  # a page may have no height
            picture: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
            yield from recognised([picture], seconds, points=1 / scale)
    finally:
        page.close()
