"""What a date in a line means: the day of publication, of a meeting, of taking effect, of a change, or another."""

import re
from enum import IntEnum
from typing import NamedTuple

from rag.language.english.lexicon import MONTHS, WEEKDAYS
from rag.language.english.values.dates import whole_days

_WORD = re.compile(r"[^\W\d_]+")
_BESIDE = frozenset(
    """
    of on at from as the this these was is are were be been in into to with and time a an first originally since
    document page policy notice agreement terms statement text article post story report minutes guide guideline
    guidelines procedure standard version newsletter invoice receipt letter memo bulletin for immediate
    """.split()
) | frozenset([*WEEKDAYS, *(day[:3] for day in WEEKDAYS), "tues", "thur", "thurs"])
_AFTER = re.compile(r"\s*+(?:$|[^\w\s]|\d|(?P<word>[^\W\d_]+))")
_GOES_ON = frozenset("at in from to by and until between am pm".split())
_RANGE = re.compile(
    r"(?:\d(?:st|nd|rd|th)?|\b[a-z]{3,9}\.?)\s*(?P<link>[–—&-]|\b(?:to|and|until|till|through)\b)\s*$",
    re.IGNORECASE,
)
_LINK_ALONE = re.compile(r"\s*(?:[–—&-]|to|and|until|till|through)\s*", re.IGNORECASE)
_PIECE = re.compile(r"[|·•;]")
_BY_SOMEONE = re.compile(r"\W*(?P<verb>[^\W\d_]+)\s+(?:by|in)\s(?:[^\W_][^\s:;]*,?\s){1,8}\W*$")
_NO_DATE = re.compile(
    r"\b(?:next|upcoming|coming|future|forthcoming|deadlines?|due|expir\w*|until|before|reminders?|save the dates?"
    r"|diary dates?|dates for|calendar|schedule|timetable|timeline|chronology|anniversar(?:y|ies)|events?|agenda items?"
    r"|invitation|registration|cancelled|postponed|history|change ?log|supersede[sd]?|replaces|previous"
    r"|last meeting)\b",
    re.IGNORECASE,
)


class Trust(IntEnum):
    """How much a date is worth as that of publication: the lower, the more."""

    PUBLISHED = 0
    DATED = 1
    OCCASION = 2
    EFFECTIVE = 3
    NAMED = 4
    APPROVED = 5
    UPDATED = 6


_WORDS = {
    Trust.UPDATED: "updated revised modified changed amended reviewed edited update revision last version",
    Trust.EFFECTIVE: "effective force effect commencement commences applies applicable valid",
    Trust.APPROVED: "approved adopted ratified signed approval adoption enacted passed agreed",
    Trust.PUBLISHED: "published posted issued released sent dated publication issue release posting printed vol volume"
    " edition no nr number",
    Trust.DATED: "date held meeting day created written prepared compiled drafted",
}
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
_ORDER = (Trust.UPDATED, Trust.EFFECTIVE, Trust.APPROVED, Trust.PUBLISHED, Trust.DATED)


class Reading(NamedTuple):
    """A day and what it means."""

    trust: Trust
    day: str


def readings(line: str) -> list[Reading]:
    """The days of a line that a label before them explains.

    >>> readings("Published 3 May 2024, last updated 5 May 2024; next review: 1 May 2026")
    [Reading(trust=<Trust.PUBLISHED: 0>, day='2024-05-03'), Reading(trust=<Trust.UPDATED: 6>, day='2024-05-05')]
    """
    found: list[Reading] = []
    end = 0
    for span, day in whole_days(line):
        before = line[end : span.start]
        if is_range(before) or (end and _LINK_ALONE.fullmatch(before)):
            return []
        meaning = meaning_of(_PIECE.split(before)[-1])
        meaning = meaning_of(before) if meaning is None else meaning
        end = span.end
        if meaning is not None and _ends(line, end):
            found.append(Reading(meaning, day))
    return found


def meaning_of(label: str) -> Trust | None:
    """What a date after ``label`` means, ``None`` where the words do not say or mean another thing.

    >>> meaning_of("Effective from"), meaning_of("Date of the next meeting:"), meaning_of("Approved by the board on ")
    (<Trust.EFFECTIVE: 3>, None, <Trust.APPROVED: 5>)
    """
    words = _WORD.findall(label.lower())
    someone = _BY_SOMEONE.match(f"{label} ") if len(label) < 100 else None
    if someone:
        words = [someone["verb"].lower()]
    said = {_MEANINGS[word] for word in words if word in _MEANINGS}
    if not someone and any(word not in _MEANINGS and word not in _BESIDE for word in words):
        return None
    return next((meaning for meaning in _ORDER if meaning in said), None)


def is_range(before: str) -> bool:
    """Whether a day after ``before`` is the end of several: "3 to", "3 May –".

    >>> is_range("Date: 3 –"), is_range("Published –"), is_range("3 May to ")
    (True, False, True)
    """
    found = _RANGE.search(before[-20:])
    if found is None:
        return False
    word = _WORD.findall(before[-20:][: found.start("link")].lower())
    return before[-20:][found.start()].isdigit() or bool(word and any(month.startswith(word[-1]) for month in MONTHS))


def says_another(line: str) -> bool:
    """Whether what follows a line is about days to come, or many days: "Next meeting", "Deadlines", "Timeline"."""
    return _NO_DATE.search(line) is not None


def _ends(line: str, end: int) -> bool:
    """Whether a sentence of more words does not go on after a day."""
    after = _AFTER.match(line, end)
    word = after["word"] if after else None
    return word is None or word.lower() in _GOES_ON or word.lower() in _MEANINGS
