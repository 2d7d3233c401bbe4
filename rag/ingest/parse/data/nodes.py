"""The values of a data file with their places in its text, and the tree of blocks that they make."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from rag.blocks import Form
from rag.ingest.parse.outline import Outline
from rag.language.sentences import stripped

_SHORT = 300  # characters of a value that is shown beside its key
_DEEPEST = 60


@dataclass(slots=True)
class Node:
    """A value, or the key of one.

    Args:
        start: Where it starts, quotes included.
        end: Behind it.
        begin: Where its characters start, without quotes.
        stop: Behind these.
        items: Of a list.
        entries: Of a mapping.
    """

    start: int
    end: int
    begin: int
    stop: int
    items: list["Node"] | None = None
    entries: list[tuple["Node", "Node"]] | None = None

    @property
    def scalar(self) -> bool:
        """Whether it holds no other value."""
        return self.items is None and self.entries is None


def tree_of(text: str, values: Sequence[Node]) -> Outline:
    """The blocks of a file with these values."""
    outline = Outline(text)
    _Writer(outline).write_all(values)
    return outline


@dataclass(slots=True)
class _Writer:
    """Writes values as blocks: a mapping is a record, one that holds others a list of what it holds."""

    outline: Outline
    reached: int = field(default=0)

    def write_all(self, values: Sequence[Node]) -> None:
        """Write the values of a file; several are a list."""
        if len(values) == 1 and values[0].entries is not None:
            for entries in _grouped(values[0].entries):
                self._write_entries(entries, 0)
            return
        for value in values if len(values) == 1 else [Node(values[0].start, values[-1].end, 0, 0, list(values))]:
            self._write(value, 0)

    def _write(self, value: Node, depth: int) -> None:
        if value.start < self.reached or value.start >= value.end:
            return  # it stands elsewhere, and is only referred to here
        if depth > _DEEPEST or value.scalar:
            self._write_text(value)
        elif value.entries is not None:
            self._write_mapping(value.entries, depth)
        elif _is_row(value):
            self._write_text(value)
        else:
            self._write_list(value.items or [], depth)
        self.reached = max(self.reached, value.end)

    def _write_text(self, value: Node) -> None:
        if span := stripped(self.outline.text, value.begin, value.stop):
            self.outline.leaf(span.start, span.end)

    def _write_list(self, items: Sequence[Node], depth: int) -> None:
        with self.outline.within(Form.LIST):
            for item in items:
                if item.start >= self.reached:
                    with self.outline.within(Form.ITEM):
                        self._write(item, depth + 1)

    def _write_mapping(self, entries: Sequence[tuple[Node, Node]], depth: int) -> None:
        if all(_is_short(value) for _, value in entries):
            self._write_entries(entries, depth)
            return
        with self.outline.within(Form.LIST):
            for group in _grouped(entries):
                with self.outline.within(Form.ITEM):
                    self._write_entries(group, depth + 1)

    def _write_entries(self, entries: Sequence[tuple[Node, Node]], depth: int) -> None:
        """Write entries with short values as a record, one with another as what is named by its key."""
        if not _is_short(entries[0][1]):
            key, value = entries[0]
            named = stripped(self.outline.text, key.begin, key.stop)
            if named and self.reached <= key.start < value.start:
                self.outline.leaf(named.start, named.end, Form.CAPTION)
                self._write(value, depth + 1)
            return
        with self.outline.within(Form.RECORD):
            for key, value in entries:
                self._write_field(key, value)

    def _write_field(self, key: Node, value: Node) -> None:
        text = self.outline.text
        named = stripped(text, key.begin, key.stop)
        said = stripped(text, value.begin, value.stop) if value.start >= key.end else None
        whole = stripped(text, key.start, value.end) if named and said and key.start >= self.reached else None
        if named and said and whole:
            self.outline.field((named.start, named.end), (said.start, said.end), start=whole.start, end=whole.end)
            self.reached = whole.end


def _grouped(entries: Sequence[tuple[Node, Node]]) -> Iterator[list[tuple[Node, Node]]]:
    """Neighbours with short values together, each other entry by itself."""
    for short, group in groupby(entries, key=lambda entry: _is_short(entry[1])):
        if short:
            yield list(group)
        else:
            yield from ([entry] for entry in group)


def _is_short(value: Node) -> bool:
    return value.end - value.start <= _SHORT and (
        value.scalar or _is_row(value) or value.items == [] or value.entries == []
    )


def _is_row(value: Node) -> bool:
    """Whether a list has nothing but a few short values."""
    items = value.items
    return bool(items) and value.end - value.start <= _SHORT and all(item.scalar for item in items or ())
