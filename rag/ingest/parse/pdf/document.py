"""From the items of the pages of a PDF to the text of the document and its blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.blocks import Block, Form
from rag.ingest.parse.parsed import TextBuilder
from rag.ingest.parse.pdf.columns import Item
from rag.ingest.parse.pdf.continued import with_tables_joined
from rag.ingest.parse.pdf.headings import heading_levels
from rag.ingest.parse.pdf.lists import Lists, marks
from rag.ingest.parse.pdf.paragraphs import Paragraph, Style, paragraphs
from rag.ingest.parse.pdf.pieces import Piece
from rag.ingest.parse.pdf.rows import Table
from rag.ingest.parse.pdf.words import HYPHEN
from rag.ingest.parse.pdf.wraps import Hyphens, hyphens_of, joined, joined_lines
from rag.ingest.parse.tables import GridCell


def write_pages(
    pages: Sequence[Sequence[Sequence[Item]]], style: Style, outline: Mapping[str, int], limit: int
) -> tuple[str, list[Block], list[int]]:
    """The text of the pages, its blocks, and where each page starts in it.

    Args:
        pages: Their parts in reading order, each with its lines and tables.
        outline: The levels of its entries, by their ``bare_words``.
        limit: Characters at most.

    Raises:
        DocumentRejected: For a text that is too long.
    """
    parts = list(with_tables_joined(list(paragraphs(pages, style))))
    writer = _Writer(limit, _hyphens(pages))
    levels = heading_levels(parts, style, outline)
    lists = Lists(writer.builder)
    for part, level, mark in zip(parts, levels, marks(parts, levels), strict=True):
        lists.begin(mark)
        if isinstance(part, list):
            writer.paragraph(part, level, without=mark.length if mark else 0)
        else:
            writer.table(part.parts)
    lists.begin(None)
    return writer.builder.text(), writer.builder.blocks, writer.page_starts(len(pages))


def _hyphens(pages: Sequence[Sequence[Sequence[Item]]]) -> Hyphens:
    items = [item for regions in pages for items in regions for item in items]
    cells = (cell.text for item in items if isinstance(item, Table) for row in item.rows for cell in row)
    return hyphens_of([*(item.text for item in items if isinstance(item, Piece)), *cells])


class _Writer:
    """The text as it grows, and where each page starts in it."""

    def __init__(self, limit: int, hyphens: Hyphens) -> None:
        self.builder = TextBuilder(limit)
        self._hyphens = hyphens
        self._starts: list[int] = []

    def paragraph(self, paragraph: Paragraph, level: int, *, without: int) -> None:
        """Write a paragraph, or a heading, without its first characters."""
        text, places = "", []
        for placed, following in zip(paragraph, [*paragraph[1:], None], strict=True):
            places.append((placed.page, len(text)))
            line = placed.line.text
            text += joined(line, following.line.text, self._hyphens) if following else line.replace(HYPHEN, "-")
        before = len(self.builder.blocks)
        self.builder.add(text[without:], form=Form.HEADING if level else Form.PARAGRAPH, level=level)
        if len(self.builder.blocks) > before:
            start = self.builder.blocks[-1].span.start
            for page, place in places:
                self._reach(page, start + max(0, place - without))

    def table(self, parts: Sequence[tuple[int, Table]]) -> None:
        """Write a table whose parts are on several pages."""
        rows: list[tuple[GridCell, ...]] = []
        pages: list[int] = []
        for page, table in parts:
            rows += [self._joined(row) for row in table.rows]
            pages += [page for row in table.rows if any(cell.text for cell in row)]
        before = len(self.builder.blocks)
        if parts[0][1].record:
            self._record(rows)
        else:
            self.builder.table(rows, declared=parts[0][1].declared)
        written = [block for block in self.builder.blocks[before:] if block.leaf]
        for page, block in zip(pages, written, strict=True):
            self._reach(page, block.span.start)

    def _record(self, rows: Sequence[Sequence[GridCell]]) -> None:
        with self.builder.within(Form.RECORD):
            for row in rows:
                name, value = (cell.text for cell in row if cell.text)
                self.builder.field(name.rstrip(": "), value)

    def _joined(self, row: Sequence[GridCell]) -> tuple[GridCell, ...]:
        return tuple(replace(cell, text=joined_lines(cell.text.split("\n"), self._hyphens)) for cell in row)

    def page_starts(self, count: int) -> list[int]:
        """Where each page starts; one without text starts where the next one does."""
        self._reach(count - 1, self.builder.length)
        return self._starts

    def _reach(self, page: int, place: int) -> None:
        self._starts += [place] * (page + 1 - len(self._starts))
