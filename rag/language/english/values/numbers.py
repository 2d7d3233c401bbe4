"""Quantities in running text: numbers in digits and words with their hedges, ranges and fractions.

text2num reads number words; this is the one module that talks to it. What this does not do: say what
is counted. "98 m" is a number with a unit unless it is money, "98m" is 98 million.

>>> [(one.low, one.high) for one in find_quantities("a dozen eggs, between 60 and 80 guests")]
[(12.0, 12.0), (60.0, 80.0)]
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isfinite

from text_to_num import text2num

from rag.language.english.lexicon import AFTER, CARDINALS, CODES, SIGNS

_WORD = "|".join(CARDINALS)
_SCALES = {"couple": 2.0, "dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_SCALES |= {"trillion": 1e12, "mn": 1e6, "bn": 1e9, "tn": 1e12, "k": 1e3, "m": 1e6}
_SPELT = "couple|dozen|hundred|thousand|million|billion|trillion"
_LARGE = "hundred|thousand|million|billion"
_WORDS = rf"(?:a(?=\s+(?:{_LARGE})\b)|{_WORD})(?:(?:[\s-]+|\s+and\s+)(?:{_WORD}|{_LARGE})\b)*\b"
_PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_FRACTION = re.compile(
    rf"\b(?:(?P<n>a|one|two|three|four|five|six|seven|nine)[\s-]+(?P<part>{'|'.join(_PARTS)})s?|half)\b(?!-)"
    rf"(?:\s+(?:of\s+)?an?\s+(?P<scale>{_SPELT})\b)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    rf"""
    (?:(?P<paid>[{"".join(SIGNS)}]\s?|\b(?:{"|".join(CODES)})\s)|(?<![\w.,]))
    (?P<number>
        (?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)
      | (?P<words>{_WORDS})
      | an?(?=\s+(?:{_SPELT})\b)
    )
    (?P<half>\s+and\s+a\s+half\b)?
    (?:\s*(?P<scale>mn|bn|tn|(?<=\d)[km]|(?<=\s)(?:{_SPELT})|(?(paid)[km]|[km](?={AFTER})))\b)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_OF = re.compile(r"\s+(?:in|out\s+of)\s+(?:every\s+)?", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d(?![\d,.]?\d)")  # "12 in 2019" is no share
_TO = re.compile(r"\s*(?:-|–|\b(?:to|and|or)\b)\s*", re.IGNORECASE)
_WIDEST = 10.0
_HEDGES: tuple[tuple[str, float, float], ...] = (
    (r"(?:just|slightly|a little|little|marginally) (?:over|above|more than)", 1.0, 1.15),
    (r"at least|no (?:fewer|less) than|a minimum of", 1.0, 2.0),
    (r"more than|over|above|upwards of|in excess of|well over|exceeding", 1.0, 1.5),
    (r"nearly|almost|(?:just|slightly|a little) (?:under|below|short of)|close to|not quite|approaching", 0.85, 1.0),
    (r"less than|fewer than|under|below|up to|as (?:many|much) as|at most|no more than|a maximum of", 0.5, 1.0),
    (r"about|around|some|roughly|approximately|an estimated|estimated|circa|or so|in the region of", 0.9, 1.1),
)
_HEDGE = tuple(
    (re.compile(rf"\b(?:{words})(?:\s+an?)?\s*[$€£¥]?$", re.IGNORECASE), down, up) for words, down, up in _HEDGES
)
_LOOK_BACK = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number as text states it: the characters ``start:end``, hedge included, and what it can mean.

    ``low`` and ``high`` bound it, rounding and hedges allowed for; ``number`` is where the number itself
    starts. A ``fraction`` is of something else (two thirds, one in four).
    """

    start: int
    end: int
    number: int
    low: float
    high: float
    fraction: bool = False


def find_quantities(text: str) -> list[Quantity]:
    """The quantities of ``text``, in order; none overlaps another.

    >>> find_quantities("over twelve")[0]
    Quantity(start=0, end=11, number=5, low=12.0, high=18.0, fraction=False)
    """
    return list(_quantities(text))


@lru_cache(maxsize=2_048)  # each kind of measure looks for the quantities of the same sentence
def _quantities(text: str) -> tuple[Quantity, ...]:
    found: list[Quantity] = []
    for one in _merged(text, sorted([*_fractions(text), *_numbers(text)], key=lambda one: (one.start, -one.end))):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return tuple(hedge_before(text, one) for one in found)


def rounded(value: float, written: str) -> tuple[float, float]:
    """The bounds of a number as written: not quite half a unit of its last digit that is not 0, at most 5 %.

    Whole numbers below 100 are taken at their word.

    >>> rounded(4950, "4,950"), rounded(12, "12"), rounded(1.2e9, "1.2")
    ((4945.1, 4954.9), (12, 12), (1151000000.0, 1249000000.0))
    """
    digits = re.sub(r"[^\d.]", "", written)
    if value == int(value) and value < 100 and "." not in digits:
        return value, value
    if "." in digits:
        unit = 10.0 ** -len(digits.split(".")[1]) * value / float(digits) if float(digits) else 0.0
    else:
        whole = str(int(value))
        unit = 10.0 ** (len(whole) - len(whole.rstrip("0")))
    slack = min(0.49 * unit, 0.05 * value)
    return value - slack, value + slack


def _numbers(text: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text):
        value = _value(match)
        if value is not None and isfinite(value):  # hundreds of digits are more than a float holds
            low, high = rounded(value, match.group("digits") or "")
            start = match.start("number")
            yield Quantity(start=start, end=match.end(), number=start, low=low, high=high)


def _value(match: re.Match[str]) -> float | None:
    digits, words = match.group("digits"), match.group("words")
    try:
        base = float(digits.replace(",", "")) if digits else _of_words(words) if words else 1.0
    except ValueError:  # two numbers side by side, such as a year in words
        return None
    scale = _SCALES.get((match.group("scale") or "").lower(), 1.0)
    return (base + (0.5 if match.group("half") else 0.0)) * scale


def _of_words(words: str) -> float:
    return float(text2num(re.sub(r"^a\s", "one ", words.lower()), "en"))


def _fractions(text: str) -> Iterator[Quantity]:
    for match in _FRACTION.finditer(text):
        count = (match.group("n") or "a").lower()
        value = (1.0 if count == "a" else _of_words(count)) / _PARTS[(match.group("part") or "half").lower()]
        scale = match.group("scale")
        value *= _SCALES[scale.lower()] if scale else 1.0
        yield Quantity(
            start=match.start(), end=match.end(), number=match.start(), low=value, high=value, fraction=scale is None
        )


def _merged(text: str, found: list[Quantity]) -> Iterator[Quantity]:
    """Ranges and shares made of two numbers: "60 to 80", "between 60 and 80", "one in four"."""
    skip = -1
    for place, one in enumerate(found):
        if place == skip:
            continue
        after = found[place + 1] if place + 1 < len(found) else None
        pair = _pair(text, one, after) if after is not None and not one.fraction else None
        if pair is not None:
            skip = place + 1
        yield pair or one


def _pair(text: str, one: Quantity, after: Quantity) -> Quantity | None:
    between = text[one.end : after.start]
    if _OF.fullmatch(between) and one.low < after.low and not _YEAR.match(text, after.number):
        share = one.low / after.high
        return replace(one, end=after.end, low=share, high=share, fraction=True)
    if not _TO.fullmatch(between) or after.high > _WIDEST * one.low:
        return None
    before = text[: one.start].lower().rstrip()
    if between.strip().lower() == "and" and not before.endswith("between"):
        return None
    low, high = sorted((one.low, after.high))
    return replace(one, end=after.end, low=low, high=high)


def hedge_before(text: str, one: Quantity) -> Quantity:
    """``one`` with the hedge in front of it: its characters taken in, its bounds widened."""
    from_here = max(0, one.start - _LOOK_BACK)
    before = text[from_here : one.start]
    for pattern, down, up in _HEDGE:
        match = pattern.search(before)
        if match:
            return replace(one, start=from_here + match.start(), low=one.low * down, high=one.high * up)
    between = re.search(r"\bbetween\s+$", before, re.IGNORECASE)
    return replace(one, start=from_here + between.start()) if between and one.high > one.low else one
