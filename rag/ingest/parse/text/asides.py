"""Lines of a plain text that are no text to cite: running heads and feet of pages, tables of contents."""

import re
from collections import Counter
from collections.abc import Sequence

from rag.ingest.parse.text.lines import Line
from rag.language.sentences import stripped

_PAGE = re.compile(r"(?:[-–—\[(]\s?)?(?:page\s)?\d{1,4}(?:\s?(?:of|/)\s?\d{1,4})?(?:\s?[-–—\])])?", re.IGNORECASE)
_PAGE_FOOT = re.compile(r"\[page \w{1,6}\]", re.IGNORECASE)
_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b")
_CONTENTS = re.compile(r"(?:table of )?contents:?|index:?", re.IGNORECASE)
_TITLED = re.compile(r"\d|(?:chapter|section|part|appendix|annex|figure|table)\b", re.IGNORECASE)
_LEADERS = re.compile(r"(?:[._·…][ \t]?){4,}| \.{2,3} (?=[$€£]?\d)")
_LONGEST_LEADER = 200
_LONGEST_LED = 24
_FOOT = 12  # characters of "[Page 12]"


def find_asides(text: str, lines: Sequence[Line]) -> frozenset[int]:
    """The places of lines that are no text to cite."""
    return frozenset(_furniture(text, lines) | _contents(text, lines))


def leader(text: str, line: Line) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Where the two sides are of a line of dots that leads from one to the other.

    >>> leader("Coffee ...... 2.50", Line(start=0, begin=0, end=18, indent=0))
    ((0, 6), (14, 18))
    """
    if line.width > _LONGEST_LEADER:
        return None
    found = _LEADERS.search(text, line.begin, line.end)
    if found is None:
        return None
    before = stripped(text, line.begin, found.start())
    after = stripped(text, found.end(), line.end)
    if before is None or after is None or after.end - after.start > _LONGEST_LED:
        return None
    return (before.start, before.end), (after.start, after.end)


def _furniture(text: str, lines: Sequence[Line]) -> set[int]:
    """Lines next to a page break that are there on other pages too, and those that only number a page."""
    edges: set[int] = set()
    for place, line in enumerate(lines):
        foot = _PAGE_FOOT.fullmatch(text, line.end - min(_FOOT, line.width), line.end) or (
            line.width > _FOOT and _PAGE_FOOT.search(text, line.end - _FOOT, line.end)
        )
        if foot:
            edges |= {place, place + 1}
        elif line.page and place:
            edges |= {place - 1, place}
    edges &= set(range(len(lines)))
    shapes = {place: _NUMBERS.sub("#", " ".join(lines[place].of(text).lower().split())) for place in edges}
    often = Counter(shapes.values())
    return {place for place, shape in shapes.items() if often[shape] > 1 or _only_numbers(text, lines[place])}


def _only_numbers(text: str, line: Line) -> bool:
    words = line.of(text) if line.width <= _LONGEST_LED else ""
    return bool(_PAGE.fullmatch(words) or _PAGE_FOOT.search(words))


def _contents(text: str, lines: Sequence[Line]) -> set[int]:
    """Runs of lines with dots that lead to numbers of pages, which grow; prices do not stand in such an order."""
    found: set[int] = set()
    run: list[int] = []
    for place, line in enumerate(lines):
        sides = leader(text, line)
        if sides and not _NUMBERS.sub("", text[sides[1][0] : sides[1][1]]):
            run.append(place)
            continue
        if run and place - run[-1] > 2:
            found |= _listed_contents(text, lines, run)
            run = []
    return found | _listed_contents(text, lines, run)


def _listed_contents(text: str, lines: Sequence[Line], run: Sequence[int]) -> set[int]:
    if len(run) < 2:
        return set()
    named = any(_CONTENTS.fullmatch(lines[place].of(text)[:30]) for place in range(max(0, run[0] - 3), run[0]))
    pages = [int(lines[place].of(text).split()[-1]) for place in run if lines[place].of(text).split()[-1].isdigit()]
    titled = sum(bool(_TITLED.match(lines[place].of(text))) for place in run)
    grows = pages == sorted(pages) and len(run) > 2
    return set(run) if named or (grows and (2 * titled > len(run) or len(run) > 5)) else set()
