"""Records: lines or items that are a key and its value each."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.blocks import Block, Cell, Form, within
from rag.language.sentences import stripped
from rag.types import Span

_KEY = re.compile(
    r"(?:\*\*|__)(?P<bold>[^\W_][^\n:*_`|]{0,58}?)[ \t]?(?::(?:\*\*|__)|(?:\*\*|__)[ \t]?:)[ \t]+(?=\S)"
    r"|(?P<key>[^\W_][^\n:*`|.;!?]{0,38}?)[ \t]?:[ \t]+(?=\S)"
)
_MOST_KEY_WORDS = 6


def field_cells(text: str, span: Span) -> tuple[Cell, Cell] | None:
    """The key and the value of a line, ``None`` where it has none."""
    found = _KEY.match(text, span.start, span.end)
    if not found:
        return None
    name = "bold" if found["bold"] else "key"
    if len(found[name].split()) > _MOST_KEY_WORDS:
        return None
    value = stripped(text, found.end(), span.end)
    if value is None or ("\n" in value.of(text).strip() and name == "key"):
        return None
    return (
        Cell(start=found.start(name), end=found.end(name), column=0),
        Cell(start=value.start, end=value.end, column=1),
    )


def with_records(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with lists of keyed items as records; a tree is made anew where one is found."""
    found: dict[int, list[Block]] = {}
    for place, block in enumerate(blocks):
        if block.form is Form.LIST and not block.ordered and (fields := _fields(text, blocks, place)):
            found[place] = fields
    return list(_rebuilt(blocks, found)) if found else list(blocks)


def _fields(text: str, blocks: Sequence[Block], place: int) -> list[Block]:
    """The fields of a list all of whose items are one keyed line; none where one is not."""
    inside = list(within(blocks, place))
    leaves = [blocks[one] for one in inside if blocks[one].leaf]
    if len(leaves) < 2 or len(inside) != 2 * len(leaves):
        return []
    cells = [field_cells(text, leaf.span) for leaf in leaves]
    if not all(cells):
        return []
    return [
        Block(span=leaf.span, form=Form.FIELD, cells=pair) for leaf, pair in zip(leaves, cells, strict=True) if pair
    ]


def _rebuilt(blocks: Sequence[Block], records: dict[int, list[Block]]) -> Iterator[Block]:
    moved: dict[int, int] = {}
    made = 0
    skipped: set[int] = set()
    for place, block in enumerate(blocks):
        if place in skipped:
            continue
        moved[place] = made
        parent = None if block.parent is None else moved[block.parent]
        made += 1
        if place not in records:
            yield replace(block, parent=parent)
            continue
        yield replace(block, parent=parent, form=Form.RECORD, level=0)
        for field in records[place]:
            yield replace(field, parent=moved[place])
            made += 1
        skipped.update(within(blocks, place))
