"""From the lines of a PDF to its text: paragraphs across lines and pages, without running heads.

A PDF has no paragraphs, only characters at places. Lines belong together where the break between
them is only a wrap; a hyphen at a wrap goes. What this does not do: tables, or columns that the
file itself does not write one after the other.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.blocks import Block, Form
from rag.ingest.parse.parsed import check_length
from rag.types import Span

HYPHEN = "\ufffe"
"""Stands at the end of a line for the hyphen of a word that goes on."""

_EDGE_LINES = 2
_REPEATS = 3
_WIDE_GAP = 1.3
_PITCHES = (0.5, 3.0)
_SAME_SIZE = 0.08
_HEADING_SIZE = 1.15
_HEADING_WEIGHT = 120
_HEADING_CHARACTERS = 160
_RUNNING_TEXT = 60
_INDENT = 0.8
_LONG_SHARE = 0.6
_COLUMN = 40.0
_ENDED = re.compile(r"[.!?…:;。！？]['\"”’)\]]*$")
_LIST_MARK = re.compile(r"(?:[-*+•‣◦▪●–]|\d{1,3}[.)]|\(?[a-z]\))\s+\S")
_NUMBERING = re.compile(r"^(?:chapter\s+|appendix\s+)?[\dA-Z]{0,3}(?:\.\d+)*[.:)]?\s+", re.IGNORECASE)
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|página|pagina)?\W*(?P<number>\d{1,6})(?:\s*(?:of|/|von|de|di|sur)\s*\d{1,6})?\W*", re.IGNORECASE
)
_LAST_WORD = re.compile(r"(?<!\w)\w++$")
_FIRST_WORD = re.compile(r"\w+")
_WORD = re.compile(r"\w+(?:-\w+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line and where it stands, in points.

    ``size`` is its font's height, ``weight`` about 400 for regular letters and 700 for bold ones.
    """

    text: str
    left: float
    right: float
    bottom: float
    size: float
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """What is usual in a document: height and weight of its font, and from one line to the next, in heights."""

    size: float
    weight: int
    pitch: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A line on its page (from 0), and how far right the lines around it reach."""

    line: Line
    page: int
    edge: float


def bare_words(text: str) -> str:
    """A heading's words without its number, case and spacing, to compare by.

    >>> bare_words("2.3  Registering as a Member")
    'registering as a member'
    """
    return " ".join(_NUMBERING.sub("", text.strip()).casefold().split())


def write_pages(
    pages: Sequence[Sequence[Line]], headings: frozenset[str], limit: int
) -> tuple[str, list[Block], list[int]]:
    """The text of the pages' lines, its blocks, and where each page starts in it.

    Args:
        headings: ``bare_words`` of what the outline names.
        limit: Characters at most.

    Raises:
        DocumentRejected: For a text that is too long.
    """
    kept = _without_running_heads(pages)
    style = _style(kept)
    hyphenated = frozenset(
        word.casefold() for lines in kept for line in lines for word in _WORD.findall(line.text) if "-" in word
    )
    blocks: list[Block] = []
    out = _Text(limit)
    paragraphs = list(_paragraphs(kept, style))
    for paragraph, after in zip(paragraphs, [*paragraphs[1:], []], strict=True):
        start = out.begin()
        for placed, following in zip(paragraph, [*paragraph[1:], None], strict=True):
            out.reach(placed.page)
            out.append(_joined(placed.line.text, following.line.text, hyphenated) if following else placed.line.text)
        heading = _is_heading(paragraph, after, style, headings)
        form = Form.HEADING if heading else Form.PARAGRAPH
        blocks.append(Block(span=Span(start=start, end=out.length), form=form))
    out.reach(len(pages) - 1)
    return "".join(out.parts), blocks, out.starts


class _Text:
    """The text as it grows, and where each page starts in it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.parts: list[str] = []
        self.length = 0
        self.starts: list[int] = []

    def begin(self) -> int:
        """Start a paragraph; gives its offset."""
        if self.parts:
            self.append("\n\n")
        return self.length

    def reach(self, page: int) -> None:
        """What follows is on this page, counted from 0; pages without text start where the next one does."""
        self.starts += [self.length] * (page + 1 - len(self.starts))

    def append(self, part: str) -> None:
        """Add characters."""
        self.parts.append(part)
        self.length += len(part)
        check_length(self.length, self._limit)


def _joined(text: str, following: str, hyphenated: frozenset[str]) -> str:
    """A line of a paragraph with what leads over to the next one: a space, or nothing within a word."""
    if text.endswith(HYPHEN):
        bare = text.removesuffix(HYPHEN)
        head, tail = _LAST_WORD.search(bare), _FIRST_WORD.match(following)
        whole = f"{head[0]}-{tail[0]}".casefold() if head and tail else ""
        return f"{bare}-" if whole in hyphenated or not following[:1].islower() else bare
    if text.endswith("-") and _LAST_WORD.search(text[:-1]) and following[:1].isalnum():
        return text
    unspaced = _UNSPACED.match(text[-1]) and _UNSPACED.match(following[:1])
    return text if unspaced else f"{text} "


def _paragraphs(pages: Sequence[Sequence[Line]], style: _Style) -> Iterator[list[_Placed]]:
    open_one: list[_Placed] = []
    for number, lines in enumerate(pages):
        for line, edge in zip(lines, _edges(lines), strict=True):
            placed = _Placed(line=line, page=number, edge=edge)
            if open_one and not _continues(open_one, placed, style):
                yield open_one
                open_one = []
            open_one.append(placed)
    if open_one:
        yield open_one


