"""RTF: paragraphs, headings, lists, tables and footnotes.

The libraries for it give its words without what they are part of. The format is a stream of words, which is read here.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby

from rag.blocks import Form
from rag.errors import DocumentRejected
from rag.ingest.parse.fields import own_author, own_title
from rag.ingest.parse.office.rtf_tokens import Event, Place, read_events
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder, check_length
from rag.ingest.parse.tables import GridCell
from rag.types import Description, Kind

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_DEEPEST_LIST = 9
_PARAGRAPH_ENDS = frozenset({"par", "sect", "page", "column"})


@dataclass(slots=True)
class _Style:
    """A paragraph style: its name, and its level where it is of a heading."""

    name: str = ""
    level: int = 0


@dataclass(slots=True)
class _Paragraph:
    """A paragraph: its words, the mark of its item, and what its style makes of it."""

    text: str = ""
    mark: str = ""
    level: int = 0
    depth: int = 0
    title: bool = False


@dataclass(slots=True)
class _Row:
    """A row of a table.

    ``merged`` has for each cell what it goes on with: ``"<"`` for the one before, ``"^"`` for the one above.
    """

    cells: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    head: bool = False


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of an RTF file, and its document information.

    Raises:
        DocumentRejected: For a file that is none or is damaged, and a text that is too long.
    """
    builder = TextBuilder(limits.characters)
    reader = _Reader(limits.characters)
    try:
        reader.read(source.decode("latin-1"))
    except ValueError as error:
        raise DocumentRejected(f"damaged RTF: {error}") from None
    _write(builder, [*reader.body, *(_Paragraph(note) for note in reader.notes)])
    described = Description(title=own_title(reader.info.get("title")), author=own_author(reader.info.get("author")))
    return Parsed(text=builder.text(), media_type=media_type, blocks=tuple(builder.blocks), description=described)


class _Reader:
    """Collects paragraphs and rows."""

    def __init__(self, most: int) -> None:
        self.body: list[_Paragraph | _Row] = []
        self.notes: list[str] = []
        self.info: dict[str, str] = {}
        self._most = most
        self._length = 0
        self._styles: dict[int, _Style] = {}
        self._said: list[str] = []
        self._note: list[str] = []
        self._mark: list[str] = []
        self._row = _Row()
        self._next = ""
        self._in_table = False
        self._style = self._outline = -1
        self._depth = 0

    def read(self, source: str) -> None:
        """Read a file."""
        for event in read_events(source):
            if event.group.place is Place.STYLES:
                self._read_style(event)
            elif event.group.place is Place.INFO:
                self._read_info(event)
            elif event.group.place not in (Place.SKIPPED, Place.FONTS):
                self._read_body(event)
        self._end_paragraph()
        self._end_row()

    def _read_body(self, event: Event) -> None:
        if event.text:
            self._add(event)
        elif event.word == "}" and event.group.place is Place.NOTE and event.group.name == "footnote":
            self.notes.append(_joined(self._note))
            self._note = []
        elif event.group.place is Place.NOTE:
            self._note.append(" " if event.word in _PARAGRAPH_ENDS else "")
        elif event.group.place is Place.MARK:
            return
        elif event.word in _PARAGRAPH_ENDS:
            self._end_paragraph()
        elif event.word in ("cell", "nestcell"):
            self._row.cells.append(" ".join(_joined(self._said).split()))
            self._said, self._mark = [], []
        elif event.word in ("row", "nestrow"):
            self._end_row()
        else:
            self._set(event.word, event.number)

    def _add(self, event: Event) -> None:
        if event.group.hidden:
            return
        self._length += len(event.text)
        check_length(self._length, self._most)
        into = {Place.MARK: self._mark, Place.NOTE: self._note}.get(event.group.place, self._said)
        into.append(event.text)

    def _set(self, word: str, number: int | None) -> None:
        """What a control word says of the paragraph that it is in."""
        match word:
            case "pard":
                self._style, self._outline, self._depth, self._in_table = 0, -1, 0, False
            case "s":
                self._style = number or 0
            case "outlinelevel":
                self._outline = number if number is not None else -1
            case "ilvl":
                self._depth = max(0, min(number or 0, _DEEPEST_LIST))
            case "intbl":
                self._in_table = True
            case _:
                self._set_row(word)

    def _set_row(self, word: str) -> None:
        """What a control word says of the row that it is in."""
        match word:
            case "trowd":
                self._row.merged, self._row.head, self._next = [], False, ""
            case "trhdr":
                self._row.head = True
            case "clmrg" | "clvmrg":
                self._next = "<" if word == "clmrg" else "^"
            case "cellx":
                self._row.merged.append(self._next)
                self._next = ""

    def _end_paragraph(self) -> None:
        if self._in_table and self._said:
            self._said.append("\n")
            return
        text, mark = _joined(self._said).strip(), _joined(self._mark).strip()
        self._said, self._mark = [], []
        if text:
            style = self._styles.get(self._style, _Style())
            level = self._outline + 1 if 0 <= self._outline < 9 else style.level
            title = style.name.lower() == "title"
            self.body.append(_Paragraph(text, "" if level else mark, level, self._depth, title))

    def _end_row(self) -> None:
        if self._row.cells:
            self.body.append(self._row)
        self._row = _Row(merged=self._row.merged, head=self._row.head)

    def _read_style(self, event: Event) -> None:
        """A style sheet has a group for each style: its number, what it sets, its name."""
        if event.word == "s" and event.number is not None:
            self._style = event.number
            self._styles[event.number] = _Style()
        elif event.word == "{":
            self._style = -1
        style = self._styles.get(self._style)
        if style is None:
            return
        if event.word == "outlinelevel" and event.number is not None and 0 <= event.number < 9:
            style.level = event.number + 1
        elif event.text and not style.name:
            style.name = event.text.strip().rstrip(";")
            found = _HEADING.match(style.name)
            style.level = int(found[1]) if found else style.level

    def _read_info(self, event: Event) -> None:
        if event.word in ("title", "author"):
            self.info[event.word] = ""
        elif event.text and event.group.name in self.info:
            self.info[event.group.name] += event.text


