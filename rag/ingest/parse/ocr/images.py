"""Images: PNG, JPEG and TIFF as pages whose letters are recognised; decoded by Pillow."""

from io import BytesIO
from math import ceil, sqrt

from PIL import Image, ImageOps, UnidentifiedImageError

from rag.errors import DocumentRejected
from rag.ingest.parse.ocr import MARK, check_readable
from rag.ingest.parse.ocr.engine import MOST_PIXELS
from rag.ingest.parse.ocr.pages import recognised
from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.pdf.written import Page, written

_FORMATS = ("PNG", "JPEG", "TIFF")
_USED_PIXELS = 15_000_000  # A4 at 400 dots an inch
_NO_TEXT = "an image in which no text is found"


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of an image, a page each frame of a TIFF.

    Raises:
        DocumentRejected: Where the extra is not installed; for a damaged image, one of too many pixels or pages, or
            one without text.
    """
    check_readable("an image", 1)
    try:
        with Image.open(BytesIO(source), formats=_FORMATS) as image:
            count = getattr(image, "n_frames", 1)
        check_readable(f"an image of {count} pages", count)
        frames = (_frame(source, number) for number in range(count))
        pages = list(recognised(frames, limits.seconds))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DocumentRejected(f"damaged image: {error}") from None
    if not any(pages):
        raise DocumentRejected(_NO_TEXT)
    text, blocks, starts = written([Page(pieces) for pieces in pages], {}, limits.characters)
    return Parsed(text=text, media_type=media_type + MARK, blocks=tuple(blocks), pages=tuple(starts))


def _frame(source: bytes, number: int) -> Image.Image:
    """A page of an image, in no more pixels than recognition has a use for."""
    with Image.open(BytesIO(source), formats=_FORMATS) as image:
        image.seek(number)
        width, height = image.size
        if width * height > MOST_PIXELS:
            most = MOST_PIXELS // 1_000_000
            raise DocumentRejected(f"an image of {width} by {height} pixels; at most {most} million are read")
        parts = ceil(sqrt(width * height / _USED_PIXELS))
        image.draft("RGB", (width // parts, height // parts))  # a JPEG can be decoded in less
        picture = _on_paper(ImageOps.exif_transpose(image))
    return picture.reduce(ceil(sqrt(picture.width * picture.height / _USED_PIXELS)))


def _on_paper(image: Image.Image) -> Image.Image:
    """An image in RGB; what is transparent is white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        shown = image.convert("RGBA")
        paper = Image.new("RGBA", shown.size, "white")
        return Image.alpha_composite(paper, shown).convert("RGB")
    if image.mode.startswith("I"):  # 16 bits a pixel, of which the upper 8 are kept
        image = image.convert("I").point([value // 256 for value in range(65_536)], "L")
    return image.convert("RGB")
