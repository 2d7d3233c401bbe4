"""Describe a document: put together what its fields, its lines and its file's name say of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.blocks import Block, Form
from rag.ingest.describe.days import Dated, has_siblings, stated_days
from rag.ingest.describe.labels import Trust
from rag.ingest.describe.names import Fact, agency_of, beside_day, named, without_doubtful
from rag.ingest.describe.occasions import day_of_path, day_of_title
from rag.ingest.describe.page import Page, read_page
from rag.ingest.describe.titles import find_title, second_line, stated_title, without_label
from rag.language.english.values.dates import may_be_published, parse_date
from rag.types import Description, Kind

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NO_DAYS = frozenset(
    [
        *("2013-12-23", "2013-01-27"),  # of the templates that python-docx and python-pptx write into each file
        *("1601-01-01", "1899-12-30", "1900-01-01", "1904-01-01", "1970-01-01", "1980-01-01"),  # the zero of clocks
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A document's description and, one for each leaf, the kind of its text."""

    description: Description
    kinds: tuple[Kind, ...]


def describe(
    text: str,
    blocks: Sequence[Block],
    *,
    stated: Description | None = None,
    path: str = "",
    created: str | None = None,
    now: str = "",
) -> Described:
    """Find what a document says about itself.

    What the format's own fields state comes first. Each other value is the first that a line states, the head before
    the foot. ``published`` is what says so; else the day that the title is of; else the day on which it takes effect;
    else that of the file's name; else the day of an approval or of a change.

    Args:
        blocks: Its tree.
        stated: From the format's fields.
        path: Of its file.
        created: ISO date of the file's making; stands in for ``published`` where nothing else does.
        now: ISO date of today: no later one is believed, but tomorrow's; without it any is.
    """
    page, stated = read_page(text, blocks), stated or Description()
    title = stated_title(page, stated)
    title = find_title(page) if title is None else title
    second = second_line(page, title) if title is not None else None
    name = _title(page, title, second, stated)
    days = [one for one in _days(page, title, name, path) if may_be_published(one.day, now)]
    best = min(days, key=lambda one: one.trust, default=None)
    facts = _facts(page, title, {one.place for one in days}) | _stated_facts(page, title, stated)
    values: dict[Kind, str] = {}
    for fact in facts.values():
        values.setdefault(fact.kind, fact.value)
    description = Description(
        title=name,
        author=stated.author or values.get(Kind.AUTHOR),
        publisher=stated.publisher or values.get(Kind.PUBLISHER) or _agency(page),
        published=stated.published or (best.day if best else _made(created, f"{name} {path}")),
    )
    return Described(description=description, kinds=_kinds(page, title, second, facts, best))


def _title(page: Page, title: int | None, second: int | None, stated: Description) -> str | None:
    """The title that the fields state, unless that is the name of the site; else that of the lines."""
    named_site = stated.title == stated.publisher and title is not None and page.lines[title].heading
    if title is None or (stated.title and not named_site):
        return stated.title
    words = without_label(page.lines[title].text)
    return f"{words} {page.lines[second].text}" if second is not None else words


def _days(page: Page, title: int | None, name: str | None, path: str) -> Iterator[Dated]:
    """All days that may be that of publication; -1 is the place of those that no line states."""
    yield from stated_days(page, title)
    if name and (day := day_of_title(name)) and not (title is not None and has_siblings(page, title, day)):
        yield Dated(place=-1, trust=Trust.OCCASION, day=day)
    if day := day_of_path(path):
        yield Dated(place=-1, trust=Trust.NAMED, day=day)


def _facts(page: Page, title: int | None, dated: set[int]) -> dict[int, Fact]:
    """The author and the publisher that lines name, by their places."""
    lines = [line.text for line in page.lines]
    found: dict[int, Fact] = {}
    for place in page.edges():
        line = page.lines[place]
        if (
            place != title
            and page.kinds[place] is Kind.BODY
            and not line.prose
            and (line.free or line.form is Form.FIELD)
        ):
            rest, day = beside_day(line.text)
            below = line.free and ((title is not None and place < page.head) or day is not None)
            fact = None if parse_date(line.text) else named(rest, heading=line.heading, below_title=below)
            found |= {place: fact} if fact else {}
    return without_doubtful(found, dated, lines)


def _stated_facts(page: Page, title: int | None, stated: Description) -> dict[int, Fact]:
    """The lines of the head that are nothing but the author or publisher whom the format's fields state."""
    wanted = {stated.author: Kind.AUTHOR, stated.publisher: Kind.PUBLISHER}
    return {
        place: Fact(wanted[line.text], line.text)
        for place, line in enumerate(page.lines[: page.head])
        if place != title and line.text in wanted
    }


def _agency(page: Page) -> str | None:
    return agency_of(page.lines[page.first_prose].text) if page.has_prose else None


def _kinds(
    page: Page, title: int | None, second: int | None, facts: Mapping[int, Fact], best: Dated | None
) -> tuple[Kind, ...]:
    """The kind of each line; a repeated headline, and a label above it, are boilerplate, and fields stay text."""
    kinds = list(page.kinds)
    for place, fact in facts.items():
        kinds[place] = Kind.BODY if page.lines[place].form is Form.FIELD else fact.kind
    if best is not None and best.alone:
        kinds[best.place] = Kind.PUBLISHED
    for part in (title, second):
        if part is not None and page.lines[part].form is not Form.FIELD:
            kinds[part] = Kind.TITLE
    if title is not None:
        _mark_repeats(page, kinds, title)
    return tuple(kinds)


def _mark_repeats(page: Page, kinds: list[Kind], title: int) -> None:
    wanted = page.lines[title].text.casefold()
    for place, line in enumerate(page.lines):
        if place != title and line.free and line.text.casefold() == wanted:
            kinds[place] = Kind.BOILERPLATE
        if place < min(title, page.head) and line.free and kinds[place] is Kind.BODY and len(line.text.split()) == 1:
            kinds[place] = Kind.BOILERPLATE


def _made(created: str | None, named: str) -> str | None:
    """The day on which a file was made, unless no person chose it or a year in its name says another."""
    years = {int(year) for year in _YEAR.findall(named)}
    if created is None or created in _NO_DAYS:
        return None
    made = int(created[:4])
    return created if not years or years & {made, made - 1} else None
