"""The place of a text that is nearest to a quote, and what differs there; texts are folded.

Worked example: "The harbour opened in 1974." against "Then the harbour opened in 1964." has one change, 7 for 6.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel, Levenshtein
from rapidfuzz.fuzz import partial_ratio_alignment

from rag.answer.verify.folded import Folded
from rag.types import QuoteChange, Span

_LEAST_RATIO = 75.0
_LEAST_COVERED = 0.5
_LEAST_WORDS = 4
_SLACK = 40
_TOKEN = re.compile(r"\w+|[^\w\s]")
_PIECE = re.compile(r"\w+|\s|[^\w\s]")
_ALIKE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """The characters ``span`` of a window's text, near to a quote or to a part of it."""

    window: int
    span: Span


def nearest(quote: str, windows: Sequence[str]) -> Near | None:
    """The place nearest to a quote, ``None`` where none has much of it."""
    best, ratio = None, 0.0
    for place, text in enumerate(windows):
        found = partial_ratio_alignment(quote, text, score_cutoff=ratio) if text else None
        if found is not None and found.score > ratio:
            best, ratio = Near(window=place, span=Span(start=found.dest_start, end=found.dest_end)), found.score
    parts = list(pieces(quote, windows))
    if best is not None and ratio >= _LEAST_RATIO:
        return Near(window=best.window, span=_snapped(quote, best.span, windows[best.window]))
    if sum(part.span.end - part.span.start for part in parts) < _LEAST_COVERED * len(quote):
        return None
    return max(parts, key=lambda part: part.span.end - part.span.start)


def pieces(quote: str, windows: Sequence[str]) -> Iterator[Near]:
    """The longest stretches of at least four words of a quote that stand in a window word for word, in order."""
    tokens = [match.span() for match in _TOKEN.finditer(quote)]
    first = 0
    while first <= len(tokens) - _LEAST_WORDS:
        found = _longest(quote, tokens, first, windows)
        if found is None:
            first += 1
            continue
        last, near = found
        yield near
        first = last


def _longest(
    quote: str, tokens: Sequence[tuple[int, int]], first: int, windows: Sequence[str]
) -> tuple[int, Near] | None:
    """The longest stretch from the token ``first`` on, and the token after it."""
    low, high = first + _LEAST_WORDS, len(tokens)
    best = None
    while low <= high:
        middle = (low + high) // 2
        near = _anywhere(quote[tokens[first][0] : tokens[middle - 1][1]], windows)
        if near is None:
            high = middle - 1
        else:
            best, low = (middle, near), middle + 1
    return best


def _anywhere(part: str, windows: Sequence[str]) -> Near | None:
    for window, text in enumerate(windows):
        place = text.find(part)
        if place >= 0:
            return Near(window=window, span=Span(start=place, end=place + len(part)))
    return None


def changes(quote: Folded, near: Near, text: str) -> Iterator[QuoteChange]:
    """What differs between a quote and the place nearest to it, by words, within a word that is like it by characters.

    Places are those of the quote as it was given.
    """
    there = near.span.of(text)
    said, stands = _pieces_of(quote.text), _pieces_of(there)
    for step in Levenshtein.opcodes([one.of(quote.text) for one in said], [one.of(there) for one in stands]):
        if step.tag == "equal":
            continue
        mine, other = _joined(said, step.src_start, step.src_end), _joined(stands, step.dest_start, step.dest_end)
        yield from _within(quote, mine, there, other)


def _pieces_of(text: str) -> list[Span]:
    return [Span(start=match.start(), end=match.end()) for match in _PIECE.finditer(text)]


def _joined(parts: Sequence[Span], first: int, last: int) -> tuple[int, int]:
    """The characters of some parts that follow one another; none before ``first`` where there are none."""
    if first < last:
        return parts[first].start, parts[last - 1].end
    place = parts[first].start if first < len(parts) else parts[-1].end if parts else 0
    return place, place


def _within(quote: Folded, mine: tuple[int, int], there: str, other: tuple[int, int]) -> Iterator[QuoteChange]:
    said, source = quote.text[slice(*mine)], there[slice(*other)]
    if not said or not source or Levenshtein.normalized_similarity(said, source) < _ALIKE:
        yield _change(quote, *mine, source)
        return
    for step in Levenshtein.opcodes(said, source):
        if step.tag != "equal":
            yield _change(
                quote, mine[0] + step.src_start, mine[0] + step.src_end, source[step.dest_start : step.dest_end]
            )


def _change(quote: Folded, start: int, end: int, source: str) -> QuoteChange:
    begin = quote.start(start) if start < len(quote.text) else quote.end(len(quote.text))
    return QuoteChange(
        start=begin, end=quote.end(end) if end > start else begin, said=quote.text[start:end], source=source
    )


def _snapped(quote: str, span: Span, text: str) -> Span:
    """The place from the first to the last word that it shares with a quote, whole words."""
    low, high = max(0, span.start - _SLACK), min(len(text), span.end + _SLACK)
    said = [match.group() for match in _TOKEN.finditer(quote)]
    there = list(_TOKEN.finditer(text, low, high))
    shared = [step for step in Indel.opcodes(said, [match.group() for match in there]) if step.tag == "equal"]
    if not shared:
        return span
    first = max(0, shared[0].dest_start - shared[0].src_start)
    last = min(len(there), shared[-1].dest_end + len(said) - shared[-1].src_end)
    return Span(start=there[first].start(), end=there[last - 1].end())
