"""From an HTML tree to blocks: headings, paragraphs, lists, tables, records, quotations, code."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rag.blocks import Form
from rag.ingest.parse.markup.code import PRE, are_line_numbers, is_prose, lines_of
from rag.ingest.parse.markup.definitions import fields_of
from rag.ingest.parse.markup.grids import grids
from rag.ingest.parse.markup.lists import LISTS, Marks, mend_lists
from rag.ingest.parse.markup.runs import Runs
from rag.ingest.parse.markup.tree import BLOCKS, HEADINGS, seen
from rag.ingest.parse.parsed import TextBuilder
from rag.ingest.parse.questions import QUESTION_LEVEL
from rag.ingest.parse.records import Grid, write_fields, write_grid

_CAPTIONS = frozenset({"figcaption", "caption", "legend"})
_DEEPEST_HEADING = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holder:
    """A block of the document that holds others, as long as its element is open."""

    element: Any
    form: Form
    marks: Marks | None = None


def write_blocks(root: Any, builder: TextBuilder) -> None:
    """Append the blocks of a pruned tree."""
    mend_lists(root)
    flow = _Flow(builder)
    for event, value in seen(root, flow.take):
        if event == "open":
            flow.open(value)
        elif event == "close":
            flow.close(value)
        elif event == "text":
            flow.runs.add(value)
        else:
            flow.flush()
            value()
    flow.end()


class _Flow:
    """The text that waits for its block to end, and the blocks that it is within."""

    def __init__(self, builder: TextBuilder) -> None:
        self.runs = Runs()
        self._builder = builder
        self._holders: list[_Holder] = []
        self._named: list[tuple[Any, Form, int]] = []
        self._level = 0
        self._details = 0

    def take(self, element: Any) -> Callable[[], None] | None:
        """What is to be done with an element that is written as a whole, ``None`` for any other."""
        if element.tag in PRE:
            return lambda: self._write_code(element)
        if element.tag == "table" and (found := grids(element)):
            return lambda: self._write_grids(found)
        if element.tag == "dl" and (fields := fields_of(element)):
            return lambda: write_fields(fields, self._builder)
        return None

    def open(self, element: Any) -> None:
        """An element starts."""
        tag = element.tag
        if tag in BLOCKS:
            self.flush()
            self._end_stray_list(element)
        if tag in HEADINGS:
            self._level = int(tag[1])
            self._named.append((element, Form.HEADING, self._level))
        elif tag in _OPENERS:
            _OPENERS[tag](self, element)
        else:
            self.runs.open(element)

    def close(self, element: Any) -> None:
        """An element ends."""
        if element.tag in BLOCKS:
            self.flush()
        self.runs.close(element)
        if self._named and self._named[-1][0] is element:
            self._named.pop()
        self._details -= element.tag == "details"
        while self._holders and self._holders[-1].element is element:
            self._leave()

    def flush(self) -> None:
        """End the block that is open."""
        found = self.runs.taken()
        if not found.text:
            return
        if self._named:
            _, form, level = self._named[-1]
            self._builder.add(found.text, form=form, level=level)
        elif found.code and not (self._holders and self._holders[-1].form is Form.ITEM):
            self._builder.add(found.text, form=Form.CODE)
        else:
            self._builder.add(found.question, form=Form.HEADING, level=QUESTION_LEVEL)
            self._builder.add(found.rest)

    def end(self) -> None:
        """The document ends."""
        self.flush()
        while self._holders:
            self._leave()

    def _enter(self, element: Any, form: Form, marks: Marks | None = None, mark: str = "") -> None:
        self._builder.enter(form, ordered=marks is not None and marks.ordered, mark=mark)
        self._holders.append(_Holder(element=element, form=form, marks=marks))

    def _leave(self) -> None:
        self._holders.pop()
        self._builder.leave()

    def _open_list(self, element: Any) -> None:
        self._enter(element, Form.LIST, Marks(element))

    def _open_item(self, element: Any) -> None:
        if not self._holders or self._holders[-1].marks is None:
            self._enter(element.getparent(), Form.LIST, Marks(element))
        marks = self._holders[-1].marks
        self._enter(element, Form.ITEM, mark=marks.of(element) if marks else "")

    def _open_quote(self, element: Any) -> None:
        self._enter(element, Form.QUOTE)

    def _open_definitions(self, element: Any) -> None:
        self._enter(element, Form.LIST)

    def _open_term(self, element: Any) -> None:
        """A term whose definition is more than a line: with what is said of it, it is an item."""
        if self._holders and self._holders[-1].form is Form.ITEM and self._holders[-1].element.tag == "dl":
            self._leave()
        if self._holders and self._holders[-1].element.tag == "dl":
            self._enter(self._holders[-1].element, Form.ITEM)

    def _open_caption(self, element: Any) -> None:
        self._named.append((element, Form.CAPTION, 0))

    def _open_details(self, element: Any) -> None:
        self._details += 1

    def _open_summary(self, element: Any) -> None:
        if next(element.iter(*HEADINGS), None) is None:
            level = min(self._level + max(1, self._details), _DEEPEST_HEADING)
            self._named.append((element, Form.HEADING, level))

    def _end_stray_list(self, element: Any) -> None:
        """A list of items that are in no element of a list ends where another block follows them."""
        if element.tag != "li" and self._holders:
            last = self._holders[-1]
            if last.form is Form.LIST and last.element.tag not in _LISTING and element.getparent() is last.element:
                self._leave()

    def _write_code(self, element: Any) -> None:
        text = lines_of(element)
        if are_line_numbers(text):
            return
        if is_prose(element, text):
            self._builder.add_plain(text.strip())
        else:
            self._builder.add(text, form=Form.CODE)

    def _write_grids(self, found: list[Grid]) -> None:
        for grid in found:
            write_grid(grid, self._builder)


_LISTING = LISTS | {"dl"}
_OPENERS: dict[str, Callable[[_Flow, Any], None]] = {
    **dict.fromkeys(LISTS, _Flow._open_list),
    **dict.fromkeys(_CAPTIONS, _Flow._open_caption),
    "li": _Flow._open_item,
    "blockquote": _Flow._open_quote,
    "dl": _Flow._open_definitions,
    "dt": _Flow._open_term,
    "details": _Flow._open_details,
    "summary": _Flow._open_summary,
}
