"""The tree over a text that is given verbatim: its blocks as they are found, each with its span of that text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from rag.blocks import Block, Cell, Form
from rag.ingest.parse.text.tree import LONGEST_HEADING
from rag.types import Kind, Span

_UNKNOWN = Span(start=0, end=1)


class Outline:
    """Collects the blocks of a text in its order; a block that holds others reaches from its start to their end.

    >>> outline = Outline("a: 1")
    >>> with outline.within(Form.RECORD):
    ...     outline.field((0, 1), (3, 4))
    >>> [(block.form.value, block.span) for block in outline.blocks]
    [('record', Span(start=0, end=4)), ('field', Span(start=0, end=4))]
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.blocks: list[Block] = []
        self._open: list[int] = []
        self._end = 0

    @property
    def depth(self) -> int:
        """How many blocks are open."""
        return len(self._open)

    def leaf(
        self,
        start: int,
        end: int,
        form: Form = Form.PARAGRAPH,
        *,
        level: int = 0,
        kind: Kind | None = None,
        head: bool = False,
        cells: Sequence[Cell] = (),
    ) -> None:
        """Append a leaf; a heading that is too long is a paragraph."""
        if form is Form.HEADING and end - start > LONGEST_HEADING:
            form, level = Form.PARAGRAPH, 0
        self._append(
            Block(span=Span(start=start, end=end), form=form, level=level, kind=kind, head=head, cells=tuple(cells))
        )
        self._end = end

    def field(self, key: tuple[int, int], value: tuple[int, int], *, start: int | None = None, end: int = 0) -> None:
        """Append a field by the places of its key and of its value.

        Args:
            start: Of the field, where it is before that of its key: a quotation mark.
            end: Of the field, where it is behind that of its value.
        """
        places = [place for place in enumerate((key, value)) if place[1][0] < place[1][1]]
        cells = [Cell(start=begin, end=stop, column=column) for column, (begin, stop) in places]
        self.leaf(key[0] if start is None else start, max(value[1], key[1], end), Form.FIELD, cells=cells)

    def open(self, form: Form, start: int = -1, *, ordered: bool = False, mark: str = "") -> None:
        """Open a block that holds what comes until it is closed.

        Args:
            start: Where it starts; without it where the first of its blocks does.
            mark: Of an item, its number or letter.
        """
        level = sum(self.blocks[place].form is Form.LIST for place in self._open) if form is Form.LIST else 0
        span = Span(start=start, end=start + 1) if start >= 0 else _UNKNOWN
        self._append(Block(span=span, form=form, level=level, ordered=ordered, mark=mark if start >= 0 else ""))
        self._open.append(len(self.blocks) - 1)

    def close(self) -> None:
        """Close the block that was opened last; one with nothing in it is not there."""
        place = self._open.pop()
        if place == len(self.blocks) - 1:
            del self.blocks[place]
            return
        block = self.blocks[place]
        start = self.blocks[place + 1].span.start if block.span == _UNKNOWN else block.span.start
        self.blocks[place] = replace(block, span=Span(start=start, end=self._end))

    def reach(self, end: int) -> None:
        """Let the open blocks reach at least to ``end``: a line around a table belongs to it."""
        self._end = max(self._end, end)

    def close_to(self, depth: int) -> None:
        """Close blocks until ``depth`` are open."""
        while len(self._open) > depth:
            self.close()

    @contextmanager
    def within(self, form: Form, start: int = -1, *, ordered: bool = False, mark: str = "") -> Iterator[None]:
        """What is added in the block is within one of ``form``."""
        self.open(form, start, ordered=ordered, mark=mark)
        yield
        self.close()

    def _append(self, block: Block) -> None:
        self.blocks.append(replace(block, parent=self._open[-1]) if self._open else block)
