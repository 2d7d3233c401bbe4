"""Markdown's lines as the parser is given them: what people write beyond CommonMark, written as it knows it.

The number of lines stays, and what a line says is read from the text itself. Lists that are counted with letters or in
brackets are written as numbered ones, notes (``!!! note``) lose their indent, lines of nothing but template tags and
fences of sections (``:::``) are blank.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

ASIDE = re.compile(
    r"""[ \t]*+(?:
      (?: (?: \{%[^{}\r\n]*%\} | \{\{[<%][^{}\r\n]*[%>]\}\} | \{:[^{}\r\n]*\} ) [ \t]*+ )++
    | :{3,}+[ \t]*+[^\r\n:]{0,80}
    | \[TOC\] | \[\[_?TOC_?\]\]
    )[ \t]*+""",
    re.VERBOSE | re.IGNORECASE,
)
"""A line that is no text."""
NOTE = re.compile(r'[ \t]*+(?:!!!|\?\?\?\+?)[ \t]{1,9}\w[\w -]{0,39}+(?:"(?P<title>[^"\r\n]*)")?[ \t]*+')
"""The first line of a note, whose text is indented below."""
_LINE = re.compile(r"(?P<words>[^\r\n]*)(?P<end>\r\n|\r|\n|$)")
_FENCE = re.compile(r"[ \t>]*(?P<mark>`{3,}|~{3,})(?P<info>[^\r\n`]*)")
_LETTERED = re.compile(
    r"""(?P<indent>[ \t]*)
    (?P<mark> \((?:[A-Za-z]|[ivxIVX]{1,4}|\d{1,3})\) | (?:[A-Za-z]|[ivxIVX]{1,4})[.)] )
    [ \t]+(?=\S)""",
    re.VERBOSE,
)
_MORE_THAN = re.compile(r"[ \t]{0,3}>[ \t]?[\d.]")
_COMPARED = re.compile(r"[ \t]*[<≤≥=][ \t=]?[\d.]")
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[-*+]|\d{1,9}[.)])[ \t]+(?=\S)")
_NOTE_INDENT = 4
_AHEAD = 60  # lines within which the next item of a list is looked for
_ROMAN = {numeral: number for number, numeral in enumerate("i ii iii iv v vi vii viii ix x xi xii xiii".split(), 1)}


@dataclass(slots=True)
class _Lists:
    """The lists counted with letters so far: by indent and style the number that comes next, and their new indent."""

    following: dict[tuple[int, str], int] = field(default_factory=dict)
    indents: dict[tuple[int, str], int] = field(default_factory=dict)
    item: tuple[int, int] | None = None  # the indents of the last other item and of its words


def fed(body: str) -> str:
    """``body`` with each line as the parser reads it best."""
    found = [(line["words"], line["end"]) for line in _LINE.finditer(body)]
    lines = [words for words, _ in found]
    code = _in_fences(lines)
    lines = _without_notes(lines, code)
    marks = [None if fenced else _LETTERED.match(line) for line, fenced in zip(lines, code, strict=True)]
    lists = _Lists()
    for place, line in enumerate(lines):
        if code[place]:
            continue
        if ASIDE.fullmatch(line):
            lines[place] = ""
        elif _MORE_THAN.match(line) and _is_compared(lines, place):
            lines[place] = line.replace(">", "≥", 1)  # no quotation
        elif marks[place] is None:
            _note_item(lists, lines, place)
        else:
            lines[place] = _numbered(lists, lines, marks, place)
    return "".join(line + end for line, (_, end) in zip(lines, found, strict=True))


def _is_compared(lines: Sequence[str], place: int) -> bool:
    """Whether a line next to one that compares a number does so too, "< 2 mm" beside "> 5 mm"."""
    around = [*lines[max(0, place - 1) : place], *lines[place + 1 : place + 2]]
    return any(_COMPARED.match(line) for line in around)


def _in_fences(lines: Sequence[str]) -> list[bool]:
    """For each line whether it is of a fenced block."""
    inside: list[bool] = []
    opened = ""
    for line in lines:
        fence = _FENCE.match(line)
        inside.append(bool(opened or fence))
        if not fence:
            continue
        if not opened:
            opened = fence["mark"]
        elif fence["mark"].startswith(opened) and not fence["info"].strip():
            opened = ""
    return inside


def _without_notes(lines: Sequence[str], code: list[bool]) -> list[str]:
    """The lines with those of notes further out."""
    changed = list(lines)
    inner: int | None = None
    for place, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" "))
        if inner is not None and line.strip() and indent < inner:
            inner = None
        if inner is not None:
            changed[place] = line[_NOTE_INDENT:]
        elif not code[place] and NOTE.fullmatch(line):
            inner = indent + _NOTE_INDENT
            changed[place] = ""
    return changed


def _note_item(lists: _Lists, lines: Sequence[str], place: int) -> None:
    """Keep in mind what item the next lines may be within."""
    line = lines[place]
    if item := _ITEM.match(line):
        lists.item = len(item["indent"]), item.end()
    elif line.strip() and not line[0].isspace() and place and not lines[place - 1].strip():
        lists.item = None


def _numbered(lists: _Lists, lines: Sequence[str], marks: Sequence[re.Match[str] | None], place: int) -> str:
    """A line that may be an item, with a number in the place of its letter where it is one."""
    mark = marks[place]
    if mark is None:
        return lines[place]
    indent = len(mark["indent"])
    for style, number in _readings(mark["mark"]):
        begins = number == 1 and _goes_on(marks, place, indent, style)
        if lists.following.get((indent, style)) != number and not begins:
            continue
        if begins:
            lists.indents[indent, style] = _indent(lists, lines, place, indent)
        lists.following[indent, style] = number + 1
        written = f"{number})".ljust(len(mark["mark"]))  # a numbered list before it, "1.", goes not on
        return " " * lists.indents[indent, style] + written + " " + lines[place][mark.end() :]
    return lines[place]


def _goes_on(marks: Sequence[re.Match[str] | None], place: int, indent: int, style: str) -> bool:
    """Whether a second item of a style is near."""
    return any(
        mark is not None and len(mark["indent"]) == indent and (style, 2) in _readings(mark["mark"])
        for mark in marks[place + 1 : place + 1 + _AHEAD]
    )


def _indent(lists: _Lists, lines: Sequence[str], place: int, indent: int) -> int:
    """Where a list begins: below the words of the item that it is within, however far in it is written."""
    if lists.item is None:
        return indent
    outer, words = lists.item
    apart = place > 0 and not lines[place - 1].strip()
    within = indent > outer or (indent == outer and not apart)
    return words if within else indent


@lru_cache(maxsize=1_024)
def _readings(mark: str) -> tuple[tuple[str, int], ...]:
    """What a mark may be: its style and its number; ``"i."`` is the ninth letter or the first Roman number."""
    inner = mark.strip("().")
    if inner.isdigit():
        return ((mark.replace(inner, "1"), int(inner)),)
    letter, roman = ("a", "i") if inner.islower() else ("A", "I")
    found = [(mark.replace(inner, letter), ord(inner.lower()) - ord("a") + 1)] if len(inner) == 1 else []
    if inner.lower() in _ROMAN:
        found.append((mark.replace(inner, roman), _ROMAN[inner.lower()]))
    return tuple(found)
