"""What a language model writes, as sentences with the units that they cite, while it still writes.

Models mark sources in many ways, whatever they are told: ``[1]``, ``[1][2]``, ``[1, 2]``, ``【1】``, ``(1)``, before or
after the full stop, at the head of a sentence, or not at all. What this does not do: judge what is said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.sentences import split_sentences
from rag.language.text import display
from rag.types import Span

_NUMBER = r"(?:no\.|\#|\^|n[°º]\s?)?[1-9]\d{0,2}(?!\d)"
_NAMED = r"(?:sources?|units?|evidence|documents?|doc|passages?|references?|ref|citations?|id)\s{0,2}[.:]?\s{0,2}"
_NUMBERS = rf"{_NUMBER}(?:\s{{0,2}}(?:[,;&–-]|and)\s{{0,2}}(?:{_NAMED})?{_NUMBER}){{0,9}}"
_MARK = re.compile(
    rf"""\s{{0,3}}(?:
      [\[\uff3b\u3010\u3014]{{1,2}} \s{{0,2}} (?:{_NAMED})? (?P<square>{_NUMBERS}) (?:\u2020[^\]\u3011\s]{{0,40}})?
        \s{{0,2}} [\]\uff3d\u3011\u3015]{{1,2}} (?:\([^()\s]{{0,300}}\))?
    | \( \s? {_NAMED} (?P<named>{_NUMBERS}) \s? \)
    | (?<=[.!?”"’'\s]) \( (?P<after>{_NUMBERS}) \) (?=\s*$)
    | (?<=\w)\s \( (?P<before>{_NUMBERS}) \) (?=[.!?]?\s*$)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ALONE = re.compile(rf"\(\s?(?:{_NAMED})?{_NUMBERS}\s?\)\s*", re.IGNORECASE)
_ONE_OR_MORE = re.compile(r"(?P<first>\d{1,3})(?:\s{0,2}[–-]\s{0,2}(?P<last>\d{1,3}))?")
_OPENS = re.compile(r"\s{0,3}(?:[-*•–>+]\s|\d{1,2}[.)]\s|\|)\s{0,3}")
_ADDRESS = re.compile(
    r"[a-z][a-z\d+.-]{1,15}://|\bwww\.\w|\b(?:javascript|data|mailto|vbscript|file):\S"
    r"|!\[|\]\(|<\s?/?(?:script|iframe|svg|object|embed|style|link|meta|form|input|img|a|video|audio|base)\b",
    re.IGNORECASE,
)
_THOUGHT = ("<think>", "</think>")
_STOPS = frozenset(".!?…\n")
_MAY_MARK = ("[", "［", "【", "〔", "(")
_BEGUN = 16
_NO_PROSE = ("#", "```")
_CLOSING = "\"'”’)*_ "
_LONGEST = 1_500
"""Characters of a sentence: what is longer is no sentence, and costs the more the longer it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A sentence of a draft.

    Args:
        text: As it is shown, without marks of sources and of Markdown.
        units: The numbers that it cites, in order, each once; they may be invented.
        live: Whether it holds an address or markup, which may lead away from the page that shows it.
    """

    text: str
    units: tuple[int, ...]
    live: bool = False


class Draft:
    """A draft that is being written.

    Args:
        mark: What the lines of the sources began with: a poor model repeats it.

    >>> draft = Draft()
    >>> [one.text for one in draft.add("It opened in 1871. [1")], [one.text for one in draft.add("] It is")]
    ([], ['It opened in 1871.'])
    >>> [(one.text, one.units) for one in draft.end(" white [2, 3].")]
    [('It is white.', (2, 3))]
    """

    def __init__(self, mark: str = "") -> None:
        self._mark = mark
        self._open = ""
        self._lead = ""
        self._thinking = False
        self._begun = False
        self._at_start = True

    def add(self, piece: str) -> Iterator[Drafted]:
        """The sentences that are complete with ``piece``."""
        self._open += piece
        if not self._said() or not _STOPS.intersection(self._open):
            return
        while (cut := self._open.find("\n")) >= 0:
            line, self._open = self._open[:cut], self._open[cut + 1 :]
            yield from self._sentences(line)
        if self._at_start and _is_of_its_own(self._open):
            return
        parts = _parts(self._open)
        ended = len(parts) - 1 if parts and _has_begun(parts[-1].said) else len(parts) - 2
        if ended > 0:
            self._open = self._open[parts[ended].start :]
            self._at_start = False
            yield from self._cleaned([one.said for one in parts[:ended]])

    def end(self, piece: str = "", *, whole: bool = True) -> Iterator[Drafted]:
        """The sentences that are left.

        Args:
            whole: The model has ended by itself; else the last sentence is left out where no full stop ends it.
        """
        yield from self.add(f"{piece}")
        if self._thinking or not self._said(last=True):
            return
        parts = _parts(self._open)
        if parts and not whole and not _is_ended(parts[-1].said):
            self._open = self._open[: parts[-1].start]
        yield from self._sentences(self._open)

    def _said(self, *, last: bool = False) -> bool:
        """Whether what is open is to be read: not while the model thinks aloud first, as some do."""
        begin, end = _THOUGHT
        if not self._begun:
            head = self._open.lstrip()
            if not last and begin.startswith(head[: len(begin)]) and len(head) < len(begin):
                return False
            self._begun, self._thinking = True, head.startswith(begin)
        if self._thinking:
            before, found, after = self._open.partition(end)
            self._thinking, self._open = not found, after if found else before[-len(end) :]
        return not self._thinking

    def _sentences(self, line: str) -> Iterator[Drafted]:
        """The sentences of a line, or of what is left of it."""
        opens = _OPENS.match(line) if self._at_start else None
        begins, self._at_start = self._at_start, True
        if begins and line.lstrip().startswith(_NO_PROSE):
            return
        if not opens and line.strip():
            self._lead = ""
        parts = [one.said for one in _parts(line[opens.end() :] if opens else line)]
        if parts and parts[-1].endswith(":"):
            yield from self._cleaned(parts[:-1])
            self._lead = display(_without_marks(parts[-1])[0])
        else:
            yield from self._cleaned(parts, self._lead if opens else "")

    def _cleaned(self, parts: list[str], lead: str = "") -> Iterator[Drafted]:
        """The sentences of some parts of a line, the first after what leads to it."""
        for part in parts:
            said, units = _without_marks(part.replace(self._mark, "") if self._mark else part)
            text = display(f"{lead} {said}".strip().strip("|")).replace(" | ", "; ")
            lead = ""
            if any(character.isalnum() for character in text):
                yield Drafted(text=text, units=units, live=bool(_ADDRESS.search(f"{part} {text}")))


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence with its marks, and where it starts in its line."""

    said: str
    start: int


def _parts(line: str) -> list[_Part]:
    """The sentences of a line, marks at the head of one with the one before."""
    spans = split_sentences(line, Span(start=0, end=len(line)), _fits) if line.strip() else ()
    parts: list[_Part] = []
    for span in spans:
        said = span.of(line)
        head = _marks_before(said) if parts else 0
        if head:
            parts[-1] = _Part(f"{parts[-1].said} {said[:head].strip()}", parts[-1].start)
        if said[head:].strip():
            parts.append(_Part(said[head:].strip(), span.start + head))
    return parts


def _has_begun(said: str) -> bool:
    """Whether a sentence has more than what may be a mark of the one before, or the rest of an abbreviation."""
    return len(said) >= _BEGUN or (" " in said and not said.startswith(_MAY_MARK))


def _is_of_its_own(line: str) -> bool:
    """Whether a line is read when it is whole: an item, a row, a heading."""
    return bool(_OPENS.match(line)) or line.lstrip().startswith(_NO_PROSE)


def _is_ended(said: str) -> bool:
    """Whether a sentence has its full stop."""
    return _without_marks(said)[0].rstrip(_CLOSING).endswith((".", "!", "?", "…"))


def _fits(sentence: str) -> bool:
    return len(sentence) <= _LONGEST


def _marks_before(said: str) -> int:
    """Where the marks that a sentence begins with end; those in round brackets are some where nothing comes after."""
    if _ALONE.fullmatch(said):
        return len(said)
    reached = 0
    while (found := _MARK.match(said, reached)) and (found["square"] or found["named"]):
        reached = found.end()
    return reached


def _without_marks(said: str) -> tuple[str, tuple[int, ...]]:
    """A sentence without the marks of its sources, and their numbers."""
    numbers: dict[int, None] = {}
    for found in _MARK.finditer(said):
        marked = next(group for group in found.groups() if group)
        for one in _ONE_OR_MORE.finditer(marked):
            first, last = int(one["first"]), int(one["last"] or one["first"])
            numbers |= dict.fromkeys(range(first, min(last, first + 9) + 1))
    return _MARK.sub("", said).strip(), tuple(numbers)
