"""What a reader of an HTML page sees, in order."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from lxml import etree

from rag.ingest.parse.markup.hidden import remove_hidden
from rag.ingest.parse.raised import LONGEST, raised, superscript

_UNSEEN = (
    "script style noscript template iframe frame frameset object embed applet svg canvas audio video map head "
    "nav menu select datalist button textarea input dialog rp annotation annotation-xml meter progress noframes noembed"
).split()
_LANDMARKS_UNSEEN = ("footer", "aside")
_HIDING_ROLES = frozenset({"navigation", "search", "menu", "menubar", "banner", "contentinfo", "complementary"})
_PAGE_PARTS = ("header", "footer")  # how LibreOffice marks the running heads of the pages
_NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,4}|[a-z]|[ivx]{2,5}|[*†‡§]{1,3})[\])]?", re.IGNORECASE)
_NOTE_NAME = re.compile(
    r"(?<![a-z])(?:(?:foot|end|rear)?note|fn|cite|ref(?:erence)?)(?![a-z])|noteref|fnref", re.IGNORECASE
)
_NOTE_LINK = re.compile(
    r"note-?ref|fn-?ref|fn-?back|doc-backlink|sd(?:foot|end)note(?:anc|sym)|(?:foot|end)note-?(?:anchor|back|link|mark)",
    re.IGNORECASE,
)
_DROPPED = re.compile(r"drop|(?<![a-z])initial|lettrine|versal", re.IGNORECASE)
_WORDS_OF_A_LETTER = frozenset("AIO")
_NAMING = ("class", "role", "id", "epub:type", "{http://www.idpf.org/2007/ops}type")
_MOST_NAMED = 300
_NEAR = 3
_ANCHORS = frozenset({"", "¶", "#", "§", "🔗", "↩", "↩︎", "↑", "^"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
CELLS = frozenset({"td", "th"})
BLOCKS = (
    HEADINGS
    | CELLS
    | frozenset(
        "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure "
        "footer form header hgroup hr html legend li main ol p pre section summary table tbody tfoot thead tr "
        "ul".split()
    )
)
_ENDS = (".", ",", ";", ":", "!", "?")
_ITEMS = ("li", "dt", "dd")
_BREAKS = BLOCKS | {"br"}
_RECENT = 40  # characters before a raised one that tell what it is
_MAIN_SHARE = 0.5


def prune(root: Any, linked: Sequence[str] | None = None) -> None:
    """Take out what is never text: what styles hide, scripts, styles, navigation, controls.

    Args:
        linked: The style sheets that the page links to, where they are known.
    """
    remove_hidden(root, linked)
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    _join_drop_caps(root)


def _join_drop_caps(root: Any) -> None:
    """Take away the space after the large first letter of a word; one that is a word by itself keeps it."""
    for element in root.iter("span", "b", "big", "strong", "font", "em", "i"):
        if element.tail and element.tail[0].isspace() and element.tail.lstrip()[:1].islower():
            letter = _short_text(element) or ""
            if (
                len(letter) == 1
                and letter.isupper()
                and letter not in _WORDS_OF_A_LETTER
                and _is_named(element, _DROPPED)
            ):
                element.tail = element.tail.lstrip()


def main_part(root: Any) -> Any:
    """The element that holds the page's own text: ``main`` or a sole ``article`` where most of the text is in it."""
    whole = _size(root)
    for found in (list(root.iter("main")) or root.xpath("//*[@role='main']"), list(root.iter("article"))):
        if len(found) == 1 and _size(found[0]) >= _MAIN_SHARE * whole:
            return found[0]
    return root


Take = Callable[[Any], Callable[[], None] | None]
"""What is to be done with an element as a whole, ``None`` where its parts are read."""


def text_of(element: Any) -> str:
    """The characters of an element that are not hidden, on one line."""
    parts = [
        value if event == "text" else " " for event, value in seen(element) if event == "text" or value.tag in _BREAKS
    ]
    return " ".join("".join(parts).split())


def line_of(element: Any) -> str:
    """As ``text_of``, without the tables in it; a semicolon stands between the items of a list."""
    if not len(element):
        return " ".join((element.text or "").split())
    parts = [""]
    for event, value in seen(element, lambda inner: _nothing if inner.tag == "table" else None):
        if event == "open" and value.tag in _ITEMS:
            parts.append("")
        elif event == "text":
            parts[-1] += value
        elif event != "whole" and value.tag in _BREAKS:
            parts[-1] += " "
    line = ""
    for part in (" ".join(part.split()) for part in parts):
        gap = "" if not line or not part else " " if line.endswith(_ENDS) else "; "
        line += gap + part
    return line


def seen(root: Any, take: Take | None = None) -> Iterator[tuple[str, Any]]:
    """An element's parts in order.

    Args:
        take: Asked of each element.

    Returns:
        ``open`` and ``close`` with an element, ``text`` with characters, ``whole`` with what ``take`` gave, in
        place of all that is in the element.
    """
    return _Walk(root, take).events()


