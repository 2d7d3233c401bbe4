"""From the lines of a PDF to its paragraphs, across lines, columns and pages.

A PDF has no paragraphs, only characters at places. Lines belong together where the break between them is only a wrap.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from rag.ingest.parse.pdf.columns import Item
from rag.ingest.parse.pdf.pieces import Piece
from rag.ingest.parse.pdf.rows import MARKED, Table
from rag.ingest.parse.pdf.words import HYPHEN

_WIDE_GAP = 1.3
_PITCHES = (0.5, 3.0)
_SAME_SIZE = 0.08
_LARGE = 1.15
_HEADING_WEIGHT = 120
_INDENT = 0.8
_LONG_SHARE = 0.6
_COLUMN = 40.0
_NO_TEXT = ((10.0, 400), 0)
_ENDED = re.compile(r"[.!?…:;。！？]['\"”’)\]]*$")
_NUMBERED = re.compile(r"(?:chapter|part|appendix)\b|\d+(?:\.\d+)*[.)]?\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What is usual in a document: height and weight of its font, and from one line to the next, in heights."""

    size: float
    weight: int
    pitch: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A line on its page (from 0), and how far right the lines around it reach."""

    line: Piece
    page: int
    edge: float


class Spread(NamedTuple):
    """A table: its parts, each with its page (from 0)."""

    parts: tuple[tuple[int, Table], ...]


Paragraph = list[Placed]
Part = Paragraph | Spread


def paragraphs(pages: Sequence[Sequence[Sequence[Item]]], style: Style) -> Iterator[Part]:
    """The paragraphs of a document, and its tables."""
    open_one: Paragraph = []
    for number, items in ((number, region) for number, regions in enumerate(pages) for region in regions):
        edges = _edges([item for item in items if isinstance(item, Piece)])
        for item in items:
            placed = None if isinstance(item, Table) else Placed(line=item, page=number, edge=next(edges))
            if open_one and (placed is None or not _continues(open_one, placed, style)):
                yield open_one
                open_one = []
            if placed:
                open_one.append(placed)
            elif isinstance(item, Table):
                yield Spread(((number, item),))
    if open_one:
        yield open_one


def _continues(paragraph: Sequence[Placed], placed: Placed, style: Style) -> bool:
    """True where the break before ``placed`` is only a wrap."""
    before, line = paragraph[-1].line, placed.line
    if before.text.endswith(HYPHEN):
        return True
    fall = before.bottom - line.bottom
    if placed.page == paragraph[-1].page and abs(fall) < 0.3 * before.size and line.left > before.left:
        return True  # the same line, with a gap in it
    if not _alike(before, line, style) or MARKED.match(line.text):
        return False
    if placed.page != paragraph[-1].page or fall <= 0:  # another page or column
        return not _ENDED.search(before.text) and (line.text[:1].islower() or _is_full(paragraph[-1], line.text))
    if fall > _WIDE_GAP * style.pitch * before.size:
        return False
    if is_large(before, style) and is_large(line, style):
        return _NUMBERED.match(line.text) is None
    if _starts_by_indent(paragraph, line):
        return line.text[:1].islower() and _is_full(paragraph[-1], line.text)
    return _is_full(paragraph[-1], line.text) or _goes_on(paragraph[-1], line)


def is_large(line: Piece, style: Style) -> bool:
    """Whether a line is set in larger letters than most."""
    return line.size >= _LARGE * style.size


def _alike(one: Piece, other: Piece, style: Style) -> bool:
    return abs(one.size - other.size) <= _SAME_SIZE * style.size and abs(one.weight - other.weight) < _HEADING_WEIGHT


def _is_full(placed: Placed, following: str) -> bool:
    """True where the next line's first word would not have fitted."""
    line = placed.line
    width = (line.right - line.left) / len(line.text)
    first = following.split(maxsplit=1)[0]
    return line.right + width * (1 + len(first)) > placed.edge - width


def _goes_on(placed: Placed, line: Piece) -> bool:
    """True for a line in lower case below a long one without an end: some lines end early where a word is long."""
    before = placed.line
    long = before.right - before.left > _LONG_SHARE * (placed.edge - before.left)
    below = abs(line.left - before.left) < _INDENT * before.size
    return long and below and line.text[:1].islower() and not _ENDED.search(before.text)


def _starts_by_indent(paragraph: Sequence[Placed], line: Piece) -> bool:
    """True for a line that stands further right than the one before, unless it hangs below a list mark."""
    before = paragraph[-1].line
    hangs = len(paragraph) == 1 and MARKED.match(before.text)
    return line.left > before.left + _INDENT * before.size and not hangs


def _edges(lines: Sequence[Piece]) -> Iterator[float]:
    """For each line how far right the lines of its column reach: those that start near its left end."""
    reach: dict[int, float] = {}
    for line in lines:
        column = round(line.left / _COLUMN)
        reach[column] = max(reach.get(column, line.right), line.right)
    near = {column: max(reach.get(column + step, reach[column]) for step in (-1, 0, 1)) for column in reach}
    return (near[round(line.left / _COLUMN)] for line in lines)


def usual_style(pages: Sequence[Sequence[Sequence[Item]]], pieces: Sequence[Sequence[Piece]]) -> Style:
    """The size and weight of most characters, and the usual distance of the lines set so.

    Args:
        pages: Their parts with their lines.
        pieces: Those of each page, which also has those of its tables.
    """
    regions = [[item for item in items if isinstance(item, Piece)] for regions in pages for items in regions]
    counted: Counter[tuple[float, int]] = Counter()
    for lines in regions if any(regions) else pieces:
        for line in lines:
            counted[round(line.size, 1), line.weight] += len(line.text)
    (size, weight), _ = max(counted.items(), key=lambda item: (item[1], item[0]), default=_NO_TEXT)
    usual = [[line for line in lines if abs(line.size - size) < 0.1] for lines in regions]
    falls = [(one.bottom - other.bottom) / one.size for lines in usual for one, other in pairwise(lines)]
    near = [fall for fall in falls if _PITCHES[0] < fall < _PITCHES[1]]
    return Style(size=size, weight=weight, pitch=median(near) if near else 1.2)
