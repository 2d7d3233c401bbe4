"""What the styles and list definitions of a DOCX make of a paragraph."""

from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

_DEEPEST = 20
_BULLET = "- "
_NOT_LISTED = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Whether a paragraph is a heading or the title; ``list_id`` where its style makes it a list item."""

    heading: bool = False
    title: bool = False
    list_id: str | None = None


class Styles:
    """The paragraph styles of a document, each with what it takes from those it is based on."""

    def __init__(self, document: Any) -> None:
        self._elements = {style.element.styleId: style.element for style in document.styles}
        self._known: dict[str | None, Style] = {}

    def of(self, paragraph: Any) -> Style:
        """The style of a paragraph; an outline level of its own makes it a heading."""
        own = paragraph.find(qn("w:pPr"))
        named = None if own is None else own.find(qn("w:pStyle"))
        style = self._style(None if named is None else named.get(qn("w:val")))
        if own is not None and _outlined(own):
            return Style(heading=True, title=style.title, list_id=style.list_id)
        return style

    def _style(self, style_id: str | None) -> Style:
        if style_id not in self._known:
            self._known[style_id] = self._resolve(style_id)
        return self._known[style_id]

    def _resolve(self, style_id: str | None) -> Style:
        heading = title = False
        list_id: str | None = None
        for _ in range(_DEEPEST):
            element = self._elements.get(style_id)
            if element is None:
                break
            name = _value(element, "w:name").lower()
            properties = element.find(qn("w:pPr"))
            title = title or name == "title"
            heading = heading or name.startswith("heading") or (properties is not None and _outlined(properties))
            list_id = list_id or (None if properties is None else _list_id(properties))
            style_id = _value(element, "w:basedOn")
        return Style(heading=heading or title, title=title, list_id=list_id)


class Numbering:
    """The lists of a document: a bullet, or the number that an item comes to."""

    def __init__(self, document: Any) -> None:
        self._formats: dict[str, dict[str, str]] = {}
        self._counts: dict[tuple[str, str], int] = {}
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        root = getattr(part, "element", None)
        if root is None:
            return
        abstract = {
            element.get(qn("w:abstractNumId")): {
                level.get(qn("w:ilvl")): _value(level, "w:numFmt") for level in element.iterchildren(qn("w:lvl"))
            }
            for element in root.iterchildren(qn("w:abstractNum"))
        }
        for element in root.iterchildren(qn("w:num")):
            self._formats[element.get(qn("w:numId"))] = abstract.get(_value(element, "w:abstractNumId"), {})

    def mark(self, paragraph: Any, style: Style) -> str:
        """What stands before the text of a list item; nothing before another paragraph."""
        properties = paragraph.find(qn("w:pPr"))
        own = None if properties is None else _list_id(properties)
        list_id = own or style.list_id
        if list_id is None or list_id == _NOT_LISTED:
            return ""
        level = "0" if properties is None else _level(properties)
        if self._formats.get(list_id, {}).get(level) != "decimal":
            return _BULLET
        self._counts = {key: count for key, count in self._counts.items() if key[0] != list_id or key[1] <= level}
        count = self._counts[list_id, level] = self._counts.get((list_id, level), 0) + 1
        return f"{count}. "


def _outlined(properties: Any) -> bool:
    """True for an outline level; 9 is that of body text."""
    level = _value(properties, "w:outlineLvl")
    return level.isdigit() and int(level) < 9


def _list_id(properties: Any) -> str | None:
    numbered = properties.find(qn("w:numPr"))
    return None if numbered is None else _value(numbered, "w:numId") or None


def _level(properties: Any) -> str:
    numbered = properties.find(qn("w:numPr"))
    return "0" if numbered is None else _value(numbered, "w:ilvl") or "0"


def _value(element: Any, name: str) -> str:
    """The ``w:val`` of a child, empty without it."""
    child = element.find(qn(name))
    return "" if child is None else child.get(qn("w:val")) or ""