class _Walk:
    """The way through the parts of an element, and the last characters on it."""

    def __init__(self, root: Any, take: Take | None) -> None:
        self._root = root
        self._take = take
        self._walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        self._recent = ""

    def events(self) -> Iterator[tuple[str, Any]]:
        """As ``seen`` returns them."""
        skipped = None
        for event, element in self._walk:
            if event == "start":
                instead = self._instead(element) if element is not self._root else None
                if instead is not None:
                    self._walk.skip_subtree()
                    skipped = element
                    yield from instead
                    continue
                yield self._passed("open", element)
                if element.text:
                    yield self._read(element.text)
            else:
                if event == "end" and element is not skipped:
                    yield self._passed("close", element)
                if element is not self._root and element.tail:
                    yield self._read(element.tail)

    def _instead(self, element: Any) -> list[tuple[str, Any]] | None:
        """What stands for a whole element, ``None`` where its parts do."""
        if is_hidden(element):
            return []
        deed = self._take(element) if self._take else None
        if deed is not None:
            self._recent = ""
            return [("whole", deed)]
        written = _written(element, self._recent)
        return None if written is None else [self._read(written)]

    def _passed(self, event: str, element: Any) -> tuple[str, Any]:
        if element.tag in _BREAKS:
            self._recent = ""
        return event, element

    def _read(self, text: str) -> tuple[str, Any]:
        self._recent = (self._recent + text)[-_RECENT:]
        return "text", text


def _nothing() -> None:
    """For what is left out."""


def _written(element: Any, before: str) -> str | None:
    """How a raised element is written, ``None`` for any other."""
    parent = element.getparent()
    if parent is not None and parent.tag == "msup" and len(parent) == 2 and parent[1] is element:
        power = _short_text(element)
        return superscript(power) if power else None
    if element.tag == "a":
        return "" if _is_mark(element) and _is_named(element, _NOTE_LINK) else None
    if element.tag != "sup" or element.find(".//sup") is not None:
        return None
    mark = _short_text(element)
    if mark is None:
        return None
    return raised(mark, before.replace("\xa0", " "), _following(element), noted=_is_noted(element))


def _short_text(element: Any) -> str | None:
    """The characters of an element, ``None`` where they are too many."""
    text = ""
    for part in element.itertext():
        text += part
        if len(text) > LONGEST:
            return None
    return " ".join(text.split())


def _is_mark(element: Any) -> bool:
    text = _short_text(element)
    return text is not None and _NOTE_MARK.fullmatch(text) is not None


def _is_noted(element: Any) -> bool:
    """Whether markup says that a raised element is the mark of a note: a link to a place of the page, or its names."""
    if not _is_mark(element):
        return False
    around = [
        parent for parent in islice(element.iterancestors(), _NEAR) if parent.tag in ("a", "span") and _is_mark(parent)
    ]
    elements = (element, *around, *element.iter("a"))
    return any("#" in (one.get("href") or "") or _is_named(one, _NOTE_NAME) for one in elements)


def _is_named(element: Any, pattern: re.Pattern[str]) -> bool:
    """Whether one of the names that a page gives to an element is like ``pattern``."""
    said = (element.get(name) for name in _NAMING)
    return any(pattern.search(value[:_MOST_NAMED].replace("_", "-")) for value in said if value)


def _following(element: Any) -> str:
    """The first characters after an element, as far as they are right after it."""
    while element is not None and element.tag not in BLOCKS:
        after = element.getnext()
        if element.tail or after is not None:
            return str(element.tail or after.text or "")[:_RECENT]
        element = element.getparent()
    return ""


def _size(root: Any) -> int:
    return sum(len(text) for text in root.itertext())


def is_hidden(element: Any) -> bool:
    """Whether an element of a pruned tree is no text of the page."""
    attributes = element.attrib
    if attributes:
        if attributes.get("hidden") not in (None, "until-found") or _is_drawn_formula(element):
            return True
        if element.tag == "div" and attributes.get("title") in _PAGE_PARTS:
            return True
        if attributes.get("role") in _HIDING_ROLES:
            return True
    if element.tag == "a":
        return (element.text or "").strip() in _ANCHORS and len(element) == 0
    return element.tag in _LANDMARKS_UNSEEN and not _within_text(element)


def _is_drawn_formula(element: Any) -> bool:
    """True for the drawing of a formula that stands before it as MathML; else what is hidden from no eye is text."""
    if element.get("aria-hidden") != "true":
        return False
    before = element.getprevious()
    return before is not None and next(before.iter("math"), None) is not None


def _within_text(element: Any) -> bool:
    return any(parent.tag in ("article", "main") or parent.get("role") == "main" for parent in element.iterancestors())
