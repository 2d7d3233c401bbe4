"""The dates that the lines of a document state as its own, each with what it means."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.blocks import Form
from rag.ingest.describe.labels import Reading, Trust, meaning_of, readings, says_another
from rag.ingest.describe.names import beside_day, named
from rag.ingest.describe.occasions import day_of_title
from rag.ingest.describe.page import Line, Page
from rag.language.english.values.dates import parse_date, whole_days
from rag.types import Kind

_SEARCHED = 1_000
_LONGEST = 160
_LABEL_WORDS = 4
_SENTENCE_WORDS = 20
_DAYS_OF_A_LOG = 3
_SEVERAL = 2
_SALUTATION = re.compile(
    r"(?:dear|hello|hi|good (?:morning|day)|to whom it may concern)\b[^.?]{0,60}[,:!]?", re.IGNORECASE
)
_PLACE = re.compile(r"[A-Z][\w.'’ -]{1,30}(?:, [A-Z][\w. ]{1,20})?,?\s*")
_PRESS_DATELINE = re.compile(r"[A-Z][\w.,'’ /-]{1,60}[,(:–—]\s?")
_DATELINE_ENDS = re.compile(r"\s*+(?:\)\s*+)?(?:(?:/[\w ]{1,30}/|\([^()]{1,40}\))\s*+)?(?:[–—:]|--?)")
_MINUTES = re.compile(
    r"(?:(?:the|draft|unconfirmed|approved|confirmed) ){0,3}(?:minutes|notes|record|proceedings|agenda)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A day that a line states.

    Args:
        place: Of the line; -1 where none states it.
        alone: The line says nothing else.
        first: The line comes right below the title, before any other heading.
    """

    place: int
    trust: Trust
    day: str
    alone: bool = False
    first: bool = False


def is_salutation(line: str) -> bool:
    """Whether a line begins a letter: "Dear Ms Poe,"."""
    return _SALUTATION.fullmatch(line) is not None


def stated_days(page: Page, title: int | None) -> Iterator[Dated]:
    """The days of the lines of a page that can be that of its publication, the head before the foot."""
    sections = _sections(page)
    own = {None, title} if title is not None else {None, next((one for one in sections if one is not None), None)}
    letter = any(is_salutation(page.lines[place].text) for place in range(page.head))
    found: list[Dated] = []
    for place in page.edges():
        if page.kinds[place] is not Kind.BODY or place == title:
            continue
        line, section = page.lines[place], sections[place]
        mine = section in own or _second_title(page, section, title)
        if section is not None and section != title and says_another(page.lines[section].text):
            continue
        days = _of_line(page, place, mine=mine, letter=letter and place < page.head)
        found += (replace(one, first=place < page.head and section in own) for one in days)
        titled = mine and line.free and place < page.head and not parse_date(line.text)
        if titled and (day := day_of_title(line.text)) and not has_siblings(page, place, day):
            found.append(Dated(place=place, trust=Trust.OCCASION, day=day))
    found += _of_prose(page)
    yield from _without_many(found, page)


def has_siblings(page: Page, place: int, day: str) -> bool:
    """Whether other lines of the kind of one are of other days: then its day is that of a section."""
    here = page.lines[place]
    days = {
        day_of_title(line.text)
        for line in page.lines[:_SEARCHED]
        if line.free and (line.heading, line.level) == (here.heading, here.level) and len(line.text) <= _LONGEST
    }
    return bool(days - {day, None})


def _sections(page: Page) -> list[int | None]:
    """For each line the last heading above it, or it."""
    sections: list[int | None] = []
    for place, line in enumerate(page.lines):
        sections.append(place if line.heading else sections[-1] if sections else None)
    return sections


def _second_title(page: Page, section: int | None, title: int | None) -> bool:
    """Whether a heading comes right after the title: a second line of it."""
    return section is not None and title is not None and section == title + 1 and page.lines[section].heading


