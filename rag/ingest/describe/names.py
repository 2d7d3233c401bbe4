"""The author and the publisher whom a line names."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rag.ingest.describe.labels import says_another
from rag.language.english.lexicon import MONTHS, NOT_IN_BYLINES, WEEKDAYS
from rag.language.english.values.dates import parse_date
from rag.types import Kind

_BYLINE = re.compile(r"(?:(?:written |posted )?by|authors?)\b(?:\s*+:)?\s++(?P<rest>\S.*)", re.IGNORECASE)
_PARTICLES = frozenset(
    ["de", "da", "di", "del", "della", "van", "von", "der", "den", "la", "le", "al", "bin", "ibn", "and", "&", "y", "e"]
)
_NOT_IN_NAMES = frozenset([*MONTHS, *WEEKDAYS, *NOT_IN_BYLINES])
_PUBLISHER = re.compile(r"(?:source|publisher|published by|publication)\s*:\s+(?P<name>\S.{1,79})", re.IGNORECASE)
_AGENCY_DATELINE = re.compile(r"[A-Z][\w .,'’-]{1,60}\((?P<name>[A-Z][\w .&-]{1,40})\)\s*[—–-]")
_PRESS = re.compile(
    r"\b(?:Press|News|Newswire|Times|Journal|Agency|Agence|Reuters|Tribune|Herald|Guardian|Gazette|Telegraph|Chronicle"
    r"|Courier|Dispatch|Newsletter|Blog|Examiner|Sentinel|Argus|Observer|Broadcasting|Magazine|Independent|Economist"
    r"|BBC|CNN|NBC|ABC|CBS|NPR|AP|AFP|DPA|TASS|Bloomberg|Interfax|Xinhua|Politico|Axios)\b"
)
_EVERYDAY_PRESS = re.compile(r"\b(?:Post|Daily|Weekly|Bulletin|Monitor|Wire|Media|Today|Standard)\b")
_CUT = re.compile(r"(?:,|(?<!\s))\s++[|·•—–-]\s++|,\s++")
_DATED_WORDS = 12


class Fact(NamedTuple):
    """What a line says of its document: a kind and its value."""

    kind: Kind
    value: str


def named(line: str, *, heading: bool = False, below_title: bool = False) -> Fact | None:
    """The author or publisher whom a line names; a heading, "By Bus" or "Opening Times", must say what it names."""
    if publisher := _PUBLISHER.fullmatch(line):
        return Fact(Kind.PUBLISHER, publisher.group("name").strip())
    if heading:
        return None
    if byline := _BYLINE.fullmatch(line):
        rest = byline.group("rest")
        if author := _leading_name(rest):
            return Fact(Kind.AUTHOR, author)
        return Fact(Kind.PUBLISHER, rest.removeprefix("the ")) if _names_press(rest) else None
    return Fact(Kind.PUBLISHER, line) if below_title and line[:1].isupper() and _names_press(line) else None


def beside_day(line: str) -> tuple[str, str | None]:
    """A short line without the date that it ends or begins with, and that date; the whole line where it has none.

    >>> beside_day("By Jane Doe | 3 May 2024"), beside_day("Board, 3 May 2024 at 7 pm")
    (('By Jane Doe', '2024-05-03'), ('Board', '2024-05-03'))
    """
    if len(line.split()) <= _DATED_WORDS and not says_another(line):
        for cut in _CUT.finditer(line):
            before, after = line[: cut.start()], line[cut.end() :]
            if date := parse_date(after):
                return before, date
            if date := parse_date(before):
                return after, date
    return line, None


def agency_of(prose: str) -> str | None:
    """The agency in the dateline that a text begins with: "PARIS (AFP) — "."""
    agency = _AGENCY_DATELINE.match(prose)
    return agency.group("name").strip() if agency else None


def without_doubtful(found: Mapping[int, Fact], sure: set[int], lines: Sequence[str]) -> dict[int, Fact]:
    """``found`` without lines such as "Daily Routine": they name a publisher beside a line that describes, no other.

    Args:
        sure: The places of lines that say something else of their document.
    """
    doubtful = {
        place
        for place, fact in found.items()
        if fact == Fact(Kind.PUBLISHER, lines[place]) and not _PRESS.search(lines[place])
    }
    told = (sure | found.keys()) - doubtful
    return {place: fact for place, fact in found.items() if place not in doubtful or told & {place - 1, place + 1}}


def _names_press(line: str) -> bool:
    return len(line.split()) <= 6 and bool(_PRESS.search(line) or _EVERYDAY_PRESS.search(line))


def _leading_name(text: str) -> str | None:
    """The name that ``text`` starts with: its first words, as long as they are capitalised or particles.

    >>> _leading_name("Jhon Lennon 50 views"), _leading_name("the end of May")
    ('Jhon Lennon', None)
    """
    name: list[str] = []
    for word in text.split():
        known = word[0].isupper() and word.strip(",.:").lower() not in _NOT_IN_NAMES
        if not (known or (name and word.lower() in _PARTICLES)):
            break
        name.append(word)
        if word.endswith((";", "|")):
            break
    while name and name[-1].lower() in _PARTICLES:
        name.pop()
    return " ".join(name).strip(" ,;|") or None
