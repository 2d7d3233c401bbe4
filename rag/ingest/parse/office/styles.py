"""What the styles of a DOCX make of a paragraph."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from docx.oxml.ns import qn

from rag.blocks import Form

_DEEPEST = 20
_HEADING = re.compile(r"heading (\d)\b.*")
_CODE = re.compile(r"(?<![a-z])(?:source ?)?code(?![a-z]{3})|preformatted|verbatim|macro text")
_CAPTION = re.compile(r"(?:table |image |figure )?caption")
_QUOTE = re.compile(r"(?:intense |block )?quote|block text|(?:block )?quotations?|blockquote")
_CONTENTS = re.compile(r"(?:toc|contents|table of figures|index) ?(?:heading|\d)|table of figures")
_TABLE_HEAD = re.compile(r"table head(?:ing|er)")
_DEEPEST_HEADING = 6
_INDENTS = ("w:start", "w:left")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What a paragraph is by its style.

    Args:
        form: Of its block.
        level: Of a heading.
        title: Whether it is the title of the document.
        contents: Whether it is an entry of a table of contents.
        table_head: Whether it is in the head of a table.
        quoted: Whether it is a quotation.
        list_id: The list that it is an item of, where its style says so.
        list_level: The level of it there.
        indent: Twentieths of a point from the margin; ``None`` where it does not say.
    """

    form: Form = Form.PARAGRAPH
    level: int = 0
    title: bool = False
    contents: bool = False
    table_head: bool = False
    quoted: bool = False
    list_id: str | None = None
    list_level: str | None = None
    indent: int | None = None
    names: tuple[str, ...] = field(default=(), repr=False)


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
        outlined = None if own is None else _outline_level(own)
        if outlined is not None:
            return replace(style, form=Form.HEADING, level=outlined)
        return style

    def _style(self, style_id: str | None) -> Style:
        if style_id not in self._known:
            self._known[style_id] = self._resolve(style_id)
        return self._known[style_id]

    def _resolve(self, style_id: str | None) -> Style:
        """The nearest of a style and those that it is based on that says something says it."""
        found = Style()
        for _ in range(_DEEPEST):
            element = self._elements.get(style_id)
            if element is None:
                break
            name = value_of(element, "w:name").lower()
            properties = element.find(qn("w:pPr"))
            found = replace(found, names=(*found.names, name))
            if properties is not None:
                found = _completed(found, properties)
            if found.form is Form.PARAGRAPH:
                form, level = _form(name)
                found = replace(found, form=form, level=level)
            style_id = value_of(element, "w:basedOn")
        return _named(found)


def list_of(properties: Any) -> tuple[str | None, str | None]:
    """The list and the level in it that the properties of a paragraph name."""
    numbered = None if properties is None else properties.find(qn("w:numPr"))
    if numbered is None:
        return None, None
    return value_of(numbered, "w:numId") or None, value_of(numbered, "w:ilvl") or None


def indent_of(properties: Any) -> int | None:
    """How far from the margin the properties of a paragraph put it, twentieths of a point."""
    indent = None if properties is None else properties.find(qn("w:ind"))
    values = [] if indent is None else [indent.get(qn(name)) or "" for name in _INDENTS]
    return next((int(value) for value in values if value.isdecimal() and len(value) < 7), None)


def value_of(element: Any, name: str) -> str:
    """The ``w:val`` of a child, empty without it."""
    child = element.find(qn(name))
    return "" if child is None else child.get(qn("w:val")) or ""


def _completed(style: Style, properties: Any) -> Style:
    """A style with what the properties of one that it is based on say beyond it."""
    list_id, list_level = list_of(properties)
    outlined = _outline_level(properties)
    if outlined is not None and style.form is Form.PARAGRAPH:
        style = replace(style, form=Form.HEADING, level=outlined)
    if style.list_id is None:
        style = replace(style, list_id=list_id, list_level=list_level)
    return replace(style, indent=indent_of(properties) if style.indent is None else style.indent)


def _form(name: str) -> tuple[Form, int]:
    if heading := _HEADING.fullmatch(name):
        return Form.HEADING, min(int(heading[1]) or 1, _DEEPEST_HEADING)
    if name == "title":
        return Form.HEADING, 1
    if _CAPTION.fullmatch(name):
        return Form.CAPTION, 0
    return (Form.CODE, 0) if _CODE.search(name) else (Form.PARAGRAPH, 0)


def _named(style: Style) -> Style:
    return replace(
        style,
        title="title" in style.names,
        contents=any(_CONTENTS.fullmatch(name) for name in style.names),
        table_head=any(_TABLE_HEAD.match(name) for name in style.names),
        quoted=any(_QUOTE.fullmatch(name) for name in style.names),
    )


def _outline_level(properties: Any) -> int | None:
    """The level of a heading; 9 is that of body text."""
    level = value_of(properties, "w:outlineLvl")
    return min(int(level) + 1, _DEEPEST_HEADING) if level.isdigit() and int(level) < 9 else None
