"""What every parser gives, and the builder that most of them make it with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from rag.blocks import Block, Cell, Form
from rag.errors import DocumentRejected
from rag.ingest.parse.tables import GridCell, head_rows, placed
from rag.ingest.parse.text.blocks import blocks, moved
from rag.ingest.parse.text.tree import LONGEST_HEADING
from rag.types import Description, Kind, Span

_GAP = "\n\n"
_CELL_GAP = " | "
_UNKNOWN = Span(start=0, end=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost.

    Args:
        seconds: Of processor time, and of waiting for the parser.
        memory_mb: Address space of the process that parses, MiB.
        characters: Of the extracted text.
        passages: That it is made into.
        file_bytes: Of the file itself.
    """

    seconds: int = 30
    memory_mb: int = 1_024
    characters: int = 5_000_000
    passages: int = 50_000
    file_bytes: int = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A document's text, frozen: citations index it.

    ``blocks`` are its tree, see ``rag.blocks``. ``description`` is what the format's own fields say;
    ``created`` is the ISO date on which the file was made, which stands in where no other date is
    found. ``pages`` has the offset of each page's first character, empty for a format without pages.
    ``left_out`` names what of it is not in the text: a hidden sheet.
    """

    text: str
    media_type: str
    blocks: tuple[Block, ...]
    description: Description = field(default_factory=Description)
    created: str | None = None
    pages: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A block that holds others and has not ended: its position, and what there was before it.

    ``start`` is where the mark of an item stands.
    """

    position: int
    parts: int
    length: int
    marked: bool
    start: int | None = None


