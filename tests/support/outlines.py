"""The tree of a parsed document, drawn as lines to compare, and what must hold of any tree."""

from collections.abc import Sequence

from rag.blocks import HOLDERS, Block, Form
from rag.ingest.parse import Parsed


def drawn(parsed: Parsed) -> list[str]:
    """A line a block: its form, indented by depth, then its words; of a row its cells as ``column:text``."""
    depths: list[int] = []
    lines = []
    for block in parsed.blocks:
        depths.append(0 if block.parent is None else depths[block.parent] + 1)
        lines.append("  " * depths[-1] + _named(block) + _words(parsed.text, block))
    return lines


def assert_sound(text: str, blocks: Sequence[Block]) -> None:
    """Blocks are in pre-order, within their parents and the text; leaves are in order and do not overlap."""
    reached = 0
    for place, block in enumerate(blocks):
        assert 0 <= block.span.start < block.span.end <= len(text), block
        if block.parent is not None:
            holder = blocks[block.parent]
            assert block.parent < place, block
            assert holder.form in HOLDERS, block
            assert holder.span.start <= block.span.start, (holder, block)
            assert block.span.end <= holder.span.end, (holder, block)
        if block.leaf:
            assert reached <= block.span.start, block
            assert block.span.of(text) == block.span.of(text).strip() or block.form is Form.CODE, block
            reached = block.span.end
        for cell in block.cells:
            assert 0 <= cell.start < cell.end <= len(text), cell


def _named(block: Block) -> str:
    marks = [
        *([str(block.level)] if block.form is Form.HEADING else []),
        *(["ordered"] if block.ordered else []),
        *(["head"] if block.head else []),
        *([block.mark] if block.mark else []),
    ]
    return " ".join([block.form.value, *marks])


def _words(text: str, block: Block) -> str:
    if block.cells:
        return "".join(f" | {cell.column}:{text[cell.start : cell.end]}" for cell in block.cells)
    return f" | {block.span.of(text)}" if block.leaf else ""
