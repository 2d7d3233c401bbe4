"""ODT and ODP: paragraphs, headings, lists, tables and notes, read by lxml from the archive itself.

Deleted and hidden text, comments and tables of contents are not text. A slide is a page, its notes follow it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from rag.blocks import Form
from rag.ingest.parse.office.odf_parts import (
    DRAW,
    PRESENTATION,
    TABLE,
    TEXT,
    Styles,
    description,
    grid_rows,
    open_odf,
    words,
)
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder
from rag.types import Kind

_HEADING, _PARAGRAPH, _LIST, _TABLE = f"{TEXT}h", f"{TEXT}p", f"{TEXT}list", f"{TABLE}table"
_NOTE_BODY, _BOX, _PAGE, _NOTES = f"{TEXT}note-body", f"{DRAW}text-box", f"{DRAW}page", f"{PRESENTATION}notes"
_APART = frozenset({_NOTE_BODY, _BOX})
_UNSEEN = frozenset(
    {
        *(
            f"{TEXT}{name}"
            for name in ("tracked-changes", "table-of-content", "alphabetical-index", "illustration-index")
        ),
        *(f"{TEXT}{name}" for name in ("table-index", "sequence-decls", "hidden-paragraph", "bibliography")),
        "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}annotation",
        "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}forms",
        _NOTES,
        _NOTE_BODY,
    }
)
_DEEPEST = 40
_LONG_CELL = 300


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of an OpenDocument text or presentation, and its meta data.

    Raises:
        DocumentRejected: For a damaged or encrypted file, one that unpacks to too much, a text that is too long.
    """
    builder = TextBuilder(limits.characters)
    with open_odf(source, limits) as document:
        writer = _Writer(builder, Styles(document))
        body = document.body
        pages = list(body.iter(_PAGE)) if body.tag.endswith("presentation") else []
        starts, left_out = _write_pages(writer, pages) if pages else ([], [])
        if not pages:
            writer.write(body)
            writer.write_notes(body)
        described, created = description(document)
    return Parsed(
        text=builder.text(),
        media_type=media_type,
        blocks=tuple(builder.blocks),
        description=described,
        created=created,
        pages=tuple(min(start, builder.length) for start in starts),  # a hidden slide at the end has no text
        left_out=tuple(left_out),
    )


def _write_pages(writer: "_Writer", pages: list[Any]) -> tuple[list[int], list[str]]:
    starts: list[int] = []
    left_out: list[str] = []
    for number, page in enumerate(pages, 1):
        starts.append(writer.builder.next_start)
        if writer.styles.is_hidden_page(page):
            left_out.append(f"hidden slide {number}")
            continue
        writer.write_slide(page)
    return starts, left_out


