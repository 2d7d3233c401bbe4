"""Scans: pages of PDFs as pictures, with what a scanner does to them."""

import sys
from collections.abc import Iterable
from io import BytesIO

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageFilter

from rag.ingest.parse.ocr import ENGINE, is_installed

needs_recognition = pytest.mark.skipif(not is_installed(), reason="the extra 'ocr' is not installed")


def pictures(pdf: bytes, dots: int = 200) -> list[Image.Image]:
    """The pages of a PDF, so many dots an inch."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [document[number].render(scale=dots / 72).to_pil().convert("RGB") for number in range(len(document))]
    finally:
        document.close()


def scanned(picture: Image.Image, *, turned: float = 0.4) -> Image.Image:
    """A page as a scanner gives it: a little turned, blurred and grey, with noise."""
    grey = picture.convert("L").rotate(turned, fillcolor=255, resample=Image.Resampling.BICUBIC)
    values = np.asarray(grey.filter(ImageFilter.GaussianBlur(0.7))).astype(float)
    noise = np.random.default_rng(3).normal(0, 8, values.shape)
    return Image.fromarray((0.9 * values + 12 + noise).clip(0, 255).astype("uint8")).convert("RGB")


def image(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """A picture as a file."""
    file = BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def pdf_of(pages: Iterable[Image.Image]) -> bytes:
    """A PDF of pictures without a text layer."""
    first, *others = pages
    return image(first, "PDF", resolution=200, save_all=True, append_images=others)


def without_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra is not installed: its package cannot be imported."""
    monkeypatch.setitem(sys.modules, ENGINE, None)
