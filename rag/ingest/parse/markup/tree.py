"""From an HTML tree to blocks: what a reader of the page sees, in order."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from rag.blocks import Form
from rag.ingest.parse.markup.hidden import remove_hidden
from rag.ingest.parse.parsed import TextBuilder

_UNSEEN = (
    "script style noscript template iframe frame frameset object embed applet svg canvas audio video map head "
    "nav menu select datalist button textarea input dialog rp annotation annotation-xml meter progress noframes noembed"
).split()
_LANDMARKS_UNSEEN = ("footer", "aside")
_HIDING_ROLES = frozenset({"navigation", "search", "menu", "menubar", "banner", "contentinfo", "complementary"})
_PAGE_PARTS = ("header", "footer")  # how LibreOffice marks the running heads of the pages
_NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,4}|[a-z*†‡])[\])]?")
_ANCHORS = frozenset({"", "¶", "#", "§", "🔗", "↩", "↩︎"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | frozenset(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form header hgroup hr html legend li main ol p pre section summary table tbody tfoot thead tr ul".split()
)
_LAYOUT = ("table", *sorted(_HEADINGS), "ul", "ol", "dl", "pre", "blockquote", "section", "article", "form", "hr")
_CELLS = frozenset({"td", "th"})
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SPACES = re.compile(r" {2,}")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_LISTS = frozenset({"ol", "ul"})
_CELL_GAP = " | "
_MAIN_SHARE = 0.5


def prune(root: Any, linked: Sequence[str] | None = None) -> None:
    """Take out what is never text: what styles hide, scripts, styles, navigation, controls.

    Args:
        linked: The style sheets that the page links to, where they are known.
    """
    remove_hidden(root, linked)
    etree.strip_elements(root, *_UNSEEN, with_tail=False)


def main_part(root: Any) -> Any:
    """The element that holds the page's own text: ``main`` or a sole ``article`` where most of the text is in it."""
    whole = _size(root)
    for found in (list(root.iter("main")) or root.xpath("//*[@role='main']"), list(root.iter("article"))):
        if len(found) == 1 and _size(found[0]) >= _MAIN_SHARE * whole:
            return found[0]
    return root


def write_blocks(root: Any, builder: TextBuilder) -> None:
    """Append the blocks of a pruned tree: paragraphs, headings, list items, rows of tables."""
    flow = _Flow(builder)
    for event, value in _seen(root):
        if event == "open":
            flow.open(value)
        elif event == "close":
            flow.close(value)
        else:
            flow.text(value)
    flow.flush()


def text_of(element: Any) -> str:
    """The characters of an element that are not hidden, on one line."""
    parts = (" " if event == "open" and value.tag == "br" else value for event, value in _seen(element))
    return " ".join("".join(part for part in parts if isinstance(part, str)).split())


def _seen(root: Any) -> Iterator[tuple[str, Any]]:
    """An element's parts in order: ``open`` and ``close`` with an element, ``text`` with characters."""
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    hidden = None
    for event, element in walk:
        if event == "start" and element is not root and _hidden(element):
            walk.skip_subtree()
            hidden = element
        elif event == "start":
            yield "open", element
            if element.text:
                yield "text", element.text
        else:
            if event == "end" and element is not hidden:
                yield "close", element
            if element is not root and element.tail:
                yield "text", element.tail


