"""What a document says about itself: title, author, publisher, date, and what is only boilerplate.

Only the head of a document (before its first paragraph of prose, 50 blocks at most) and its foot are
looked at, and only lines of their own. What this does not do: guess; a value that no line states is ``None``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.blocks import Block
from rag.language.english.lexicon import MONTHS, NOT_IN_BYLINES, WEEKDAYS
from rag.language.english.values.dates import may_be_published, parse_date
from rag.language.text import display
from rag.types import Description, Kind

_HEAD_BLOCKS = 50
_FOOT_BLOCKS = 6
_TEMPLATE_BLOCKS = 6
_PROSE_WORDS = 16
_TITLE_WORDS = 30
_TITLE_CHARACTERS = 300

_LABEL = re.compile(
    r"(?P<label>(?:first )?(?:published|posted|released|issued|updated|last updated|date|publication date))"
    r"(?: on| at)?\s*[:–-]?\s+(?P<date>.+)",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:(?:written |posted )?by|authors?)\b(?:\s*+:)?\s++(?P<rest>\S.*)", re.IGNORECASE)
_PARTICLES = frozenset(
    ["de", "da", "di", "del", "della", "van", "von", "der", "den", "la", "le", "al", "bin", "ibn", "and", "&", "y", "e"]
)
_NOT_IN_NAMES = frozenset([*MONTHS, *WEEKDAYS, *NOT_IN_BYLINES])
_SUFFIX = re.compile(r"\b(?:Jr|Sr|Dr|Ph\.?D|M\.?D|Esq|Inc|Ltd|Co)\.$")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")  # scripts without spaces: about two characters a word
_PUBLISHER = re.compile(r"(?:source|publisher|published by|publication)\s*:\s+(?P<name>\S.{1,79})", re.IGNORECASE)
_AGENCY_DATELINE = re.compile(r"[A-Z][\w .,'’-]{1,60}\((?P<name>[A-Z][\w .&-]{1,40})\)\s*[—–-]")
_PRESS = re.compile(
    r"\b(?:Press|News|Newswire|Times|Journal|Agency|Agence|Reuters|Tribune|Herald|Guardian|Gazette|Telegraph|Chronicle"
    r"|Courier|Dispatch|Newsletter|Blog|Examiner|Sentinel|Argus|Observer|Broadcasting|Magazine|Independent|Economist"
    r"|BBC|CNN|NBC|ABC|CBS|NPR|AP|AFP|DPA|TASS|Bloomberg|Interfax|Xinhua|Politico|Axios)\b"
)
_EVERYDAY_PRESS = re.compile(r"\b(?:Post|Daily|Weekly|Bulletin|Monitor|Wire|Media|Today|Standard)\b")
_BOILERPLATE = re.compile(
    r"""
      (?:recommendations?|recommended(?:\ for\ you)?|related(?:\ (?:articles?|stories|posts|content|news|topics))?
        |read\ (?:more|next|also)|see\ also|more\ (?:news|stories|from\ .{1,40})|most\ (?:read|popular)|trending
        |advertisements?|sponsored(?:\ content)?|share(?:\ this(?:\ (?:article|story|post))?)?|comments?|tags?
        |subscribe(?:\ now)?|sign\ (?:in|up)|log\ in|menu|search|skip\ to\ (?:main\ )?content|loading(?:\.{3}|…)?
        |back\ to\ top|print|email|newsletter|follow\ us(?:\ on\ .{1,30})?|table\ of\ contents|contents
        |previous|next|home)\W*
    | (?:©|\(c\)|copyright\b).{0,160} | .{0,60}\ball\ rights\ reserved\b.{0,60}
    | (?:tags?|filed\ under|categor(?:y|ies)|photo|image|credit|photo\ credit)\s*:.{0,160}
    | [\d.,]+\s*[km]?\s*(?:views?|comments?|shares?|likes?|reads?)\W*
    | \d+\s*min(?:ute)?s?\s+read\W*
    | [\W_]+                                      # rules and ornaments
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_TEMPLATE_FIELD = re.compile(r"(?:(?:META|SEO|OG)_[A-Z_]+|TITLE_TAG)\s*:")
_CUT = re.compile(r"(?:,|(?<!\s))\s++[|·•—–-]\s++|,\s++")
_DATED_WORDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A document's description and, one for each leaf, the kind of its text."""

    description: Description
    kinds: tuple[Kind, ...]


class _Fact(NamedTuple):
    """What one line says; ``updated`` marks a date of a change."""

    kind: Kind
    value: str
    updated: bool = False


_Facts = tuple[_Fact, ...]


