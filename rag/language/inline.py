"""Markdown within a block: what is emphasised, code or the text of a link, and which characters are only its marks.

Everything is told by offsets of the text, which stays as it is. What this does not do: follow CommonMark where marks
can carry meaning: those within a word (``__init__.py``), or without a partner (``*.log``), are text.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from rag.types import Span

_TOKEN = re.compile(r"\\[!-/:-@\[-`{-~]|`+|\*+|_+|~~|!?\[|\]|<(?=(?:https?|mailto):)", re.IGNORECASE)
_TICKS = re.compile(r"`+")
_TARGET = re.compile(r"\]\([^()\s]*(?:[ \t]{1,9}\"[^\"\n]{0,300}\")?\)")
_ADDRESS_END = re.compile(r"[^<>\s]*>")
_LINE_START = re.compile(r"[\r\n]+([ \t]*(?:>[ \t]?)*)")
_STRUCK = "~"


class Style(StrEnum):
    """How characters are meant; ``SYNTAX`` are those that say so, and are not meant to be read."""

    SYNTAX = "syntax"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    STRUCK = "struck"
    CODE = "code"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Styled:
    """A half-open range of characters with a style; ranges nest."""

    start: int
    end: int
    style: Style


def inline_styles(text: str, span: Span) -> list[Styled]:
    """The styles within a part of a Markdown text, in order, those that hold others first.

    >>> [(one.style.value, one.start, one.end) for one in inline_styles("a **b**", Span(start=0, end=7))]
    [('syntax', 2, 4), ('strong', 4, 5), ('syntax', 5, 7)]
    """
    reading = _Reading(text, span.start, span.end)
    reading.read()
    return sorted(reading.found, key=lambda one: (one.start, -one.end))


def line_marks(text: str, span: Span) -> Iterator[Styled]:
    """The indent and the marks of a quotation that the lines of a block begin with, but for the first.

    >>> [(one.start, one.end) for one in line_marks("a\\n> b", Span(start=0, end=5))]
    [(2, 4)]
    """
    for found in _LINE_START.finditer(text, span.start, span.end):
        if found.start(1) < found.end(1):
            yield Styled(start=found.start(1), end=found.end(1), style=Style.SYNTAX)


@dataclass(slots=True)
class _Run:
    """Marks of one kind that stand together, as far as they have no partner yet."""

    start: int
    end: int


@dataclass(slots=True)
class _Reading:
    text: str
    start: int
    end: int
    found: list[Styled] = field(default_factory=list)
    open: dict[str, list[_Run]] = field(default_factory=lambda: {"*": [], "_": [], _STRUCK: []})
    brackets: list[_Run] = field(default_factory=list)
    ticks: dict[int, list[int]] = field(default_factory=dict)

    def read(self) -> None:
        """Find all styles."""
        for run in _TICKS.finditer(self.text, self.start, self.end):
            self.ticks.setdefault(len(run[0]), []).append(run.start())
        for places in self.ticks.values():
            places.reverse()
        place = self.start
        while token := _TOKEN.search(self.text, place, self.end):
            place = self._token(token)

    def _token(self, token: re.Match[str]) -> int:
        """Read a token; gives where the next one may start."""
        match token[0][0]:
            case "\\":
                self._add(Style.SYNTAX, token.start(), token.start() + 1)
            case "`":
                return self._code(token)
            case "[" | "!":
                self.brackets.append(_Run(token.start(), token.end()))
            case "]":
                return self._link(token)
            case "<":
                return self._address(token)
            case mark:
                self._run(mark, _Run(token.start(), token.end()))
        return token.end()

    def _add(self, style: Style, start: int, end: int) -> None:
        if start < end:
            self.found.append(Styled(start=start, end=end, style=style))

    def _marked(self, style: Style, opening: _Run, closing: _Run) -> None:
        """What stands between two marks has a style."""
        self._add(Style.SYNTAX, opening.start, opening.end)
        self._add(style, opening.end, closing.start)
        self._add(Style.SYNTAX, closing.start, closing.end)

    def _code(self, token: re.Match[str]) -> int:
        places = self.ticks.get(len(token[0]), [])
        while places and places[-1] <= token.start():
            places.pop()
        if not places:
            return token.end()
        closing = _Run(places[-1], places[-1] + len(token[0]))
        self._marked(Style.CODE, _Run(token.start(), token.end()), closing)
        return closing.end

    def _link(self, token: re.Match[str]) -> int:
        opening = self.brackets.pop() if self.brackets else None
        target = _TARGET.match(self.text, token.start(), self.end)
        if opening is None or target is None or opening.end == token.start():
            return token.end()
        self._marked(Style.LINK, opening, _Run(target.start(), target.end()))
        return target.end()

    def _address(self, token: re.Match[str]) -> int:
        rest = _ADDRESS_END.match(self.text, token.end(), self.end)
        if rest is None:
            return token.end()
        self._marked(Style.LINK, _Run(token.start(), token.end()), _Run(rest.end() - 1, rest.end()))
        return rest.end()

    def _run(self, mark: str, run: _Run) -> None:
        """Let marks close what is open, and what is left of them open."""
        before = self.text[run.start - 1] if run.start > self.start else " "
        after = self.text[run.end : min(run.end + 2, self.end)] or " "
        opens, closes = _flanks(before, after[0]), _flanks(after[0], before)
        if mark == "_":
            opens, closes = opens and not _in_word(before), closes and not _in_word(after[:1]) and not _goes_on(after)
        while closes and run.start < run.end and self.open[mark]:
            self._close(mark, self.open[mark][-1], run)
        if opens and run.start < run.end:
            self.open[mark].append(run)

    def _close(self, mark: str, opening: _Run, run: _Run) -> None:
        double = min(run.end - run.start, opening.end - opening.start) >= len("**")
        size = len("**") if double else 1
        style = Style.STRUCK if mark == _STRUCK else Style.STRONG if double else Style.EMPHASIS
        self._marked(style, _Run(opening.end - size, opening.end), _Run(run.start, run.start + size))
        opening.end -= size
        run.start += size
        for other, runs in self.open.items():
            while runs and other != mark and runs[-1].start > opening.start:
                runs.pop()
        if opening.start == opening.end:
            self.open[mark].pop()


def _flanks(before: str, after: str) -> bool:
    """Whether a mark between two characters can open what follows it; the other way round, close what is before."""
    return not after.isspace() and (not _punctuates(after) or before.isspace() or _punctuates(before))


def _punctuates(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _in_word(character: str) -> bool:
    return character.isalnum()


def _goes_on(after: str) -> bool:
    """Whether a name goes on after a mark: with a point or the like, and a letter."""
    return len(after) > 1 and _punctuates(after[0]) and after[1].isalnum()
