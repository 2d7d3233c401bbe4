"""The day in a title or a file name: "Minutes of 3 May 2021", "2021-05-03-board.md".

What this does not do: take the day of an event for that of a document; "Battle of Waterloo, 18 June 1815" has none.
"""

import re
from functools import lru_cache
from pathlib import PurePosixPath

from rag.ingest.describe.labels import is_range, says_another
from rag.language.english.lexicon import WEEKDAYS
from rag.language.english.values.dates import parse_date, whole_days

_RECORDS = frozenset(
    """
    minutes agenda proceedings protocol transcript newsletter bulletin circular digest gazette diary journal log
    logbook edition issue memo memorandum
    """.split()
)
_SITTINGS = frozenset(
    """
    meeting meetings session sitting hearing call teleconference sync standup stand-up retrospective retro
    assembly agm egm check-in checkin huddle council committee board
    """.split()
)
_PAPERS = frozenset(
    """
    notes note report update notice review summary statement letter briefing resolution decision announcement release
    news record order
    """.split()
)
_ABOUT = frozenset("on into about regarding concerning against".split())
_LINKS = frozenset("of on from at in for dated held to the".split())
_PREPOSITIONS = _ABOUT | _LINKS | frozenset("by with over under between during".split())
_SEPARATOR = re.compile(r"\s[–—|·•-]\s|[,;:()|/]")
_INTRODUCES = re.compile(r"(?:^|\s[–—|·•-]|[,;:(|/\[])\s*$")
_MOST_WORDS = 40
_FIRST_YEAR = "1970"  # of files with dates in their names; older ones are of events: "1944-06-06-normandy.txt"
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_DATED_PATH = re.compile(r"(?<![^\W_])(?P<year>\d{4})(?P<mark>[-_./])(?P<month>\d\d)[-_./](?P<day>\d\d)(?![^\W_T])")
_COMPACT = re.compile(r"(?<![^\W_])[A-Za-z]{0,20}(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:T?\d{4,6}Z?)?(?![^\W_])")
_HEX = re.compile(r"[a-f]+")
_BETWEEN = re.compile(r"[_\s]+|(?<=[^\W\d_])-|-(?=[^\W\d_])")
_LONGEST_PATH = 400


@lru_cache(maxsize=4_096)
def day_of_title(title: str) -> str | None:
    """The day of a document with a title, where it is the day that the title is of.

    >>> day_of_title("Minutes of the allotment club, 10 January 2024"), day_of_title("Meeting 2016-04-17")
    ('2024-01-10', '2016-04-17')
    >>> day_of_title("Battle of Waterloo, 18 June 1815"), day_of_title("Statement on the attack of 3 May 2001")
    (None, None)
    """
    if len(title.split()) > _MOST_WORDS or says_another(title):
        return None
    days = whole_days(title)
    if len({day for _, day in days}) != 1:
        return None
    span, day = days[0]
    before, after = title[: span.start], title[span.end :]
    if is_range(before):
        return None
    filed = _ISO.match(title, span.start) and day >= _FIRST_YEAR and not (_words(before) and _words(after))
    return day if filed or parse_date(title) or _is_of(before, after) else None


def day_of_path(path: str) -> str | None:
    """The day in a file's name; that of folders alone is none.

    >>> day_of_path("board/2016-04-17.md"), day_of_path("minutes_20240417.txt"), day_of_path("2016/notes.md")
    ('2016-04-17', '2024-04-17', None)
    """
    pure = PurePosixPath(path.replace("\\", "/")[-_LONGEST_PATH:])
    folders, stem = "/".join(pure.parent.parts), pure.stem
    whole = f"{folders}/{stem}" if folders else stem
    if says_another(_BETWEEN.sub(" ", stem)):
        return None
    days = {
        day
        for pattern in (_DATED_PATH, _COMPACT)
        for match in pattern.finditer(whole)
        if match.end() > len(whole) - len(stem) and (day := _numbered(match))
    }
    if not days and (day := day_of_title(_BETWEEN.sub(" ", stem))):
        days = {day}
    return next(iter(days)) if len(days) == 1 and min(days) >= _FIRST_YEAR else None


def _numbered(match: re.Match[str]) -> str | None:
    """The day of a year, a month and a day in a name; letters before it must not be digits of a hexadecimal number."""
    letters = match.group()[: match.start("year") - match.start()]
    day = parse_date("-".join(match.group("year", "month", "day")))
    return day if day and not _HEX.fullmatch(letters) else None


def _is_of(before: str, after: str) -> bool:
    """Whether a title without its day names what has a day of its own: minutes, a meeting, a letter."""
    parts = [words for part in _SEPARATOR.split(f"{before} | {after}") if (words := _words(part))]
    heads = [_head(words) for words in parts]
    if any(head in _RECORDS for head in heads):
        return True
    if any(head in _PAPERS and _ABOUT.intersection(words) for head, words in zip(heads, parts, strict=True)):
        return False
    named = any(head in _SITTINGS or head in _PAPERS for head in heads)
    return named and (_INTRODUCES.search(before) is not None or _next_to(_words(before)))


def _next_to(before: list[str]) -> bool:
    """Whether the last noun before a day is what has it: "meeting of 3 May", "held on 3 May"."""
    left = [word for word in before if word not in WEEKDAYS]
    while left and left[-1] in _LINKS and left[-1] not in ("held", "dated"):
        left.pop()
    return not left or left[-1] in _SITTINGS | _PAPERS | _RECORDS | {"held", "dated"}


def _head(words: list[str]) -> str:
    """The noun that a phrase is about: the last before its first preposition."""
    cut = next((place for place, word in enumerate(words) if word in _PREPOSITIONS), len(words))
    return words[cut - 1] if cut else ""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text.lower())