def describe(
    text: str, blocks: Sequence[Block], *, stated: Description | None = None, created: str | None = None, now: str = ""
) -> Described:
    """Find what the blocks of a document say about it.

    What the format's own fields state comes first. Each other value is the first that a line states,
    the head before the foot; ``published`` prefers a line that says published to one that says updated.

    Args:
        blocks: Its tree; only leaves are looked at.
        stated: From the format's fields.
        created: ISO date of the file's making; stands in for ``published`` where nothing else does.
        now: ISO date of today: no later one is believed, but tomorrow's; without it any is.
    """
    blocks = [block for block in blocks if block.leaf]
    lines = [display(block.opening(text)) for block in blocks]
    kinds = [block.kind or _first_kind(place, lines) for place, block in enumerate(blocks)]
    prose = _first_prose(blocks, lines, kinds)
    head = min(prose, _HEAD_BLOCKS)
    edges = [*range(head), *range(max(head, len(lines) - _FOOT_BLOCKS), len(lines))]
    title = _stated_title(stated, lines, kinds, head)
    if title is None and (prose < len(lines) or any(block.level == 1 for block in blocks[:head])):
        title = _find_title(blocks, lines, kinds, head)
    found = {position: _facts_at(position, blocks, lines, kinds, head, title) for position in edges}
    found = _without_doubtful(found, lines)
    if stated:
        found |= _stated_lines(stated, lines, range(head), title)
    values: dict[Kind, str] = {Kind.TITLE: lines[title]} if title is not None else {}
    for position, facts in _with_one_date(found, now).items():
        kinds[position] = facts[0].kind
        for fact in facts:
            values.setdefault(fact.kind, fact.value)
    if title is not None:
        kinds[title] = Kind.TITLE
        _mark_repeats(lines, kinds, title, head)
    if Kind.PUBLISHER not in values and prose < len(lines):
        agency = _AGENCY_DATELINE.match(lines[prose])
        values |= {Kind.PUBLISHER: agency.group("name").strip()} if agency else {}
    return Described(description=_description(values, stated or Description(), created), kinds=tuple(kinds))


def is_prose(line: str) -> bool:
    """True for running text: many words, or a few that end as a sentence does.

    >>> is_prose("Looking Ahead"), is_prose("He left at once."), is_prose("What's Next for the Peace Talks?")
    (False, True, False)
    """
    count = len(line.split()) + len(_UNSPACED.findall(line)) // 2
    ended = line.rstrip("\"'”’)»]").endswith((".", "!", "…", "。", "؟", "।")) and not _SUFFIX.search(line)
    return count >= _PROSE_WORDS or (count >= 3 and ended)


def _first_kind(place: int, lines: Sequence[str]) -> Kind:
    """Boilerplate or not; "META_DESCRIPTION: ..." is a template's among the first and last lines, elsewhere text."""
    line = lines[place]
    edge = min(place, len(lines) - 1 - place) < _TEMPLATE_BLOCKS
    if not line or (edge and _TEMPLATE_FIELD.match(line)):
        return Kind.BOILERPLATE
    return Kind.BOILERPLATE if len(line) <= 160 and _BOILERPLATE.fullmatch(line) else Kind.BODY


def _first_prose(blocks: Sequence[Block], lines: Sequence[str], kinds: Sequence[Kind]) -> int:
    """How many blocks come before the first prose; all of them where there is none."""
    for position, line in enumerate(lines):
        if kinds[position] is Kind.BODY and not blocks[position].heading and is_prose(line):
            return position
    return len(lines)


def _stated_title(stated: Description | None, lines: Sequence[str], kinds: Sequence[Kind], head: int) -> int | None:
    """Where the head shows the title that the format's fields state."""
    if Kind.TITLE in kinds:
        return kinds.index(Kind.TITLE)
    if stated is None or stated.title is None:
        return None
    wanted = stated.title.casefold()
    return next((place for place in range(head) if lines[place].casefold() == wanted), None)


def _stated_lines(stated: Description, lines: Sequence[str], head: range, title: int | None) -> dict[int, _Facts]:
    """The lines of the head that are nothing but the author or publisher whom the format's fields state."""
    wanted = {stated.author: Kind.AUTHOR, stated.publisher: Kind.PUBLISHER}
    return {
        place: (_Fact(wanted[lines[place]], lines[place]),)
        for place in head
        if place != title and lines[place] in wanted
    }


def _find_title(blocks: Sequence[Block], lines: Sequence[str], kinds: Sequence[Kind], head: int) -> int | None:
    """The first marked heading of the head, else its first line of two words or more, else its first."""
    possible = [
        position
        for position in range(head)
        if kinds[position] is Kind.BODY
        and len(lines[position].split()) <= _TITLE_WORDS
        and len(lines[position]) <= _TITLE_CHARACTERS
        and not _line_facts(lines[position], heading=blocks[position].heading)
    ]
    marked = [position for position in possible if blocks[position].heading]
    worded = [position for position in possible if len(lines[position].split()) >= 2]
    return next(iter(marked or worded or possible), None)


