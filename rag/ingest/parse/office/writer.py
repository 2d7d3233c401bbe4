"""From the elements of a DOCX to blocks: headings, paragraphs, lists, tables, quotations, code."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from docx.oxml.ns import qn

from rag.blocks import Form
from rag.ingest.parse.office.grids import Grids, cells_of, parts_of, rows_of
from rag.ingest.parse.office.hidden import Visibility
from rag.ingest.parse.office.numbering import Item, Numbering
from rag.ingest.parse.office.runs import BOX, PARAGRAPH, TABLE, UNSEEN, Piece, is_bold, is_fixed, pieces, text_of
from rag.ingest.parse.office.styles import Style, Styles, indent_of
from rag.ingest.parse.parsed import TextBuilder
from rag.ingest.parse.questions import QUESTION_LEVEL
from rag.ingest.parse.records import write_grid
from rag.types import Kind

_SAMPLE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A list that goes on, with its last item."""

    group: str
    level: int
    indent: int


class Writer:
    """Turns the elements of a document into blocks."""

    def __init__(self, builder: TextBuilder, document: Any) -> None:
        self.look = Visibility(document).look
        self._builder = builder
        self._styles = Styles(document)
        self._numbering = Numbering(document)
        self._grids = Grids(self._styles, self.look)
        self._lists: list[_Open] = []
        self._code: list[str] = []
        self._quoted = False
        shown = (pieces(one, self.look) for one in islice(document.element.body.iter(PARAGRAPH), _SAMPLE))
        fixed = [is_fixed(found) for found in shown if found]
        self._typed = 2 * sum(fixed) > len(fixed)  # all of it in the type of a typewriter

    def write(self, container: Any) -> None:
        """Append what a body, a note, a cell or a text box holds."""
        for element in parts_of(container):
            if element.tag == PARAGRAPH:
                self._write_paragraph(element)
            else:
                self.end()
                self._write_table(element)
        self.end()

    def end(self) -> None:
        """End the code, the lists and the quotation that go on."""
        self._end_code()
        self._end_lists(0)
        self._quote(False)

    def _write_paragraph(self, paragraph: Any) -> None:
        style = self._styles.of(paragraph)
        found = pieces(paragraph, self.look)
        text = text_of(found)
        if text.strip() and (style.form is Form.CODE or self._is_code(style, found)):
            self._end_lists(0)
            self._code.append(text)
        elif text.strip():
            self._end_code()
            self._write_text(paragraph, style, text.strip(), bold=is_bold(found))
        elif self._code:
            self._code.append("")
        for box in paragraph.iter(BOX):
            if not any(parent.tag in UNSEEN or parent.tag == BOX for parent in box.iterancestors()):
                self._write_apart(box)

    def _is_code(self, style: Style, found: Sequence[Piece]) -> bool:
        """Whether a paragraph is code by its font of fixed width."""
        return style.form is Form.PARAGRAPH and not self._typed and is_fixed(found)

    def _write_apart(self, box: Any) -> None:
        """Append what a text box holds; a list or quotation that it stands in goes on after it."""
        self._end_code()
        lists, quoted = self._lists, self._quoted
        self._lists, self._quoted = [], False
        self.write(box)
        self._lists, self._quoted = lists, quoted

    def _write_text(self, paragraph: Any, style: Style, text: str, *, bold: bool) -> None:
        item = self._numbering.item(paragraph, style)
        if style.form is not Form.PARAGRAPH:
            self._end_lists(0)
            self._quote(False)
            mark = f"{item.mark} " if item and item.ordered and style.form is Form.HEADING else ""
            kind = Kind.TITLE if style.title and not self._builder.blocks else None
            self._builder.add(f"{mark}{text}", form=style.form, level=style.level, kind=kind)
        elif item:
            self._write_item(item, text)
        else:
            self._end_lists(indent_of(paragraph.find(qn("w:pPr"))) or style.indent or 0)
            self._quote(style.quoted)
            asks = bold and text.endswith("?") and not self._lists
            kind = Kind.BOILERPLATE if style.contents else None
            self._builder.add(
                text, form=Form.HEADING if asks else Form.PARAGRAPH, level=QUESTION_LEVEL * asks, kind=kind
            )

    def _write_item(self, item: Item, text: str) -> None:
        while self._lists and not _holds(self._lists[-1], item):
            self._leave()
        last = self._lists[-1] if self._lists else None
        if last and (last.group, last.level) == (item.group, item.level):
            if item.mark:
                self._builder.leave()
                self._builder.enter(Form.ITEM, mark=item.mark)
        elif item.mark:
            self._builder.enter(Form.LIST, ordered=item.ordered)
            self._builder.enter(Form.ITEM, mark=item.mark)
            self._lists.append(_Open(group=item.group, level=item.level, indent=item.indent))
        self._builder.add(text)

    def _end_lists(self, indent: int) -> None:
        """End the lists whose items are not above a paragraph that stands so far from the margin."""
        while self._lists and (not indent or indent < self._lists[-1].indent):
            self._leave()

    def _leave(self) -> None:
        self._lists.pop()
        self._builder.leave()
        self._builder.leave()

    def _quote(self, quoted: bool) -> None:
        if quoted and not self._quoted and not self._lists:
            self._builder.enter(Form.QUOTE)
            self._quoted = True
        elif self._quoted and not quoted:
            self._builder.leave()
            self._quoted = False

    def _end_code(self) -> None:
        self._builder.add("\n".join(self._code), form=Form.CODE)
        self._code = []

    def _write_table(self, table: Any) -> None:
        grid = self._grids.of(table)
        if grid is None:
            for row in rows_of(table):
                for cell in cells_of(row):
                    self.write(cell)
            return
        write_grid(grid, self._builder)
        for cell in (cell for row in rows_of(table) for cell in cells_of(row)):
            for inner in cell.iter(TABLE, BOX):
                if not _is_within(inner, cell):
                    self._write_table(inner) if inner.tag == TABLE else self.write(inner)


def _holds(last: _Open, item: Item) -> bool:
    """Whether an item is of the list, or of one within its last item."""
    if last.group == item.group:
        return last.level <= item.level
    return last.indent < item.indent


def _is_within(inner: Any, cell: Any) -> bool:
    """Whether a table or text box of a cell is within another one of it, or is not seen."""
    for parent in inner.iterancestors():
        if parent is cell:
            return False
        if parent.tag in UNSEEN or parent.tag in (TABLE, BOX):
            return True
    return True
