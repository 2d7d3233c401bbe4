"""A document's text in paragraphs and headings, to be read: no character is left out, and none is added."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.types import Kind, Sentence, Span

_LINE_END = re.compile(r"\r\n|\n|\r")
_HEADINGS = frozenset((Kind.HEADING, Kind.TITLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph or heading with what parts it from the next; its text is ``before + quote + after``.

    ``quote`` is what of it was asked to be marked.
    """

    heading: bool
    before: str
    quote: str
    after: str


def paragraphs(text: str, sentences: Sequence[Sentence], marked: Span | None = None) -> list[Paragraph]:
    """The paragraphs of a document, in order; joined they are its whole text.

    Args:
        sentences: All of the document, in order.
        marked: Characters to mark, wherever they lie; ``None`` for none.

    >>> body = Sentence(span=Span(start=3, end=5), text="B.", kind=Kind.BODY, block=1)
    >>> [one.before for one in paragraphs("A\\n\\nB.", [body])]
    ['A\\n\\nB.']
    """
    firsts = [one for before, one in pairwise([None, *sentences]) if one and (not before or before.block != one.block)]
    starts = list(_starts(text, sentences, firsts))
    ends = [*starts[1:], len(text)]
    headings = [one.kind in _HEADINGS for one in firsts] or [False]
    quote = marked or Span(start=len(text), end=len(text) + 1)
    return [
        _paragraph(text[start:end], heading, quote.start - start, quote.end - start)
        for start, end, heading in zip(starts, ends, headings, strict=True)
    ]


def _starts(text: str, sentences: Sequence[Sentence], firsts: Sequence[Sentence]) -> Iterator[int]:
    """Where each paragraph's line starts: with the marks before a heading, after the underline of the one before."""
    yield 0
    ends = {after.span.start: before.span.end for before, after in pairwise(sentences)}
    for first in firsts[1:]:
        begin = first.span.start
        between = list(_LINE_END.finditer(text, ends[begin], begin))
        yield between[-1].end() if between else begin


def _paragraph(text: str, heading: bool, start: int, end: int) -> Paragraph:
    start, end = max(start, 0), max(end, 0)
    return Paragraph(heading=heading, before=text[:start], quote=text[start:end], after=text[end:])