def _joined(parts: Sequence[str]) -> str:
    """Characters with the halves of one joined, that RTF writes as two."""
    text = "".join(parts)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _write(builder: TextBuilder, body: Sequence[_Paragraph | _Row]) -> None:
    for kind, group in groupby(body, key=_kind):
        if kind == "row":
            rows = [one for one in group if isinstance(one, _Row)]
            heads = next((number for number, row in enumerate(rows) if not row.head), 0)
            builder.table(list(_grid(rows)), declared=heads)
            continue
        paragraphs = [one for one in group if isinstance(one, _Paragraph)]
        if kind == "item":
            _write_list(builder, paragraphs)
            continue
        for one in paragraphs:
            title = Kind.TITLE if one.title and not builder.blocks else None
            builder.add(one.text, form=Form.HEADING if one.level else Form.PARAGRAPH, level=one.level, kind=title)


def _kind(one: _Paragraph | _Row) -> str:
    if isinstance(one, _Row):
        return "row"
    return "item" if one.mark else "paragraph"


def _write_list(builder: TextBuilder, items: Sequence[_Paragraph]) -> None:
    """Items by their depths: deeper ones are a list within the item before them."""
    open_lists: list[tuple[int, ExitStack, ExitStack]] = []
    for item in items:
        while open_lists and open_lists[-1][0] > item.depth:
            _close(*open_lists.pop())
        if open_lists and open_lists[-1][0] == item.depth:
            _, of_list, of_item = open_lists.pop()
            of_item.close()
        else:
            of_list = ExitStack()
            of_list.enter_context(builder.within(Form.LIST, ordered=any(one.isalnum() for one in item.mark)))
        own = ExitStack()
        own.enter_context(builder.within(Form.ITEM, mark=item.mark if item.mark.isascii() else "-"))
        open_lists.append((item.depth, of_list, own))
        builder.add(item.text)
    while open_lists:
        _close(*open_lists.pop())


def _close(_: int, of_list: ExitStack, of_item: ExitStack) -> None:
    of_item.close()
    of_list.close()


def _grid(rows: Sequence[_Row]) -> Iterator[list[GridCell]]:
    """The cells of rows, with those that go on with others as part of these."""
    for number, row in enumerate(rows):
        made: list[GridCell] = []
        for column, text in enumerate(row.cells):
            merged = row.merged[column] if column < len(row.merged) else ""
            if merged == "<" and made:
                made[-1] = GridCell(text=made[-1].text, columns=made[-1].columns + 1, rows=made[-1].rows)
            elif merged != "^" or not number:
                made.append(GridCell(text=text, rows=_rows_below(rows[number + 1 :], column)))
        yield made


def _rows_below(rows: Sequence[_Row], column: int) -> int:
    below = 1
    for row in rows:
        if column >= len(row.merged) or row.merged[column] != "^":
            break
        below += 1
    return below
