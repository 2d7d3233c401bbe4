"""A tree in which blocks give way to others."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from rag.blocks import Block


def rebuilt(blocks: Sequence[Block], made: Mapping[int, Sequence[Block]], gone: Collection[int]) -> list[Block]:
    """``blocks`` with those of ``made`` in the place of others.

    Args:
        made: By position; the parents within are positions there, ``None`` for what is where the old block was.
        gone: The positions of blocks that are left out with all that they hold.
    """
    return list(_rebuilt(blocks, made, gone)) if made or gone else list(blocks)


def _rebuilt(blocks: Sequence[Block], made: Mapping[int, Sequence[Block]], gone: Collection[int]) -> Iterator[Block]:
    moved: dict[int, int] = {}
    count = 0
    for place, block in enumerate(blocks):
        if place in gone or (block.parent is not None and block.parent not in moved):
            continue
        parent = None if block.parent is None else moved[block.parent]
        first = count
        for new in made.get(place, (block,)):
            inside = new is not block and new.parent is not None
            yield replace(new, parent=first + (new.parent or 0) if inside else parent)
            count += 1
        if place not in made:
            moved[place] = first
