"""Claims: the value that a sentence gives for what a question asks, and whether two claims agree.

What this does not do: judge whether the sentence is about what is asked; see ``rag.conflicts``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise, product

from rag.language.english.asked import ValueKind, Wanted, root
from rag.language.english.lexicon import PEOPLE, SAYING
from rag.language.english.names import find_names, find_places, may_hold, same_name
from rag.language.english.polarity import find_stance
from rag.language.english.values.dates import find_dates
from rag.language.english.values.durations import find_durations
from rag.language.english.values.measures import Measured, find_ages, find_counts, find_money, find_shares, find_sizes

_ASIDE = re.compile(r",[^,]*,")
_WORD = re.compile(r"[^\W_]+")
_NOUN_REACH = 4
_COUNTED_BONUS = 8.0
_PART_LOSS = 20.0
_UNSURE_LOSS = 5.0
_OTHER_NOUN_LOSS = 4.0
_FAR = 30
_PEOPLE = frozenset(root(word) for word in PEOPLE)
_NOT_THE_ONE = re.compile(
    r"\b(?:in|at|near|from|to|for|follows|followed|following|succeeds|succeeded|succeeding|replaces|replaced|replacing"
    r"|after|against|beat|beating|defeated|over|ahead of|unlike|not|than)\s+$",
    re.IGNORECASE,
)
_SAYING = frozenset(root(word) for word in SAYING)
_SAID_ON = re.compile(
    r"\b(?:said|says|told|confirmed|announced|reported|decided|warned|wrote|added|statement)\s+(?:\w+\s+)?"
    r"(?:late |early )?(?:on\s+)?$",
    re.IGNORECASE,
)
_UNIT_STEP = 0.25
_YEAR_2000 = (float(date(2000, 1, 1).toordinal()), float(date(2000, 12, 31).toordinal()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The characters ``start:end`` of a sentence that answer, as bounds in ``unit`` or as the parts of a name.

    Of a yes or a no, ``unit`` is the side, ``parts`` the words of the question that it has, ``turned``
    those that are negated. ``gap`` counts the words between the claim and the next word of the question.

    ``step`` is the size of the unit it was stated in (a week, in days); ``yearless`` marks a date without
    its year; ``sure`` is false where the characters may be no name.
    """

    kind: ValueKind
    start: int
    end: int
    low: float = 0.0
    high: float = 0.0
    unit: str = ""
    parts: frozenset[str] = frozenset()
    turned: frozenset[str] = frozenset()
    part: bool = False
    step: float = 0.0
    yearless: bool = False
    sure: bool = True
    gap: int = 0


def find_claims(kind: ValueKind, wanted: Wanted, text: str, published: date | None) -> list[Claim]:
    """The values of ``kind`` in ``text``, the likeliest answer first; none where that is only a part of it."""
    claims = _FINDERS[kind](wanted, text, published)
    if not claims:
        return []
    near = _Nearness(wanted, text, _asked_words(wanted, text))
    found = [replace(one, gap=near.gap(one)) for one in claims]
    ranked = sorted(found, key=lambda one: (-near.worth(one), one.start))
    return ranked if not ranked[0].part else []


def value_test(wanted: Wanted) -> Callable[[str], bool] | None:
    """Tells whether a text holds a measured value or a date of a kind that is wanted.

    ``None`` where none is: names are in most sentences, so they tell nothing.
    """
    kinds = [kind for kind in wanted.kinds if kind not in (ValueKind.NAME, ValueKind.PLACE, ValueKind.YES_NO)]
    if not kinds:
        return None
    return lambda text: any(find_claims(kind, wanted, text, None) for kind in kinds)


def agree(one: Claim, other: Claim) -> bool:
    """True where both can be right, or where they cannot be compared."""
    if one.kind is not other.kind:
        return True
    if one.kind in (ValueKind.NAME, ValueKind.PLACE):
        unclear = not (one.sure and other.sure) or (one.kind is ValueKind.PLACE and may_hold(one.parts, other.parts))
        return unclear or same_name(one.parts, other.parts)
    if one.kind is ValueKind.YES_NO:
        return one.unit == other.unit or not (one.turned ^ other.turned) <= one.parts & other.parts
    if one.unit != other.unit:
        return True
    pairs = product(_bounds(one, other), _bounds(other, one))
    return any(first[0] <= second[1] and second[0] <= first[1] for first, second in pairs)


def _bounds(one: Claim, other: Claim) -> list[tuple[float, float]]:
    """The bounds of ``one`` beside ``other``: one range, or two of which either can be meant.

    A duration in the larger unit was rounded to it; beside a date without its year, the other's does not count.
    """
    if one.kind is ValueKind.DURATION and one.step > other.step:
        return [(one.low - _UNIT_STEP * one.step, one.high + _UNIT_STEP * one.step)]
    if one.kind is ValueKind.DATE and other.yearless and not one.yearless:
        return _in_2000(date.fromordinal(int(one.low)), date.fromordinal(int(one.high)))
    return [(one.low, one.high)]


def _in_2000(first: date, last: date) -> list[tuple[float, float]]:
    """The days of 2000 on which a day from ``first`` to ``last`` can fall: two ranges where New Year is between."""
    low, high = (float(day.replace(year=2000).toordinal()) for day in (first, last))
    if first.year == last.year:
        return [(low, high)]
    if last.year - first.year > 1:
        return [_YEAR_2000]
    return [(low, _YEAR_2000[1]), (_YEAR_2000[0], high)]


