"""Tables that are drawn: cells between bars, with or without lines around them."""

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.blocks import Cell, Form
from rag.ingest.parse.text.layout import Layout
from rag.ingest.parse.text.rows import Row, add_table
from rag.language.sentences import stripped
from rag.types import Span

_BAR = re.compile(r"[|│┃║]")
_RULE = re.compile(r"[-=+|:.'`\s─━═│┃║┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╒╕╘╛╞╡╤╧╪╟╢╥╨╫]*")
_BITS = re.compile(r"\+(?:-\+){4,}")
_MOST_LINES = 6  # of a row that lines are drawn around


def read_boxes(layout: Layout, place: int) -> int:
    """Read a table with bars; gives the place behind it, ``place`` where there is none."""
    if not layout.may_be("boxes", place):
        return place
    last = place
    while last < len(layout.lines) and _is_part(layout, last) and (last == place or not layout.begins_run(last)):
        last += 1
    if last - place < 2:
        return place
    lines = [layout.lines[one] for one in range(place, last)]
    if any(_BITS.search(line.of(layout.text)) for line in lines):
        layout.outline.leaf(lines[0].begin, lines[-1].end, Form.CODE)
        return last
    groups = _groups(layout, range(place, last))
    rows, declared = _rows(layout, groups)
    if not _is_table(rows, ruled=len(groups) > 1):
        return layout.is_no("boxes", place, last)
    whole = _edges(layout, place, last)
    add_table(layout.outline, rows, declared=declared, start=whole.start, end=whole.end)
    return last


def _edges(layout: Layout, place: int, last: int) -> Span:
    return Span(start=layout.lines[place].begin, end=layout.lines[last - 1].end)


def _is_part(layout: Layout, place: int) -> bool:
    """Whether a line has cells between bars, or is drawn around them."""
    words = layout.words(place)
    if layout.is_aside(place) or len(words) < 3:
        return False
    return bool(_BAR.search(words)) or (words[0] in "+-=┌├└╔╠╚╒╘╞╟" and _is_rule(words))


def _is_rule(words: str) -> bool:
    return bool(_RULE.fullmatch(words)) and any(character in "-=─━═" for character in words)


def _groups(layout: Layout, places: range) -> list[list[int]]:
    """The lines with cells, in the groups that drawn lines set apart; the first may be empty."""
    groups: list[list[int]] = [[]]
    for place in places:
        if _is_rule(layout.words(place)):
            groups.append([])
        else:
            groups[-1].append(place)
    return [group for group in groups if group]


def _rows(layout: Layout, groups: Sequence[Sequence[int]]) -> tuple[list[Row], int]:
    """The rows, and how many of the first ones a line below them marks.

    Where a line is drawn below each row, the lines between two of them are one row.
    """
    boxed = len(groups) > 2 and all(len(group) <= _MOST_LINES for group in groups)
    rows: list[Row] = []
    for group in groups:
        rows += [_row(layout, group)] if boxed else [_row(layout, [place]) for place in group]
    if len(groups) < 2:
        return rows, 0
    return rows, 1 if boxed else len(groups[0])


def _row(layout: Layout, group: Sequence[int]) -> Row:
    row = Row(layout.lines[group[0]].begin, layout.lines[group[-1]].end)
    for place in group:
        line = layout.lines[place]
        bars = [bar.start() for bar in _BAR.finditer(layout.text, line.begin, line.end)]
        edges = [*([] if bars and bars[0] == line.begin else [line.begin - 1]), *bars]
        if not bars or bars[-1] != line.end - 1:
            edges.append(line.end)
        for column, (before, after) in enumerate(pairwise(edges)):
            if span := stripped(layout.text, before + 1, after):
                row.cells.append(Cell(start=span.start, end=span.end, column=column))
    return row


def _is_table(rows: Sequence[Row], *, ruled: bool) -> bool:
    """Whether rows have the same columns; two by two without a line between them may be anything."""
    widths = [max((cell.column + 1 for cell in row.cells), default=0) for row in rows]
    most = max(widths, default=0)
    if len(rows) < 2 or most < 2 or 4 * sum(width >= most - 1 for width in widths) < 3 * len(widths):
        return False
    return ruled or len(rows) > 2 or most > 2
