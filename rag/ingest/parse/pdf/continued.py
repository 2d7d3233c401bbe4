"""Tables that go on over pages: one table, whose names of the columns are there once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from rag.ingest.parse.pdf.paragraphs import Part, Spread
from rag.ingest.parse.pdf.rows import Table
from rag.ingest.parse.tables import GridCell, is_data

_NEAR = 12.0  # points
_MOST_HEAD_ROWS = 4
_Part = tuple[int, Table]


def with_tables_joined(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts of a document, tables that go on over pages as one."""
    open_one: list[tuple[int, Table]] = []
    for part in parts:
        (page, table) = part.parts[0] if isinstance(part, Spread) else (0, None)
        if open_one and (table is None or not _goes_on(open_one[-1], (page, table))):
            yield Spread(tuple(open_one))
            open_one = []
        if table is None:
            yield part
        else:
            open_one = _with(open_one, page, table)
    if open_one:
        yield Spread(tuple(open_one))


def _with(parts: list[_Part], page: int, table: Table) -> list[_Part]:
    """The parts of a table and one more, without the names of the columns, its first row where it ends the last one."""
    if not parts:
        return [(page, table)]
    deep, rest = _without_label(_without_repeated(parts[0][1], table))
    if len(rest.rows) > 1 and _ends(parts[-1][1].rows[-1], rest.rows[0]):
        parts = _with_end(parts, rest.rows[0])
        deep, rest = max(0, deep - 1), replace(rest, rows=rest.rows[1:])
    return [*(_with_label(parts, deep) if deep else parts), (page, rest)]


def _with_end(parts: list[_Part], rest: Sequence[GridCell]) -> list[_Part]:
    """The parts of a table whose last row goes on."""
    page, last = parts[-1]
    cells = zip(last.rows[-1], rest, strict=True)
    row = tuple(replace(one, text=f"{one.text}\n{other.text}".strip()) for one, other in cells)
    return [*parts[:-1], (page, replace(last, rows=(*last.rows[:-1], row)))]


def _without_label(table: Table) -> tuple[int, Table]:
    """Over how many rows a first cell reaches whose text stands on the page before, 0 if none; the table without."""
    label = table.rows[0][0] if table.rows[0] else None
    if label is None or label.text or label.rows < 2:
        return 0, table
    return label.rows, replace(table, rows=(table.rows[0][1:], *table.rows[1:]))


def _with_label(parts: list[_Part], deep: int) -> list[_Part]:
    """The parts of a table; the last cell of the first column reaches over so many more rows."""
    place = _last_label([row for _, table in parts for row in table.rows])
    found = []
    for page, table in parts:
        rows = list(table.rows)
        if 0 <= place < len(rows) and rows[place]:
            first, *others = rows[place]
            rows[place] = (replace(first, rows=first.rows + deep), *others)
        place -= len(rows)
        found.append((page, replace(table, rows=tuple(rows))))
    return found


def _last_label(rows: Sequence[Sequence[GridCell]]) -> int:
    """The row in which the last cell of the first column begins."""
    place = 0
    while rows[place] and (following := place + rows[place][0].rows) < len(rows):
        place = following
    return place


def _ends(row: Sequence[GridCell], rest: Sequence[GridCell]) -> bool:
    """Whether a row goes on with the cells of the one before: it has no number.

    Its first is empty, or all go on in small letters.
    """
    plain = len(row) == len(rest) > 1 and all(cell.rows == 1 for cell in rest)
    said = [(one.text, other.text) for one, other in zip(row, rest, strict=False) if other.text]
    small = all(one and other[0].islower() for one, other in said)
    return plain and (small or not rest[0].text) and not any(is_data(cell.text) for cell in rest)


def _goes_on(above: tuple[int, Table], below: tuple[int, Table]) -> bool:
    """Whether a table stands at the start of the page after another, with its columns."""
    (page, one), (following, other) = above, below
    if following != page + 1 or one.record != other.record or len(one.columns) != len(other.columns):
        return False
    shift = other.left - one.left
    starts = zip(one.columns[1:], other.columns[1:], strict=True)
    near = sum(abs(second - first - shift) < _NEAR for first, second in starts)
    return 2 * near >= len(one.columns) - 1 and abs(other.right - one.right - shift) < 4 * _NEAR


def _without_repeated(first: Table, table: Table) -> Table:
    """A table without the rows that the first part begins with too: they name the columns."""
    pairs = zip(first.rows[:_MOST_HEAD_ROWS], table.rows, strict=False)
    repeated = sum(1 for _ in takewhile(lambda pair: _said(pair[0]) == _said(pair[1]), pairs))
    return replace(table, rows=table.rows[repeated:]) if repeated < len(table.rows) else table


def _said(row: Sequence[GridCell]) -> list[str]:
    return [cell.text for cell in row]
