"""Pieces of lines: words next to each other, without a wide gap or a rule between them."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median, median_low

from rag.ingest.parse.pdf.objects import Box
from rag.ingest.parse.pdf.raised import CLOSE, OPEN, is_raised, marks_of, note_mark, written
from rag.ingest.parse.pdf.rules import Rule
from rag.ingest.parse.pdf.words import HYPHEN, Way, Word, turned

_WIDE = 0.75  # heights
_LEAST_WIDE = 0.33
_WIDER = 1.5
_EVEN = 1.3
_TYPED = 0.1
_FEW = 4  # words
_SAMPLES = 5  # a word in other letters must not stand for its line
_WIDEST_EVEN = 1.5
_GLUED = 0.12
_MAY_PART = 0.15
_MOST_GAPS = 10
_WIDER_THAN = 1.2
_LEVEL = 0.3
_SMALL = 0.92
_OVERLAP = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A line, or a part of one, and where it stands, in points.

    ``size`` is its font's height, ``weight`` about 400 for regular letters and 700 for bold ones. ``aside``: it runs
    another way than most of its page. ``gaps``: white in it that may be that between columns, by its place in the
    text, and where it starts and ends.
    """

    text: str
    left: float
    right: float
    bottom: float
    size: float
    weight: int
    aside: bool = False
    gaps: tuple[tuple[int, float, float], ...] = ()

    @property
    def top(self) -> float:
        """Where its letters end at most."""
        return self.bottom + self.size

    @property
    def is_loose(self) -> bool:
        """Whether it has white in it that is wider than that between words mostly is."""
        return any(end - start > _LEAST_WIDE * self.size for _, start, end in self.gaps)

    def names(self) -> list[str]:
        """Its text in parts, at white that is wider than that between words mostly is."""
        places = [place for place, start, end in self.gaps if end - start > _LEAST_WIDE * self.size]
        return [self.text[one:other].strip() for one, other in pairwise([0, *places, len(self.text)])]

    def level(self, other: "Piece") -> bool:
        """Whether both stand on one line."""
        return abs(self.bottom - other.bottom) < _LEVEL * max(self.size, other.size)


def page_pieces(words: Sequence[Word], way: Way, down: Sequence[Rule], weight: Callable[[int], int]) -> list[Piece]:
    """The pieces of a page in the order of its content.

    Args:
        way: That of most of its words.
        down: The rules that separate what stands left and right of them.
        weight: Gives that of a character of the page.
    """
    walls = sorted(down)
    lines: list[list[Word]] = []
    for word in _placed(words, way):
        if lines and _goes_on(lines[-1], word, way, walls):
            lines[-1].append(word)
        else:
            lines.append([word])
    whites = [_whites(line) for line in lines]
    usual = median([white for between in whites for white in between if 0.0 < white < _WIDE] or [0.0])
    typed = sum(word.typed for word in words) > _TYPED * sum(word.spaced for word in words)
    found = [
        _piece(run, way, weight)
        for line, between in zip(lines, whites, strict=True)
        for run in _runs(line, between, usual, typed=typed)
    ]
    return [piece for piece in found if piece.text.strip(HYPHEN)]


def parted(piece: Piece, whites: Sequence[tuple[float, float]]) -> list[Piece]:
    """A piece in parts, at its gaps where there is white between columns, if they are the widest that it has."""
    chosen = [gap for gap in piece.gaps if any(start < gap[2] and gap[1] < end for start, end in whites)]
    others = max((end - start for _, start, end in piece.gaps if (_, start, end) not in chosen), default=0.0)
    if len(chosen) < len(whites) or any(end - start < _WIDER_THAN * others for _, start, end in chosen):
        return [piece]
    found: list[Piece] = []
    begin, left = 0, piece.left
    for place, start, end in chosen:
        found.append(replace(piece, text=piece.text[begin:place].strip(), left=left, right=start, gaps=()))
        begin, left = place, end
    found.append(replace(piece, text=piece.text[begin:].strip(), left=left, gaps=()))
    return [part for part in found if part.text]


