"""The title of a document: the heading or the line that names it."""

import re
from collections.abc import Sequence

from rag.blocks import Form
from rag.ingest.describe.days import is_salutation
from rag.ingest.describe.labels import readings
from rag.ingest.describe.names import beside_day, named
from rag.ingest.describe.page import Line, Page
from rag.language.english.values.dates import parse_date
from rag.types import Description, Kind

_MOST_WORDS = 30
_MOST_CHARACTERS = 300
_PAGE_WIDTH = 72
_LEAST_INDENT = 6
_OFF_CENTRE = 8
_LABEL = re.compile(r"(?:subject|title|re|regarding)\s*:\s++(?P<title>\S.*)", re.IGNORECASE)
_OTHER_LABEL = re.compile(
    r"(?:from|to|cc|bcc|sent|attn|attention|tel|phone|fax|e-?mail|web|page)\b\.?\s*:?\s", re.IGNORECASE
)
_ADDRESS = re.compile(r"\S@\S|https?://|\bwww\.")
_UNFINISHED = re.compile(
    r"(?:[-,:&–—]|\b(?:a|an|the|of|on|in|for|to|and|or|with|from|by|at|as|its|their|between|under|into|against|without))$",
    re.IGNORECASE,
)
_DAY_FIRST_LINE = 1


def without_label(line: str) -> str:
    """The title that a line states: "Subject: Leak in the cellar"."""
    labelled = _LABEL.fullmatch(line)
    return labelled["title"] if labelled else line


def stated_title(page: Page, stated: Description | None) -> int | None:
    """Where the head shows the title that the format's fields state."""
    if Kind.TITLE in page.kinds:
        return page.kinds.index(Kind.TITLE)
    if stated is None or stated.title is None:
        return None
    wanted = stated.title.casefold()
    return next((place for place in range(page.head) if page.lines[place].text.casefold() == wanted), None)


def find_title(page: Page) -> int | None:
    """The line that names a document.

    A line that says so; the first heading of the highest level in the head; the only heading of level 1; the first
    centred line below a letterhead; the first line of two words or more, where prose or a table, list or record
    comes next; the first line. A letter has none but what it says it is about.
    """
    possible = [place for place in range(page.head) if _possible(page, place)]
    labelled = [place for place in range(page.head) if _labelled(page.lines[place])]
    marked = _highest(page, [place for place in possible if page.lines[place].heading])
    if labelled and not marked:
        return labelled[0]
    chosen = marked or _only_first(page) or _dated_heading(page)
    if chosen:
        return chosen[0]
    greeting = next((place for place in range(page.head) if is_salutation(page.lines[place].text)), None)
    if greeting is not None:
        possible = [place for place in possible if place == greeting + 1]
    if not page.has_prose:
        possible = [place for place in possible if _over_structure(page, place)]
    worded = [place for place in possible if len(page.lines[place].text.split()) > 1]
    return next(iter(_centred(page, possible) or worded or possible), None)


def second_line(page: Page, title: int) -> int | None:
    """The place of the second line of a title that is broken in two."""
    place = title + 1
    if place >= len(page.lines) or page.kinds[title] is Kind.TITLE or not _possible(page, place):
        return None
    first, second = page.lines[title], page.lines[place]
    if first.heading != second.heading or first.level != second.level or second.text == first.text:
        return None
    alone = place + 1 >= len(page.lines) or not page.lines[place + 1].touches
    continues = _UNFINISHED.search(first.text) or second.text[:1].islower()
    if first.heading:
        return place if continues else None
    return place if second.touches and alone and (continues or (_is_centred(first) and _is_centred(second))) else None


def _possible(page: Page, place: int) -> bool:
    """Whether a line can be a title: it stands by itself, is short, and says nothing else."""
    line = page.lines[place]
    if page.kinds[place] is not Kind.BODY or not line.free or line.columns:
        return False
    short = len(line.text.split()) <= _MOST_WORDS and len(line.text) <= _MOST_CHARACTERS
    leads = line.text.endswith(":") and not line.heading and not _goes_on(page, place)
    return short and not leads and not _says_other(line)


def _says_other(line: Line) -> bool:
    """Whether a line is one of a letterhead or a byline, or only leads to what follows."""
    rest, day = beside_day(line.text)
    if parse_date(line.text) or named(rest, heading=line.heading, below_title=day is not None):
        return True
    if line.heading:
        return False
    labelled = any(readings(line.text)) or _OTHER_LABEL.match(line.text) or _ADDRESS.search(line.text)
    return bool(labelled) or is_salutation(line.text) or line.text.endswith((",", ";"))


def _goes_on(page: Page, place: int) -> bool:
    """Whether a short line by itself comes right below a line."""
    below = page.lines[place + 1 : place + 2]
    return any(line.touches and line.free and not line.prose for line in below)


def _labelled(line: Line) -> bool:
    return (line.free or line.form is Form.FIELD) and _LABEL.fullmatch(line.text) is not None


def _highest(page: Page, marked: Sequence[int]) -> list[int]:
    """The headings of level 1 among ``marked``, else all of them."""
    return [place for place in marked if page.lines[place].level == 1] or list(marked)


def _only_first(page: Page) -> list[int]:
    """The heading of level 1 that comes after the first prose, where there is no other."""
    found = [place for place, line in enumerate(page.lines) if line.heading and line.level == 1]
    return found if len(found) == 1 and found[0] in page.top() and _possible(page, found[0]) else []


def _dated_heading(page: Page) -> list[int]:
    """The first line, where it is a heading and a date: the title of a daily note."""
    first = page.lines[:_DAY_FIRST_LINE]
    return [place for place, line in enumerate(first) if line.heading and parse_date(line.text)]


def _over_structure(page: Page, place: int) -> bool:
    """Whether the line is over a table, a list, a record or code, in a document that has no prose."""
    after = page.lines[place + 1 :]
    return bool(after) and all(line.form not in (Form.PARAGRAPH, Form.HEADING) or not line.free for line in after)


def _centred(page: Page, possible: Sequence[int]) -> list[int]:
    """The centred ones of ``possible`` that come below a letterhead of two columns."""
    letterhead = next((place for place in range(page.head) if page.lines[place].columns), None)
    if letterhead is None:
        return []
    return [place for place in possible if place > letterhead and _is_centred(page.lines[place])]


def _is_centred(line: Line) -> bool:
    right = _PAGE_WIDTH - line.indent - line.width
    return line.indent >= _LEAST_INDENT and abs(line.indent - right) <= _OFF_CENTRE
