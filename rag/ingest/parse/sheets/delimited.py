"""CSV and TSV: the file decoded, verbatim; each row with the places of its cells.

The standard library's reader gives no places, so the rows are read here, as RFC 4180 has them. What separates the
cells is found: it is what gives most rows the same number of them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from rag.blocks import Cell
from rag.ingest.parse.outline import Outline
from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.text.decode import decode_within
from rag.ingest.parse.text.rows import Row, add_table
from rag.language.sentences import stripped

_DELIMITERS = ",;\t|"
_LOOKED_AT = 200  # rows that tell what separates the cells
_LONGEST_CELL = 60  # characters, of most cells of a text that is CSV by another name
_SEPARATOR_LINE = re.compile(r"sep=(?P<delimiter>[,;\t|])\r?\n", re.IGNORECASE)


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """Decode a CSV or TSV file; its rows are those of a table.

    Raises:
        DocumentRejected: For bytes that are not text, and a text that is too long.
    """
    text = decode_within(source, limits.characters)
    start = int(text.startswith("\ufeff"))
    named = _SEPARATOR_LINE.match(text, start)
    start = named.end() if named else start
    outline = Outline(text)
    write_rows(outline, start, named["delimiter"] if named else _delimiter(text, start))
    return Parsed(text=text, media_type=media_type, blocks=tuple(outline.blocks))


def delimiter_of_text(text: str) -> str | None:
    """What separates the cells of a plain text that is CSV, ``None`` where it is none.

    Every line has the same number of them, they are short, and no space is behind a comma.

    >>> delimiter_of_text("Tank,Litres\\nNorth,1200\\nSouth,800"), delimiter_of_text("Dear Anna,\\nno,\\nBob, 3")
    (',', None)
    """
    for delimiter in ",;":
        rows = list(islice(_rows(text, 0, delimiter), _LOOKED_AT))
        widths = {row.width for row in rows}
        cells = [cell for row in rows for cell in row.cells]
        spaced = text.count(f"{delimiter} ", 0, rows[-1].end if rows else 0)
        if len(widths) != 1 or max(widths) < 2 or len(rows) < (2 if max(widths) > 2 else 3):
            continue
        short = sum(cell.end - cell.start <= _LONGEST_CELL for cell in cells)
        if 10 * short >= 9 * len(cells) and 5 * spaced <= len(cells):
            return delimiter
    return None


def write_rows(outline: Outline, start: int, delimiter: str) -> None:
    """Append the rows of a text: a table each time that blank lines or lines of one cell set others apart."""
    rows: list[Row] = []
    wide = False
    for row in _rows(outline.text, start, delimiter):
        alone = len(row.cells) < 2
        if row.gap and rows and _is_new(rows, row):
            _write_table(outline, rows)
            rows = []
        if alone and not rows and not wide:
            outline.leaf(row.start, row.end)
            continue
        wide = wide or not alone
        rows.append(row)
    _write_table(outline, rows)


def _write_table(outline: Outline, rows: Sequence[Row]) -> None:
    if rows:
        add_table(outline, rows)


def _is_new(rows: Sequence[Row], row: Row) -> bool:
    """Whether a row below a blank line begins another table: it has other columns than the one above."""
    return row.width != Counter(one.width for one in rows[-_LOOKED_AT:]).most_common(1)[0][0]


def _delimiter(text: str, start: int) -> str:
    """The delimiter that gives most of the first rows the same number of cells, the larger one of two."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(text, start, delimiter))


def _evenness(text: str, start: int, delimiter: str) -> tuple[float, int]:
    widths = Counter(row.width for row in islice(_rows(text, start, delimiter), _LOOKED_AT))
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return 0.0, 0
    width, count = max(wide.items(), key=lambda pair: (pair[1], pair[0]))
    return count / sum(widths.values()), width


def _rows(text: str, start: int, delimiter: str) -> Iterator[Row]:
    """The rows that have a cell with something in it."""
    cell = re.compile(
        rf'(?:[ ]*"(?P<quoted>(?>[^"]+|"")*+)"[ ]*(?=[{delimiter}\r\n]|\Z)|(?P<bare>[^{delimiter}\r\n]*))'
    )
    row, column, gap = Row(start, start), 0, False
    while start < len(text):
        found = cell.match(text, start)
        if found is None:
            return
        name = "bare" if found["quoted"] is None else "quoted"
        if span := stripped(text, found.start(name), found.end(name)):
            row.cells.append(Cell(start=span.start, end=span.end, column=column))
        start = found.end()
        if text[start : start + 1] == delimiter:
            start, column = start + 1, column + 1
            continue
        row.width = column + 1
        if row.cells:
            yield _bounded(text, row, start)
        gap = not row.cells
        start += 2 if text[start : start + 2] == "\r\n" else 1
        row, column = Row(start, start, gap=gap), 0
    if row.cells:
        row.width = column + 1
        yield _bounded(text, row, start)


def _bounded(text: str, row: Row, end: int) -> Row:
    """A row from its first cell to its last one, with the quotes around them."""
    first, last = row.cells[0].start, row.cells[-1].end
    row.start = first - (first > row.start and text[first - 1] == '"')
    row.end = last + (last < end and text[last] == '"')
    return row
