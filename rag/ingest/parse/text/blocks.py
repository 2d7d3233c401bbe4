"""The blocks of a text: paragraphs, headings and list items, with their spans.

This reads plain text and Markdown; the other formats bring their own blocks. Both share one notion
of a block. Markdown is read by markdown-it-py, the one module that talks to it; in plain text a line
is a block, unless the text is wrapped at a column.
What this does not do: decide what a plain line means; ``describe`` and ``split`` do.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from statistics import quantiles
from typing import NamedTuple

from rag.blocks import Block
from rag.ingest.parse.text.tree import markdown_tree
from rag.language.sentences import stripped
from rag.types import Span

_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_ATX_HEADING = re.compile(r"^\ufeff?#{1,6} +\S", re.MULTILINE)
_LIST_ITEM = re.compile(r"\s*(?:[-*+•‣◦]|\d{1,3}[.)]|\(?[a-z]\))\s+\S")
_RULED = re.compile(r"\s*(?:[-=_*~#]\s*){3,}$")
_PARAGRAPH_GAP = re.compile(r"(?>\r\n|\n|\r)[ \t]*(?>\r\n|\n|\r)")
_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?![ \t]*\r?\n)(?P<fields>(?:(?!---)[^\r\n]*\r?\n)*?)---[ \t]*(?:\r?\n|$)"
)
_WIDEST_WRAP = 120
_NARROWEST_WRAP = 50


class _Line(NamedTuple):
    """A line of plain text: where it starts, indent included, and its characters without white space around."""

    start: int
    span: Span

    @property
    def width(self) -> int:
        return self.span.end - self.start


def blocks(text: str, *, markdown: bool = False) -> list[Block]:
    """The blocks of ``text`` in order, without surrounding white space.

    Args:
        markdown: Read as Markdown. A plain text with ``# headings`` is read so too.
    """
    start = 1 if text.startswith("\ufeff") else 0
    if not markdown and not reads_as_markdown(text):
        return list(_plain_blocks(text, start, len(text)))
    front = _FRONT_MATTER.match(text)
    body = front.end() if front else start
    head = list(_plain_blocks(text, start, body))
    return [
        *head,
        *(
            moved(one, 0, None if one.parent is None else one.parent + len(head))
            for one in markdown_tree(text, body, _plain_blocks)
        ),
    ]


def moved(block: Block, by: int, parent: int | None) -> Block:
    """A block in a longer text.

    Args:
        by: Characters that come before the text that it was read from.
        parent: Its parent's position there.
    """
    cells = tuple(replace(cell, start=cell.start + by, end=cell.end + by) for cell in block.cells)
    span = Span(start=block.span.start + by, end=block.span.end + by)
    return replace(block, span=span, parent=parent, cells=cells)


def reads_as_markdown(text: str) -> bool:
    """Whether a plain text has a ``# heading`` and is laid out as Markdown."""
    return _ATX_HEADING.search(text) is not None


def front_matter(text: str) -> tuple[Span, int] | None:
    """Where the fields of a front matter are, and where the text after it starts; ``None`` without one.

    >>> front_matter("---\\ntitle: A\\n---\\nText")
    (Span(start=4, end=13), 17)
    """
    front = _FRONT_MATTER.match(text)
    if front is None or not front["fields"]:
        return None
    return Span(start=front.start("fields"), end=front.end("fields")), front.end()


def _plain_blocks(text: str, start: int, end: int) -> Iterator[Block]:
    lines = [_Line(match.start(), span) for match in _LINE.finditer(text, start, end) if (span := _shown(text, match))]
    width = _wrap_width(lines)
    first: _Line | None = None
    for position, line in enumerate(lines):
        first = first or line
        following = lines[position + 1] if position + 1 < len(lines) else None
        if following is None or not _continues(text, line, following, width):
            yield Block(span=Span(start=first.span.start, end=line.span.end))
            first = None


def _shown(text: str, line: re.Match[str]) -> Span | None:
    return stripped(text, line.start(), line.end())


def _wrap_width(lines: list[_Line]) -> int | None:
    """The column at which the text is wrapped, ``None`` where it is not.

    One outlier, a long address say, does not make a text unwrapped: the 95th percentile decides.
    """
    if len(lines) < 2:
        return None
    width = round(quantiles([line.width for line in lines], n=20, method="inclusive")[-1])
    return width if _NARROWEST_WRAP <= width <= _WIDEST_WRAP else None


def _continues(text: str, line: _Line, following: _Line, width: int | None) -> bool:
    """True where the break after ``line`` is only a wrap: the next word would not have fitted."""
    if width is None or _PARAGRAPH_GAP.search(text, line.span.end, following.span.start):
        return False
    this, after = line.span.of(text), following.span.of(text)
    if _LIST_ITEM.match(after) or _RULED.match(this) or _RULED.match(after):
        return False
    return line.width + 1 + len(after.split(maxsplit=1)[0]) > width