class _Writer:
    """Turns the elements of a body into blocks."""

    def __init__(self, builder: TextBuilder, styles: Styles) -> None:
        self.builder = builder
        self.styles = styles
        self._counts: dict[tuple[str, int], int] = {}

    def write(self, container: Any, depth: int = 0) -> None:
        """Append what a body, a section, a cell or a text box holds."""
        for element in _children(container, self.styles):
            if element.tag in (_HEADING, _PARAGRAPH):
                self._write_paragraph(element, depth)
            elif element.tag == _LIST:
                if not self._is_joined(element):
                    self._write_list(element, depth)
            else:
                self._write_table(element, depth)

    def write_slide(self, page: Any) -> None:
        """Append a slide: its title as a heading, what else it shows, its notes."""
        titles = [frame for frame in page.iter(f"{DRAW}frame") if frame.get(f"{PRESENTATION}class") == "title"]
        titles = [frame for frame in titles if not any(parent.tag == _NOTES for parent in frame.iterancestors())]
        said = " ".join(words(box, self.styles) for frame in titles for box in frame.iter(_BOX))
        self.builder.add(" ".join(said.split()), form=Form.HEADING, level=1)
        for frame in page.iterchildren("{*}*"):
            if frame not in titles and frame.tag != _NOTES:
                self.write(frame)
        for notes in page.iterchildren(_NOTES):
            for frame in notes.iterchildren(f"{DRAW}frame"):
                if frame.get(f"{PRESENTATION}class") == "notes":
                    self.write(frame)

    def write_notes(self, body: Any) -> None:
        """Append the footnotes and endnotes."""
        for note in body.iter(_NOTE_BODY):
            if not any(parent.tag in _UNSEEN - {_NOTE_BODY} for parent in note.iterancestors()):
                self.write(note)

    def _write_paragraph(self, paragraph: Any, depth: int) -> None:
        text = words(paragraph, self.styles).strip()
        title = self.styles.is_title(paragraph) and not self.builder.blocks
        if level := self.styles.heading_level(paragraph):
            self.builder.add(text, form=Form.HEADING, level=level)
        else:
            self.builder.add(text, kind=Kind.TITLE if title else None)
        if depth < _DEEPEST:
            for box in paragraph.iter(_BOX):
                if not any(parent.tag in _APART for parent in _between(box, paragraph)):
                    self.write(box, depth + 1)

    def _write_list(self, element: Any, depth: int) -> None:
        """A list, whose numbers the file does not have: they are counted as the style of the list says."""
        if depth > _DEEPEST:
            self.builder.add(words(element, self.styles))
            return
        style, level = _list_style(element)
        numbering = self.styles.numbering(style, level)
        if element.get(f"{TEXT}continue-numbering") != "true":
            self._counts.pop((style, level), None)
        with self.builder.within(Form.LIST, ordered=numbering is not None):
            for items in _items(element, self._is_joined):
                count = self._counts[style, level] = self._counts.get((style, level), 0) + 1
                mark = numbering(count) if numbering and items[0].tag.endswith("item") else "-"
                with self.builder.within(Form.ITEM, mark=mark):
                    for item in items:
                        self.write(item, depth + 1)

    def _is_joined(self, element: Any) -> bool:
        """Whether a list goes on with the one right before it: Impress writes one for each paragraph."""
        before = element.getprevious()
        if before is None or before.tag != _LIST:
            return False
        bullets = all(self.styles.numbering(*_list_style(one)) is None for one in (before, element))
        return bullets or element.get(f"{TEXT}continue-numbering") == "true"

    def _write_table(self, table: Any, depth: int) -> None:
        rows, cells, declared = grid_rows(table, self.styles)
        placing = any(
            len(words(cell, self.styles)) > _LONG_CELL or cell.find(f".//{_TABLE}") is not None for cell in cells
        )
        if not placing or depth > _DEEPEST:
            self.builder.table(rows, declared=declared)
            return
        for cell in cells:  # a table that only places paragraphs
            self.write(cell, depth + 1)


def _children(container: Any, styles: Styles) -> Iterator[Any]:
    """The paragraphs, lists and tables of a container, in order, also those within sections and frames."""
    waiting = [iter(container)]
    while waiting:
        element = next(waiting[-1], None)
        if element is None:
            waiting.pop()
        elif element.tag in (_HEADING, _PARAGRAPH, _LIST, _TABLE):
            if not styles.is_hidden(element):
                yield element
        elif isinstance(element.tag, str) and element.tag not in _UNSEEN and not styles.is_hidden(element):
            waiting.append(iter(element))


def _between(element: Any, ancestor: Any) -> Iterator[Any]:
    for parent in element.iterancestors():
        if parent is ancestor:
            return
        yield parent


def _items(element: Any, joined: Callable[[Any], bool]) -> Iterator[list[Any]]:
    """The items of a list and of those that go on with it; one with nothing but a list belongs to the one before."""
    waiting: list[Any] = []
    while element is not None:
        for item in element.iterchildren(f"{TEXT}list-item", f"{TEXT}list-header"):
            nested = len(item) > 0 and all(part.tag == _LIST for part in item)
            if waiting and not nested:
                yield waiting
                waiting = []
            waiting.append(item)
        after = element.getnext()
        element = after if after is not None and after.tag == _LIST and joined(after) else None
    if waiting:
        yield waiting


def _list_style(element: Any) -> tuple[str, int]:
    """The style of a list and how deep it is: an inner one has that of the outermost."""
    outer = [element, *(parent for parent in element.iterancestors(_LIST))]
    style = next((one.get(f"{TEXT}style-name") for one in outer if one.get(f"{TEXT}style-name")), "")
    return style or "", len(outer)
