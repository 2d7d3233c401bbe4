"""Numbers, units and dates of a claim that its sources do not have.

A claim may be rounder than its source, where it says so or writes a scale ("1.2 million" for 1,204,000); it may
not be more exact, and a plain number is taken at its word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rag.language.english.lexicon import MEASURES
from rag.language.english.values.alike import Stated, all_stated
from rag.language.english.values.dates import Dated, find_dates
from rag.language.english.values.numbers import Quantity, find_quantities
from rag.language.english.words import stem
from rag.types import Difference

_YEAR = re.compile(r"(?<![\d.,$€£])(?:1[5-9]|20)\d\d(?![\d,.]\d|\d)")
_SCALE = re.compile(r"\d\s?(?:k|m|mn|bn|tn|thousand|million|billion|trillion)\b", re.IGNORECASE)
_SCALED = re.compile(r"\bin\s+(?:[a-z]+\s+)?(?:\w+\s+)?(?P<scale>thousands|millions|billions)\b", re.IGNORECASE)
_SCALES = {"thousands": 1e3, "millions": 1e6, "billions": 1e9}
_NEXT = re.compile(r"[\s-]*(?:of\s+)?(?P<word>[^\W\d_]+)")
_LABEL = re.compile(r":\s*+(?:\(?[$€£¥]\s*+|\(\s*+)?$")
_YEARS = re.compile(r"(?<!\d)\d{4}(?!\d)")
_FROM_TO = re.compile(r"(?<![\d,.])(\d++(?:[,.]\d++)*+)\s?[–-]\s?(\d++(?:[,.]\d++)*+)")
_SPAN = re.compile(r"\s(?:to|until|and|through)\s|\s?[–-]\s?")
_MONTH = 31
_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_EXACT = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number as it is written, and what of it counts when it is compared.

    Args:
        value: In its ``unit``.
        plain: The number itself.
        low, high: What it leaves open where it is ``hedged`` or ``scaled`` ("about", "1.2 million").
        measure: The stem of the unit's word behind it, where that is one of few.
        whole: Whether it is written without decimals.
        ends: Both numbers of a range.
        labelled: Whether it stands behind a name and a colon, as in a row: its unit may stand elsewhere.
    """

    said: str
    value: float
    plain: float
    low: float
    high: float
    hedged: bool
    scaled: bool
    unit: str
    measure: str
    whole: bool
    ends: tuple[float, ...]
    labelled: bool


def amounts(text: str) -> list[Amount]:
    """The numbers of a text but those of dates."""
    days = find_dates(text, None)
    plain = {one.number: one for one in find_quantities(text)}
    found = []
    for one in all_stated(text):
        if not any(one.start < day.end and day.start < one.end for day in days):
            bare = next((two for place, two in plain.items() if one.start <= place < one.end), None)
            found.append(_amount(text, one, bare))
    return found


def _amount(text: str, one: Stated, bare: Quantity | None) -> Amount:
    said = text[one.start : one.end].strip()
    exact = bool(_YEAR.search(said))
    return Amount(
        said=said,
        value=(one.low + one.high) / 2,
        plain=(bare.low + bare.high) / (one.hedge[0] + one.hedge[1]) if bare else one.low,
        low=one.low * one.hedge[0],
        high=one.high * one.hedge[1],
        hedged=one.hedge != (1.0, 1.0) and not exact,
        scaled=bool(_SCALE.search(said)) and not exact,
        unit=one.unit,
        measure=_measure(text, one.end) or _measure(said, _after_digits(said)),
        whole="." not in said,
        ends=_ends(said),
        labelled=bool(_LABEL.search(text, 0, one.start)),
    )


def _ends(said: str) -> tuple[float, ...]:
    """Both numbers of a range, none of a single one."""
    both = [float(one.replace(",", "")) for one in _DIGITS.findall(said)]
    return tuple(both) if len(both) > 1 else ()


def _after_digits(said: str) -> int:
    return next((place for place, one in enumerate(said) if one.isalpha()), len(said))


def _measure(text: str, end: int) -> str:
    match = _NEXT.match(text, end)
    word = stem(match["word"]) if match else ""
    return MEASURES.get(word, word) if word in MEASURES or word in MEASURES.values() else ""


def unlike_amounts(claim: str, sources: Sequence[str]) -> Iterator[Difference]:
    """The numbers of a claim that no source has, each beside the likeliest that one has."""
    there = [one for source in sources for one in amounts(source)]
    whole = " ".join(sources)
    scales = [_SCALES[match["scale"].lower()] for match in _SCALED.finditer(whole)]
    mine = amounts(claim)
    free = [one for one in there if not any(_same(other, one, scales) for other in mine)]
    for one in mine:
        if one.said.lower() == "one" and not one.measure:
            continue  # of "from one to another"
        if any(_same(one, other, scales) for other in there) or _written(one, whole):
            continue
        same = next((other for other in there if _equal(one.plain, other.plain)), None)
        if same is not None:
            yield Difference(kind="unit", said=one.said, source=same.said)
        else:
            yield Difference(kind=_kind(one), said=one.said, source=_likely(one, free))
    written = set(_DIGITS.findall(whole))
    for match in _FROM_TO.finditer(claim):
        if not set(match.groups()) <= written and not any(one.said in match[0] for one in mine):
            yield Difference(kind="number", said=match[0], source="")


