"""Dates in documents, read by dateparser, the one module that talks to it."""

import re

import dateparser

_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_NUMERIC = re.compile(r"^\D{0,12}(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}(?!\d)")
_RANGE = re.compile(r"(?<![\d-])\d{1,2}\s*[-–]\s*\d{1,2}(?![\d-])")
_WORDS = frozenset(
    """
    january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri
    sat sun st nd rd th of the at on am pm a m p t z gmt utc est edt cst cdt mst mdt pst pdt et ct mt pt bst cet cest
    """.split()
)
_SHAPE = re.compile(r"^[\w\s,./:+()|-]{6,60}$")
_SETTINGS = {"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True, "RETURN_AS_TIMEZONE_AWARE": False}


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
    moment = dateparser.parse(text, languages=["en"], settings=_SETTINGS)
    return moment.date().isoformat() if moment else None


def _ambiguous(text: str) -> bool:
    numeric = _NUMERIC.match(text)
    if not numeric:
        return False
    first, second = int(numeric.group(1)), int(numeric.group(2))
    return first != second and first <= 12 and second <= 12
