"""Markdown's marks within a line: what a renderer would not show goes, what only looks like a mark stays.

A mark is one only where its partner is there: ``*.log``, ``__init__.py`` and ``2 * 3`` are written so. A code span
keeps all that is between its ticks. What this does not do: marks of a whole block (lists, quotations, headings), which
are no part of the leaves of a document's tree.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from rag.language.emphasis import emphasis_marks
from rag.types import Span

_ANY = re.compile(r"[*_`\[<&{\\]")
_TICKS = re.compile(r"(?<!\\)`+")
_COMMENT, _COMMENT_END = "<!--", "-->"
_NAMES = (
    "a|abbr|article|aside|b|bdi|bdo|big|blockquote|br|caption|center|cite|code|dd|del|details|dfn|div|dl|dt|em"
    "|figcaption|figure|font|h[1-6]|hr|i|img|ins|kbd|li|mark|nobr|ol|p|picture|pre|q|s|samp|section|small|source|span"
    "|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|video|wbr"
)
_INLINE = re.compile(
    rf"""
      (?<![\\:.]) \\ (?P<escaped>[*_\#|`~<>\[\]])       # not the backslash of C:\_a or \\*
    | (?P<break> \\ (?=[\r\n]) | (?<=[.!?,;)]) \\ $)
    | <sup\b[^<>]*> (?P<raised>[^<>]{{1,20}}) </sup\s*>
    | < (?P<end>/?) (?P<name>{_NAMES}) (?P<more>(?:\s[^<>]*|/)?) >
    | < (?P<address>[A-Za-z][A-Za-z\d+.-]{{1,31}}:[^\s<>]* | [^\s<>@]+@[^\s<>@]+) >
    | & (?P<entity>\#\d{{1,7}} | \#[xX][\dA-Fa-f]{{1,6}} | [A-Za-z][A-Za-z\d]{{1,31}}) ;
    | (?P<template>\{{%[^{{}}]*%\}} | \{{\{{[<%][^{{}}]*[%>]\}}\}})
    | (?<=\S) (?P<note>\[\^(?!\w-\w\])[\w-]{{1,40}}\]) (?![+*?{{\w])
    | ^ \[! (?P<alert>[A-Z]{{3,12}}) \] (?=\s)
    """,
    re.VERBOSE,
)
_ALONE = frozenset("br hr img p source wbr".split())
_INSIDE_WORD = frozenset(
    """a abbr b bdi bdo big cite code del dfn em font i ins kbd mark nobr q s samp small span strike strong sub sup tt u
    var wbr""".split()
)
_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_WRITTEN = re.compile(r"[\d+\-−=()ni]+")
_BRACKET = re.compile(r"!?\[|\]")
_TARGET = re.compile(
    r"""
      \( [ ]*+ (?: <[^<>\n]*> | [^()\s<]*+ (?:\([^()\s]*+\)[^()\s]*+){0,3} )
        (?: \s++ (?: "[^"\n]{0,300}" | '[^'\n]{0,300}' ) )? [ ]*+ \)
    | (?P<reference>\[[^\[\]\n]{0,100}\])
    """,
    re.VERBOSE,
)
_MOST_OPEN = 20
_LONGEST_CODE = 500


@dataclass(slots=True)
class _Edits:
    """What is taken away from a text or written differently, and what no other mark may be found in."""

    text: str
    taken: bytearray
    made: list[tuple[int, int, str]] = field(default_factory=list)

    def take(self, start: int, end: int, instead: str = "") -> None:
        """Write ``instead`` in the place of characters."""
        self.made.append((start, end, instead))
        self.keep(start, end)

    def keep(self, start: int, end: int) -> None:
        """Let no mark be found within."""
        self.taken[start:end] = b"\x01" * (end - start)

    def result(self) -> str:
        """The text with all edits."""
        reached, parts = 0, []
        for start, end, instead in sorted(self.made):
            if start < reached:
                continue  # within the target of a link
            parts += [self.text[reached:start], instead]
            reached = end
        return "".join([*parts, self.text[reached:]])


def without_marks(text: str) -> str:
    """``text`` as Markdown shows it.

    >>> without_marks("**Delete** [all](logs.md) `*.log` files, but *not* __init__.py or 2 * 3 * 4")
    'Delete all *.log files, but not __init__.py or 2 * 3 * 4'
    """
    if not _ANY.search(text):
        return text
    edits = _Edits(text, bytearray(len(text)))
    _take_code(edits)
    _take_inline(edits)
    _take_links(edits)
    for start, end in emphasis_marks(text, edits.taken):
        edits.take(start, end)
    return edits.result()


def unbroken(text: str, start: int, end: int) -> list[Span]:
    """The code spans and comments between two offsets, marks included, in order: no sentence ends within one.

    >>> [span.of("Press `.` or ``a`b``.") for span in unbroken("Press `.` or ``a`b``.", 0, 21)]
    ['`.`', '``a`b``']
    """
    code = list(_code_spans(text, start, end))
    starts = [span.start for span in code]
    found = [*code, *(span for span in _comments(text, start, end) if not _inside(code, starts, span.start))]
    found.sort(key=lambda span: span.start)
    return [*found[:1], *(span for before, span in pairwise(found) if before.end <= span.start)]


def _inside(spans: list[Span], starts: list[int], place: int) -> bool:
    at = bisect_right(starts, place) - 1
    return at >= 0 and place < spans[at].end


def _code_spans(text: str, start: int, end: int) -> Iterator[Span]:
    """What is between two runs of as many ticks; quotation marks, ``"`a' and `b'"``, are none."""
    runs = [(found.start(), found.end()) for found in _TICKS.finditer(text, start, end)]
    next_alike: list[int | None] = []
    last: dict[int, int] = {}
    for place in reversed(range(len(runs))):
        length = runs[place][1] - runs[place][0]
        next_alike.append(last.get(length))
        last[length] = place
    next_alike.reverse()
    place = 0
    while place < len(runs):
        partner = next_alike[place]
        if partner is not None and _is_code(text, runs[place][1], runs[partner][0]):
            yield Span(start=runs[place][0], end=runs[partner][1])
            place = partner
        place += 1


def _is_code(text: str, start: int, end: int) -> bool:
    near = start < end <= start + _LONGEST_CODE
    return near and text[start].isspace() == text[end - 1].isspace() and text.find("''", start, end) < 0


def _comments(text: str, start: int, end: int) -> Iterator[Span]:
    """Comments; one that does not end goes to the end."""
    begin = text.find(_COMMENT, start, end)
    while begin >= 0:
        after = text.find(_COMMENT_END, begin + len(_COMMENT), end)
        reached = after + len(_COMMENT_END) if after >= 0 else end
        yield Span(start=begin, end=reached)
        begin = text.find(_COMMENT, reached, end)


def _take_code(edits: _Edits) -> None:
    text = edits.text
    for span in unbroken(text, 0, len(text)):
        if text[span.start] != "`":
            edits.take(span.start, span.end, " ")
            continue
        ticks = len(text[span.start : span.end]) - len(text[span.start : span.end].lstrip("`"))
        edits.take(span.start, span.start + ticks)
        edits.take(span.end - ticks, span.end)
        edits.keep(span.start, span.end)


def _take_inline(edits: _Edits) -> None:
    found = [one for one in _INLINE.finditer(edits.text) if not edits.taken[one.start()]]
    tags = {(one["name"].lower(), bool(one["end"])) for one in found if one["name"]}
    for one in found:
        instead = _tag(one, tags) if one["name"] else _instead(one)
        if instead is not None:
            edits.take(one.start(), one.end(), instead)


def _tag(one: re.Match[str], tags: set[tuple[str, bool]]) -> str | None:
    """What stands for a tag; ``None`` for one that has no partner: it is spoken of."""
    name = one["name"].lower()
    paired = (name, not one["end"]) in tags
    at_edge = one.end() == len(one.string) if one["end"] else one.start() == 0
    if not (paired or at_edge or name in _ALONE or one["more"].strip(" /")):
        return None
    return "" if name in _INSIDE_WORD else " "


def _instead(one: re.Match[str]) -> str:
    """What is shown for a mark that needs no partner."""
    match one.lastgroup:
        case "escaped" | "address":
            return str(one[one.lastgroup])
        case "entity":
            return html.unescape(one[0])
        case "raised":
            return _superscript(one["raised"].strip())
        case "alert":
            return f"{one['alert'].capitalize()}:"
        case "note":
            return ""
    return " "


def _superscript(raised: str) -> str:
    """Raised characters: a number must not be read as more figures of what stands before it.

    >>> _superscript("3"), _superscript("st"), _superscript("n+x"), _superscript("*")
    ('³', 'st', '^(n+x)', '*')
    """
    if _WRITTEN.fullmatch(raised) and (len(raised) == 1 or any(character.isdecimal() for character in raised)):
        return raised.translate(_RAISED)
    return f"^({raised})" if any(sign in "+-−*/=" for sign in raised[1:]) else raised


def _take_links(edits: _Edits) -> None:
    """Take the brackets and targets of links and images; what is between the brackets stays."""
    text = edits.text
    opened: list[re.Match[str]] = []
    for bracket in _BRACKET.finditer(text):
        if edits.taken[bracket.start()]:
            continue
        if bracket[0] != "]":
            opened = [*opened[-_MOST_OPEN:], bracket]
        elif opened:
            begin = opened.pop()
            target = _TARGET.match(text, bracket.end())
            if target and (not target["reference"] or _refers(text, begin, bracket.start(), target["reference"])):
                edits.take(begin.start(), begin.end())
                edits.take(bracket.start(), target.end())


def _refers(text: str, begin: re.Match[str], end: int, reference: str) -> bool:
    """Whether two pairs of brackets are a link: ``[1][2]`` are two sources, ``a[i][j]`` is an element."""
    label = text[begin.end() : end]
    worded = len(label) > 1 and any(character.isalpha() for character in label)
    return worded and not text[begin.start() - 1 : begin.start()].isalnum() and not reference.startswith("[^")
