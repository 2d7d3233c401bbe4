"""Lists of a PDF: paragraphs that begin with a mark, nested by how far right their marks stand."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise

from rag.blocks import Form
from rag.ingest.parse.parsed import TextBuilder
from rag.ingest.parse.pdf.paragraphs import Paragraph, Part
from rag.ingest.parse.pdf.rows import MARKED

_NUMBER = re.compile(r"\d+")
_STEP = 4.0  # points
_HANGING = 0.5  # heights
_MOST_WITHIN = 3
_DEEPEST = 12
_KINDS = (
    re.compile(r"\W*\d+\W*"),
    re.compile(r"\W*[ivx]{2,}\W*"),
    re.compile(r"\W*[a-z]\W*"),
    re.compile(r"\W*[A-Z]\W*"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The mark of an item: as it is written, where it stands, and how many characters of the paragraph it takes.

    ``kind`` is 0 for a bullet; numbers and letters have others. Of a paragraph that goes on with an item, ``length``
    is 0 and ``kind`` -1.
    """

    mark: str
    left: float
    page: int
    length: int
    kind: int


def marks(parts: Sequence[Part], levels: Sequence[int]) -> list[Mark | None]:
    """The mark of each part of a document, ``None`` for one that is no part of a list.

    Args:
        levels: Those of the headings; 0 for others.
    """
    found = [
        None if level or not isinstance(part, list) else _mark(part) for part, level in zip(parts, levels, strict=True)
    ]
    confirmed = [mark if mark and _is_item(place, found) else None for place, mark in enumerate(found)]
    for place, part in enumerate(parts):
        if confirmed[place] is None and isinstance(part, list) and not levels[place]:
            confirmed[place] = _rest(place, part, confirmed)
    return confirmed


def _mark(paragraph: Paragraph) -> Mark | None:
    first = paragraph[0]
    marked = MARKED.match(first.line.text)
    if marked is None:
        return None
    mark = marked["mark"]
    kind = next((number for number, kind in enumerate(_KINDS, start=1) if kind.fullmatch(mark)), 0)
    return Mark(mark=mark, left=first.line.left, page=first.page, length=marked.end(), kind=kind)


def _is_item(place: int, found: Sequence[Mark | None]) -> bool:
    """Whether a mark is one of a list: a bullet, or a number before or after which others count on."""
    own = found[place]
    if own is None or own.kind == 0:
        return own is not None
    near = [mark for mark in found[max(0, place - 8) : place + 9] if mark and mark is not own and mark.kind == own.kind]
    return any(abs(_value(mark) - _value(own)) == 1 for mark in near)


def _value(mark: Mark) -> int:
    number = _NUMBER.search(mark.mark)
    if number:
        return int(number[0])
    letters = [character for character in mark.mark if character.isalpha()]
    roman = "".join(letters).lower()
    return _roman(roman) if mark.kind == 2 else ord(letters[0])


def _roman(letters: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in letters]
    return sum(-one if one < other else one for one, other in pairwise([*values, 0]))


def _rest(place: int, paragraph: Paragraph, found: Sequence[Mark | None]) -> Mark | None:
    """A paragraph without a mark that hangs below an item, with more items after it."""
    before = found[place - 1] if place else None
    after = next((mark for mark in found[place + 1 : place + 1 + _MOST_WITHIN] if mark), None)
    first = paragraph[0]
    if (
        before is None
        or after is None
        or (first.line.left < before.left + _HANGING * first.line.size and before.length)
    ):
        return None
    return Mark(mark="", left=before.left, page=first.page, length=0, kind=-1)


@dataclass(slots=True, kw_only=True)
class _Open:
    mark: Mark
    holders: ExitStack
    item: ExitStack


class Lists:
    """The lists that are open while a document is written."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._open: list[_Open] = []

    def begin(self, mark: Mark | None) -> None:
        """What is written next is an item with this mark, or goes on with one; ``None`` ends all lists."""
        if mark is None:
            self._close(0)
        elif mark.kind >= 0:
            self._begin_item(mark)

    def _begin_item(self, mark: Mark) -> None:
        depth = self._depth(mark)
        self._close(depth + 1)
        if len(self._open) > depth:
            self._open[depth].item.close()
            self._open[depth].mark = mark
        else:
            holders = ExitStack()
            holders.enter_context(self._builder.within(Form.LIST, ordered=mark.kind > 0))
            self._open.append(_Open(mark=mark, holders=holders, item=ExitStack()))
        written = mark.mark if mark.kind else "-"
        self._open[depth].item.enter_context(self._builder.within(Form.ITEM, mark=written))

    def _depth(self, mark: Mark) -> int:
        """In how many lists the item of a mark is."""
        for depth in range(len(self._open) - 1, -1, -1):
            other = self._open[depth].mark
            moved = other.page != mark.page
            if other.kind == mark.kind and (abs(mark.left - other.left) < _STEP or (moved and depth == 0)):
                return depth
            if mark.left > other.left + _STEP:
                return min(depth + 1, _DEEPEST)
        self._close(0)
        return 0

    def _close(self, depth: int) -> None:
        while len(self._open) > depth:
            last = self._open.pop()
            last.item.close()
            last.holders.close()
