"""Names in running text, told by their capitals, and places told by the preposition before them.

What this does not do: know names. A lone capitalised word at the start of a sentence may be any word.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rag.language.english.lexicon import MONTHS, MORE_COUNTRIES, TITLES, WEEKDAYS
from rag.language.english.words import content_words

_CAPITAL = r"[A-Z][\w'’.&-]*(?<![.'’-])(?:\.(?=\s+[A-Z]))?"
_CAPITALS = rf"{_CAPITAL}(?:\s+{_CAPITAL})*"
_NAME = re.compile(
    rf"\b{_CAPITAL}(?:\s+(?:(?:of|de|da|del|della|van|von|der|den|la|al|bin|du|and\s+the)\s+(?:the\s+)?)?[\"“'‘]?{_CAPITAL}[\"”'’]?)*"
)
_PLACE = re.compile(
    rf"\b(?:(?:[Ii]n|[Aa]t|[Nn]ear|[Oo]n|[Oo]ff|[Oo]utside|[Ii]nside|[Aa]long)\s+(?P<near>(?:[a-z][a-z'’-]*\s+){{0,6}}?)"
    rf"|(?:to|into|from)\s+(?:the\s+)?)(?P<name>{_CAPITALS}(?:\s+(?:[a-z]+\s+){{0,3}}of\s+{_CAPITALS})?(?:,\s+{_CAPITALS})*)"
)
_OPENING = re.compile(
    r"(?:(?:The|A|An|While|When|After|Before|But|And|Instead|Yesterday|Meanwhile|However|Then|As|If|In|On|At|Although|Though"
    r"|Since|With|For|By|Only|Even|Now|Later|Today|Also|Police)\b\s*)"
)
_ORIGIN = re.compile(
    r"(?:[A-Z]\w+(?:ian|ish|ese|ean|can|man)|French|Dutch|Greek|Swiss|Thai|Czech|Iraqi|Israeli)\s+(?=[a-z])"
)
_TIMES = frozenset([*MONTHS, *WEEKDAYS, "christmas", "easter"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The characters ``start:end`` that name something, and the parts that tell names apart, in lower case.

    ``sure`` is false for a lone word that may be capitalised only because it starts the text.
    """

    start: int
    end: int
    parts: frozenset[str]
    sure: bool = True


def find_names(text: str) -> list[Named]:
    """The names of ``text``, in order.

    >>> [sorted(one.parts) for one in find_names("Instead Dr Ana Ruiz met the NRSB on Monday.")]
    [['ana', 'ruiz'], ['nrsb']]
    """
    found = []
    for match in _NAME.finditer(text):
        parts = name_parts(match.group())
        if not parts or parts <= _TIMES:
            continue
        opening = None if match.start() else _OPENING.match(match.group())
        start = opening.end() if opening else match.start()
        name = text[start : match.end()]
        lone = start == 0 and " " not in name
        if content_words(name) and not _ORIGIN.match(text, start):
            found.append(Named(start=start, end=match.end(), parts=name_parts(name), sure=not lone))
    return found


def find_places(text: str) -> list[Named]:
    """The names after a preposition of place, with what stands between: "a garden in Feldkirch"."""
    found: list[Named] = []
    for match in _PLACE.finditer(text):
        parts = name_parts(" ".join(re.findall(_CAPITAL, match["name"])))
        if parts and not parts <= _TIMES:
            start = match.start("near") if match["near"] is not None else match.start("name")
            found.append(Named(start=start, end=match.end("name"), parts=parts))
    return found


def name_parts(name: str) -> frozenset[str]:
    """The words of a name without titles and initials.

    >>> sorted(name_parts("Professor K. Lindqvist"))
    ['lindqvist']
    """
    words = (re.sub(r"['’]s$|[^\w&-]", "", word).lower() for word in name.split())
    return frozenset(word for word in words if len(word) > 1 and word not in TITLES)


def may_hold(one: frozenset[str], other: frozenset[str]) -> bool:
    """True where one place is a country and the other is not, so that it may lie in it.

    >>> may_hold(frozenset(["south", "korea"]), frozenset(["ulsan"]))
    True
    """
    return (one in _countries()) is not (other in _countries())


@cache
def _countries() -> frozenset[frozenset[str]]:
    """The parts of the names of countries (ISO 3166, as the time zone data name them) and of continents."""
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    names = [line.split("\t")[1] for line in table.splitlines() if not line.startswith("#")]
    return frozenset(name_parts(name.replace("(", "").replace(")", "")) for name in (*names, *MORE_COUNTRIES))


def same_name(one: Iterable[str], other: Iterable[str]) -> bool:
    """True where two names share a part, or one is the initials of the other's words.

    >>> same_name(["ana", "ruiz"], ["ruiz"]), same_name(["national", "rail", "board"], ["nrb"])
    (True, True)
    """
    first, second = set(one), set(other)
    return bool(first & second) or _abbreviates(first, second) or _abbreviates(second, first)


def _abbreviates(short: set[str], long: set[str]) -> bool:
    initials = sorted(word[0] for word in long)
    return len(long) > 1 and any(sorted(word.replace(".", "")) == initials for word in short)
