"""Pictures of pages, one after the other: what is recognised on each, within what a document may have of them."""

from collections.abc import Iterable, Iterator

from PIL import Image

from rag.ingest.parse.ocr.engine import read_lines
from rag.ingest.parse.ocr.placed import placed_lines
from rag.ingest.parse.pdf.pieces import Piece
from rag.ingest.parse.sandbox.clock import renew_time


def recognised(pictures: Iterable[Image.Image], seconds: int, points: float | None = None) -> Iterator[list[Piece]]:
    """The pieces of each page.

    Args:
        pictures: In RGB.
        seconds: Of processor time that each may take.
        points: A pixel's, ``None`` where it is not known.
    """
    for picture in pictures:
        renew_time(seconds)
        yield placed_lines(read_lines(picture), points)
