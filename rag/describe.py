"""What a document says about itself: title, author, publisher, date, and what is only boilerplate.

Only the head of a document (before its first paragraph of prose) and its foot are looked at, and
only lines of their own. What this does not do: guess; a value that no line states is ``None``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.clean import display
from rag.dates import parse_date
from rag.layout import Block
from rag.types import Description, Kind

_FOOT_BLOCKS = 6
_PROSE_WORDS = 16
_TITLE_WORDS = 30

_LABEL = re.compile(
    r"(?:first )?(?:published|posted|released|issued|updated|last updated|date|publication date)"
    r"(?: on| at)?\s*[:–-]?\s+(?P<date>.+)",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:(?:written |posted )?by|authors?)\b\s*:?\s+(?P<rest>\S.*)", re.IGNORECASE)
_PARTICLES = frozenset(
    ["de", "da", "di", "del", "della", "van", "von", "der", "den", "la", "le", "al", "bin", "ibn", "and", "&", "y", "e"]
)
_PUBLISHER = re.compile(r"(?:source|publisher|published by|publication)\s*:\s+(?P<name>\S.{1,79})", re.IGNORECASE)
_AGENCY_DATELINE = re.compile(r"[A-Z][\w .,'’-]{1,60}\((?P<name>[A-Z][\w .&-]{1,40})\)\s*[—–-]")
_PRESS = re.compile(
    r"\b(?:Press|News|Newswire|Times|Post|Journal|Agency|Agence|Reuters|Tribune|Herald|Guardian|Gazette|Telegraph"
    r"|Chronicle|Observer|Broadcasting|Magazine|Independent|Economist|Bulletin|Monitor|Wire|Media|Today|Standard"
    r"|BBC|CNN|NBC|ABC|CBS|NPR|AP|AFP|DPA|TASS|Bloomberg|Interfax|Xinhua|Politico|Axios)\b"
)
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
    | [A-Z]+(?:_[A-Z]+)+\s*:.*                    # a field of a template: META_DESCRIPTION: ...
    | [\W_]+                                      # rules and ornaments
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_TEMPLATE_FIELD = re.compile(r"[A-Z]+(?:_[A-Z]+)+\s*:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A document's description and, one for each block, the kind of its text."""

    description: Description
    kinds: tuple[Kind, ...]


def describe(text: str, blocks: Sequence[Block]) -> Described:
    """Find what the blocks of a document say about it.

    Each value is the first that a line states, the head before the foot; ``published`` prefers a
    line that says published to one that says updated.
    """
    lines = [display(block.span.of(text)) for block in blocks]
    kinds = [_first_kind(line) for line in lines]
    head = _head_length(blocks, lines, kinds)
    edges = [*range(head), *range(max(head, len(lines) - _FOOT_BLOCKS), len(lines))]
    title = _find_title(blocks, lines, kinds, head)
    values: dict[Kind, str] = {Kind.TITLE: lines[title]} if title is not None else {}
    for position in edges:
        if kinds[position] is Kind.BODY and position != title and not is_prose(lines[position]):
            kind, value = _line_fact(lines[position], in_head=position < head, after_title=title is not None)
            kinds[position] = kind
            values.setdefault(kind, value)
    if title is not None:
        kinds[title] = Kind.TITLE
        _mark_repeats(lines, kinds, title, head)
    if Kind.PUBLISHER not in values and head < len(lines):
        agency = _AGENCY_DATELINE.match(lines[head])
        values |= {Kind.PUBLISHER: agency.group("name").strip()} if agency else {}
    return Described(description=_description(values), kinds=tuple(kinds))


def is_prose(line: str) -> bool:
    """True for running text: many words, or a few that end as a sentence does.

    >>> is_prose("Looking Ahead"), is_prose("He left at once."), is_prose("What's Next for the Peace Talks?")
    (False, True, False)
    """
    count = len(line.split())
    return count >= _PROSE_WORDS or (count >= 3 and line.rstrip("\"'”’)»]").endswith((".", "!", "…", "。", "؟", "।")))


def _first_kind(line: str) -> Kind:
    if not line or _TEMPLATE_FIELD.match(line):
        return Kind.BOILERPLATE
    return Kind.BOILERPLATE if len(line) <= 160 and _BOILERPLATE.fullmatch(line) else Kind.BODY


def _head_length(blocks: Sequence[Block], lines: Sequence[str], kinds: Sequence[Kind]) -> int:
    """How many blocks come before the first prose; all of them where there is none."""
    for position, line in enumerate(lines):
        if kinds[position] is Kind.BODY and not blocks[position].heading and is_prose(line):
            return position
    return len(lines)


def _find_title(blocks: Sequence[Block], lines: Sequence[str], kinds: Sequence[Kind], head: int) -> int | None:
    """The first marked heading of the head, else its first line of three words or more, else its first."""
    if head == len(lines):
        return None
    possible = [
        position
        for position in range(head)
        if kinds[position] is Kind.BODY
        and len(lines[position].split()) <= _TITLE_WORDS
        and _line_fact(lines[position], in_head=True, after_title=False)[0] is Kind.BODY
    ]
    marked = [position for position in possible if blocks[position].heading]
    worded = [position for position in possible if len(lines[position].split()) >= 3]
    return next(iter(marked or worded or possible), None)


def _line_fact(line: str, *, in_head: bool, after_title: bool) -> tuple[Kind, str]:
    label = _LABEL.fullmatch(line)
    date = parse_date(label.group("date") if label else line)
    if date:
        return Kind.PUBLISHED, date
    if publisher := _PUBLISHER.fullmatch(line):
        return Kind.PUBLISHER, publisher.group("name").strip()
    byline = _BYLINE.fullmatch(line)
    author = _leading_name(byline.group("rest")) if byline else None
    if author:
        return Kind.AUTHOR, author
    if in_head and after_title and len(line.split()) <= 6 and _PRESS.search(line) and line[:1].isupper():
        return Kind.PUBLISHER, line
    return Kind.BODY, line


def _leading_name(text: str) -> str | None:
    """The name that ``text`` starts with: its first words, as long as they are capitalised or particles.

    >>> _leading_name("Jhon Lennon 50 views"), _leading_name("the end of May")
    ('Jhon Lennon', None)
    """
    name: list[str] = []
    for word in text.split():
        if not (word[0].isupper() or (name and word.lower() in _PARTICLES)):
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
        if position < title < head and kinds[position] is Kind.BODY and len(line.split()) <= 3:
            kinds[position] = Kind.BOILERPLATE


def _description(values: dict[Kind, str]) -> Description:
    return Description(
        title=values.get(Kind.TITLE),
        author=values.get(Kind.AUTHOR),
        publisher=values.get(Kind.PUBLISHER),
        published=values.get(Kind.PUBLISHED),
    )
