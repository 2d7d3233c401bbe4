"""Dates in documents, read by dateparser, the one module that talks to it."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

import dateparser

from rag.language.english.lexicon import DATE_WORDS, MONTHS, WEEKDAYS
from rag.types import Span

_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_NUMERIC = re.compile(r"^\D{0,12}(\d{1,2})[/. -](\d{1,2})[/. -]\d{4}(?!\d)")
_RANGE = re.compile(r"(?<![\d-])\d{1,2}\s*[-–]\s*\d{1,2}(?![\d-])")
_WORDS = frozenset([*MONTHS, *WEEKDAYS, *DATE_WORDS])
_SHAPE = re.compile(r"^[\w\s,./:+()|-]{6,60}$")
_SETTINGS = {"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True, "RETURN_AS_TIMEZONE_AWARE": False}

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_MONTHS = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if name}
_DAY, _YEAR_ALONE = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>1[5-9]\d\d|20\d\d)"
_PLAIN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<month>{_MONTH})\s{_DAY},?\s{_YEAR_ALONE}",
        rf"{_DAY}\s(?P<month>{_MONTH}),?\s{_YEAR_ALONE}",
        rf"{_YEAR_ALONE}-(?P<number>\d\d)-(?P<day>\d\d)",
    )
)
_WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_WITH_YEAR = r"(?:,?\s+(?P<year>1[5-9]\d\d|20\d\d)\b)?"
_SPOTTED = tuple(
    (re.compile(pattern), grain)
    for pattern, grain in (
        (r"\b(?:1[5-9]|20)\d\d-\d\d-\d\d\b", "day"),
        (rf"(?:\b{_WEEKDAY},?\s+)?(?:the\s+)?\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}{_WITH_YEAR}", "day"),
        (rf"(?:\b{_WEEKDAY},?\s+)?\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!,\d|\.\d|\s*%){_WITH_YEAR}", "day"),
        (rf"\b(?:[Ll]ast\s+|[Nn]ext\s+)?{_WEEKDAY}\b", "day"),
        (r"\b(?:[Yy]esterday|[Tt]oday|[Tt]omorrow|[Ll]ast\s+night)\b", "day"),
        (r"\b(?:\d{1,2}|an?|two|three|four|five|six|seven|eight|nine|ten)\s+days?\s+ago\b", "day"),
        (r"\b(?:[Ll]ast|[Tt]his|[Nn]ext)\s+week\b", "week"),
        (r"\b(?:\d{1,2}|an?|two|three|four|five|six)\s+weeks?\s+ago\b", "week"),
        (r"\b(?:(?:[Aa]t|[Oo]ver)\s+)?the\s+weekend\b|\b(?:[Ll]ast|[Tt]his|[Nn]ext)\s+weekend\b", "weekend"),
        (r"\b(?:[Ll]ast|[Tt]his|[Nn]ext)\s+month\b", "month"),
        (
            r"\b(?:the\s+|last\s+|this\s+|next\s+|late\s+|early\s+)?(?:spring|summer|autumn|fall(?=\s+of\b)|winter)\b"
            r"(?:\s+(?:of\s+)?(?P<year>1[5-9]\d\d|20\d\d)\b)?",
            "season",
        ),
        (r"\b(?:\d{1,2}|an?|two|three|four|five|six|ten|twenty|thirty|fifty)\s+years?\s+ago\b", "years"),
        (rf"\b(?!May\b(?!\s+\d)){_MONTH}{_WITH_YEAR}", "month"),
        (
            r"(?<=\b(?:[Ii]n|of|by)\s)May\b|(?<=\b(?:[Ll]ast|this|next|late|[Mm]id-)\s)May\b|(?<=\b[Mm]id-)May\b",
            "month",
        ),
        (r"\b(?:[Ll]ast|[Tt]his|[Nn]ext)\s+year\b(?!['’])", "year"),
        (r"\b(?:the\s+)?(?:1[5-9]|20)\d0s\b", "decade"),
        (
            r"\b(?:[Ii]n|by|of|to|[Ss]ince|[Uu]ntil|[Aa]fter|from|and|between|circa|early|late|mid)[\s-]"
            r"(?P<core>(?:1[5-9]\d\d|20\d\d)\b)(?![,.]\d)",
            "year",
        ),
    )
)
_SEASONS = {"spring": 2, "summer": 5, "autumn": 8, "fall": 8, "winter": -1}
_SEASON_DAYS = 150
_AHEAD = re.compile(r"\b(?:will|next|due|to be|shall|plans?|starting|coming|from)\b", re.IGNORECASE)
_THROUGH = re.compile(r"\s*(?:-|–|\b(?:to|and|until)\b)\s*")
_WHOLE_DAY = re.compile(
    r"(?<![\w/–.-])(?:"
    r"(?:1[5-9]|20)\d\d(?P<mark>[-/.])\d\d?(?P=mark)\d\d?(?:T[\d:]{4,8})?"
    r"|\d{1,2}(?P<sign>[-/.])\d{1,2}(?P=sign)(?:1[5-9]|20)\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?:1[5-9]|20)\d\d"
    rf"|{_MONTH}\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:1[5-9]|20)\d\d"
    r")(?![\w/–-]|\.\d)",
    re.IGNORECASE,
)
_FIRST_DAY = date(1500, 1, 1)
_UNKNOWN_YEAR = date(2000, 7, 1)
_ASKED_DATE = re.compile(
    rf"\b(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},? \d{{4}}"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}})\b",
    re.IGNORECASE,
)
_ASKED_MONTH = re.compile(rf"\b({_MONTH}),? (\d{{4}})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """The characters ``start:end`` of a text and the days, ``first`` to ``last``, that they can mean.

    ``yearless``: neither the text nor its document's date tells the year; the days are those of 2000.
    """

    start: int
    end: int
    first: date
    last: date
    yearless: bool = False


def may_be_published(day: str, known: str) -> bool:
    """Whether a document that was known on a day may have been published on another, both ISO dates.

    Not later: one day of grace, for it is tomorrow already elsewhere. Not before 1500, the first year that
    ``parse_date`` reads: templates that know no date say "0001-01-01". Where it is not known when it was known,
    any later day will do.

    >>> may_be_published("2025-06-02", "2025-06-01"), may_be_published("2099-01-01", "2025-06-01")
    (True, False)
    """
    try:
        last = date.fromisoformat(known[:10]) + timedelta(days=1) if known else date.max
        return _FIRST_DAY <= date.fromisoformat(day) <= last
    except ValueError:
        return False


def parse_date(text: str) -> str | None:
    """The ISO 8601 date that ``text`` as a whole states, or ``None``.

    A numeric date whose day and month could be swapped states none: 03/04/2025 is two dates.

    >>> parse_date("June 02, 2025"), parse_date("2025-05-20"), parse_date("03/04/2025")
    ('2025-06-02', '2025-05-20', None)
    """
    if not _SHAPE.match(text) or not _YEAR.search(text) or _RANGE.search(text) or _ambiguous(text):
        return None
    if not _WORDS.issuperset(re.findall(r"[^\W\d_]+", text.lower())):  # dateparser would pass over other words
        return None
    return _plain_day(text) or _stated_day(text)


def _plain_day(text: str) -> str | None:
    """The day that one of the usual spellings states: what dateparser would find, a hundred times faster."""
    found = next((match for pattern in _PLAIN if (match := pattern.fullmatch(text.strip()))), None)
    if found is None:
        return None
    named = found.groupdict()
    month = int(named["number"]) if "number" in named else _MONTHS[named["month"][:3].lower()]
    try:
        return date(int(named["year"]), month, int(named["day"])).isoformat()
    except ValueError:
        return None


@lru_cache(maxsize=4_096)
def _stated_day(text: str) -> str | None:
    moment = dateparser.parse(text, languages=["en"], settings=_SETTINGS)
    return moment.date().isoformat() if moment else None


def _ambiguous(text: str) -> bool:
    numeric = _NUMERIC.match(text)
    if not numeric:
        return False
    first, second = int(numeric.group(1)), int(numeric.group(2))
    return first != second and first <= 12 and second <= 12


def whole_days(text: str) -> list[tuple[Span, str]]:
    """The days that ``text`` states with their year, in order, each with its ISO 8601 date.

    >>> [day for _, day in whole_days("Held on the 3rd of May 2021, minuted 5/13/2021; next in May 2022")]
    ['2021-05-03', '2021-05-13']
    """
    found = ((match, parse_date(match.group())) for match in _WHOLE_DAY.finditer(text))
    return [(Span(start=match.start(), end=match.end()), day) for match, day in found if day]


def find_dates(text: str, published: date | None) -> list[Dated]:
    """The days, weeks, months, years and decades that ``text`` states, in order; none overlaps another.

    Args:
        published: The day of writing, to which "last Tuesday" and "in May" relate. Without it, only what
            needs no such day is found.

    >>> [str(one.first) for one in find_dates("It fell on Saturday.", date(2024, 7, 8))]
    ['2024-07-06']
    """
    found: list[Dated] = []
    for pattern, grain in _SPOTTED:
        for match in pattern.finditer(text):
            start, end = match.span("core" if "core" in pattern.groupindex else 0)
            if all(end <= one.start or one.end <= start for one in found):
                days = _days_of(text[start:end], grain, published, bool(_AHEAD.search(text, 0, start)))
                if days is not None:
                    yearless = published is None and not _YEAR.search(text, start, end)
                    found.append(Dated(start=start, end=end, first=days[0], last=days[1], yearless=yearless))
    return _joined(sorted(found, key=lambda one: one.start), text)


def _joined(found: list[Dated], text: str) -> list[Dated]:
    """``found`` with ranges as one, and without what only places the date before it ("19 November last year")."""
    joined: list[Dated] = []
    for one in found:
        before = joined[-1] if joined else None
        between = text[before.end : one.start] if before else ""
        if before and _THROUGH.fullmatch(between) and before.last < one.first:
            joined[-1] = replace(before, end=one.end, last=one.last)
        elif before is None or between.strip(", ") or one.last - one.first <= before.last - before.first:
            joined.append(one)
    return joined


@lru_cache(maxsize=4_096)
def _days_of(words: str, grain: str, published: date | None, ahead: bool) -> tuple[date, date] | None:
    """The first and the last day that ``words`` mean; ``None`` where that needs the day of writing or is no date."""
    stated = _YEAR.search(words)
    if stated and grain in ("year", "decade"):
        first = int(stated.group())
        return date(first, 1, 1), date(first + (9 if grain == "decade" else 0), 12, 31)
    if published is None and not stated and (grain == "season" or not re.search(_MONTH, words)):
        return None
    base = published or _UNKNOWN_YEAR
    if grain == "season":
        return _season(words.lower(), base, int(stated.group()) if stated else None, ahead)
    if grain == "weekend":
        saturday = _nearest_day("Saturday", base, ahead or words.lower().startswith("next"))
        return (saturday, saturday + timedelta(days=1)) if saturday else None
    # without any year there is no nearest day: 31 December was read as that of 1999
    day = _nearest_day(words, base, ahead) if published or stated else _parsed(words, base, "current_period")
    return _widened(day, grain) if day else None


def _season(words: str, base: date, stated: int | None, ahead: bool) -> tuple[date, date]:
    """Wide bounds, in the north: of the year that is stated, else the last, the next or the nearest one."""
    first = next(month for name, month in _SEASONS.items() if name in words)
    years = [stated] if stated else [base.year - 1, base.year, base.year + 1]
    starts = [date(year if first > 0 else year - 1, first % 12 or 12, 1) for year in years]
    middle = base - timedelta(days=_SEASON_DAYS // 2)
    if not stated and "last" in words:
        starts = [max(start for start in starts if start < base)]
    elif not stated and (ahead or "next" in words):
        starts = [min(start for start in starts if start > middle)]
    start = min(starts, key=lambda day: abs(day - middle))
    return start, start + timedelta(days=_SEASON_DAYS)


def _nearest_day(words: str, base: date, ahead: bool) -> date | None:
    """The day that ``words`` name; of those before and after ``base``, the nearer one.

    A weekday alone is behind, or today's, unless it is ``ahead``.
    """
    if re.fullmatch(_WEEKDAY, words):
        if words == calendar.day_name[base.weekday()]:
            return base
        return _parsed(words, base, "future" if ahead else "past")
    known = [day for prefer in ("past", "future", "current_period") if (day := _parsed(words, base, prefer))]
    return min(known, key=lambda day: abs(day - base), default=None)


def _parsed(words: str, base: date, prefer: str) -> date | None:
    settings = {"RELATIVE_BASE": datetime(base.year, base.month, base.day), "PREFER_DATES_FROM": prefer}
    moment = dateparser.parse(words, languages=["en"], settings=settings)
    return moment.date() if moment else None


def _widened(day: date, grain: str) -> tuple[date, date]:
    match grain:
        case "week":
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case "month":
            return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
        case "years":
            return date(day.year - 1, 1, 1), date(day.year + 1, 12, 31)
        case "year":
            return date(day.year, 1, 1), date(day.year, 12, 31)
        case _:
            return day, day


def asked_date(question: str) -> str | None:
    """The date or month that a question names, as an ISO date or its first seven characters.

    >>> asked_date("What did the article of June 2nd, 2025 say?"), asked_date("Reports of May 2025?")
    ('2025-06-02', '2025-05')
    """
    day = _ASKED_DATE.search(question)
    if day:
        return parse_date(day.group())
    month = _ASKED_MONTH.search(question)
    first = parse_date(f"{month.group(1)} 1, {month.group(2)}") if month else None
    return first[:7] if first else None
