"""What a question compares by: the most or the least of something, or a bound that it must keep.

>>> read_extreme("Which country had the highest turnout in 2019?")
Extreme(highest=True, bound=None)
>>> read_extreme("In which years was revenue less than 600,000 thousand?")
Extreme(highest=False, bound=600000.0)
>>> read_extreme("Who signed the treaty?"), read_extreme("Who won the most games after 1990?")
(None, None)
"""

import re
from dataclasses import dataclass

_HIGHEST = "highest higher largest larger biggest bigger greatest greater most maximum longest longer tallest taller"
_LOWEST = "lowest lower smallest smaller least fewest fewer minimum shortest shorter cheapest cheaper"
_DIRECTIONS = {word: True for word in _HIGHEST.split()} | {word: False for word in _LOWEST.split()}
_WORD = re.compile(r"[^\W\d_]+")
_BOUND = re.compile(
    r"\b(?:(?P<over>(?:more|greater|higher|larger)\s+than|above|over|at\s+least|exceed(?:s|ed|ing)?)"
    r"|(?:less|fewer|lower|smaller)\s+than|below|under|at\s+most)\s+[$€£]?\s?(?P<number>\d[\d,]*(?:\.\d+)?)",
    re.IGNORECASE,
)
_AT = re.compile(r"\bat (?:the )?(?:most|least)\b")
_NARROWED = re.compile(  # to some of the rows: which, is not read
    r"\b(?:how many|how much|after|before|next|other than|besides|except|without|not|second|third"
    r"|fourth|consecutive\w*)\b",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b(?:which|what)\s+(?:\w+\s+)?(?:years?|quarters?|months?|periods?)\b|^when\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """``highest`` where the most is asked for, or what lies above ``bound``; else the least, or what lies below it."""

    highest: bool
    bound: float | None = None


def read_extreme(question: str) -> Extreme | None:
    """What a question compares by; ``None`` where it does not compare, or only among some that it describes."""
    if _NARROWED.search(question):
        return None
    if found := _BOUND.search(question):
        return Extreme(highest=bool(found["over"]), bound=float(found["number"].replace(",", "")))
    for word in _WORD.findall(_AT.sub(" ", question.lower())):
        if word in _DIRECTIONS:
            return Extreme(highest=_DIRECTIONS[word])
    return None


def asks_when(question: str) -> bool:
    """Whether a year or another time is asked for.

    >>> asks_when("In which year were sales higher?"), asks_when("Which team won most games in 2019?")
    (True, False)
    """
    return _TIME.search(question) is not None
