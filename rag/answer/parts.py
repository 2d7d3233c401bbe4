"""A statement in its parts, as it is shown: what leads to it, then its items, the rows of a table, or code."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.language.outline import row_text
from rag.types import Item, Statement, TableRows

_BULLET = re.compile(r"[-*+•‣◦▪–]\s+")
_NUMBER = re.compile(r"(\d{1,9})\.\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedItem:
    """An item of a list or steps.

    Args:
        text: Its words without a bullet, and without its number where it has one; another mark stays.
        depth: How many lists it is within, from 0.
        number: Of a numbered one.
        marked: It has a bullet or a number, or else a mark of its own in ``text``.
    """

    text: str
    depth: int
    number: int | None
    marked: bool
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedValue:
    """A field of a record; ``key`` is empty where it has none."""

    key: str
    value: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """An item with those of the lists within it."""

    item: PlacedItem
    within: list["Branch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A statement: what leads to it, with the citations of no item, and what it is made of; the rest is empty."""

    lead: str
    citations: tuple[int, ...]
    items: tuple[PlacedItem, ...] = ()
    fields: tuple[KeyedValue, ...] = ()
    table: TableRows | None = None
    code: str = ""

    @property
    def branches(self) -> list[Branch]:
        """The items as a tree."""
        levels: list[list[Branch]] = [[]]
        for item in self.items:
            del levels[item.depth + 1 :]
            branch = Branch(item=item, within=[])
            levels[item.depth].append(branch)
            levels.append(branch.within)
        return levels[0]


def parts_of(statement: Statement, quotes: Mapping[int, str]) -> Parts:
    """The parts of a statement; nothing of its text is lost.

    Args:
        quotes: Of citations, by number.
    """
    text, numbers = statement.text, statement.citations
    if statement.items:
        return _with_items(statement, statement.items)
    if statement.table and statement.table.rows:
        return Parts(lead=_before(text, _row_text(statement.table)), citations=numbers, table=statement.table)
    if statement.kind == "code":
        code = max((quotes[one] for one in numbers if text.endswith(quotes[one])), key=len, default=text)
        return Parts(lead=_before(text, code), citations=numbers, code=code)
    return Parts(lead=text, citations=numbers)


def _with_items(statement: Statement, items: Sequence[Item]) -> Parts:
    starts, indents = zip(*_places(statement.text, items), strict=True)
    cited = {number for item in items for number in item.citations}
    lead = _trimmed(statement.text[: starts[0]])
    numbers = tuple(number for number in statement.citations if number not in cited)
    if statement.kind == "record":
        return Parts(lead=lead, citations=numbers, fields=tuple(map(_field, items)))
    placed = tuple(_item(item, depth) for item, depth in zip(items, _depths(indents), strict=True))
    return Parts(lead=lead, citations=numbers, items=placed)


def _places(text: str, items: Sequence[Item]) -> Iterator[tuple[int, int]]:
    """Where each item starts in the text, and how far it is indented there."""
    reached = 0
    for item in items:
        found = text.find(item.text, reached)
        start = max(found, reached)
        indent = text[text.rfind("\n", 0, start) + 1 : start]
        yield start, 0 if found < 0 or indent.strip() else len(indent)
        reached = start + (len(item.text) if found >= 0 else 0)


def _depths(indents: Sequence[int]) -> Iterator[int]:
    """How many lists each item is within: at most one more than the item before."""
    within: list[int] = []
    for indent in indents:
        while within and within[-1] >= indent:
            within.pop()
        within.append(indent)
        yield len(within) - 1


def _item(item: Item, depth: int) -> PlacedItem:
    number, bullet = _NUMBER.match(item.text), _BULLET.match(item.text)
    mark = number or bullet
    return PlacedItem(
        text=item.text[mark.end() :] if mark else item.text,
        depth=depth,
        number=int(number[1]) if number else None,
        marked=mark is not None,
        citations=item.citations,
    )


def _field(item: Item) -> KeyedValue:
    key, colon, value = item.text.partition(": ")
    return KeyedValue(key=key if colon else "", value=value if colon else item.text, citations=item.citations)


def _row_text(table: TableRows) -> str:
    """A table's first row as the text of its statement has it."""
    return row_text([(name, cell) for name, cell in zip(table.columns, table.rows[0], strict=False) if cell])


def _before(text: str, part: str) -> str:
    """What of a text comes before a part of it; all where it is not there, for nothing that is said may be lost."""
    found = text.find(part)
    return _trimmed(text if found < 0 else text[:found])


def _trimmed(text: str) -> str:
    return text.rstrip().removesuffix(" —")