class _Flow:
    """The text that waits for its block to end."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._waiting: list[str] = []
        self._heading = False
        self._verbatim = 0
        self._mark = ""
        self._row: list[str] | None = None
        self._tables: list[bool] = []
        self._lists: list[int | None] = []

    def open(self, element: Any) -> None:
        """An element starts."""
        tag = element.tag
        if tag == "br":
            self._waiting.append("\n")
        elif tag in _CELLS:
            self._end_cell()
        elif tag in _BLOCKS:
            self._end_block()
        if tag in ("table", "tr"):
            self._open_table(element)
        elif tag in ("ol", "ul", "li"):
            self._open_list(tag)
        self._heading = self._heading or tag in _HEADINGS
        self._verbatim += tag == "pre"

    def close(self, element: Any) -> None:
        """An element ends."""
        tag = element.tag
        if tag == "tr" and self._row is not None:
            self._end_cell()
            row, self._row = self._row, None
            self._builder.add(_CELL_GAP.join(row))
        elif tag in _CELLS:
            self._end_cell()
        elif tag in _BLOCKS:
            self._end_block()
        if tag == "table" and self._tables:
            self._tables.pop()
        elif tag in _LISTS and self._lists:
            self._lists.pop()
        self._verbatim -= tag == "pre"

    def text(self, text: str) -> None:
        """Characters between tags; white space is one space, outside ``pre``."""
        self._waiting.append(text if self._verbatim else _SPACE.sub(" ", text))

    def flush(self) -> None:
        """End the block that is open; within ``pre`` a blank line ends one too."""
        whole = "".join(self._waiting)
        self._waiting.clear()
        for part in _BLANK_LINES.split(whole) if self._verbatim else [_tidy(whole)]:
            if part.strip():
                self._builder.add(f"{self._mark}{part.strip()}", form=Form.HEADING if self._heading else Form.PARAGRAPH)
                self._mark = ""
        self._heading = False

    def _open_table(self, element: Any) -> None:
        if element.tag == "tr":
            self._row = [] if self._tables and self._tables[-1] else None
            return
        layout = element.get("role") == "presentation" or any(part is not element for part in element.iter(*_LAYOUT))
        self._tables.append(not layout)
        self._row = None

    def _open_list(self, tag: str) -> None:
        if tag != "li":
            self._lists.append(0 if tag == "ol" else None)
        elif not self._lists or self._lists[-1] is None:
            self._mark = "- "
        else:
            self._lists[-1] += 1
            self._mark = f"{self._lists[-1]}. "

    def _end_block(self) -> None:
        if self._row is None:
            self.flush()
        elif self._waiting:
            self._waiting.append(" ")

    def _end_cell(self) -> None:
        if self._row is None:
            self.flush()
            return
        cell = " ".join("".join(self._waiting).split())
        self._waiting.clear()
        if cell:
            self._row.append(cell)


def _tidy(text: str) -> str:
    """Without the space around line breaks, and no two spaces in a row."""
    return "\n".join(line.strip(" ") for line in _SPACES.sub(" ", text).split("\n"))


def _size(root: Any) -> int:
    return sum(len(text) for text in root.itertext())


def _hidden(element: Any) -> bool:
    attributes = element.attrib
    if attributes:
        if attributes.get("hidden") not in (None, "until-found") or _is_drawn_formula(element):
            return True
        if element.tag == "div" and attributes.get("title") in _PAGE_PARTS:
            return True
        if attributes.get("role") in _HIDING_ROLES:
            return True
    if element.tag == "sup":
        return _is_note_mark(element)
    if element.tag == "a":
        return (element.text or "").strip() in _ANCHORS and len(element) == 0
    return element.tag in _LANDMARKS_UNSEEN and not _within_text(element)


def _is_drawn_formula(element: Any) -> bool:
    """True for the drawing of a formula that stands before it as MathML; else what is hidden from no eye is text."""
    if element.get("aria-hidden") != "true":
        return False
    before = element.getprevious()
    return before is not None and next(before.iter("math"), None) is not None


def _is_note_mark(element: Any) -> bool:
    """True for the number of a footnote: a raised link to a place on the page."""
    if element.find(".//sup") is not None:  # nested ones would be looked into twice as often at every level
        return False
    links = [*element.iter("a"), *element.iterancestors("a")]
    return any((link.get("href") or "").startswith("#") for link in links) and bool(
        _NOTE_MARK.fullmatch(text_of(element))
    )


def _within_text(element: Any) -> bool:
    return any(parent.tag in ("article", "main") or parent.get("role") == "main" for parent in element.iterancestors())