def with_raised_written(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of a page with their raised characters as what they are; notes stand in smaller letters than most."""
    if not any(OPEN in piece.text for piece in pieces):
        return list(pieces)
    usual = median(piece.size for piece in pieces)
    marks = [note_mark(piece.text, small=piece.size < _SMALL * usual) for piece in pieces]
    raised = Counter(mark for piece, own in zip(pieces, marks, strict=True) if not own for mark in marks_of(piece.text))
    notes = frozenset(mark for mark in marks if mark and raised[mark] < 2)  # of two, one may be an exponent
    found = [_written(piece, notes) for piece in pieces]
    found = [_unglued(piece, mark or "") for piece, mark in zip(found, marks, strict=True)]
    return [piece for piece in found if piece.text]


def _written(piece: Piece, notes: Set[str]) -> Piece:
    text = written(piece.text, notes)
    return piece if text == piece.text else replace(piece, text=text, gaps=())


def _unglued(note: Piece, mark: str) -> Piece:
    """A note without a mark that has no white after it."""
    glued = mark.isdecimal() and note.text.startswith(mark) and note.text[len(mark) : len(mark) + 1].isalpha()
    return replace(note, text=note.text[len(mark) :]) if glued else note


def joined_pieces(pieces: Sequence[Piece]) -> Piece:
    """Pieces of a line as one."""
    if len(pieces) == 1:
        return pieces[0]
    first, last = pieces[0], pieces[-1]
    longest = max(pieces, key=lambda piece: len(piece.text))
    text = " ".join(piece.text for piece in pieces)
    left, right = min(first.left, last.left), max(piece.right for piece in pieces)
    return replace(longest, text=text, gaps=(), left=left, right=right)


def _whites(line: Sequence[Word]) -> list[float]:
    """The white before each word of a line but the first, in heights."""
    return [(word.left - last.right) / max(word.top - word.bottom, 1e-6) for last, word in pairwise(line)]


def _runs(line: Sequence[Word], whites: Sequence[float], usual: float, *, typed: bool) -> Iterator[Sequence[Word]]:
    """A line in parts, at white that is wide, and wider than what is between its other words: it may be justified.

    Args:
        usual: White between words of the page.
        typed: The page has spaces between its words; one that is not there parts more than words.
    """
    between = [white for white in whites if 0.0 < white < _WIDE]
    own = median(between) if len(between) > 2 else usual
    even = _is_justified(line, whites)
    limit = _WIDEST_EVEN if even else min(_WIDE, max(_LEAST_WIDE, _WIDER * own))
    apart = _MAY_PART if typed and not (even and len(line) > _FEW) else limit
    start = 0
    for place, white in enumerate(whites, start=1):
        if white > _MAY_PART and white > _least_white(line[place - 1], line[place], limit, apart):
            yield line[start:place]
            start = place
    yield line[start:]


def _least_white(last: Word, word: Word, limit: float, apart: float) -> float:
    """From how much white on, in heights, two words are apart; a raised mark stays with its line."""
    least = limit if word.typed else apart
    if least >= _WIDE:
        return least
    one, other = _box(last), _box(word)
    return _WIDE if is_raised(one, other) or is_raised(other, one) else least


def _is_justified(line: Sequence[Word], whites: Sequence[float]) -> bool:
    """Whether the words of a line, not numbers, have the same white between all of them."""
    if len(whites) < 2 or not 0 < min(whites) <= max(whites) < min(_WIDEST_EVEN, _EVEN * min(whites) + 0.05):
        return False
    return 2 * sum(any(map(str.isdigit, word.text)) for word in line) < len(line)


def _placed(words: Sequence[Word], way: Way) -> Iterator[Word]:
    if way is Way.RIGHT:
        yield from words
        return
    for word in words:
        left, bottom, right, top = turned((word.left, word.bottom, word.right, word.top), way)
        yield word._replace(left=left, bottom=bottom, right=right, top=top)


def _goes_on(words: Sequence[Word], word: Word, way: Way, walls: Sequence[Rule]) -> bool:
    """Whether a word continues a piece."""
    last = words[-1]
    if _is_aside(last, way) or _is_aside(word, way):
        return not word.breaks and last.way in (word.way, None)
    if last.text.endswith(HYPHEN):
        return False
    size = max(last.top - last.bottom, word.top - word.bottom)
    gap = word.left - last.right
    if gap <= -_OVERLAP * size or word.left < last.left:
        return False
    if not _is_level(words, word, size):
        return False
    return not _has_wall(walls, last.right, word.left, (word.bottom + word.top) / 2)


def _is_level(words: Sequence[Word], word: Word, size: float) -> bool:
    last = words[-1]
    if abs(word.bottom - last.bottom) < _LEVEL * size:
        return True
    if is_raised(_box(word), _box(last)):
        return True
    base = max(words[-3:], key=lambda one: one.top - one.bottom)
    after = abs(word.bottom - base.bottom) < _LEVEL * size and base is not last
    return after or (len(words) == 1 and is_raised(_box(last), _box(word)))


def _is_aside(word: Word, way: Way) -> bool:
    if word.way is None or word.way is way:
        return False
    return {word.way, way} != {Way.RIGHT, Way.BACK}


def _has_wall(walls: Sequence[Rule], start: float, end: float, height: float) -> bool:
    """Whether a rule stands between two words."""
    if not walls:
        return False
    place = bisect_left(walls, Rule(min(start, end) - 1.0, 0.0, 0.0))
    while place < len(walls) and walls[place].at <= max(start, end) + 1.0:
        if walls[place].start <= height <= walls[place].end:
            return True
        place += 1
    return False


def _piece(words: Sequence[Word], way: Way, weight: Callable[[int], int]) -> Piece:
    size = max(word.top - word.bottom for word in words) if len(words) < 3 else 0.0
    size = size or median_low(word.top - word.bottom for word in words)
    bases = [word for word in words if word.top - word.bottom > 0.9 * size] or list(words)
    bottom = median_low(word.bottom for word in bases)
    base = (0.0, bottom, 0.0, bottom + size)
    text, gaps = _text(words[0], base), []
    for last, word in pairwise(words):
        white = word.left - last.right
        if white > _MAY_PART * size:
            gaps.append((len(text), last.right, word.left))
        glued = not word.spaced and white < _GLUED * size
        text += _text(word, base) if glued else f" {_text(word, base)}"
    return Piece(
        text=text,
        gaps=tuple(gaps) if len(gaps) <= _MOST_GAPS else (),
        left=min(word.left for word in words),
        right=max(word.right for word in words),
        bottom=bottom,
        size=size,
        weight=median_low(weight(word.middle) for word in bases[:: 1 + len(bases) // _SAMPLES]),
        aside=_is_aside(words[0], way),
    )


def _text(word: Word, base: Box) -> str:
    if OPEN not in word.text and is_raised(_box(word), base):
        return f"{OPEN}{word.text}{CLOSE}"
    return word.text


def _box(word: Word) -> Box:
    return word.left, word.bottom, word.right, word.top