def _continues(paragraph: Sequence[_Placed], placed: _Placed, style: _Style) -> bool:
    """True where the break before ``placed`` is only a wrap."""
    before, line = paragraph[-1].line, placed.line
    if before.text.endswith(HYPHEN):
        return True
    fall = before.bottom - line.bottom
    if placed.page == paragraph[-1].page and abs(fall) < 0.3 * before.size and line.left > before.left:
        return True  # the same line, with a gap in it
    if not _alike(before, line, style) or _LIST_MARK.match(line.text):
        return False
    if placed.page != paragraph[-1].page or fall <= 0:  # another page or column
        return not _ENDED.search(before.text) and (line.text[:1].islower() or _is_full(paragraph[-1], line.text))
    if fall > _WIDE_GAP * style.pitch * before.size:
        return False
    if _starts_by_indent(paragraph, line):
        return line.text[:1].islower() and _is_full(paragraph[-1], line.text)
    return _is_full(paragraph[-1], line.text) or _goes_on(paragraph[-1], line)


def _alike(one: Line, other: Line, style: _Style) -> bool:
    return abs(one.size - other.size) <= _SAME_SIZE * style.size and abs(one.weight - other.weight) < _HEADING_WEIGHT


def _is_full(placed: _Placed, following: str) -> bool:
    """True where the next line's first word would not have fitted."""
    line = placed.line
    width = (line.right - line.left) / len(line.text)
    first = following.split(maxsplit=1)[0]
    return line.right + width * (1 + len(first)) > placed.edge - width


def _goes_on(placed: _Placed, line: Line) -> bool:
    """True for a line in lower case below a long one without an end: some lines end early where a word is long."""
    before = placed.line
    long = before.right - before.left > _LONG_SHARE * (placed.edge - before.left)
    below = abs(line.left - before.left) < _INDENT * before.size
    return long and below and line.text[:1].islower() and not _ENDED.search(before.text)


def _starts_by_indent(paragraph: Sequence[_Placed], line: Line) -> bool:
    """True for a line that stands further right than the one before, unless it hangs below a list mark."""
    before = paragraph[-1].line
    hangs = len(paragraph) == 1 and _LIST_MARK.match(before.text)
    return line.left > before.left + _INDENT * before.size and not hangs


def _edges(lines: Sequence[Line]) -> list[float]:
    """For each line how far right the lines of its column reach: those that start near its left end."""
    reach: dict[int, float] = {}
    for line in lines:
        column = round(line.left / _COLUMN)
        reach[column] = max(reach.get(column, 0.0), line.right)
    near = {column: max(reach.get(column + step, 0.0) for step in (-1, 0, 1)) for column in reach}
    return [near[round(line.left / _COLUMN)] for line in lines]


def _is_heading(
    paragraph: Sequence[_Placed], after: Sequence[_Placed], style: _Style, headings: frozenset[str]
) -> bool:
    """A short paragraph that the outline names, in larger letters, or in heavier ones above running text."""
    lines = [placed.line for placed in paragraph]
    text = _words(paragraph)
    if len(text) > _HEADING_CHARACTERS or not any(character.isalpha() for character in text):
        return False
    if bare_words(text) in headings:
        return True
    larger = all(line.size >= _HEADING_SIZE * style.size for line in lines)
    heavier = all(line.weight >= style.weight + _HEADING_WEIGHT for line in lines)
    above_text = heavier and len(_words(after)) >= _RUNNING_TEXT
    return (larger or above_text) and not _ENDED.search(text.rstrip(":"))


def _words(paragraph: Sequence[_Placed]) -> str:
    return " ".join(placed.line.text for placed in paragraph)


def _style(pages: Sequence[Sequence[Line]]) -> _Style:
    """The size and weight of most characters, and the usual distance of the lines set so."""
    counted: Counter[tuple[float, int]] = Counter()
    for lines in pages:
        for line in lines:
            counted[round(line.size, 1), line.weight] += len(line.text)
    (size, weight), _ = max(counted.items(), key=lambda item: (item[1], item[0]))
    usual = [[line for line in lines if abs(line.size - size) < 0.1] for lines in pages]
    falls = [(one.bottom - other.bottom) / one.size for lines in usual for one, other in pairwise(lines)]
    near = [fall for fall in falls if _PITCHES[0] < fall < _PITCHES[1]]
    return _Style(size=size, weight=weight, pitch=median(near) if near else 1.2)


def _without_running_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Without page numbers, and the first and last lines that stand at one height of three pages or more.

    A page of few lines keeps them: they are what it says. So does a document of nothing else.
    """
    edges = [_edge_lines(lines) for lines in pages]
    counted = Counter(key for found in edges for key in {_running(line) for line in found})
    kept = []
    for page, (lines, found) in enumerate(zip(pages, edges, strict=True), start=1):
        repeated = _REPEATS if len(lines) > len(found) else len(pages) + 1
        running = [line for line in found if counted[_running(line)] >= repeated or _is_page_number(line.text, page)]
        kept.append([line for line in lines if line not in running])
    return kept if any(kept) else [list(lines) for lines in pages]


def _is_page_number(text: str, page: int) -> bool:
    """True for a line that only says on which page it is, counted from 1."""
    said = _PAGE_NUMBER.fullmatch(text)
    return said is not None and int(said["number"]) == page


def _edge_lines(lines: Sequence[Line]) -> list[Line]:
    ordered = sorted(lines, key=lambda line: line.bottom)
    return [*ordered[:_EDGE_LINES], *ordered[-_EDGE_LINES:]]


def _running(line: Line) -> tuple[str, int]:
    return _NUMBER.sub("#", line.text.casefold()), round(line.bottom / 4)
