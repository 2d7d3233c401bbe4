"""Questions and their answers in plain text: marked ("Q:"), numbered, or lines of their own in a text full of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rag.ingest.parse.text.lines import Line

QUESTION_LEVEL = 6
"""Of the headings that questions are: below those of the text that they are in."""
_ASKED = re.compile(r"(?:Q|Question)(?:[ \t]?\d{1,3})?[ \t]?[:.)][ \t]*(?=\S)", re.IGNORECASE)
_SAID = re.compile(r"(?:A|Answer)(?:[ \t]?\d{1,3})?[ \t]?[:.)](?:[ \t]+|$)", re.IGNORECASE)
_NUMBERED = re.compile(r"\(?\d{1,3}(?:\.\d{1,3})?[.)]?[ \t]+(?=\S)")
_SENTENCE_END = re.compile(r"[.!?]\s")
_MOST_SENTENCES = 1  # before the question itself
_LONGEST = 250
_MOST_LINES = 4
_FEWEST = 2
_LEAST_SHARE = 0.2  # of the paragraphs, in an FAQ with long answers; prose asks less often
_SHARE_OF_FEW = 0.3


@dataclass(slots=True)
class Questions:
    """The lines of a text with questions: those of the answers without their marks.

    ``asked`` has for the first line of each question where it begins, without its mark, and its last line.
    ``marks`` are the lines that are nothing but the mark of an answer.
    """

    lines: list[Line]
    asked: dict[int, tuple[int, int]] = field(default_factory=dict)
    marks: set[int] = field(default_factory=set)


def find_questions(text: str, lines: Sequence[Line]) -> Questions:
    """The questions of a text."""
    found = Questions(list(lines))
    marked = [place for place, line in enumerate(lines) if _ASKED.match(text, line.begin, line.end)]
    if any(_SAID.match(text, line.begin, line.end) or text[line.end - 1] == "?" for line in lines) and marked:
        _take_marked(text, found, marked)
    else:
        _take_unmarked(text, found)
    for _, last in found.asked.values():
        if last + 1 < len(lines):
            found.lines[last + 1] = replace(found.lines[last + 1], alone=True)
    return found


def _take_marked(text: str, found: Questions, marked: Sequence[int]) -> None:
    for place in marked:
        line = found.lines[place]
        mark = _ASKED.match(text, line.begin, line.end)
        last = _last_line(text, found.lines, place)
        begin = mark.end() if mark else line.begin
        found.asked[place] = (begin, place if last is None else last)
    for place, line in enumerate(found.lines):
        mark = _SAID.match(text, line.begin, line.end)
        if mark is None or place < marked[0]:
            continue
        if mark.end() == line.end:
            found.marks.add(place)
        found.lines[place] = replace(line, begin=min(mark.end(), line.end - 1), alone=True)


def _take_unmarked(text: str, found: Questions) -> None:
    """Questions that stand on lines of their own, where there are several and each has an answer."""
    lasts = {place: last for place in range(len(found.lines)) if (last := _alone(text, found.lines, place)) is not None}
    answered = {place: last for place, last in lasts.items() if last + 1 < len(found.lines) and last + 1 not in lasts}
    runs = 1 + sum(line.gap for line in found.lines)
    share = len(answered) / runs
    if len(answered) >= _FEWEST and share >= (_LEAST_SHARE if len(answered) > _FEWEST else _SHARE_OF_FEW):
        found.asked = {place: (found.lines[place].begin, last) for place, last in answered.items()}


def _alone(text: str, lines: Sequence[Line], place: int) -> int | None:
    """The last line of a question that begins a paragraph or has a number; ``None`` where it is none."""
    line = lines[place]
    numbered = _NUMBERED.match(text, line.begin, line.end)
    words = numbered.end() if numbered else line.begin
    begins = place == 0 or line.gap or numbered
    return _last_line(text, lines, place) if begins and text[words].isupper() else None


def _last_line(text: str, lines: Sequence[Line], place: int) -> int | None:
    """The line that a question ends with, ``None`` where no line near its start does so."""
    for last in range(place, min(place + _MOST_LINES, len(lines))):
        words = lines[last].of(text)
        if (last > place and lines[last].gap) or lines[last].end - lines[place].begin > _LONGEST:
            return None
        if words.endswith("?"):
            said = text[lines[place].begin : lines[last].end - 1]
            return last if len(_SENTENCE_END.findall(said)) <= _MOST_SENTENCES else None
        if words[-1] in ".!:;":
            return None
    return None
