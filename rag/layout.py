"""The blocks of a text: paragraphs, headings and list items, with their spans.

Plain text and Markdown share one notion of a block. Markdown is read by markdown-it-py, the one
module that talks to it; in plain text a line is a block, unless the text is wrapped at a column.
What this does not do: decide what a plain line means; ``describe`` and ``split`` do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import quantiles

from markdown_it import MarkdownIt

from rag.sentences import stripped
from rag.types import Span

_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_ATX_HEADING = re.compile(r"^#{1,6} +\S", re.MULTILINE)
_HEADING_MARKS = re.compile(
    r"#{1,6}[ \t]+(?P<words>\S.*?)(?:[ \t]+#+)?|(?P<under>\S.*?)\s*[\r\n]+[ \t]*(?:=+|-+)", re.DOTALL
)
_LIST_ITEM = re.compile(r"\s*(?:[-*+•‣◦]|\d{1,3}[.)]|\(?[a-z]\))\s+\S")
_RULED = re.compile(r"\s*(?:[-=_*~#]\s*){3,}$")
_PARAGRAPH_GAP = re.compile(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)")
_WIDEST_WRAP = 120
_NARROWEST_WRAP = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, heading or list item. ``heading`` is true where markup says so."""

    span: Span
    heading: bool = False


def blocks(text: str, *, markdown: bool = False) -> list[Block]:
    """The blocks of ``text`` in order, without surrounding white space.

    Args:
        markdown: Read as Markdown. A plain text with ``# headings`` is read so too.
    """
    if markdown or _ATX_HEADING.search(text):
        return list(_markdown_blocks(text))
    return list(_plain_blocks(text))


def _markdown_blocks(text: str) -> Iterator[Block]:
    """Blocks from the token map, which counts lines as split at \\n, \\r\\n and \\r."""
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text)), len(text)]
    parser = MarkdownIt("commonmark").enable("table")
    heading = False
    for token in parser.parse(text.replace("\x00", " ")):
        heading = token.type == "heading_open" or (heading and token.type == "inline")
        if token.type in ("inline", "fence", "code_block", "html_block") and token.map:
            span = stripped(text, starts[token.map[0]], starts[min(token.map[1], len(starts) - 1)])
            if span and heading:
                yield Block(span=_without_marks(text, span), heading=True)
            elif span:
                yield Block(span=span)


def _without_marks(text: str, heading: Span) -> Span:
    marked = _HEADING_MARKS.fullmatch(heading.of(text))
    name = marked.lastgroup if marked else None
    if not marked or not name:
        return heading
    return Span(start=heading.start + marked.start(name), end=heading.start + marked.end(name))


def _plain_blocks(text: str) -> Iterator[Block]:
    lines = [span for match in _LINE.finditer(text) if (span := stripped(text, match.start(), match.end()))]
    width = _wrap_width(lines)
    start: Span | None = None
    for position, line in enumerate(lines):
        start = start or line
        following = lines[position + 1] if position + 1 < len(lines) else None
        if following is None or not _continues(text, line, following, width):
            yield Block(span=Span(start=start.start, end=line.end))
            start = None


def _wrap_width(lines: list[Span]) -> int | None:
    """The column at which the text is wrapped, ``None`` where it is not.

    One outlier, a long address say, does not make a text unwrapped: the 95th percentile decides.
    """
    lengths = [line.end - line.start for line in lines]
    if len(lengths) < 2:
        return None
    width = round(quantiles(lengths, n=20, method="inclusive")[-1])
    return width if _NARROWEST_WRAP <= width <= _WIDEST_WRAP else None


def _continues(text: str, line: Span, following: Span, width: int | None) -> bool:
    """True where the break after ``line`` is only a wrap: the next word would not have fitted."""
    if width is None or _PARAGRAPH_GAP.search(text, line.end, following.start):
        return False
    if _LIST_ITEM.match(following.of(text)) or _RULED.match(line.of(text)) or _RULED.match(following.of(text)):
        return False
    first_word = following.of(text).split(maxsplit=1)[0]
    return line.end - line.start + 1 + len(first_word) > width
