"""Dates as people write them."""

from datetime import date

from rag.language.english.lexicon import MONTHS


def written_date(iso: str) -> str:
    """An ISO date in words.

    >>> written_date("2024-04-07")
    '7 April 2024'
    """
    day = date.fromisoformat(iso)
    return f"{day.day} {_NAMES[day.month - 1]} {day.year}"


def date_spellings(day: date) -> list[str]:
    """A date in the ways in which a text may have it.

    >>> date_spellings(date(2024, 4, 7))
    ['2024-04-07', '7 April 2024', 'April 7, 2024']
    """
    month = _NAMES[day.month - 1]
    return [day.isoformat(), written_date(day.isoformat()), f"{month} {day.day}, {day.year}"]


_NAMES = tuple(name.capitalize() for name in MONTHS)[:12]
