"""What stands before an item or a section of a plain text: bullets, numbers, letters."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.ingest.parse.text.lines import Line
from rag.language.english.lexicon import MONTHS

_MARK = re.compile(
    r"(?:(?P<bullet>[•‣◦▪●○])[ \t]*|(?P<sign>[-*+–·]|o(?=[ \t]{2}))[ \t]+"
    r"|(?P<number>\((?:\d{1,3}|[A-Za-z]|[ivxIVX]{2,5})\)|(?:\d{1,3}|[A-Za-z]|[ivxIVX]{2,5})[.)])[ \t]+)(?=\S)"
)
_SECTION = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3}){1,5})\.?[ \t]+(?=\S)")
_ROMAN = {"i": 1, "v": 5, "x": 10}
_AHEAD = 60  # lines within which the next item of a list is looked for
_ASIDE = 1  # columns that marks of one list may be apart


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of an item.

    Args:
        written: As it stands there, ``"(a)"``.
        begin: Behind it, where the words begin.
        readings: What it may be, ``{"(a)": 1}``; ``"i."`` is the ninth letter or the first Roman number.
        signed: It may be a dash within a sentence or the sign of a number: one that stands alone is no mark.
    """

    written: str
    begin: int
    readings: dict[str, int]
    signed: bool = False

    @property
    def ordered(self) -> bool:
        """Whether it counts."""
        return any(self.readings.values())


def read_mark(text: str, line: Line) -> Mark | None:
    """The mark that a line begins with."""
    found = _MARK.match(text, line.begin, line.end)
    if found is None or found.end() >= line.end:
        return None
    written = found["bullet"] or found["sign"]
    if written:
        signed = written in "–o" or (written in "-+" and text[found.end()].isdigit())
        return Mark(written, found.end(), {written: 0}, signed)
    number = found["number"]
    if number[0].isdigit() and _is_month(text[found.end() : line.end]):
        return None
    return Mark(number, found.end(), _readings(number))


def those_that_count(marks: Sequence[Mark | None]) -> list[Mark | None]:
    """``marks`` without numbers that have neither the one before nor the one after them, and lone dashes.

    "12. The next" at the start of a wrapped line is a sentence.
    """
    there = Counter(one for mark in marks if mark for one in mark.readings.items())

    def counts(mark: Mark) -> bool:
        if mark.ordered:
            near = {(reading, number + step) for reading, number in mark.readings.items() for step in (-1, 1)}
            return any(one in there for one in near)
        return not mark.signed or any(there[one] > 1 for one in mark.readings.items())

    return [mark if mark and counts(mark) else None for mark in marks]


def section_number(text: str, line: Line) -> tuple[int, ...]:
    """The number of a section that a line begins with, ``(3, 1)``; ``()`` without one."""
    found = _SECTION.match(text, line.begin, line.end)
    return tuple(int(part) for part in found["number"].split(".")) if found else ()


def numbered_end(text: str, line: Line) -> int:
    """Behind the number of a section or an item that a line begins with; its start without one."""
    found = _SECTION.match(text, line.begin, line.end) or _MARK.match(text, line.begin, line.end)
    return found.end() if found else line.begin


def same_place(line: Line, other: Line) -> bool:
    """Whether two lines begin in the same column, as the items of one list do."""
    return abs(line.indent - other.indent) <= _ASIDE


def opens_list(lines: Sequence[Line], marks: Sequence[Mark | None], place: int) -> str | None:
    """The reading in which a mark begins a list: a bullet by itself, a number where the next one follows."""
    mark = marks[place]
    if mark is None:
        return None
    for reading, number in mark.readings.items():
        if not mark.ordered:
            return reading
        for other in range(place + 1, min(place + _AHEAD, len(lines))):
            after = marks[other]
            if after and after.readings.get(reading) == number + 1 and same_place(lines[place], lines[other]):
                return reading
    return None


def _is_month(words: str) -> bool:
    """Whether what follows a number makes it a day."""
    return words[:12].split(maxsplit=1)[0].strip(".,").lower() in MONTHS


def _readings(number: str) -> dict[str, int]:
    inner = number.strip("().")
    if inner.isdigit():
        return {number.replace(inner, "1"): int(inner)}
    case = "a" if inner.islower() else "A"
    letter = {number.replace(inner, case): ord(inner.lower()) - ord("a") + 1} if len(inner) == 1 else {}
    roman = _roman(inner.lower())
    return {**letter, **({number.replace(inner, "i" if case == "a" else "I"): roman} if roman else {})}


def _roman(letters: str) -> int:
    if not all(letter in _ROMAN for letter in letters):
        return 0
    values = [_ROMAN[letter] for letter in letters]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
