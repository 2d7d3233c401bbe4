"""The lines of a plain text, and which of their breaks are only where it was wrapped at a column.

A text tells its width by itself: no line is longer, each next word would not have fitted, and breaks fall in the
middle of sentences. Lines that stand for something each (a verse, an address, an entry) break elsewhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from rag.language.english.lexicon import DETERMINERS, PREPOSITIONS
from rag.language.sentences import stripped
from rag.types import Span

_LINE = re.compile(r"[^\r\n\f\v\x85\u2028\u2029]+")
_RULED = re.compile(r"(?:[-=_*~#+|][ \t]*){3,}")
_WIDEST_WRAP = 120
_NARROWEST_WRAP = 20
_LEAST_WORDS = 3  # of a line that is wrapped, on average
_FIRST_WORD = 80  # characters that are looked at
_FITTING = 0.85  # share of the breaks of a paragraph after which the next word would not have fitted
_MIDDLE = 0.25  # share of the breaks of a text that are within a sentence; prose has .6 and more
_TAB = 4
_LEADING = PREPOSITIONS | DETERMINERS | {"and", "or"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of plain text.

    Args:
        start: Where it starts, indent included.
        begin: Its first character that is no white space.
        end: Behind its last one.
        indent: Columns before ``begin``.
        gap: A blank line or a page break is before it.
        page: A page break is before it.
        alone: It does not continue the line before it, whatever that looks like.
    """

    start: int
    begin: int
    end: int
    indent: int
    gap: bool = False
    page: bool = False
    alone: bool = False

    @property
    def width(self) -> int:
        """Characters, with the indent."""
        return self.end - self.start

    @property
    def span(self) -> Span:
        """Its characters without white space around them."""
        return Span(start=self.begin, end=self.end)

    def of(self, text: str) -> str:
        """Its characters without white space around them."""
        return text[self.begin : self.end]


def read_lines(text: str, start: int, end: int) -> list[Line]:
    """The lines of ``text`` between two offsets that show something."""
    lines: list[Line] = []
    reached = start
    for match in _LINE.finditer(text, start, end):
        span = stripped(text, match.start(), match.end())
        if span is None:
            continue
        between = text[reached : match.start()]
        indent = span.start - match.start()
        if "\t" in text[match.start() : span.start]:
            indent = len(text[match.start() : span.start].expandtabs(_TAB))
        lines.append(
            Line(match.start(), span.start, span.end, indent, gap=_is_gap(between, bool(lines)), page="\f" in between)
        )
        reached = span.end
    return lines


def _is_gap(between: str, inside: bool) -> bool:
    breaks = between.count("\n") + between.count("\r") - between.count("\r\n")
    return inside and (breaks > 1 or "\f" in between)


def wraps(text: str, lines: Sequence[Line], opens: Sequence[bool]) -> list[bool]:
    """For each line whether the break after it is only a wrap.

    Args:
        opens: For each line whether it begins something of its own, an item say.
    """
    found = [False] * len(lines)
    breaks = [
        place for place in range(len(lines) - 1) if _may_wrap(text, lines[place], lines[place + 1], opens[place + 1])
    ]
    width = _width_of_text(text, lines, breaks)
    run: list[int] = []
    for place in breaks:
        if run and run[-1] != place - 1:
            _wrap_run(text, lines, run, width, found)
            run = []
        run.append(place)
    _wrap_run(text, lines, run, width, found)
    return found


def _may_wrap(text: str, line: Line, after: Line, opens: bool) -> bool:
    if opens or after.gap or after.alone:
        return False
    return not (_RULED.fullmatch(text, line.begin, line.end) or _RULED.fullmatch(text, after.begin, after.end))


def _wrap_run(text: str, lines: Sequence[Line], run: Sequence[int], width: int | None, found: list[bool]) -> None:
    """Decide on the breaks that follow each other; a paragraph that is narrower than the text has its own width."""
    if not run:
        return
    own = _width_of_paragraph(text, lines, run, wrapped=width is not None)
    for place in run:
        line, after = lines[place], lines[place + 1]
        fits = own is None and width is None
        found[place] = is_cut(text, line, after) or (
            not fits and _needs(text, line, after) > (own if own is not None else width or 0)
        )


def _needs(text: str, line: Line, after: Line) -> int:
    """The columns that a line would have with the first word of the next one."""
    words = text[after.begin : min(after.end, after.begin + _FIRST_WORD)].split(maxsplit=1)
    return line.width + 1 + len(words[0])


def is_cut(text: str, line: Line, after: Line) -> bool:
    """Whether a word is cut by a hyphen at the end of the line."""
    hyphen = text[line.end - 1] in "-\u2010\u00ad" and line.end - line.begin > 1 and text[line.end - 2].isalpha()
    return hyphen and text[after.begin].islower()


def _is_middle(text: str, line: Line, after: Line) -> bool:
    """Whether a sentence goes on after the line: it does not end, and what follows does not begin as one."""
    first = text[after.begin]
    if text[line.end - 1] in ".!?:;":
        return False
    last = text[max(line.begin, line.end - _FIRST_WORD) : line.end].rsplit(maxsplit=1)[-1]
    return first.islower() or (first.isalpha() and not first.isupper()) or last in _LEADING


def _width_of_text(text: str, lines: Sequence[Line], breaks: Sequence[int]) -> int | None:
    """The column at which the whole text is wrapped, ``None`` where it is not.

    One outlier, a long address say, does not make a text unwrapped: the 95th percentile decides.
    """
    if len(lines) < 2 or not breaks:
        return None
    width = round(quantiles([line.width for line in lines], n=20, method="inclusive")[-1])
    if not _NARROWEST_WRAP <= width <= _WIDEST_WRAP:
        return None
    full = [place for place in breaks if _needs(text, lines[place], lines[place + 1]) > width]
    middle = sum(_is_middle(text, lines[place], lines[place + 1]) for place in full)
    return width if full and middle >= _MIDDLE * len(full) and len(full) >= 3 else None


def _width_of_paragraph(text: str, lines: Sequence[Line], run: Sequence[int], *, wrapped: bool) -> int | None:
    """The column at which the lines of one paragraph are wrapped, ``None`` where they stand for something each."""
    own = [*run, run[-1] + 1]
    width = max(lines[place].width for place in run)
    words = sum(len(lines[place].of(text).split()) for place in run)
    if not _NARROWEST_WRAP <= width <= _WIDEST_WRAP or words < _LEAST_WORDS * len(run):
        return None
    if lines[own[-1]].width > width:  # the last line is at most as long as the others
        width = lines[own[-1]].width
    pairs = [(lines[place], lines[place + 1]) for place in run]
    fitting = sum(is_cut(text, *pair) or _needs(text, *pair) > width for pair in pairs)
    middle = sum(_is_middle(text, *pair) for pair in pairs)
    if fitting < _FITTING * len(pairs) or 2 * middle < len(pairs):
        return None
    return width if wrapped or _reads_as_prose(text, lines, own) else None


def _reads_as_prose(text: str, lines: Sequence[Line], own: Sequence[int]) -> bool:
    """Whether lines that follow each other begin and end as sentences do."""
    whole = text[lines[own[0]].begin : lines[own[-1]].end]
    ends = whole.rstrip("\"'”’)»]")[-1:] in (".", "!", "?", ":", "…", "。")
    return sum((not whole[0].islower(), ends, ". " in whole)) > 1
