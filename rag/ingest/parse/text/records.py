"""Records: lines, items or paragraphs that are a key and its value each, and terms with their definitions."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from rag.blocks import Block, Cell, Form, children, within
from rag.ingest.parse.text.rebuilt import rebuilt
from rag.language.english.lexicon import AUXILIARIES
from rag.language.sentences import stripped
from rag.types import Span

_SIGN = r"(?:[^\w\s*`<>\[\]()|#\"'“”‘’.,:;!?-]{1,4}[ \t]+)?"  # a picture before the key
_CODE = r"`[^`\n]{1,60}`"
_AFTER_BOLD = r"(?: [:.] (?P=mark) | (?P=mark) (?: [ \t]? [:–—] | [ \t]-[ \t] ) )"
_KEY = re.compile(
    rf"""{_SIGN}(?:
      (?P<mark>\*\*|__) (?P<bold>[^\W_][^\n:*_|]{{0,58}}?) [ \t]? {_AFTER_BOLD} [ \t]*
    | (?P<code>{_CODE} (?: [ \t]?[,/|][ \t]? {_CODE} ){{0,4}}) [ \t]? (?: : | [ \t](?:[–—]|--?)(?=[ \t]) ) [ \t]*
    | (?P<link>\[[^\[\]\n]{{1,60}}\]\([^()\s]{{1,300}}\)) [ \t]? : [ \t]+
    | (?P<key>[^\W_][^\n:*`|.;!?\[\]()]{{0,38}}? (?:[ \t]?\([^()\n:]{{1,20}}\))?) [ \t]? : [ \t]+
    )(?=\S)""",
    re.VERBOSE,
)
_NO_KEYS = frozenset(("q", "a", "question", "answer"))
_LINE_END = re.compile(r"(?<![ \t])[ \t]*+(?:\\?(?:\r\n|[\r\n]|$)|<br[ \t]*+/?>[ \t]*+(?:\r\n|[\r\n])?)", re.IGNORECASE)
_DEFINITION = re.compile(r"[ \t]*:[ \t]+(?=\S)")
_MOST_KEY_WORDS = 6
_LONGEST_VALUE = 300
_LONGEST_TERM = 100
_Reader = Callable[[str, Sequence[Block], int], tuple[Block, int] | None]


def field_cells(text: str, span: Span) -> tuple[Cell, Cell] | None:
    """The key and the value of a line, ``None`` where it has none."""
    found = _KEY.match(text, span.start, span.end)
    if found is None:
        return None
    name = next(name for name in ("bold", "code", "link", "key") if found[name])
    words = found[name].lower().split()
    plain = name in ("key", "link")
    if (
        len(words) > _MOST_KEY_WORDS
        or (words and words[-1] in _NO_KEYS)
        or (name == "key" and set(words) & set(AUXILIARIES))
    ):
        return None
    value = stripped(text, found.end(), span.end)
    if value is None or (plain and "\n" in value.of(text)):
        return None
    key = Cell(start=found.start(name), end=found.end(name), column=0)
    return key, Cell(start=value.start, end=value.end, column=1)


def with_records(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with keyed items, lines and paragraphs as records."""
    made: dict[int, list[Block]] = {}
    for place, block in enumerate(blocks):
        if block.form is Form.LIST and not block.ordered:
            fields = _of_list(text, blocks, place)
        else:
            fields = _of_paragraph(text, block.span) if block.form is Form.PARAGRAPH else []
        if fields and _are_distinct(text, fields):
            made[place] = _record(fields)
    joined = _grouped(text, rebuilt(blocks, made, ()), _lone_record, 2)
    return _grouped(text, joined, _keyed, 2)


def _record(fields: Sequence[Block]) -> list[Block]:
    whole = Span(start=fields[0].span.start, end=fields[-1].span.end)
    return [Block(span=whole, form=Form.RECORD), *fields]


def _field(span: Span, cells: tuple[Cell, ...]) -> Block:
    return Block(span=span, form=Form.FIELD, parent=0, cells=cells)


def _are_distinct(text: str, fields: Sequence[Block]) -> bool:
    """Whether each key is there once; it is not in a talk, "Ann: Why? Bo: Because. Ann: So."."""
    keys = [text[cell.start : cell.end] for field in fields for cell in field.cells if cell.column == 0]
    return len(keys) == len(set(keys))


def _of_list(text: str, blocks: Sequence[Block], place: int) -> list[Block]:
    """The fields of a list all of whose items are one keyed line; none where one is not."""
    inside = list(within(blocks, place))
    leaves = [blocks[one] for one in inside if blocks[one].leaf]
    if len(leaves) < 2 or len(inside) != 2 * len(leaves):
        return []
    cells = [field_cells(text, leaf.span) for leaf in leaves]
    return [_field(leaf.span, pair) for leaf, pair in zip(leaves, cells, strict=True) if pair] if all(cells) else []


def _of_paragraph(text: str, span: Span) -> list[Block]:
    words = span.of(text)
    if not any(end in words for end in ("\n", "\r", "<br")):
        return []
    return list(_of_lines(text, span)) or _defined(text, span)


def _of_lines(text: str, span: Span) -> Iterator[Block]:
    """The fields of a paragraph of which each line is keyed; a line below a bold key may go on with its value."""
    lines = list(_lines(text, span))
    cells = [field_cells(text, line) for line in lines]
    bold = all(
        text[line.start : line.start + 2] in ("**", "__") for line, pair in zip(lines, cells, strict=True) if pair
    )
    keyed = [place for place, pair in enumerate(cells) if pair]
    cases = {text[pair[0].start].islower() for pair in cells if pair}
    if len(keyed) < 2 or keyed[0] != 0 or (len(keyed) < len(lines) and not bold) or len(cases) > 1:
        return
    for place, after in pairwise([*keyed, len(lines)]):
        if pair := cells[place]:
            whole = Span(start=lines[place].start, end=lines[after - 1].end)
            yield _field(whole, (pair[0], Cell(start=pair[1].start, end=whole.end, column=1)))


def _lines(text: str, span: Span) -> Iterator[Span]:
    """The lines of a paragraph, without what breaks them."""
    reached = span.start
    for end in _LINE_END.finditer(text, span.start, span.end):
        if line := stripped(text, reached, end.start()):
            yield line
        reached = end.end()
    if rest := stripped(text, reached, span.end):
        yield rest


def _defined(text: str, span: Span) -> list[Block]:
    """A term with its definitions, each on a line that begins with a colon."""
    lines = list(_lines(text, span))
    marks = [_DEFINITION.match(text, line.start, line.end) for line in lines]
    first = next((place for place, mark in enumerate(marks) if mark), 0)
    if first == 0 or lines[first - 1].end - lines[0].start > _LONGEST_TERM * first:
        return []
    terms, values = lines[:first], _definitions(lines[first:], marks[first:])
    key = Cell(start=terms[0].start, end=terms[-1].end, column=0)
    cells = [Cell(start=value.start, end=value.end, column=column) for column, value in enumerate(values, 1)]
    return [_field(span, (key, *cells))]


def _definitions(lines: Sequence[Span], marks: Sequence[re.Match[str] | None]) -> list[Span]:
    """The definitions, with the lines that they are wrapped over."""
    found: list[Span] = []
    for line, mark in zip(lines, marks, strict=True):
        if mark:
            found.append(Span(start=mark.end(), end=line.end))
        else:
            found[-1] = Span(start=found[-1].start, end=line.end)
    return found


def _lone_record(text: str, blocks: Sequence[Block], place: int) -> tuple[Block, int] | None:
    """The only field of a record, and how many blocks it is."""
    if blocks[place].form is not Form.RECORD or len(list(children(blocks, place))) != 1:
        return None
    return blocks[place + 1], 2


def _keyed(text: str, blocks: Sequence[Block], place: int) -> tuple[Block, int] | None:
    block = blocks[place]
    if block.form is not Form.PARAGRAPH or not text.startswith(("**", "__"), block.span.start):
        return None
    cells = field_cells(text, block.span)
    if cells is None or cells[1].end - cells[1].start > _LONGEST_VALUE:
        return None
    return Block(span=block.span, form=Form.FIELD, cells=cells), 1


def _grouped(text: str, blocks: Sequence[Block], read: _Reader, fewest: int) -> list[Block]:
    """The blocks with runs of neighbours of which each is a field as one record."""
    made: dict[int, list[Block]] = {}
    gone: set[int] = set()
    place = 0
    while place < len(blocks):
        first, fields = place, []
        while (
            place < len(blocks)
            and blocks[place].parent == blocks[first].parent
            and (found := read(text, blocks, place))
        ):
            fields.append(_field(found[0].span, found[0].cells))
            place += found[1]
        if len(fields) >= fewest and _are_distinct(text, fields):
            made[first] = _record(fields)
            gone |= set(range(first + 1, place))
        place = max(place, first + 1)
    return rebuilt(blocks, made, gone)
