"""Questions that stand over their answers: each is a heading of what follows."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.blocks import Block, Form

QUESTION_LEVEL = 6
"""Below all headings that a document has."""
_LONGEST = 300
_NUMBERED = re.compile(r"(?:Q(?:uestion)?\s?(?:\d{1,3}\s?)?[.:)]|\(?\d{1,3}(?:\.\d{1,3}){0,3}[.):])\s+\S")
_FIRST_LINE = re.compile(r"Q(?:uestion)?\s?(?:\d{1,3}\s?)?[.:)][^\n]*\?(?=\s?\n)")
_ANSWERS = frozenset({Form.PARAGRAPH, Form.LIST, Form.TABLE, Form.RECORD, Form.QUOTE, Form.CODE})


def split_question(text: str) -> tuple[str, str]:
    """A paragraph that is a question on its first line, marked so, and what is below; else nothing and all of it.

    >>> split_question("Q: Is it open?\\nA: Yes.")
    ('Q: Is it open?', 'A: Yes.')
    """
    first = _FIRST_LINE.match(text)
    return (first[0], text[first.end() :].strip()) if first else ("", text)


def answered(text: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks, with each numbered question that its answer follows as a heading.

    A question is so where it is a paragraph, an item of a list with its answer in the same item, or the only item of
    a list.
    """
    found = list(blocks)
    gone: set[int] = set()
    for place in range(len(blocks) - 1):
        block = blocks[place]
        if block.form is not Form.PARAGRAPH or not _asks(text, block):
            continue
        item = block.parent is not None and blocks[block.parent].mark != "" and place == block.parent + 1
        if not item and not _NUMBERED.match(text, block.span.start, block.span.end):
            continue
        if _is_answer(text, blocks[place + 1], block.parent):
            found[place] = replace(block, form=Form.HEADING, level=QUESTION_LEVEL)
        elif (
            item
            and (whole := _sole_list(blocks, place)) is not None
            and _is_answer(text, blocks[place + 1], blocks[whole].parent)
        ):
            found[place] = replace(block, form=Form.HEADING, level=QUESTION_LEVEL, parent=blocks[whole].parent)
            gone |= {whole, whole + 1}
    return _without(found, gone)


def _asks(text: str, block: Block) -> bool:
    return block.span.end - block.span.start <= _LONGEST and text[block.span.end - 1] == "?"


def _is_answer(text: str, block: Block, parent: int | None) -> bool:
    return block.form in _ANSWERS and block.parent == parent and not (block.leaf and _asks(text, block))


def _sole_list(blocks: Sequence[Block], place: int) -> int | None:
    """The list that is only this paragraph, ``None`` where it is longer."""
    whole = place - 2
    if whole < 0 or blocks[whole].form is not Form.LIST or blocks[place - 1].parent != whole:
        return None
    return whole if blocks[place + 1].parent not in (whole, whole + 1) else None


def _without(blocks: Sequence[Block], gone: set[int]) -> tuple[Block, ...]:
    """The blocks that stay, with the new positions of their parents."""
    if not gone:
        return tuple(blocks)
    new: dict[int | None, int | None] = {None: None}
    kept: list[Block] = []
    for place, block in enumerate(blocks):
        if place not in gone:
            new[place] = len(kept)
            kept.append(replace(block, parent=new[block.parent]))
    return tuple(kept)
