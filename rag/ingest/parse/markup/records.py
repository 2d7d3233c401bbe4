"""Fields of HTML: ``dl``, and tables that pair labels with values."""

from collections.abc import Iterator, Sequence
from typing import Any

from rag.blocks import Form
from rag.ingest.parse.markup.tree import HEADINGS, line_of
from rag.ingest.parse.parsed import TextBuilder
from rag.ingest.parse.tables import GridCell, is_record

_MORE_THAN_A_LINE = ("pre", "table", "dl", "blockquote", "figure", "details", *sorted(HEADINGS))
_PARTS = ("p", "ul", "ol", "div")
_LONG_VALUE = 600
_LONGEST_KEY = 300
_ENDS = (".", "!", "?", ":", ";", ",")

Fields = Sequence[tuple[str, str]]
"""Keys and values; a value may be empty."""


def fields_of(definitions: Any) -> Fields:
    """The terms of a ``dl`` and what is said of each; nothing where that is more than a line."""
    found: list[tuple[list[str], list[str]]] = []
    for element in _terms(definitions):
        if element.tag == "dt":
            if not found or found[-1][1]:
                found.append(([], []))
            found[-1][0].append(line_of(element))
        elif not found or next(element.iter(*_MORE_THAN_A_LINE), None) is not None:
            return []
        else:
            value = line_of(element)
            if len(value) > _LONG_VALUE and next(element.iter(*_PARTS), None) is not None:
                return []
            found[-1][1].append(value)
    fields = [(", ".join(filter(None, keys)), _joined(values)) for keys, values in found]
    return [] if any(not key or len(key) > _LONGEST_KEY for key, _ in fields) else fields


def write_fields(fields: Fields, builder: TextBuilder) -> None:
    """Append a record."""
    with builder.within(Form.RECORD):
        for key, value in fields:
            name = key.rstrip().removesuffix(":").rstrip()
            if name and value:
                builder.field(name, value)
            else:
                builder.add(key or value)


def write_grid(
    rows: Sequence[Sequence[GridCell]], builder: TextBuilder, *, caption: str, labelled: bool, declared: int
) -> None:
    """Append a table, or the records that it is.

    Args:
        rows: Its cells.
        caption: Its own.
        labelled: Whether the first cell of each row is marked as its label.
        declared: How many of its first rows name the columns by their markup.
    """
    filled = [[cell for cell in row if cell.text] for row in rows]
    pairs = [row for row, cells in zip(rows, filled, strict=True) if len(cells) > 1]
    titles = [cells[0].columns == 2 for cells in filled if len(cells) == 1]
    if not pairs or not all(titles) or not is_record(pairs, labelled=labelled, declared=declared):
        builder.table(rows, declared=declared, caption=caption)
        return
    builder.add(caption, form=Form.CAPTION)
    waiting: list[tuple[str, str]] = []
    for cells in filled:
        if len(cells) == 2:
            waiting.append((cells[0].text, cells[1].text))
        elif cells:
            write_fields(waiting, builder)
            waiting = []
            builder.add(cells[0].text, form=Form.CAPTION)
    write_fields(waiting, builder)


def _terms(definitions: Any) -> Iterator[Any]:
    """The terms and definitions of a ``dl``, also those in groups."""
    for child in definitions:
        if child.tag in ("dt", "dd"):
            yield child
        elif child.tag == "div":
            yield from (part for part in child if part.tag in ("dt", "dd"))


def _joined(values: Sequence[str]) -> str:
    joined = ""
    for value in filter(None, values):
        joined += (" " if joined.endswith(_ENDS) else "; ") * bool(joined) + value
    return joined