@dataclass(frozen=True, slots=True)
class _Nearness:
    """How well a claim's place in its sentence fits the question: near its words, before what is counted."""

    wanted: Wanted
    text: str
    places: Sequence[tuple[int, int]]

    def gap(self, claim: Claim) -> int:
        return min((self._distance(claim, place) for place in self.places), default=_FAR)

    def worth(self, claim: Claim) -> float:
        worth = float(-claim.gap) - (0.0 if claim.sure else _UNSURE_LOSS)
        if claim.part:
            worth -= _PART_LOSS
        if claim.kind is ValueKind.COUNT:
            worth += self._noun_worth(claim)
        return worth

    def _distance(self, claim: Claim, place: tuple[int, int]) -> int:
        """Words between the claim and a word of the question, asides between commas left out."""
        start, end = place
        between = self.text[claim.end : start] if start >= claim.end else self.text[end : claim.start]
        return len(_ASIDE.sub(" ", between).split())

    def _noun_worth(self, claim: Claim) -> float:
        following = [root(word) for word in _WORD.findall(self.text[claim.end :])[:_NOUN_REACH]]
        if self.wanted.counted & set(following):
            return _COUNTED_BONUS
        if self.wanted.counted & _PEOPLE and _PEOPLE & set(following):
            return _COUNTED_BONUS / 2
        noun = re.match(r"\s+[a-z]", self.text[claim.end :])
        return -_OTHER_NOUN_LOSS if noun else 0.0


def _asked_words(wanted: Wanted, text: str) -> list[tuple[int, int]]:
    """Where ``text`` has words of the question."""
    asked = wanted.about | wanted.counted
    return [match.span() for match in _WORD.finditer(text) if root(match.group()) in asked]


def _counts(wanted: Wanted, text: str, published: date | None) -> list[Claim]:
    found = find_counts(text, published)
    summed = {one for pair in pairwise(found) if _summed(text, *pair) for one in pair}
    return [
        Claim(
            kind=ValueKind.COUNT,
            start=one.start,
            end=one.end,
            low=one.low,
            high=one.high,
            part=one.part or one in summed,
        )
        for one in found
    ]


def _summed(text: str, one: Measured, other: Measured) -> bool:
    """True for "eight men and four women": two parts of a number that is not stated."""
    return bool(re.fullmatch(r"\s+[\w-]+(?:\s+[\w-]+)?(?:,|,?\s+and)\s+", text[one.end : other.start]))


def _durations(wanted: Wanted, text: str, published: date | None) -> list[Claim]:
    return [
        Claim(kind=ValueKind.DURATION, start=one.start, end=one.end, low=one.low, high=one.high, step=one.step)
        for one in find_durations(text, published)
    ]


def _dates(wanted: Wanted, text: str, published: date | None) -> list[Claim]:
    return [
        Claim(
            kind=ValueKind.DATE,
            start=one.start,
            end=one.end,
            low=float(one.first.toordinal()),
            high=float(one.last.toordinal()),
            yearless=one.yearless,
            part=bool(_SAID_ON.search(text, 0, one.start)) and not wanted.about & _SAYING,
        )
        for one in find_dates(text, published)
    ]


def _people(wanted: Wanted, text: str, published: date | None) -> list[Claim]:
    return [
        Claim(kind=ValueKind.NAME, start=one.start, end=one.end, parts=one.parts, sure=one.sure)
        for one in find_names(text)
        if not _asked_for(wanted, one.parts) and not _NOT_THE_ONE.search(text, 0, one.start)
    ]


def _places(wanted: Wanted, text: str, published: date | None) -> list[Claim]:
    return [
        Claim(kind=ValueKind.PLACE, start=one.start, end=one.end, parts=one.parts)
        for one in find_places(text)
        if not _asked_for(wanted, one.parts)
    ]


def _asked_for(wanted: Wanted, parts: frozenset[str]) -> bool:
    """True where a name is the question's own."""
    return all(root(part) in wanted.names | wanted.about for part in parts)


def _stances(wanted: Wanted, text: str, published: date | None) -> list[Claim]:
    stance = find_stance(wanted, text)
    if stance is None:
        return []
    return [
        Claim(
            kind=ValueKind.YES_NO,
            start=stance.start,
            end=stance.end,
            unit=stance.side,
            parts=stance.matched,
            turned=stance.turned,
        )
    ]


def _measured(kind: ValueKind) -> "Finder":
    find = {
        ValueKind.AGE: find_ages,
        ValueKind.SIZE: find_sizes,
        ValueKind.SHARE: find_shares,
        ValueKind.MONEY: find_money,
    }[kind]
    return lambda wanted, text, published: [
        Claim(
            kind=kind,
            start=one.start,
            end=one.end,
            low=one.low,
            high=one.high,
            unit="" if kind is ValueKind.AGE else one.unit,
        )
        for one in find(text)
    ]


Finder = Callable[[Wanted, str, date | None], Sequence[Claim]]
_FINDERS: dict[ValueKind, Finder] = {
    ValueKind.COUNT: _counts,
    ValueKind.DURATION: _durations,
    ValueKind.DATE: _dates,
    ValueKind.NAME: _people,
    ValueKind.PLACE: _places,
    ValueKind.YES_NO: _stances,
    **{kind: _measured(kind) for kind in (ValueKind.AGE, ValueKind.SIZE, ValueKind.SHARE, ValueKind.MONEY)},
}