class TextBuilder:
    """Collects the blocks of a document whose text is extracted; a blank line separates them, a line break rows.

    Args:
        characters: Limit of the text.
    """

    def __init__(self, characters: int) -> None:
        self._limit = characters
        self._parts: list[str] = []
        self._inside: list[_Begun] = []
        self._lists = 0
        self._marked = False
        self.length = 0
        self.blocks: list[Block] = []

    def add(
        self,
        text: str,
        *,
        label: str = "",
        form: Form = Form.PARAGRAPH,
        level: int = 0,
        kind: Kind | None = None,
    ) -> None:
        """Append a leaf; white space around it is dropped but the indent of code, and an empty one is nothing.

        Args:
            label: Stands before it in the text and is no part of the block.
            level: Of a heading, from 1; a heading that is too long is a paragraph.

        Raises:
            DocumentRejected: When the text grows beyond its limit.
        """
        shown = _without_blank_lines(text) if form is Form.CODE else text.strip()
        if not shown:
            return
        self._open()
        self._append(label)
        start = self.length
        self._append(shown)
        if form is Form.HEADING and len(shown) > LONGEST_HEADING:
            form, level = Form.PARAGRAPH, 0
        self._leaf(Block(span=Span(start=start, end=self.length), form=form, level=level, kind=kind))

    @contextmanager
    def within(self, form: Form, *, ordered: bool = False, mark: str = "") -> Iterator[None]:
        """What is added in the block is within one of ``form``; one with nothing in it is not there.

        Args:
            mark: Of an item: its number or bullet, which the text has before it.

        Raises:
            DocumentRejected: When the text grows beyond its limit.
        """
        self.enter(form, ordered=ordered, mark=mark)
        try:
            yield
        finally:
            self.leave()

    def enter(self, form: Form, *, ordered: bool = False, mark: str = "") -> None:
        """Begin what ``within`` does, where the start and the end of a block are met apart; ``leave`` ends it.

        Raises:
            DocumentRejected: When the text grows beyond its limit.
        """
        began = _Begun(position=len(self.blocks), parts=len(self._parts), length=self.length, marked=self._marked)
        if form is Form.ITEM:
            self._open("\n")
            began = replace(began, start=self.length)
            self._append(f"{mark} " if mark else "")
            self._marked = True
        self.blocks.append(
            Block(
                span=_UNKNOWN,
                form=form,
                parent=self._parent,
                level=self._lists if form is Form.LIST else 0,
                ordered=ordered,
                mark=mark if any(character.isalnum() for character in mark) else "",
            )
        )
        self._inside.append(began)
        self._lists += form is Form.LIST

    def leave(self) -> None:
        """End the block that was entered last."""
        began = self._inside.pop()
        self._lists -= self.blocks[began.position].form is Form.LIST
        if len(self.blocks) == began.position + 1:
            del self.blocks[began.position :], self._parts[began.parts :]
            self.length, self._marked = began.length, began.marked
            return
        start = self.blocks[began.position + 1].span.start if began.start is None else began.start
        span = Span(start=start, end=self.blocks[-1].span.end)  # the last block is a leaf: an empty holder is not kept
        self.blocks[began.position] = replace(self.blocks[began.position], span=span)

    def table(self, rows: Sequence[Sequence[GridCell]], *, declared: int = 0, caption: str = "") -> None:
        """Append a table, a line each row; cells are separated by " | ", empty ones are left out.

        Args:
            rows: The cells as markup has them.
            declared: How many of the first rows markup says name the columns.
            caption: What is written above or below it.

        Raises:
            DocumentRejected: When the text grows beyond its limit.
        """
        grid = placed(rows)
        heads = head_rows(grid, declared)
        places: dict[tuple[int, int], Cell] = {}
        self.add(caption, form=Form.CAPTION)
        with self.within(Form.TABLE):
            first = True
            for number, row in enumerate(grid):
                own = [cell for cell in row if cell.row == number and cell.text]
                if not own:
                    continue
                self._open(_GAP if first else "\n")
                first = False
                start = self.length
                for place, cell in enumerate(own):
                    self._append(_CELL_GAP if place else "")
                    begin = self.length
                    self._append(cell.text)
                    at = Cell(start=begin, end=self.length, column=cell.column, width=cell.columns)
                    places[cell.row, cell.column] = at
                cells = tuple(places[cell.row, cell.column] for cell in row if (cell.row, cell.column) in places)
                span = Span(start=start, end=self.length)
                self._leaf(Block(span=span, form=Form.ROW, head=number < heads, cells=cells))

    def field(self, key: str, value: str, *, kind: Kind | None = None) -> None:
        """Append a field of a record, its key and its value on a line; within ``Form.RECORD``.

        Raises:
            DocumentRejected: When the text grows beyond its limit.
        """
        self._open("\n" if self.blocks and self.blocks[-1].form is Form.FIELD else _GAP)
        start = self.length
        self._append(key)
        end = self.length
        self._append(": ")
        begin = self.length
        self._append(value)
        cells = (Cell(start=start, end=end, column=0), Cell(start=begin, end=self.length, column=1))
        self._leaf(Block(span=Span(start=start, end=self.length), form=Form.FIELD, cells=cells, kind=kind))

    def add_plain(self, text: str, *, markdown: bool = False) -> None:
        """Append a plain text, verbatim, with the blocks that it has as such.

        Raises:
            DocumentRejected: When the text grows beyond its limit.
        """
        self.add_blocks(text, blocks(text, markdown=markdown))

    def add_blocks(self, text: str, found: Sequence[Block]) -> None:
        """Append a text, verbatim, with its blocks.

        Raises:
            DocumentRejected: When the text grows beyond its limit.
        """
        self._open()
        start, first = self.length, len(self.blocks)
        self._append(text)
        for block in found:
            parent = self._parent if block.parent is None else block.parent + first
            self.blocks.append(moved(block, start, parent))

    @property
    def next_start(self) -> int:
        """Where the next block begins that does not go on with the one before."""
        return self.length + len(_GAP) if self._parts else 0

    def text(self) -> str:
        """The whole text."""
        return "".join(self._parts)

    @property
    def _parent(self) -> int | None:
        return self._inside[-1].position if self._inside else None

    def _leaf(self, block: Block) -> None:
        self.blocks.append(replace(block, parent=self._parent) if self._inside else block)
        self._marked = False

    def _open(self, gap: str = _GAP) -> None:
        """Begin a block: a gap before it, but none between the mark of an item and its words."""
        if self._parts and not self._marked:
            self._append(gap)
        self._marked = False

    def _append(self, part: str) -> None:
        self._parts.append(part)
        self.length += len(part)
        check_length(self.length, self._limit)


def _without_blank_lines(code: str) -> str:
    """Code without the lines before and after it that are blank, and without white space at its end."""
    shown = code.rstrip()
    first = len(shown) - len(shown.lstrip())
    return shown[shown.rfind("\n", 0, first) + 1 :]


def check_length(characters: int, limit: int) -> None:
    """Reject a text that is too long.

    Raises:
        DocumentRejected: When ``characters`` is above ``limit``.
    """
    if characters > limit:
        raise DocumentRejected(
            f"too long: its text has more than {limit} characters; split it, or raise FOOTNOTE_MAX_TEXT_CHARACTERS"
        )
