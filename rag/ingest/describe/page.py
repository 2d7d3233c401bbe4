"""A document as describing sees it: its lines, which of them stand alone, its head and its foot."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.blocks import Block, Form, holders
from rag.language.text import display
from rag.types import Kind

_HEAD_LINES = 50
_FOOT_LINES = 6
_TEMPLATE_LINES = 6
_PROSE_WORDS = 16

_SUFFIX = re.compile(r"\b(?:Jr|Sr|Dr|Ph\.?D|M\.?D|Esq|Inc|Ltd|Co)\.$")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")  # scripts without spaces: about two characters a word
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
_COLUMNS = re.compile(r"(?<=\S)(?:\t| {3})[ \t]*")
_BULLET = re.compile(r"[-*+•‣◦]\s")
_PAIR = 2
_WIDEST = 200
_LONGEST_CELL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A leaf of a document as a line.

    Args:
        text: Its words as they are shown.
        parts: What of it can be read by itself: the columns of a line that has some; a field as ``key: value``.
        form: What it is.
        level: Of a heading, from 1.
        free: It stands by itself, as a paragraph or a heading does: no item, no row, no quotation.
        indent: Columns before it; ``width`` is that of its first line.
        touches: No blank line is between it and the line before.
    """

    text: str
    parts: tuple[str, ...]
    form: Form
    level: int = 0
    free: bool = True
    indent: int = 0
    width: int = 0
    touches: bool = False

    @property
    def heading(self) -> bool:
        """Whether it is a marked heading."""
        return self.form is Form.HEADING

    @property
    def prose(self) -> bool:
        """Whether it is running text, or a listing: what comes after the lines that describe."""
        told = self.form in (Form.PARAGRAPH, Form.CAPTION) and is_prose(self.text)
        return told or self.form is Form.CODE

    @property
    def columns(self) -> bool:
        """Whether it is more than one thing side by side, as in a letterhead."""
        return self.form is Form.ROW or (self.free and len(self.parts) > 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The lines of a document; ``kinds`` has the kind of each as far as it is known.

    ``first_prose`` is the place of the first prose, the number of lines where there is none.
    """

    lines: tuple[Line, ...]
    kinds: list[Kind]
    first_prose: int

    @property
    def head(self) -> int:
        """How many lines come before the text."""
        return min(self.first_prose, _HEAD_LINES)

    @property
    def has_prose(self) -> bool:
        """Whether any line is running text."""
        return self.first_prose < len(self.lines)

    def top(self) -> range:
        """The places among which a title may stand, wherever prose begins."""
        return range(min(len(self.lines), _HEAD_LINES))

    def edges(self) -> Iterator[int]:
        """The places of the head, then those of the foot."""
        yield from range(self.head)
        yield from range(max(self.head, len(self.lines) - _FOOT_LINES), len(self.lines))


def read_page(text: str, blocks: Sequence[Block]) -> Page:
    """The page that a tree of blocks is."""
    leaves = [place for place, block in enumerate(blocks) if block.leaf]
    shown = [display(blocks[place].opening(text)) for place in leaves]
    kinds = [blocks[place].kind or _first_kind(number, shown) for number, place in enumerate(leaves)]
    ends = [0, *(blocks[place].span.end for place in leaves)]
    lines = tuple(
        _line(text, blocks, place, shown=words, after=end)
        for place, words, end in zip(leaves, shown, ends, strict=False)
    )
    prose = (place for place, line in enumerate(lines) if kinds[place] is Kind.BODY and line.prose)
    return Page(lines=lines, kinds=kinds, first_prose=next(prose, len(lines)))


def _line(text: str, blocks: Sequence[Block], place: int, *, shown: str, after: int) -> Line:
    block = blocks[place]
    start = block.span.start
    held = any(blocks[holder].form is not Form.RECORD for holder in holders(blocks, place))
    return Line(
        text=shown,
        parts=_parts(text, block, shown),
        form=block.form,
        level=block.level,
        free=not held and block.form in (Form.PARAGRAPH, Form.HEADING) and not _BULLET.match(text, start),
        indent=_indent(text, start),
        width=len(block.opening(text).split("\n", 1)[0]),
        touches=text.count("\n", after, start) < _PAIR,
    )


def _indent(text: str, start: int) -> int:
    """The columns before a block, 0 where something else stands before it."""
    first = max(start - _WIDEST, 0)
    margin = text.rfind("\n", first, start) + 1
    blank = text[margin or first : start]
    return len(blank) if (margin or not first) and not blank.strip() else 0


def _parts(text: str, block: Block, shown: str) -> tuple[str, ...]:
    """A field, or a row of a name and a value, is one part; the columns of a line are several."""
    cells = [display(text[cell.start : min(cell.end, cell.start + _LONGEST_CELL)]) for cell in block.cells[: _PAIR + 1]]
    if block.form is Form.FIELD and len(cells) == _PAIR:
        return (": ".join(cell.rstrip(" :") for cell in cells),)
    if block.form is Form.ROW:
        if len(cells) != _PAIR:
            return ()
        return tuple(cells) if ": " in cells[0] else (f"{cells[0].rstrip(' :')}: {cells[1]}",)
    source = block.opening(text)
    if block.form is not Form.PARAGRAPH:
        return (shown,)
    lines = [_COLUMNS.split(line.strip()) for line in source.splitlines()]
    gaps = sum(len(parts) > 1 for parts in lines)
    set_apart = gaps == 1 if len(lines) == 1 else gaps > 1
    return tuple(display(part) for parts in lines for part in parts) if set_apart else (shown,)


def _first_kind(place: int, lines: Sequence[str]) -> Kind:
    """Boilerplate or not; "META_DESCRIPTION: ..." is a template's among the first and last lines, elsewhere text."""
    line = lines[place]
    edge = min(place, len(lines) - 1 - place) < _TEMPLATE_LINES
    if not line or (edge and _TEMPLATE_FIELD.match(line)):
        return Kind.BOILERPLATE
    return Kind.BOILERPLATE if len(line) <= 160 and _BOILERPLATE.fullmatch(line) else Kind.BODY


def is_prose(line: str) -> bool:
    """True for running text: many words, or a few that end as a sentence does.

    >>> is_prose("Looking Ahead"), is_prose("He left at once."), is_prose("What's Next for the Peace Talks?")
    (False, True, False)
    """
    count = len(line.split()) + len(_UNSPACED.findall(line)) // 2
    ended = line.rstrip("\"'”’)»]").endswith((".", "!", "…", "。", "؟", "।")) and not _SUFFIX.search(line)
    return count >= _PROSE_WORDS or (count >= 3 and ended)
