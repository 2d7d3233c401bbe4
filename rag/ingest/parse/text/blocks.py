"""The blocks of a text: paragraphs, headings and list items, with their spans.

This reads plain text and Markdown; the other formats bring their own blocks. Both share one notion
of a block. Markdown is read by markdown-it-py, the one module that talks to it; in plain text a line
is a block, unless the text is wrapped at a column.
What this does not do: decide what a plain line means; ``describe`` and ``split`` do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import quantiles
from typing import NamedTuple

from markdown_it import MarkdownIt

from rag.language.sentences import stripped
from rag.types import Kind, Span

_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_ATX_HEADING = re.compile(r"^\ufeff?#{1,6} +\S", re.MULTILINE)
_HEADING_MARK = re.compile(r"#{1,6}[ \t]+(?=\S)")
_LINK_DEFINITION = re.compile(r"(?:>\s*)*\[[^\]]+\]:")
_LIST_ITEM = re.compile(r"\s*(?:[-*+•‣◦]|\d{1,3}[.)]|\(?[a-z]\))\s+\S")
_RULED = re.compile(r"\s*(?:[-=_*~#]\s*){3,}$")
_PARAGRAPH_GAP = re.compile(r"(?>\r\n|\n|\r)[ \t]*(?>\r\n|\n|\r)")
_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?![ \t]*\r?\n)(?P<fields>(?:(?!---)[^\r\n]*\r?\n)*?)---[ \t]*(?:\r?\n|$)"
)
LONGEST_HEADING = 300
"""Characters; every sentence below a heading is stored and encoded with it."""
_OPENING = 1_000
_NESTING = 100
_LEAVES = ("inline", "fence", "code_block", "html_block", "tr_open")
_WIDEST_WRAP = 120
_NARROWEST_WRAP = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, heading or list item. ``heading`` and ``kind`` hold what markup says, where it says."""

    span: Span
    heading: bool = False
    kind: Kind | None = None

    def opening(self, text: str) -> str:
        """As much of a block of ``text`` as tells what it is: all of a line, the start of a long paragraph."""
        return text[self.span.start : min(self.span.end, self.span.start + _OPENING)]


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
    return [*_plain_blocks(text, start, body), *_markdown_blocks(text, body)]


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


def _markdown_blocks(text: str, start: int) -> Iterator[Block]:
    """Blocks from the token map, which counts lines as split at \\n, \\r\\n and \\r; a row of a table is a block."""
    body = text[start:]
    starts = [start, *(start + match.end() for match in re.finditer(r"\r\n|\n|\r", body)), len(text)]
    parser = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable("table").disable("inline")
    heading = row = False
    reached = start
    for token in parser.parse(body.replace("\x00", " ")):
        heading = token.type == "heading_open" or (heading and token.type == "inline")
        row = token.type == "tr_open" or (row and token.type != "tr_close")
        if not token.map or token.type not in _LEAVES or (row and token.type == "inline"):
            continue
        first, end = starts[token.map[0]], starts[min(token.map[1], len(starts) - 1)]
        yield from _left_out(text, reached, first)
        reached = max(reached, end)
        span = stripped(text, first, end)
        if span and heading:
            span = _without_marks(text, span)
        if span:
            yield Block(span=span, heading=heading and span.end - span.start <= LONGEST_HEADING)
    yield from _left_out(text, reached, len(text))


def _left_out(text: str, start: int, end: int) -> Iterator[Block]:
    """What no token covers: lines nested too deep for the parser; definitions of links are not text."""
    for block in _plain_blocks(text, start, end) if start < end else ():
        words = block.span.of(text)
        if not _LINK_DEFINITION.match(words) and any(character.isalnum() for character in words):
            yield block


def _without_marks(text: str, heading: Span) -> Span:
    """A heading without the marks before and after its words, or the line under them.

    By hand: a regular expression looks at a long run of spaces once for each of them.
    """
    words = heading.of(text)
    mark = _HEADING_MARK.match(words)
    if mark is None:
        return Span(start=heading.start, end=heading.start + _end_above_line(words))
    bare = words.rstrip("#")
    end = len(bare.rstrip(" \t"))
    closed = mark.end() < end < len(bare) < len(words)
    return Span(start=heading.start + mark.end(), end=heading.start + end if closed else heading.end)


def _end_above_line(words: str) -> int:
    """Where the words of a heading end that is underlined with ``===`` or ``---``; its own end where it is not."""
    above = words.rstrip(words[-1]).rstrip(" \t") if words[-1] in "=-" else ""
    return len(above.rstrip()) if above.endswith(("\r", "\n")) and above.strip() else len(words)


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
