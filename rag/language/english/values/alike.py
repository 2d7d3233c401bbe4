"""Whether two texts that answer one question can both be right, whatever kind of value they give.

Numbers are compared in their units, a limit with a like limit at its word; of other values it counts whether they
share a word. What this does not do: find the value in a text, or know that two words mean the same.

>>> clash("ten miles an hour", "Go no faster than ten miles an hour.", "15 mph", "Drive at 15 mph.")
('ten miles an hour', '15 mph')
>>> clash("2 kg", "Take 2 kg of flour.", "2,000 g", "You need 2,000 g.") is None
True
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from rag.language.english.asked import stems
from rag.language.english.lexicon import SIGNS
from rag.language.english.values.durations import find_durations
from rag.language.english.values.measures import Measured, find_money, find_shares, find_sizes
from rag.language.english.values.numbers import Quantity, find_quantities

_REACH = 40
_HALF_DAY = 720
_CLOCK = re.compile(
    r"\b(?:(?P<part>half|quarter) (?P<way>past|to) (?P<of>[a-z]+|\d\d?)\b"
    r"|(?P<hour>\d\d?)(?:[:.](?P<minute>[0-5]\d))?(?:\s?(?P<half>[ap])\.?m\b\.?|\s?o['’]clock|(?<=:\d\d)(?!\d))"
    r"|(?P<word>noon|midday|midnight)\b)",
    re.IGNORECASE,
)
_DEGREES = re.compile(r"\s?(?:°|degrees?\s)\s?(?P<scale>[CF])?", re.IGNORECASE)
_SPEED = re.compile(
    r"\s?(?P<unit>mph|kph|km/h|(?:miles|km|kilometres|kilometers)\s?(?:/|per |an )\s?h(?:our)?)\b", re.I
)
_MILE = 1.60934


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The characters ``start:end`` and the bounds of what they state in ``unit``; ``hedge`` widens them."""

    start: int
    end: int
    unit: str
    low: float
    high: float
    hedge: tuple[float, float] = (1.0, 1.0)


def clash(value: str, text: str, other_value: str, other_text: str) -> tuple[str, str] | None:
    """The words of two texts that cannot both be right, or ``None`` where they may be, or cannot be compared.

    Args:
        value: What answers in ``text``; empty where that is not known.
    """
    mine, others = _stated_in(value, text), _stated_in(other_value, other_text)
    if mine or others:
        mine, others = mine or _alone(text, others), others or _alone(other_text, mine)
        if not mine or not others or _any_agrees(mine, all_stated(other_text)) or _any_agrees(others, all_stated(text)):
            return None
        return _comparable(mine, text, others, other_text)
    if not value or not other_value or stems(value) & stems(other_text) or stems(other_value) & stems(text):
        return None
    return value, other_value


def _comparable(mine: Sequence[Stated], text: str, others: Sequence[Stated], other_text: str) -> tuple[str, str] | None:
    for one, other in product(mine, others):
        if one.unit == other.unit:
            return text[one.start : one.end], other_text[other.start : other.end]
    return None


def _stated_in(value: str, text: str) -> list[Stated]:
    """The numbers of a text that stand in the words that answer, in part at least."""
    start = text.find(value) if value else -1
    end = start + len(value)
    return [one for one in all_stated(text) if start >= 0 and one.start < end and start < one.end]


def _alone(text: str, others: Sequence[Stated]) -> list[Stated]:
    """The only number of a text that is in the unit of what the other states."""
    found = [one for one in all_stated(text) if others and one.unit == others[0].unit]
    return found if len(found) == 1 else []


def _any_agrees(some: Sequence[Stated], others: Sequence[Stated]) -> bool:
    return any(_agree(one, other) for one, other in product(some, others))


def _agree(one: Stated, other: Stated) -> bool:
    if one.unit != other.unit:
        return False
    widened = one.hedge != other.hedge
    (low, high), (least, most) = (
        (each.low * each.hedge[0], each.high * each.hedge[1]) if widened else (each.low, each.high)
        for each in (one, other)
    )
    return low <= most and least <= high


def all_stated(text: str) -> list[Stated]:
    """The numbers and times of day of a text, in order, each in its unit."""
    clocks = list(_clocks(text))
    numbers = [
        _measured(text, one)
        for one in find_quantities(text)
        if not any(clock.start < one.end and one.number < clock.end for clock in clocks)
    ]
    return sorted([*clocks, *numbers], key=lambda one: one.start)


def _clocks(text: str) -> Iterator[Stated]:
    """Times of day, in minutes of half a day: "6.30 pm" is 18:30, and may be "half past six"."""
    for match in _CLOCK.finditer(text):
        minutes = _minutes(match)
        if minutes is not None:
            minute = float(minutes % _HALF_DAY)
            yield Stated(start=match.start(), end=match.end(), unit="clock", low=minute, high=minute)


def _minutes(match: re.Match[str]) -> int | None:
    if match["word"]:
        return 0
    if match["hour"]:
        return 60 * int(match["hour"]) + int(match["minute"] or 0)
    hours = find_quantities(match["of"])
    part = 30 if match["part"].lower() == "half" else 15
    return 60 * int(hours[0].low) + (part if match["way"].lower() == "past" else -part) if hours else None


def _measured(text: str, found: Quantity) -> Stated:
    """A number with its unit: the first measure that it is, read without its hedge."""
    before = text[max(found.number - 2, 0) : found.number].rstrip()
    start = max(found.number - 2, 0) + len(before) - 1 if before[-1:] in SIGNS and before else found.number
    tail = text[start : found.end + _REACH]
    bare = next(iter(find_quantities(tail)), found)
    hedge = _ratio(found.low, bare.low), _ratio(found.high, bare.high)
    one = next(_read(tail, bare), Measured(start=0, end=found.end - start, low=bare.low, high=bare.high))
    return Stated(start=start, end=start + one.end, unit=one.unit, low=one.low, high=one.high, hedge=hedge)


def _ratio(widened: float, plain: float) -> float:
    return round(widened / plain, 2) if plain else 1.0


def _read(tail: str, bare: Quantity) -> Iterator[Measured]:
    speed, degrees = _SPEED.match(tail, bare.end), _DEGREES.match(tail, bare.end)
    if speed:
        by = 1.0 if speed["unit"].lower().startswith("k") else _MILE
        yield Measured(start=0, end=speed.end(), low=by * bare.low, high=by * bare.high, unit="km/h")
    if degrees:
        low, high = (_celsius(each, degrees["scale"] or "C") for each in (bare.low, bare.high))
        yield Measured(start=0, end=degrees.end(), low=low - 1, high=high + 1, unit="degrees")
    for unit, read in (("money", find_money), ("percent", find_shares), ("", find_sizes), ("days", _durations)):
        yield from (replace(one, unit=one.unit or unit) for one in read(tail) if one.start <= 1)


def _durations(text: str) -> list[Measured]:
    return [Measured(start=one.start, end=one.end, low=one.low, high=one.high) for one in find_durations(text, None)]


def _celsius(value: float, scale: str) -> float:
    return value if scale.upper() == "C" else (value - 32) * 5 / 9