def _facts_at(
    position: int, blocks: Sequence[Block], lines: Sequence[str], kinds: Sequence[Kind], head: int, title: int | None
) -> _Facts:
    """What the line at ``position`` says of its document, unless it is the title, prose or boilerplate."""
    if kinds[position] is not Kind.BODY or position == title or is_prose(lines[position]):
        return ()
    below_title = title is not None and position < head
    return _line_facts(lines[position], heading=blocks[position].heading, below_title=below_title)


def _line_facts(line: str, *, heading: bool, below_title: bool = False) -> _Facts:
    """What a line says; one that ends or begins with a date may name the author or publisher beside it."""
    label = _LABEL.fullmatch(line)
    date = parse_date(label.group("date") if label else line)
    if date:
        updated = label is not None and "update" in label.group("label").lower()
        return (_Fact(Kind.PUBLISHED, date, updated=updated),)
    rest, date = _dated(line)
    named = _named(rest, heading=heading, below_title=below_title or date is not None)
    if named is None:
        return ()
    return (_Fact(Kind.PUBLISHED, date), named) if date else (named,)


def _dated(line: str) -> tuple[str, str | None]:
    """A short line without the date that it ends or begins with, and that date; the whole line where it has none."""
    if len(line.split()) <= _DATED_WORDS:
        for cut in _CUT.finditer(line):
            before, after = line[: cut.start()], line[cut.end() :]
            if date := parse_date(after):
                return before, date
            if date := parse_date(before):
                return after, date
    return line, None


def _named(line: str, *, heading: bool, below_title: bool) -> _Fact | None:
    """The author or publisher whom a line names; a heading, "By Bus" or "Opening Times", must say what it names."""
    if publisher := _PUBLISHER.fullmatch(line):
        return _Fact(Kind.PUBLISHER, publisher.group("name").strip())
    if heading:
        return None
    if byline := _BYLINE.fullmatch(line):
        rest = byline.group("rest")
        if author := _leading_name(rest):
            return _Fact(Kind.AUTHOR, author)
        return _Fact(Kind.PUBLISHER, rest.removeprefix("the ")) if _names_press(rest) else None
    return _Fact(Kind.PUBLISHER, line) if below_title and line[:1].isupper() and _names_press(line) else None


def _names_press(line: str) -> bool:
    return len(line.split()) <= 6 and bool(_PRESS.search(line) or _EVERYDAY_PRESS.search(line))


def _without_doubtful(found: Mapping[int, _Facts], lines: Sequence[str]) -> dict[int, _Facts]:
    """``found`` without lines such as "Daily Routine": they name a publisher beside a line that describes, no other."""
    alone = {place for place, facts in found.items() if facts == (_Fact(Kind.PUBLISHER, lines[place]),)}
    doubtful = {place for place in alone if not _PRESS.search(lines[place])}
    sure = {place for place, facts in found.items() if facts} - doubtful
    return {place: facts for place, facts in found.items() if place not in doubtful or sure & {place - 1, place + 1}}


def _with_one_date(found: Mapping[int, _Facts], now: str) -> dict[int, _Facts]:
    """The facts of each line that has some; of several dates the first that says published, else the first."""
    stated = {place: fact for place, facts in found.items() for fact in facts if fact.kind is Kind.PUBLISHED}
    dates = {place: fact for place, fact in stated.items() if may_be_published(fact.value, now)}
    kept = min(dates, key=lambda place: dates[place].updated, default=None)
    left = {
        place: tuple(fact for fact in facts if fact.kind is not Kind.PUBLISHED or place == kept)
        for place, facts in found.items()
    }
    return {place: facts for place, facts in left.items() if facts}


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


def _mark_repeats(lines: Sequence[str], kinds: list[Kind], title: int, head: int) -> None:
    """A repeated headline, and a label above it, are boilerplate."""
    for position, line in enumerate(lines):
        if position != title and line.casefold() == lines[title].casefold():
            kinds[position] = Kind.BOILERPLATE
        if position < title < head and kinds[position] is Kind.BODY and len(line.split()) == 1:
            kinds[position] = Kind.BOILERPLATE


def _description(values: dict[Kind, str], stated: Description, created: str | None) -> Description:
    return Description(
        title=stated.title or values.get(Kind.TITLE),
        author=stated.author or values.get(Kind.AUTHOR),
        publisher=stated.publisher or values.get(Kind.PUBLISHER),
        published=stated.published or values.get(Kind.PUBLISHED) or created,
    )
