"""A plain text as its readers see it: its lines, what each of them begins, and the tree that is being made."""

from dataclasses import dataclass, field

from rag.ingest.parse.outline import Outline
from rag.ingest.parse.text.asides import find_asides
from rag.ingest.parse.text.lines import Line, read_lines, wraps
from rag.ingest.parse.text.marks import Mark, read_mark, section_number, those_that_count
from rag.ingest.parse.text.questions import find_questions

_TRIES = 3  # each may look at all of the lines: without an end the time would grow with the square of a text


@dataclass(slots=True)
class Layout:
    """What the readers of lists, tables and so on share.

    Args:
        marks: For each line the mark of an item that it begins with.
        sections: For each line the number of a section that it begins with.
        opens: For each line whether it begins something of its own, so that it never continues the one before.
        wrapped: For each line whether the break after it is only a wrap.
        asked: For the first line of a question, where it begins and its last line.
        asides: The places of lines that are no text to cite: running heads, contents.
        rules: The characters that underline headings, in the order of their levels.
        tries: For each reader up to where it found nothing, and how often it looked.
    """

    text: str
    lines: list[Line]
    outline: Outline
    marks: list[Mark | None]
    sections: list[tuple[int, ...]]
    opens: list[bool]
    wrapped: list[bool]
    asked: dict[int, tuple[int, int]]
    asides: frozenset[int]
    rules: list[str] = field(default_factory=list)
    tries: dict[str, tuple[int, int]] = field(default_factory=dict)

    def is_aside(self, place: int) -> bool:
        """Whether a line is no text to cite."""
        return place in self.asides

    def words(self, place: int) -> str:
        """A line without white space around it."""
        return self.lines[place].of(self.text)

    def ends_run(self, place: int) -> bool:
        """Whether a blank line or the end of the text is after a line."""
        return place + 1 >= len(self.lines) or self.lines[place + 1].gap or self.is_aside(place + 1)

    def begins_run(self, place: int) -> bool:
        """Whether a blank line or the start of the text is before a line."""
        return place == 0 or self.lines[place].gap or self.is_aside(place - 1)

    def last_wrapped(self, place: int) -> int:
        """The last of the lines that a paragraph is wrapped over."""
        while self.wrapped[place] and place + 1 < len(self.lines) and not self.is_aside(place + 1):
            place += 1
        return place

    def may_be(self, what: str, place: int) -> bool:
        """Whether a reader should look at a line: of lines that follow each other only the first few begin anything."""
        until, times = self.tries.get(what, (0, 0))
        return not (self.is_aside(place) or (place < until and times >= _TRIES))

    def is_no(self, what: str, place: int, last: int) -> int:
        """Note that a reader found nothing from ``place`` to ``last``; gives ``place``."""
        until, times = self.tries.get(what, (0, 0))
        self.tries[what] = (max(until, last), times + 1 if place < until else 1)
        return place

    def level_of(self, rule: str) -> int:
        """The level of a heading by the characters that it is underlined with, in the order of the text."""
        if rule not in self.rules:
            self.rules.append(rule)
        return self.rules.index(rule) + 1


def lay_out(text: str, start: int, end: int) -> Layout:
    """The lines of ``text`` between two offsets, looked at one by one and as neighbours."""
    bare = read_lines(text, start, end)
    asides = find_asides(text, bare)
    questions = find_questions(text, bare)
    lines = questions.lines
    marks = those_that_count([read_mark(text, line) for line in lines])
    sections = _sections([section_number(text, line) for line in lines], marks)
    opens = [
        bool(mark) or bool(section) or line.alone or place in questions.asked
        for place, (mark, section, line) in enumerate(zip(marks, sections, lines, strict=True))
    ]
    return Layout(
        text=text,
        lines=lines,
        outline=Outline(text),
        marks=marks,
        sections=sections,
        opens=opens,
        wrapped=wraps(text, lines, opens),
        asked=questions.asked,
        asides=asides | questions.marks,
    )


def _sections(numbers: list[tuple[int, ...]], marks: list[Mark | None]) -> list[tuple[int, ...]]:
    """The numbers that count: one before or after each, or the one that it is within, is there too.

    "3.5 litres of oil" at the start of a line is no section.
    """
    there = {number for number in numbers if number}
    there |= {(number,) for mark in marks if mark for reading, number in mark.readings.items() if "1" in reading}
    return [number if number and _neighbours(number) & there else () for number in numbers]


def _neighbours(number: tuple[int, ...]) -> set[tuple[int, ...]]:
    *before, last = number
    return {(*before, last - 1), (*before, last + 1), tuple(before), (*number, 1)}
