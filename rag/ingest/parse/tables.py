"""Tables as they are laid out: the cells of a row, also those that reach into it, and which rows name the columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DATA = re.compile(
    r"[^\w]{0,4}(?:[A-Z]{2,3}\s?)?[^\w]{0,2}\d[\d.,\s'’]*\s?(?:%|[^\W\d]{0,3})[^\w]{0,3}|[-–—*]+|n/?[am]", re.IGNORECASE
)
_YEAR = re.compile(r"(?:FY\s?)?(?:1[89]|20)\d\d(?:[/–-]\d{2,4})?[*a-z]?")
_MOST_COLUMNS = 1_000
_MOST_HEAD_ROWS = 6
_MOST_REACHED = 200_000  # columns times rows: what honest tables need is a hundredth of it
_LONGEST_KEY = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """A cell as markup has it: its text and over how many columns and rows it reaches."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A cell in its place. ``row`` is the one that it starts in."""

    text: str
    row: int
    column: int
    columns: int


def placed(rows: Sequence[Sequence[GridCell]]) -> list[list[Placed]]:
    """The cells of each row by column, with those that reach into it from above.

    >>> a, b = placed([[GridCell(text="a", rows=2), GridCell(text="b")], [GridCell(text="c")]])
    >>> [(cell.text, cell.column) for cell in b]
    [('a', 0), ('c', 1)]
    """
    reaching: dict[int, tuple[Placed, int]] = {}
    grid: list[list[Placed]] = []
    left_to_reach = _MOST_REACHED
    for number, row in enumerate(rows):
        left_to_reach -= sum(cell.columns for cell, _ in reaching.values())
        if left_to_reach < 0:
            reaching = {}
        cells = [cell for cell, _ in reaching.values()]
        taken = {place for cell in cells for place in range(cell.column, cell.column + cell.columns)}
        reaching = {column: (cell, left - 1) for column, (cell, left) in reaching.items() if left > 1}
        column = 0
        for given in row:
            while column in taken:
                column += 1
            if column >= _MOST_COLUMNS:
                break
            width = max(1, min(given.columns, _MOST_COLUMNS - column))
            cell = Placed(text=given.text, row=number, column=column, columns=width)
            cells.append(cell)
            if given.rows > 1:
                reaching[column] = (cell, given.rows - 1)
            column += width
        grid.append(sorted(cells, key=lambda cell: cell.column))
    return grid


def head_rows(grid: Sequence[Sequence[Placed]], declared: int = 0) -> int:
    """How many of the first rows name the columns.

    Args:
        declared: What markup says; rows below that go on naming columns (years, units), or that a cell of one of
            these reaches into, count too.
    """
    rows = [
        {cell.column: cell.text for cell in row if cell.text and cell.row == number} for number, row in enumerate(grid)
    ]
    found = declared or int(_names_columns(rows))
    while 0 < found < min(len(rows) - 1, declared + _MOST_HEAD_ROWS) and (
        any(cell.row < found for cell in grid[found]) or _goes_on(rows[found], rows[found + 1 :])
    ):
        found += 1
    return min(found, len(rows))


def titled(rows: Sequence[Sequence[GridCell]]) -> tuple[str, Sequence[Sequence[GridCell]]]:
    """A table's title, where its first row is one cell over all columns, and the other rows.

    >>> titled([[GridCell(text="Hours", columns=2)], [GridCell(text="Mon"), GridCell(text="9 to 5")]])[0]
    'Hours'
    """
    first = [cell for cell in rows[0] if cell.text] if len(rows) > 1 else []
    width = max((sum(cell.columns for cell in row) for row in rows[1:]), default=0)
    if len(first) == 1 and sum(cell.columns for cell in rows[0]) >= width > 1 and first[0].columns >= width:
        return first[0].text, rows[1:]
    return "", rows


def is_record(rows: Sequence[Sequence[GridCell]], *, labelled: bool, declared: int = 0) -> bool:
    """Whether the rows of a table are the fields of a record, a label and its value each.

    Args:
        labelled: Markup tells the first cells of its rows from the others.
        declared: As in ``head_rows``.

    >>> is_record([[GridCell(text="Height:"), GridCell(text="12 m")]], labelled=False)
    True
    """
    pairs = [[cell.text for cell in row] for row in rows if any(cell.text for cell in row)]
    if declared or not pairs or any(len(pair) != 2 or not pair[0] for pair in pairs):
        return False
    if any(cell.rows > 1 or cell.columns > 1 for row in rows for cell in row):
        return False
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys) or any(len(key) > _LONGEST_KEY or is_data(key) for key in keys):
        return False
    return labelled or all(key.endswith(":") for key in keys) or (len(pairs) > 1 and not head_rows(placed(rows)))


def is_data(text: str) -> bool:
    """True for a number with what stands around it, or a dash in its place; a year names a column.

    >>> is_data("$ 1,452.4"), is_data("(3.8)%"), is_data("2019"), is_data("Total")
    (True, True, False, False)
    """
    return bool(_DATA.fullmatch(text)) and not _YEAR.fullmatch(text)


def _names_columns(rows: Sequence[dict[int, str]]) -> bool:
    """Whether the first row of a table without marked ones names the columns; one of two columns is a record."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first = list(rows[0].values())
    width = max(len(row) for row in rows)
    unlike = len(set(first)) == len(first) and not any(is_data(text) for text in first)
    below = any(is_data(text) for row in rows[1:] for column, text in row.items() if column)
    return unlike and 2 * len(first) > width and (width > 2 or (below and all(len(text) < 30 for text in first)))


def _goes_on(row: dict[int, str], below: Sequence[dict[int, str]]) -> bool:
    """Whether a row below the first goes on naming columns: it has no data, and no label of its own."""
    values = [text for column, text in row.items() if column]
    if not values or any(is_data(text) for text in values):
        return False
    if not any(is_data(text) for other in below for column, text in other.items() if column):
        return False
    label = row.get(0, "")
    return not label or label.startswith("(") or all(_YEAR.fullmatch(text) for text in values)
