"""What stands on the pages of a document, however it was read, as its text and its blocks."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.blocks import Block
from rag.ingest.parse.pdf.document import write_pages
from rag.ingest.parse.pdf.form import Filled, with_fields
from rag.ingest.parse.pdf.grids import page_grids
from rag.ingest.parse.pdf.layout import page_regions
from rag.ingest.parse.pdf.paragraphs import usual_style
from rag.ingest.parse.pdf.pieces import Piece, with_raised_written
from rag.ingest.parse.pdf.rules import Rules
from rag.ingest.parse.pdf.running import without_running_heads


class Page(NamedTuple):
    """What a page has: pieces of lines in the order of its content, rules, and fields that are filled in.

    ``drawn``: there is anything on it.
    """

    pieces: Sequence[Piece]
    rules: Rules = Rules()
    fields: Sequence[Filled] = ()
    drawn: bool = True

    @property
    def has_text(self) -> bool:
        """Whether there is any text on it."""
        return bool(self.pieces or self.fields)


class Written(NamedTuple):
    """A text, its blocks, and where each page starts in it."""

    text: str
    blocks: list[Block]
    starts: list[int]


def written(pages: Sequence[Page], headings: Mapping[str, int], limit: int) -> Written:
    """The text of pages.

    Args:
        headings: The levels of the outline's entries, by their ``bare_words``.
        limit: Characters at most.

    Raises:
        DocumentRejected: For a text that is too long.
    """
    grids = [page_grids(page.rules) for page in pages]
    kept = without_running_heads([with_raised_written(page.pieces) for page in pages], grids)
    regions = [
        page_regions(with_fields(pieces, page.fields), page.rules, own)
        for pieces, page, own in zip(kept, pages, grids, strict=True)
    ]
    return Written(*write_pages(regions, usual_style(regions, kept), headings, limit))
