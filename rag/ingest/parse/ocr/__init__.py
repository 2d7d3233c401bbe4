"""OCR: the lines that are recognised in pictures, put where they stand on a page. The extra ``ocr`` installs it."""

from importlib.util import find_spec

from rag.errors import DocumentRejected

ENGINE = "rapidocr_onnxruntime"
MARK = "; text=recognised"
"""What the media type of a document ends with whose text, or some of it, was recognised."""
MOST_PAGES = 100
"""Whose letters are recognised in a document: a page takes some seconds."""


def is_installed() -> bool:
    """Whether pictures can be read here."""
    return find_spec(ENGINE) is not None


def check_readable(why: str, pages: int) -> None:
    """Go on with a document whose pages are pictures.

    Args:
        why: They are to be read.

    Raises:
        DocumentRejected: Where the extra is not installed, which is named, and for too many pages.
    """
    if not is_installed():
        raise DocumentRejected(f"{why}; to have it read by text recognition (OCR), pip install 'footnote[ocr]'")
    if pages > MOST_PAGES:
        raise DocumentRejected(f"{why}; text recognition (OCR) reads at most {MOST_PAGES} pages: split it")
