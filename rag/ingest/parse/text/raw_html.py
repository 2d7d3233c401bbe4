"""HTML within Markdown: what its elements say, with spans of the text itself; what is hidden is left out.

What this does not do: markup that goes on behind a blank line, where Markdown begins again, but for what it hides.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.blocks import Block, Cell, Form
from rag.ingest.parse.tables import GridCell, head_rows, placed
from rag.language.sentences import stripped
from rag.types import Span

_TAG = re.compile(r"<!--|<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9:-]*+)(?P<more>[^<>]*+)>|<[!?][^<>]*>")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_HIDDEN = re.compile(r"(?:^|\s)hidden(?![\w-])")
_NOT_DISPLAYED = re.compile(r"\bstyle\s*=\s*[\"'][^\"']*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_SPANNED = re.compile(r"\b(?P<name>colspan|rowspan)\s*=\s*[\"']?(?P<number>\d{1,4})", re.IGNORECASE)
_NO_TEXT = frozenset("script style template noscript svg iframe object head title".split())
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_WITHIN_LINE = frozenset(
    """a abbr b bdi bdo big br button cite code data del dfn em font i img input ins kbd label mark nobr picture q s
    samp small source span strike strong sub sup time tt u var wbr""".split()
)
_HEADINGS = {"summary": 6, **{f"h{level}": level for level in range(1, 7)}}
_HOLDERS = {"ul": Form.LIST, "ol": Form.LIST, "li": Form.ITEM, "dl": Form.RECORD}
_CELLS = ("td", "th")
_LONGEST_HEADING = 300
_DEEPEST = 40
_UNKNOWN = Span(start=0, end=1)


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag, or what hides a part of the text; ``end`` is behind all of it."""

    start: int
    end: int
    name: str = ""
    closes: bool = False
    more: str = ""


@dataclass(slots=True)
class _Reading:
    """What was read of a piece of HTML."""

    text: str
    blocks: list[Block] = field(default_factory=list)
    open: list[tuple[str, int]] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    key: Span | None = None

    @property
    def parent(self) -> int | None:
        return self.open[-1][1] if self.open else None

    def leaf(self, block: Block) -> None:
        """Append a leaf; all that a record holds are fields."""
        self.leave_key()
        if self.open and self.open[-1][0] == "dl" and block.form is not Form.FIELD:
            value = Cell(start=block.span.start, end=block.span.end, column=1)
            block = Block(span=block.span, form=Form.FIELD, cells=(value,))
        self.blocks.append(replace(block, parent=self.parent))

    def leave_key(self) -> None:
        """Append the key that waits for its value, as a field without one."""
        if key := self.key:
            self.key = None
            cells = (Cell(start=key.start, end=key.end, column=0),)
            self.leaf(Block(span=key, form=Form.FIELD, cells=cells))

    def enter(self, name: str) -> None:
        """Open an element that holds others."""
        self.leave_key()
        if len(self.open) >= _DEEPEST:
            return
        level = sum(one in ("ul", "ol") for one, _ in self.open)
        form, mark = _HOLDERS[name], ""
        if form is Form.ITEM and self.parent is not None and self.blocks[self.parent].ordered:
            self.items[-1] += 1
            mark = f"{self.items[-1]}."
        block = Block(span=_UNKNOWN, form=form, parent=self.parent, ordered=name == "ol", mark=mark)
        self.blocks.append(replace(block, level=level) if form is Form.LIST else block)
        self.open.append((name, len(self.blocks) - 1))
        self.items.append(0)

    def leave(self, names: Sequence[str]) -> None:
        """Close the innermost of some elements and all that is open within it."""
        if any(name in names for name, _ in self.open):
            while self._close() not in names:
                pass

    def finish(self) -> list[Block]:
        """All blocks, once there are no more."""
        self.leave_key()
        while self.open:
            self._close()
        return self.blocks

    def _close(self) -> str:
        self.leave_key()
        name, place = self.open.pop()
        self.items.pop()
        held = self.blocks[place + 1 :]
        if held:
            span = Span(start=held[0].span.start, end=held[-1].span.end)
            self.blocks[place] = replace(self.blocks[place], span=span)
        else:
            del self.blocks[place]
        return name


def html_blocks(text: str, span: Span, hidden: str = "") -> tuple[list[Block], str]:
    """The blocks of a piece of HTML, parents by their position among them, and what element goes on hiding the text.

    Args:
        hidden: The element that hid what came before.
    """
    tags, hidden = _tags(text, span, hidden)
    reading = _Reading(text)
    reached, opening = span.start, _Tag(span.start, span.start)
    place = 0
    while place < len(tags):
        tag = tags[place]
        place += 1
        if tag.name in _WITHIN_LINE and tag.name:
            continue
        _read_words(reading, opening, reached, tag.start)
        if tag.name == "table" and not tag.closes and (after := _table_end(tags, place)):
            _read_table(reading, tags[place : after - 1])
            place = after
        else:
            _read_holder(reading, tag)
        reached, opening = tags[place - 1].end, tags[place - 1]
    _read_words(reading, opening, reached, span.end)
    return reading.finish(), hidden


def shown(text: str, span: Span) -> Iterator[Span]:
    """The parts of a paragraph that are not hidden."""
    if "<" not in text[span.start : span.end]:
        yield span
        return
    tags, _ = _tags(text, span, "")
    reached = span.start
    for start, end in [*((tag.start, tag.end) for tag in tags if not tag.name and tag.more), (span.end, span.end)]:
        if part := stripped(text, reached, start):
            yield part
        reached = end


