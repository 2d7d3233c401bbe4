"""The lists of a DOCX: which paragraphs are items, and the numbers that they come to.

Source: ECMA-376 part 1, 17.9. Lists that share a definition count together, unless one starts anew.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

from rag.ingest.parse.numerals import capital, repeated, roman
from rag.ingest.parse.office.styles import Style, indent_of, list_of, value_of

_NOT_LISTED = "0"
_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_MOST_STARTS = 9
_BULLET = "-"
_FORMATS: dict[str, Callable[[int], str]] = {
    **{"lowerLetter": repeated, "upperLetter": capital(repeated), "lowerRoman": roman, "upperRoman": capital(roman)},
    "decimalZero": "{:02}".format,
}
_NO_NUMBER = ("bullet", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A paragraph as an item.

    Args:
        group: What it counts together with.
        level: In its list, from 0.
        mark: Its bullet or number; nothing where it goes on with the item before it.
        ordered: It has a number.
        indent: Twentieths of a point from the margin.
    """

    group: str
    level: int
    mark: str
    ordered: bool
    indent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    form: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    legal: bool = False
    indent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    group: str
    levels: Mapping[int, _Level]
    starts: Mapping[int, int] = field(default_factory=dict)


class Numbering:
    """The lists of a document, and how far each has counted."""

    def __init__(self, document: Any) -> None:
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        root = getattr(part, "element", None)
        if root is not None:
            self._read(root, document)

    def item(self, paragraph: Any, style: Style) -> Item | None:
        """What a paragraph is in its list, ``None`` for one in no list; to be asked once, for this counts it."""
        properties = paragraph.find(qn("w:pPr"))
        own, own_level = list_of(properties)
        list_id = own or style.list_id
        found = self._lists.get(list_id) if list_id else None
        if found is None or list_id is None or list_id == _NOT_LISTED:
            return None
        place = _place(own_level if own_level is not None else style.list_level)
        level = found.levels.get(place, _Level())
        if level.form not in _NO_NUMBER:
            self._count(list_id, found, place)
        indents = (indent_of(properties), level.indent if own else None, style.indent, level.indent)
        return Item(
            group=found.group,
            level=place,
            mark=self._mark(found, place),
            ordered=level.form not in _NO_NUMBER,
            indent=next((indent for indent in indents if indent is not None), 0),
        )

    def _count(self, list_id: str, of: _List, place: int) -> None:
        counts = self._counts.setdefault(of.group, {})
        if place in of.starts and (list_id, place) not in self._started:
            counts[place] = of.starts[place] - 1
        self._started.add((list_id, place))
        counts[place] = counts.get(place, of.levels.get(place, _Level()).start - 1) + 1
        for deeper in [one for one in counts if one > place]:
            restart = of.levels.get(deeper, _Level()).restart
            if restart is None or place < restart:
                del counts[deeper]

    def _mark(self, of: _List, place: int) -> str:
        level = of.levels.get(place, _Level())
        if level.form == "bullet":
            return _BULLET if level.text.strip() else ""
        counts = self._counts.get(of.group, {})

        def number(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            named = of.levels.get(at, _Level())
            written = str if level.legal else _FORMATS.get(named.form, str)
            return written(counts.get(at, named.start))

        return _PLACE.sub(number, level.text).strip()

    def _read(self, root: Any, document: Any) -> None:
        linked = {style.element.styleId: style.element for style in document.styles}
        abstract = {one.get(qn("w:abstractNumId")): one for one in root.iterchildren(qn("w:abstractNum"))}
        numbers = {one.get(qn("w:numId")): value_of(one, "w:abstractNumId") for one in root.iterchildren(qn("w:num"))}
        for element in root.iterchildren(qn("w:num")):
            group = value_of(element, "w:abstractNumId")
            definition = abstract.get(group)
            style = linked.get("" if definition is None else value_of(definition, "w:numStyleLink"))
            if style is not None:  # the levels are those of the list that the style names
                list_id, _ = list_of(style.find(qn("w:pPr")))
                definition = abstract.get(numbers.get(list_id or "", ""), definition)
            levels = {} if definition is None else _levels(definition)
            overrides = {_place(one.get(qn("w:ilvl"))): one for one in element.iterchildren(qn("w:lvlOverride"))}
            for place, one in overrides.items():
                own = one.find(qn("w:lvl"))
                levels = levels if own is None else {**levels, place: _level(own)}
            starts = {place: _number(value_of(one, "w:startOverride")) for place, one in overrides.items()}
            self._lists[element.get(qn("w:numId"))] = _List(
                group=group,
                levels=levels,
                starts={place: start for place, start in starts.items() if start is not None},
            )


def _levels(definition: Any) -> dict[int, _Level]:
    return {_place(one.get(qn("w:ilvl"))): _level(one) for one in definition.iterchildren(qn("w:lvl"))}


def _level(element: Any) -> _Level:
    start = _number(value_of(element, "w:start"))
    return _Level(
        form=value_of(element, "w:numFmt") or "decimal",
        text=value_of(element, "w:lvlText"),
        start=1 if start is None else start,
        restart=_number(value_of(element, "w:lvlRestart")),
        legal=element.find(qn("w:isLgl")) is not None,
        indent=indent_of(element.find(qn("w:pPr"))),
    )


def _place(value: str | None) -> int:
    return min(_number(value or "") or 0, _LEVELS - 1)


def _number(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < _MOST_STARTS else None
