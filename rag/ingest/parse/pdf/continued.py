"""Tables that go on over pages: one table, whose names of the columns are there once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from rag.ingest.parse.pdf.paragraphs import Part, Spread
from rag.ingest.parse.pdf.rows import Table
from rag.ingest.parse.tables import GridCell, is_data

_NEAR = 12.0  # points
_MOST_HEAD_ROWS = 4


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


def _with(parts: list[tuple[int, Table]], page: int, table: Table) -> list[tuple[int, Table]]:
    """The parts of a table and one more, without the names of the columns, its first row where it ends the last one."""
    if not parts:
        return [(page, table)]
    rest = _without_repeated(parts[0][1], table)
    (above, last) = parts[-1]
    if len(rest.rows) > 1 and _ends(last.rows[-1], rest.rows[0]):
        cells = zip(last.rows[-1], rest.rows[0], strict=True)
        row = tuple(replace(one, text=f"{one.text}\n{other.text}".strip()) for one, other in cells)
        parts = [*parts[:-1], (above, replace(last, rows=(*last.rows[:-1], row)))]
        rest = replace(rest, rows=rest.rows[1:])
    return [*parts, (page, rest)]


def _ends(row: Sequence[GridCell], rest: Sequence[GridCell]) -> bool:
    """Whether a row goes on with the cells of the one before: its first is empty, and it has no number."""
    plain = len(row) == len(rest) > 1 and not rest[0].text and all(cell.rows == 1 for cell in (*row, *rest))
    return plain and not any(is_data(cell.text) for cell in rest)


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
