"""What plain text quotes or shows as it is: replies of e-mail, and code."""

import re

from rag.blocks import Form
from rag.ingest.parse.text.layout import Layout
from rag.ingest.parse.text.tree import stripped_lines
from rag.language.sentences import stripped

_FENCE = re.compile(r"(?:`{3,}|~{3,})[\w+.-]*$")
_MARKS = re.compile(r"(?:>[ \t]?)+")
_ATTRIBUTION = re.compile(r"\b(?:wrote|writes|said|schrieb|escribió)\s?:$|\ba écrit\s?:$")
_CODE = re.compile(
    r"[;{}]$|^[}\])]|\(\)|\w\([^()\s]{0,60}\)"
    r"|^(?:[$%#>] |\.?/\w|#include|import |from \w+ import|def |class |return\b|for \(|if \(|else\b|public |private )"
    r"|^(?:var |let |const |SELECT |INSERT |UPDATE |--\w|</?\w|//|/\*|\w+ ?[-+*/|]?= ?\S)|[=!]=|=>|->|&&|\|\||::|\\$"
)
_LITERAL = re.compile(
    r"::$|^\.\. (?:code-block|sourcecode|code|parsed-literal|literalinclude|prompt|highlight)::|^:[\w-]{1,40}:"
)
_DEEPEST = 20
_FEWEST_QUOTED = 3
_CODE_INDENT = 2


def read_quote(layout: Layout, place: int) -> int:
    """Read lines marked as quoted, below who wrote them or several; gives the place behind, else ``place``."""
    depths: list[int] = []
    if not layout.may_be("quote", place):
        return place
    while place + len(depths) < len(layout.lines) and (depth := _depth(layout, place + len(depths))):
        depths.append(depth)
    named = place > 0 and bool(_ATTRIBUTION.search(layout.words(place - 1)[-40:]))
    worded = sum(_first(layout, place + one).isalpha() for one in range(len(depths)))
    if not depths or not (named or (len(depths) >= _FEWEST_QUOTED and 2 * worded > len(depths))):
        return layout.is_no("quote", place, place + len(depths))
    base = layout.outline.depth
    run: list[int] = []
    for number, depth in enumerate(depths):
        if run and (
            depth != depths[number - 1] or layout.lines[place + number].gap or not _said(layout, place + number)
        ):
            _add_quoted(layout, run)
            run = []
        _open_to(layout, base + depth, layout.lines[place + number].begin)
        run += [place + number] if _said(layout, place + number) else []
    _add_quoted(layout, run)
    layout.outline.close_to(base)
    return place + len(depths)


def _depth(layout: Layout, place: int) -> int:
    line = layout.lines[place]
    mark = _MARKS.match(layout.text, line.begin, line.end)
    return min(mark[0].count(">"), _DEEPEST) if mark and not layout.is_aside(place) else 0


def _said(layout: Layout, place: int) -> tuple[int, int] | None:
    """Where the words of a quoted line are."""
    line = layout.lines[place]
    mark = _MARKS.match(layout.text, line.begin, line.end)
    span = stripped(layout.text, mark.end() if mark else line.begin, line.end)
    return (span.start, span.end) if span else None


def _first(layout: Layout, place: int) -> str:
    said = _said(layout, place)
    return layout.text[said[0]] if said else " "


def _add_quoted(layout: Layout, run: list[int]) -> None:
    """Add a paragraph of a quotation, over the marks between its lines."""
    if run:
        first, last = _said(layout, run[0]), _said(layout, run[-1])
        if first and last:
            layout.outline.leaf(first[0], last[1])


def _open_to(layout: Layout, depth: int, start: int) -> None:
    layout.outline.close_to(depth)
    while layout.outline.depth < depth:
        layout.outline.open(Form.QUOTE, start)


def read_code(layout: Layout, place: int) -> int:
    """Read code between fences, or lines further in than the text that are clearly some."""
    if layout.is_aside(place):
        return place
    if _FENCE.fullmatch(layout.words(place)):
        return _read_fenced(layout, place)
    indent = layout.lines[place].indent
    before = layout.lines[place - 1].indent if place else 0
    if indent < before + _CODE_INDENT and not (layout.is_aside(place - 1) and indent > 1):
        return place
    if not layout.begins_run(place):
        return place
    last = place
    while last < len(layout.lines) and layout.lines[last].indent >= indent and not layout.is_aside(last):
        last += 1
    led = place > 0 and bool(_LITERAL.search(layout.words(place - 1)))
    coded = last - place if led else sum(bool(_CODE.search(layout.words(one)[:200])) for one in range(place, last))
    if 2 * coded <= last - place or (last - place < 2 and coded < 1):
        return place
    _add_code(layout, layout.lines[place].start, layout.lines[last - 1].end)
    return last


def _read_fenced(layout: Layout, place: int) -> int:
    fence = layout.words(place)[:3]
    last = place + 1
    while last < len(layout.lines) and not layout.words(last).startswith(fence):
        last += 1
    if last == len(layout.lines) or last == place + 1:
        return place
    _add_code(layout, layout.lines[place + 1].start, layout.lines[last - 1].end)
    return last + 1


def _add_code(layout: Layout, start: int, end: int) -> None:
    if span := stripped_lines(layout.text, start, end):
        layout.outline.leaf(span.start, span.end, Form.CODE)