def _kind(one: Amount) -> str:
    return "date" if _YEAR.fullmatch(one.said) or one.unit == "clock" else "number"


def _written(one: Amount, text: str) -> bool:
    """A year, or a number within a name, as a text has it."""
    return one.said.isdigit() and len(one.said) == 4 and one.said in _YEARS.findall(text)


def _same(claim: Amount, source: Amount, scales: Sequence[float]) -> bool:
    """Whether a claim's number is the source's; ``scales`` are what the source counts in ("in millions")."""
    if not _same_unit(claim, source):
        return False
    if claim.ends and source.ends:
        return claim.ends == source.ends and _scale_words(claim) == _scale_words(source)
    if any(_equal(claim.plain, by * source.plain) for by in scales):
        return True
    return _close(claim, source) if claim.unit == source.unit else _rounds(claim.plain, source.plain, claim)


def _scale_words(one: Amount) -> list[str]:
    return [word for word in one.said.lower().split() if word in ("thousand", "million", "billion", "trillion")]


def _same_unit(claim: Amount, source: Amount) -> bool:
    """Whether two numbers may be in one unit; in running text a source says it where a claim does."""
    other = source.measure or source.unit
    if claim.unit == source.unit:
        return bool(claim.unit) or not claim.measure or not other or claim.measure == other
    if claim.unit and source.unit:
        return False
    if claim.unit:
        return source.labelled and not source.measure
    return not claim.measure or claim.measure == other


def _close(claim: Amount, source: Amount) -> bool:
    open_ = (claim.hedged and not source.hedged) or claim.scaled
    return (open_ and claim.low <= source.value <= claim.high) or _rounds(claim.value, source.value, claim)


def _rounds(mine: float, other: float, claim: Amount) -> bool:
    """Whether two numbers are the same, or the claim's is the other without its decimals."""
    return _equal(mine, other) or (claim.whole and other != int(other) and round(other) == mine)


def _equal(one: float, other: float) -> bool:
    return abs(one - other) <= _EXACT * max(abs(one), abs(other), 1.0)


def _likely(one: Amount, free: Sequence[Amount]) -> str:
    """The source's number that the claim has exchanged: of the same unit, else the nearest."""
    same = [other for other in free if other.unit == one.unit and other.measure == one.measure] or list(free)
    return min(same, key=lambda other: abs(other.plain - one.plain), default=None).said if same else ""  # type: ignore[union-attr]


def unlike_dates(claim: str, sources: Sequence[tuple[str, str | None]]) -> Iterator[Difference]:
    """The dates of a claim that no source has.

    Args:
        sources: Each text, and the ISO date on which it was published.
    """
    there = [(text, one) for text, day in sources for one in find_dates(text, _day(day))]
    whole = " ".join(text for text, _ in sources)
    years = set(_YEAR.findall(whole)) | {str(one.first.year) for _, one in there if not one.yearless}
    days = [_day(day) for _, day in sources if day]
    for one in find_dates(claim, days[0] if len(set(days)) == 1 else None):
        said = claim[one.start : one.end]
        stated = set(_YEAR.findall(said))
        if stated <= years and _YEAR.sub("", said).strip(" ,") and _has_day(one, there):
            continue
        if any(_meets(one, other, said) for _, other in there) or (stated and said in stated and stated <= years):
            continue
        if stated <= years and said.lower() in whole.lower():
            continue
        yield Difference(kind="date", said=said, source=_nearest(one, there))


def _has_day(one: Dated, there: Sequence[tuple[str, Dated]]) -> bool:
    """Whether a source has the day and month of a date, its year elsewhere: as a table has it in other cells."""
    days = [other for _, other in there if other.yearless]
    return any((one.first.month, one.first.day) == (other.first.month, other.first.day) for other in days)


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _meets(one: Dated, other: Dated, said: str) -> bool:
    """Whether a source's date is the one of a claim, or lies within it; of a span both ends must be the same."""
    if one.yearless or other.yearless:
        short = max((each.last - each.first).days for each in (one, other)) <= _MONTH
        first, last = (one.first.month, one.first.day), (one.last.month, one.last.day)
        within = first <= (other.first.month, other.first.day) and (other.last.month, other.last.day) <= last
        return short and one.yearless and within
    if _SPAN.search(said):
        return (one.first, one.last) == (other.first, other.last)
    return one.first <= other.first and other.last <= one.last


def _nearest(one: Dated, there: Sequence[tuple[str, Dated]]) -> str:
    found = min(there, key=lambda pair: abs(pair[1].first - one.first), default=None)
    return found[0][found[1].start : found[1].end] if found else ""
