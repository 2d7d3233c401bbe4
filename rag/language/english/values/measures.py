"""Measured values in running text: counts, ages, shares, amounts of money, sizes and durations.

Values of one kind and unit can be compared: each has bounds that allow for rounding, hedges and
ranges. What this does not do: decide which value answers a question.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.language.english.lexicon import AFTER, CODES, COINS, SIGNS
from rag.language.english.values.dates import find_dates
from rag.language.english.values.durations import find_durations
from rag.language.english.values.numbers import Quantity, find_quantities

_PERCENT = re.compile(r"\s*(?:%|per\s?cent\b|percentage\s+points?\b|pc\b)", re.IGNORECASE)
_TIME = re.compile(r"[\s-]+(?:of\s+)?(?:an?\s+)?(?:second|minute|hour|day|week|month|year|decade)", re.IGNORECASE)
_MONEY = re.compile(AFTER, re.IGNORECASE)
_LENGTHS = {"millimetre": 1e-3, "mm": 1e-3, "centimetre": 1e-2, "cm": 1e-2, "inch": 0.0254, "inche": 0.0254}
_LENGTHS |= {"foot": 0.3048, "feet": 0.3048, "yard": 0.9144, "metre": 1.0, "meter": 1.0, "m": 1.0}
_LENGTHS |= {"kilometre": 1e3, "kilometer": 1e3, "km": 1e3, "mile": 1609.34}
_WEIGHTS = {"gram": 1.0, "ounce": 28.35, "kilogram": 1e3, "kilo": 1e3, "kg": 1e3, "lb": 453.6, "tonne": 1e6, "ton": 1e6}
_SIZES = {name: ("length", size) for name, size in _LENGTHS.items()}
_SIZES |= {name: ("weight", size) for name, size in _WEIGHTS.items()}
_SIZES |= {"hectare": ("area", 1.0), "acre": ("area", 0.4047)}
_SIZE = re.compile(rf"[\s-]*(?!ms\b)(?P<unit>{'|'.join(_SIZES)})s?\b", re.IGNORECASE)
_METRES = re.compile(r"\dm")
_OLD = re.compile(r"[\s-]years?[\s-]old\b", re.IGNORECASE)
_AGED = re.compile(r"\baged?\s+(?:of\s+)?$", re.IGNORECASE)
_MAYBE_AGED = re.compile(r"(?:\bat\s+|,\s+|\b(?:is|was|turned)\s+)$", re.IGNORECASE)
_AGE_ENDS = re.compile(r"\s*(?:[,.;)]|$|and\b)")
_OLDEST = 120
_PART = re.compile(r"\s+(?:of\s+(?:whom|them|those|these|which|its|his|her|their|our)|more|others?)\b", re.IGNORECASE)
_NO_COUNT = re.compile(r"\s*(?:[ap]\.?m\b|o['’]clock)|\s+k\b", re.IGNORECASE)
_WHOLE_PERCENT = 0.5
_FRACTION_PERCENT = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The characters ``start:end`` of a text and the bounds of what they state, in ``unit``.

    ``part`` marks a number out of another (three of whom, two more).
    """

    start: int
    end: int
    low: float
    high: float
    unit: str = ""
    part: bool = False


def find_counts(text: str, published: date | None) -> list[Measured]:
    """Bare numbers: no date, clock time, share, money, size, age or duration."""
    ages = [one for one in find_ages(text) if one.unit]
    others = (find_shares(text), find_money(text), _sizes(text), ages)
    taken = [(one.start, one.end) for found in others for one in found]
    taken += [(one.start, one.end) for one in find_durations(text, published)]
    taken += [(one.start, one.end) for one in find_dates(text, published)]
    return [
        Measured(start=one.start, end=one.end, low=one.low, high=one.high, part=bool(_PART.match(text, one.end)))
        for one in find_quantities(text)
        if not one.fraction and not _NO_COUNT.match(text, one.end) and not _overlaps(one, taken)
    ]


def find_ages(text: str) -> list[Measured]:
    """Ages in years: "33-year-old", "aged 33"; and what may be one, without a unit: "Munro, 33,"."""
    found = []
    for one in find_quantities(text):
        old = _OLD.match(text, one.end)
        aged = _AGED.search(text, 0, one.start)
        perhaps = _MAYBE_AGED.search(text, 0, one.start) and _AGE_ENDS.match(text, one.end)
        if one.high <= _OLDEST and not one.fraction and (old or aged or perhaps):
            end = old.end() if old else one.end
            unit = "years" if old or aged else ""
            found.append(Measured(start=one.start, end=end, low=one.low, high=one.high, unit=unit))
    return found


def find_shares(text: str) -> list[Measured]:
    """Percentages and fractions, in percent."""
    found = []
    for one in find_quantities(text):
        percent = _PERCENT.match(text, one.end)
        if percent and not one.fraction:
            slack = _WHOLE_PERCENT if one.low == one.high else 0.0
            found.append(Measured(start=one.start, end=percent.end(), low=one.low - slack, high=one.high + slack))
        elif one.fraction and not _TIME.match(text, one.end):
            low, high = 100 * one.low - _FRACTION_PERCENT, 100 * one.high + _FRACTION_PERCENT
            found.append(Measured(start=one.start, end=one.end, low=low, high=high))
    return found


def find_money(text: str) -> list[Measured]:
    """Amounts of money; the unit is the currency, empty where the word does not tell it."""
    found = []
    for one in find_quantities(text):
        before = text[max(one.number - 2, 0) : one.number].rstrip()  # tables have "$ 607.5"
        sign = before[-1:]
        after = _MONEY.match(text, one.end)
        if sign in SIGNS:
            start = min(one.start, max(one.number - 2, 0) + len(before) - 1)
            found.append(Measured(start=start, end=one.end, low=one.low, high=one.high, unit=SIGNS[sign]))
        elif after and not one.fraction and not _PERCENT.match(text, one.end):  # "20 Per Cent"
            word = after["word"].lower()
            unit, by = COINS.get(word, (CODES.get(word, word), 1.0))
            found.append(Measured(start=one.start, end=after.end(), low=by * one.low, high=by * one.high, unit=unit))
    return found


def find_sizes(text: str) -> list[Measured]:
    """Lengths in metres, weights in grams, areas in hectares; and what may be a length: "98m", as in "98m people"."""
    return sorted([*_sizes(text), *_maybe_metres(text)], key=lambda one: one.start)


def _sizes(text: str) -> list[Measured]:
    found = []
    for one in find_quantities(text):
        after = _SIZE.match(text, one.end)
        if after and not one.fraction:
            unit, by = _SIZES[after["unit"].lower()]
            found.append(Measured(start=one.start, end=after.end(), low=by * one.low, high=by * one.high, unit=unit))
    return found


def _maybe_metres(text: str) -> list[Measured]:
    """The numbers that were read as millions for an "m" right behind them, no money and of no other unit."""
    taken = [(one.start, one.end) for one in (*find_money(text), *_sizes(text))]
    million = 1e6
    return [
        Measured(start=one.start, end=one.end, low=one.low / million, high=one.high / million, unit="length")
        for one in find_quantities(text)
        if _METRES.fullmatch(text, one.end - 2, one.end) and not one.fraction and not _overlaps(one, taken)
    ]


def _overlaps(one: Quantity, taken: Sequence[tuple[int, int]]) -> bool:
    return any(one.number < end and start < one.end for start, end in taken)