def _tags(text: str, span: Span, hidden: str) -> tuple[list[_Tag], str]:
    """The tags of a piece of HTML, hidden elements as one; ``more`` of these says so."""
    found: list[_Tag] = []
    reached = span.start
    if hidden:
        reached, hidden = _hidden_end(text, hidden, reached, span.end)
        found.append(_Tag(span.start, reached, more="hidden"))
    while not hidden and (tag := _TAG.search(text, reached, span.end)):
        reached = tag.end()
        name = (tag["name"] or "").lower()
        if tag[0] == "<!--":
            after = text.find("-->", tag.end(), span.end)
            reached = after + 3 if after >= 0 else span.end
            found.append(_Tag(tag.start(), reached))
        elif name and not tag["end"] and name not in _VOID and _hides(name, tag["more"]):
            reached, hidden = _hidden_end(text, name, tag.end(), span.end)
            found.append(_Tag(tag.start(), reached, more="hidden"))
        else:
            found.append(_Tag(tag.start(), reached, name, bool(tag["end"]), tag["more"] or ""))
    return found, hidden


def _hides(name: str, attributes: str) -> bool:
    bare = _QUOTED.sub("", attributes)
    return name in _NO_TEXT or bool(_HIDDEN.search(bare) or _NOT_DISPLAYED.search(attributes))


def _hidden_end(text: str, name: str, start: int, end: int) -> tuple[int, str]:
    """Where an element that hides its text ends, and its name where it goes on behind ``end``."""
    depth = 1
    for tag in _TAG.finditer(text, start, end):
        if (tag["name"] or "").lower() == name:
            depth += -1 if tag["end"] else 1
            if depth == 0:
                return tag.end(), ""
    return end, name


def _read_words(reading: _Reading, opening: _Tag, start: int, end: int) -> None:
    """Read what stands between two tags of blocks."""
    words = stripped(reading.text, start, end)
    if words is None or not any(character.isalnum() for character in _TAG.sub("", words.of(reading.text))):
        return
    name = "" if opening.closes else opening.name
    short = words.end - words.start <= _LONGEST_HEADING
    if name in _HEADINGS and short:
        reading.leaf(Block(span=words, form=Form.HEADING, level=_HEADINGS[name]))
    elif name == "dt" and reading.open and reading.open[-1][0] == "dl":
        reading.leave_key()
        reading.key = words
    elif name == "dd" and (key := reading.key):
        cells = (Cell(start=key.start, end=key.end, column=0), Cell(start=words.start, end=words.end, column=1))
        reading.key = None
        reading.leaf(Block(span=Span(start=key.start, end=words.end), form=Form.FIELD, cells=cells))
    else:
        reading.leaf(Block(span=words, form=Form.CODE if name == "pre" else Form.PARAGRAPH))


def _read_holder(reading: _Reading, tag: _Tag) -> None:
    if tag.name not in _HOLDERS:
        return
    if tag.closes:
        reading.leave([tag.name])
    elif tag.name == "li":
        if reading.open and reading.open[-1][0] == "li":
            reading.leave(["li"])
        if reading.open and reading.open[-1][0] in ("ul", "ol"):
            reading.enter("li")
    else:
        reading.enter(tag.name)


def _table_end(tags: Sequence[_Tag], place: int) -> int:
    """The place behind the end of a table, 0 where it has none here or holds another table."""
    for after in range(place, len(tags)):
        if tags[after].name == "table":
            return after + 1 if tags[after].closes else 0
    return 0


def _read_table(reading: _Reading, tags: Sequence[_Tag]) -> None:
    """Read the tags within a table."""
    rows: list[list[tuple[_Tag, Span | None]]] = []
    edges = [tag for tag in tags if tag.name not in _WITHIN_LINE and tag.name]
    for tag, after in zip(edges, [*edges[1:], *tags[-1:]], strict=False):
        words = stripped(reading.text, tag.end, max(tag.end, after.start))
        if tag.closes:
            continue
        if tag.name == "caption" and words:
            reading.leaf(Block(span=words, form=Form.CAPTION))
        elif tag.name == "tr" or (tag.name in _CELLS and not rows):
            rows.append([])
        if tag.name in _CELLS:
            rows[-1].append((tag, words))
    named = [bool(row) and all(tag.name == "th" for tag, _ in row) for row in rows]
    _add_rows(reading, rows, named.index(False) if False in named else len(named))


def _add_rows(reading: _Reading, rows: Sequence[Sequence[tuple[_Tag, Span | None]]], declared: int) -> None:
    grid = placed([[_grid_cell(reading.text, tag, words) for tag, words in row] for row in rows])
    heads = head_rows(grid, declared)
    cells: dict[tuple[int, int], Cell] = {}
    table = len(reading.blocks)
    found: list[Block] = []
    for number, row in enumerate(grid):
        own = [cell for cell in row if cell.row == number]
        for cell, (_, words) in zip(own, rows[number], strict=False):
            if words:
                at = Cell(start=words.start, end=words.end, column=cell.column, width=cell.columns)
                cells[number, cell.column] = at
        held = tuple(cells[cell.row, cell.column] for cell in row if (cell.row, cell.column) in cells)
        mine = [cells[number, cell.column] for cell in own if (number, cell.column) in cells]
        if mine:
            span = Span(start=mine[0].start, end=mine[-1].end)
            found.append(Block(span=span, form=Form.ROW, parent=table, head=number < heads, cells=held))
    if found:
        whole = Span(start=found[0].span.start, end=found[-1].span.end)
        reading.leaf(Block(span=whole, form=Form.TABLE))
        reading.blocks += found


def _grid_cell(text: str, tag: _Tag, words: Span | None) -> GridCell:
    reach = {one["name"].lower(): max(1, int(one["number"])) for one in _SPANNED.finditer(tag.more)}
    said = words.of(text) if words else ""
    return GridCell(text=said, columns=reach.get("colspan", 1), rows=reach.get("rowspan", 1))
