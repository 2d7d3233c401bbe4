"""ODS: the sheets that are shown, read by lxml from the archive itself, with values as their cells show them."""

from collections.abc import Iterator
from typing import Any

from rag.ingest.parse.office.odf_parts import TABLE, Styles, description, open_odf, words
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder
from rag.ingest.parse.sheets.grid import Range, Sheet, write_sheet

_CELL, _COVERED = f"{TABLE}table-cell", f"{TABLE}covered-table-cell"
_MOST_REPEATS = 1_000  # of an equal row or cell with text


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The cells of an ODS file, sheet by sheet, and its meta data.

    Raises:
        DocumentRejected: For a damaged or encrypted file, one that unpacks to too much, a text that is too long.
    """
    builder = TextBuilder(limits.characters)
    left_out: list[str] = []
    with open_odf(source, limits) as document:
        styles = Styles(document)
        for number, table in enumerate(document.body.iterchildren(f"{TABLE}table"), 1):
            name = table.get(f"{TABLE}name") or str(number)
            if styles.is_hidden(table):
                left_out.append(f"hidden sheet {name}")
                continue
            sheet, hidden = _read(table, name, styles)
            left_out += [f"{what} of sheet {name}" for what in hidden]
            write_sheet(builder, sheet)
        described, created = description(document)
    return Parsed(
        text=builder.text(),
        media_type=media_type,
        blocks=tuple(builder.blocks),
        description=described,
        created=created,
        left_out=tuple(left_out),
    )


def _read(table: Any, name: str, styles: Styles) -> tuple[Sheet, list[str]]:
    """What a sheet shows, and what of it is hidden."""
    sheet = Sheet(name)
    hidden_columns = _hidden_columns(table, styles)
    hidden = row_number = 0
    for row in table.iter(f"{TABLE}table-row"):
        repeated = _count(row, "number-rows-repeated")
        cells = {
            column: text for column, text in _cells(row, row_number, sheet, styles) if column not in hidden_columns
        }
        if styles.is_hidden(row):
            hidden += repeated if cells else 0
        elif cells:
            for place in range(row_number, row_number + min(repeated, _MOST_REPEATS)):
                sheet.rows[place] = cells
        row_number += repeated
    said = [
        *([f"{hidden} hidden rows"] if hidden else []),
        *([f"{len(hidden_columns)} hidden columns"] if hidden_columns else []),
    ]
    return sheet, said


def _cells(row: Any, number: int, sheet: Sheet, styles: Styles) -> Iterator[tuple[int, str]]:
    """The cells of a row that have text; those that are merged are noted."""
    column = 0
    for cell in row.iterchildren(_CELL, _COVERED):
        repeated = _count(cell, "number-columns-repeated")
        text = " ".join(words(cell, styles).split()) if len(cell) and cell.tag == _CELL else ""
        if text:
            columns, rows = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
            if columns > 1 or rows > 1:
                sheet.merged.append(Range(number, column, rows, columns))
            yield from ((place, text) for place in range(column, column + min(repeated, _MOST_REPEATS)))
        column += repeated


def _hidden_columns(table: Any, styles: Styles) -> set[int]:
    found: set[int] = set()
    column = 0
    for element in table.iter(f"{TABLE}table-column"):
        repeated = _count(element, "number-columns-repeated")
        if styles.is_hidden(element):
            found.update(range(column, column + min(repeated, _MOST_REPEATS)))
        column += repeated
    return found


def _count(element: Any, name: str) -> int:
    value = element.get(f"{TABLE}{name}", "1")
    return max(1, min(int(value), 2_000_000)) if value.isdigit() else 1
