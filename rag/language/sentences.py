"""Sentence boundaries within a paragraph, found by sentencex, the one module that talks to it.

Some of those that it finds are none: a stop with no white space after it is within a name (``java.util.List``), one
before a small letter, or a number after an abbreviation, is within a sentence, and so is one in a code span.
On the news and wiki paragraphs of UD English PUD the boundaries have an F1 of 0.999; as sentencex finds them, 0.998.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

import sentencex

from rag.language.english.lexicon import LEADING, MEASURING, STOP_WORDS
from rag.language.marks import unbroken
from rag.types import Span

_WINDOW = 8_000
_CLAUSE_END = re.compile(r"[;:,]\s")
_SPACE = re.compile(r"\s")
_CASED = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"[._/@(:]\w|[\d_(]")  # after the first letters of www.example.org or is_open()
_QUANTITY = re.compile(r"[$€£¥§#~±≈<>≤≥+−-]{0,2}\s?\d")
_GLUED = re.compile(r"[\w\[)\]\"'”’]|\*+(?!\w)")
_TITLE = re.compile(r"[A-Z][a-z]*,?")
_WORDS_OF_A_SENTENCE = 8
_ADDRESS = re.compile(r"[/=@\\]")
_STOPS = ".!?…"
_CLOSING = "`*_\"'”’)]"
_LONGEST_ABBREVIATION = 12
_LONGEST_NAME = 200
_LIST_MARK = re.compile(r"\s*\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})[.)]\s*")


def split_sentences(text: str, within: Span, fits: Callable[[str], bool]) -> Iterator[Span]:
    """The sentences of ``text[within.start:within.end]``, in order, without surrounding white space.

    A sentence that does not fit is cut near its middle, at a clause, a space or anywhere, until its
    pieces do; only white space lies between the spans.

    Args:
        fits: Whether a sentence's characters are short enough; one character always counts as so.
    """
    start = within.start
    kept = unbroken(text, within.start, within.end)
    starts = [span.start for span in kept]
    for end in _ends(text, within):
        if end < within.end and (_within(kept, starts, end) or _goes_on(text, Span(start=start, end=end), within.end)):
            continue
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


def _within(spans: Sequence[Span], starts: Sequence[int], place: int) -> bool:
    """Whether a place is inside one of some spans, which are in order."""
    before = bisect_right(starts, place) - 1
    return before >= 0 and spans[before].start < place < spans[before].end


def _goes_on(text: str, sentence: Span, end: int) -> bool:
    """Whether a sentence goes on behind the stop that it seems to end with.

    Args:
        end: Of the paragraph.
    """
    if _LIST_MARK.fullmatch(text, sentence.start, sentence.end):
        return True  # the number of a list item belongs to its sentence
    stop = after = sentence.end
    while stop > sentence.start and text[stop - 1].isspace():
        stop -= 1
    if stop == after and text[stop - 1] in _STOPS and _GLUED.match(text, after):
        return not _ends_before(text, sentence, end)
    while after < end - 1 and text[after].isspace():
        after += 1
    while stop > sentence.start and text[stop - 1] in _CLOSING:
        stop -= 1
    return text[stop - 1 : stop] == "." and _continues(text, sentence.start, stop - 1, after)


def _ends_before(text: str, sentence: Span, end: int) -> bool:
    """Whether a sentence ends though no white space follows: as in text that lost its line breaks, not as in a name."""
    stop = sentence.end - 1
    before = _SPACE.split(text[max(sentence.start, stop - _LONGEST_NAME) : stop])[-1]
    behind = _SPACE.split(text[sentence.end : min(end, sentence.end + _LONGEST_NAME)], maxsplit=1)[0]
    if text[stop] != ".":
        return behind[0].isalnum() and not _ADDRESS.search(before + behind)
    if behind[0] == "[":
        return True  # it begins a note
    if not (before.isalpha() or before.endswith("%")) or not _TITLE.fullmatch(behind):
        return False
    long = len(text[max(sentence.start, stop - _LONGEST_NAME) : stop].split()) >= _WORDS_OF_A_SENTENCE
    small = behind.rstrip(",").lower() in STOP_WORDS
    return small and long if not before.islower() else small or long


def _continues(text: str, start: int, stop: int, after: int) -> bool:
    """Whether what comes after a full stop and white space is of the same sentence."""
    words = _WORD.findall(text, max(start, stop - _LONGEST_ABBREVIATION), stop)
    abbreviation = words[-1].lower() if words and text[stop - 1].isalpha() else ""
    word = _WORD.match(text, after)
    if word and word[0].islower():
        if _LIST_MARK.match(text, after) or _NAME.match(text, word.end()):
            return False
        first = _CASED.search(text, start, stop)
        return abbreviation in LEADING | MEASURING or (first is not None and first[0].isupper())
    if abbreviation in LEADING:
        return not word or word[0].lower() not in STOP_WORDS or word[0].isupper()
    listed = "\n" in text[stop:after] and _LIST_MARK.match(text, after)
    return abbreviation in MEASURING and not listed and bool(_QUANTITY.match(text, after))


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