def _of_line(page: Page, place: int, *, mine: bool, letter: bool) -> Iterator[Dated]:
    line = page.lines[place]
    before = page.lines[place - 1].text if place else ""
    for part in line.parts:
        for reading in _explained(part, line, before):
            marked = line.free and reading.trust in (Trust.PUBLISHED, Trust.DATED, Trust.UPDATED) and not line.prose
            if mine or reading.trust is not Trust.DATED or place < page.head:
                yield Dated(place=place, trust=reading.trust, day=reading.day, alone=marked)
        beside = line.free or (line.form is Form.ROW and len(line.parts) > 1)
        day = parse_date(part) if beside and not line.heading and not says_another(before) else None
        if day and (mine if place < page.head else not (place and page.lines[place - 1].heading)):
            yield Dated(place=place, trust=Trust.DATED, day=day, alone=line.free)
        if letter and line.free and (day := _day_after_place(part)):
            yield Dated(place=place, trust=Trust.DATED, day=day)


def _explained(part: str, line: Line, before: str) -> list[Reading]:
    """The days of a part of a line that a label explains, one on the line before too: "Published:", "3 May 2024"."""
    if line.form is Form.ROW and not readings(part):
        return []
    if len(part.split()) > _SENTENCE_WORDS:
        return []
    if found := readings(part):
        return found
    rest, day = beside_day(part)
    if day and line.free and named(rest, heading=line.heading, below_title=True):
        return [Reading(Trust.DATED, day)]
    meaning = meaning_of(before) if len(before.split()) <= _LABEL_WORDS else None
    day = parse_date(part) if meaning is not None and line.free else None
    return [Reading(meaning, day)] if meaning is not None and day else []


def _day_after_place(line: str) -> str | None:
    """The day of a letter's line "Bristol, 3 May 2024"."""
    days = whole_days(line)
    if len(days) != 1 or days[0][0].end != len(line):
        return None
    return days[0][1] if _PLACE.fullmatch(line, 0, days[0][0].start) else None


def _of_prose(page: Page) -> Iterator[Dated]:
    """The day in the dateline of the first prose: "GENEVA, 3 May 2024 – "; or in a first sentence "Minutes of ..."."""
    if not page.has_prose:
        return
    place = page.first_prose
    line = page.lines[place]
    days = whole_days(line.text[:300])
    if not days or not line.free or page.kinds[place] is not Kind.BODY:
        return
    span, day = days[0]
    if _PRESS_DATELINE.fullmatch(line.text, 0, span.start) and _DATELINE_ENDS.match(line.text, span.end):
        yield Dated(place=place, trust=Trust.DATED, day=day)
    elif _MINUTES.match(line.text) and (held := day_of_title(line.text[: span.end])):
        yield Dated(place=place, trust=Trust.OCCASION, day=held)
    elif len(line.text.split()) <= _SENTENCE_WORDS:
        yield from (Dated(place=place, trust=one.trust, day=one.day) for one in readings(line.text))


def _without_many(found: list[Dated], page: Page) -> Iterator[Dated]:
    """``found`` without the days of a kind of which the document has many: a diary, a list of events, an index."""
    bare, labelled = _all_days(page) if found else (set(), {})
    for one in found:
        many = labelled.get(one.trust, set())
        of_a_log = one.trust is Trust.DATED and one.day in bare
        sure = one.trust is Trust.PUBLISHED and one.first
        if not of_a_log and (sure or one.day not in many or len(many) < _SEVERAL):
            yield one


def _all_days(page: Page) -> tuple[set[str], dict[Trust, set[str]]]:
    """The days that lines of a diary or the like are, none of another document, and those that labels explain."""
    bare: set[str] = set()
    told: set[str] = set()
    labelled: dict[Trust, set[str]] = {}
    sections = _sections(page)
    for place, line in enumerate(page.lines[:_SEARCHED]):
        section = sections[place]
        if section not in (None, place) and says_another(page.lines[section].text):
            continue
        if len(line.text) > _LONGEST or not any(character.isdigit() for character in line.text):
            continue
        if day := parse_date(line.text):
            bare.add(day)
            told |= {day for below in page.lines[place + 1 : place + 2] if below.prose}
        for part in line.parts:
            for reading in readings(part):
                labelled.setdefault(reading.trust, set()).add(reading.day)
    return (bare if len(bare) >= _DAYS_OF_A_LOG or len(told) >= _SEVERAL else set()), labelled
