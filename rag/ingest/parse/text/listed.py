"""Lists of plain text: items by their marks, nested by their indents."""

from dataclasses import dataclass

from rag.blocks import Form
from rag.ingest.parse.text.columns import begins_columns, read_columns
from rag.ingest.parse.text.layout import Layout
from rag.ingest.parse.text.marks import Mark, opens_list, same_place

_DEEPEST = 30
_ENDS = ".!?:;"


@dataclass(slots=True)
class _Open:
    """A list that is open, with its last item."""

    reading: str
    indent: int
    words: int
    depth: int
    number: int


def read_list(layout: Layout, place: int) -> int:
    """Read a list; gives the place behind it, ``place`` where there is none."""
    reading = opens_list(layout.lines, layout.marks, place)
    if reading is None:
        return place
    outline, depth = layout.outline, layout.outline.depth
    stack: list[_Open] = []
    _push(layout, stack, place, reading)
    place = _read_words(layout, stack, place)
    while place < len(layout.lines) and not layout.is_aside(place):
        after = _read_item(layout, stack, place) or _read_more(layout, stack, place)
        if after == 0:
            break
        place = after
    outline.close_to(depth)
    return place


def _read_item(layout: Layout, stack: list[_Open], place: int) -> int:
    """Read the line as an item of an open list or of one within it; 0 where it is none."""
    mark, line = layout.marks[place], layout.lines[place]
    if mark is None:
        return 0
    same = [one for one in stack if one.reading in mark.readings and abs(one.indent - line.indent) <= 1]
    if same:
        _next_item(layout, stack, same[-1], mark, place)
        return _read_words(layout, stack, place)
    reading = opens_list(layout.lines, layout.marks, place)
    inner = line.indent > stack[-1].indent + 1 or (
        not line.gap and abs(line.indent - stack[-1].indent) <= 1 and next(iter(mark.readings.values())) <= 1
    )
    if reading is None or not inner or len(stack) >= _DEEPEST:
        return _outdented(layout, stack, place) if reading is not None else 0
    _push(layout, stack, place, reading)
    return _read_words(layout, stack, place)


def _outdented(layout: Layout, stack: list[_Open], place: int) -> int:
    """An item that is further out than its neighbours, but within what is open, or too deep: an item of the nearest."""
    mark, line = layout.marks[place], layout.lines[place]
    around = [one for one in stack if one.indent < line.indent]
    if mark is None or not around or line.gap:
        return 0
    _next_item(layout, stack, around[-1], mark, place)
    return _read_words(layout, stack, place)


def _next_item(layout: Layout, stack: list[_Open], one: _Open, mark: Mark, place: int) -> None:
    while stack[-1] is not one:
        stack.pop()
    layout.outline.close_to(one.depth)
    one.words = mark.begin - layout.lines[place].begin + layout.lines[place].indent
    one.number = mark.readings.get(one.reading, 0)
    _open_item(layout, mark, place)


def _push(layout: Layout, stack: list[_Open], place: int, reading: str) -> None:
    line, mark = layout.lines[place], layout.marks[place]
    if mark is None:
        return
    layout.outline.open(Form.LIST, ordered=mark.ordered)
    words = mark.begin - line.begin + line.indent
    stack.append(_Open(reading, line.indent, words, layout.outline.depth, mark.readings[reading]))
    _open_item(layout, mark, place)


def _open_item(layout: Layout, mark: Mark, place: int) -> None:
    layout.outline.open(Form.ITEM, layout.lines[place].begin, mark=mark.written if mark.ordered else "")


def _read_words(layout: Layout, stack: list[_Open], place: int) -> int:
    """Add the words of an item, with the lines that they are wrapped over."""
    mark = layout.marks[place]
    begin = mark.begin if mark else layout.lines[place].begin
    last = place
    while last + 1 < len(layout.lines) and _goes_on(layout, stack[-1], last):
        last += 1
    layout.outline.leaf(begin, layout.lines[last].end)
    return last + 1


def _goes_on(layout: Layout, one: _Open, place: int) -> bool:
    """Whether the next line goes on with the words of an item: it is wrapped, or it hangs below them."""
    line, after = layout.lines[place], layout.lines[place + 1]
    if layout.is_aside(place + 1) or after.gap or layout.opens[place + 1]:
        return False
    if begins_columns(layout, place + 1, indent=one.indent + 2):
        return False
    if layout.wrapped[place]:
        return True
    hangs = after.indent > one.indent + 1
    return hangs and not (layout.text[line.end - 1] in _ENDS and layout.text[after.begin].isupper())


def _read_more(layout: Layout, stack: list[_Open], place: int) -> int:
    """Read a further paragraph of an item, indented as its words are; 0 where it is none."""
    line = layout.lines[place]
    holding = [one for one in stack if line.indent > one.indent + 1]
    if not holding or (layout.marks[place] and not line.gap and same_place(line, layout.lines[place - 1])):
        return 0
    while stack[-1] is not holding[-1]:
        stack.pop()
    layout.outline.close_to(stack[-1].depth + 1)
    behind = read_columns(layout, place, indent=stack[-1].indent + 2)
    if behind > place:
        return behind
    last = place
    while last + 1 < len(layout.lines) and _goes_on(layout, stack[-1], last):
        last += 1
    layout.outline.leaf(line.begin, layout.lines[last].end)
    return last + 1
