"""Durations in running text: "over three years", "a fortnight", "since 2016"; in days.

What this does not do: read ages, points in time ("three years ago") or rates ("twice a week").

>>> [(one.low, one.high) for one in find_durations("It took two weeks and a day.", None)]
[(15.0, 15.0)]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from rag.language.english.values.numbers import Quantity, find_quantities, hedge_before

YEAR = 365.25
_DAYS = {"second": 1 / 86_400, "minute": 1 / 1_440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "fortnight": 14.0}
_DAYS |= {"month": YEAR / 12, "year": YEAR, "decade": 10 * YEAR, "centurie": 100 * YEAR, "century": 100 * YEAR}
_UNIT = rf"(?P<unit>{'|'.join(_DAYS)})s?\b(?P<half>\s+and\s+a\s+half\b)?"
_COUNTED = re.compile(rf"[\s-]+(?:of\s+)?(?:an?\s+|more\s+|full\s+|whole\s+)?{_UNIT}", re.IGNORECASE)
_SINGLE = re.compile(rf"\ban?\s+(?:full\s+|whole\s+)?{_UNIT}(?!-)", re.IGNORECASE)
_LASTS = re.compile(
    r"\b(?:for|of|in|within|takes?|taking|took|lasts?|lasting|lasted|spent|after|is|was|be|closed|another|and)\s+$",
    re.IGNORECASE,
)
_NO_DURATION = re.compile(r"[\s-]+(?:old|ago|earlier|later|before|away)\b", re.IGNORECASE)
_AND = re.compile(r"(?:\s*+,)?(?:\s++|\s*+\band\b\s++)", re.IGNORECASE)
_SINCE = re.compile(r"\bsince\s+(?:[A-Z][a-z]+\s+)?(?P<year>1[5-9]\d\d|20\d\d)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """The characters ``start:end`` and the days that they can mean; ``step`` is the days of the unit they use."""

    start: int
    end: int
    low: float
    high: float
    step: float


def find_durations(text: str, published: date | None) -> list[Duration]:
    """The durations of ``text``, in order.

    Args:
        published: The day that "since" reaches to; without it, "since 2016" is none.
    """
    found = [*_counted(text), *_single(text), *_since(text, published)]
    joined: list[Duration] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        last = joined[-1] if joined else None
        if last is None or one.start >= last.end:
            if last is not None and one.step < last.step and _AND.fullmatch(text, last.end, one.start):
                one = replace(joined.pop(), end=one.end, low=last.low + one.low, high=last.high + one.high)
            joined.append(one)
    return joined


def _counted(text: str) -> Iterator[Duration]:
    for one in find_quantities(text):
        unit = _COUNTED.match(text, one.end)
        if unit and not _NO_DURATION.match(text, unit.end()):
            yield _duration(one, unit)


def _single(text: str) -> Iterator[Duration]:
    """ "a year" is one where it is hedged or something lasts so long, else it may be a rate."""
    for unit in _SINGLE.finditer(text):
        one = hedge_before(text, Quantity(start=unit.start(), end=unit.start(), number=unit.start(), low=1.0, high=1.0))
        lasting = (
            one.start < unit.start() or _LASTS.search(text, 0, unit.start()) or unit["unit"].lower() == "fortnight"
        )
        if lasting and not _NO_DURATION.match(text, unit.end()):
            yield _duration(one, unit)


def _duration(one: Quantity, unit: re.Match[str]) -> Duration:
    days = _DAYS[unit["unit"].lower()]
    more = 0.5 if unit["half"] else 0.0
    return Duration(
        start=one.start, end=unit.end(), low=(one.low + more) * days, high=(one.high + more) * days, step=days
    )


def _since(text: str, published: date | None) -> Iterator[Duration]:
    if published is None:
        return
    for match in _SINCE.finditer(text):
        years = published.year - int(match["year"])
        passed = published.timetuple().tm_yday / YEAR
        if years >= 0:
            low, high = max(years - 1 + passed, 0.0), years + passed
            yield Duration(start=match.start(), end=match.end(), low=low * YEAR, high=high * YEAR, step=YEAR)
