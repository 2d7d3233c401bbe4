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


_NAMES = tuple(name.capitalize() for name in MONTHS)[:12]
