"""XLSX: the sheets that are shown, read by openpyxl, with values as their cells show them.

A formula is the value that was stored with it. Hidden sheets, rows and columns are named as left out.
"""

import warnings
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from rag.errors import DocumentRejected
from rag.ingest.parse.fields import iso_date, one_line, own_author, own_title
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder, check_length
from rag.ingest.parse.sheets.grid import Range, Sheet, write_sheet
from rag.ingest.parse.sheets.shown import shown
from rag.ingest.parse.zip import open_archive
from rag.types import Description

_MAIN = "xl/workbook.xml"
_MOST_COLUMNS = 16_384


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The cells of an XLSX file, sheet by sheet, and its core properties.

    Raises:
        DocumentRejected: For a damaged or encrypted file, one that unpacks to too much, a text that is too long.
    """
    builder = TextBuilder(limits.characters)
    with open_archive(source, "XLSX", limits) as archive, warnings.catch_warnings():
        if _MAIN not in archive.namelist():
            raise DocumentRejected(f"not an XLSX: its archive has no {_MAIN}")
        warnings.simplefilter("ignore")  # of parts that it does not know
        try:
            workbook = load_workbook(BytesIO(source), read_only=True, data_only=True, keep_links=False)
            left_out = list(_write(workbook, builder, limits))
        except SyntaxError as error:  # of the XML, whichever library reads it
            raise DocumentRejected(f"damaged XLSX: {error}") from None
        described, created = _description(workbook.properties)
    return Parsed(
        text=builder.text(),
        media_type=media_type,
        blocks=tuple(builder.blocks),
        description=described,
        created=created,
        left_out=tuple(left_out),
    )


class _Parser(WorkSheetParser):  # type: ignore[misc] # it has no types
    """Also counts the formulas that no program has worked out."""

    unknown = 0

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """A cell with its place and value."""
        cell: dict[str, Any] = super().parse_cell(element)
        self.unknown += cell["value"] is None and element.find(FORMULA_TAG) is not None
        return cell


def _write(workbook: Any, builder: TextBuilder, limits: Limits) -> Iterator[str]:
    """Write the sheets; gives what is left out."""
    for number, worksheet in enumerate(workbook.worksheets):
        if worksheet.sheet_state != "visible":
            yield f"hidden sheet {worksheet.title}"
            continue
        with worksheet._get_source() as content:
            parser = _Parser(
                content,
                worksheet._shared_strings,
                data_only=True,
                epoch=workbook.epoch,
                date_formats=workbook._date_formats,
                timedelta_formats=workbook._timedelta_formats,
            )
            sheet, hidden = _read(parser, workbook, worksheet.title or f"{number + 1}", limits)
        yield from (f"{what} of sheet {sheet.name}" for what in hidden)
        write_sheet(builder, sheet)


def _read(parser: Any, workbook: Any, name: str, limits: Limits) -> tuple[Sheet, list[str]]:
    """What a sheet shows, and what of it is hidden."""
    sheet = Sheet(name)
    formats = _Formats(workbook)
    length = 0
    for row, cells in parser.parse():
        texts = {cell["column"] - 1: formats.shown(cell) for cell in cells if cell["value"] is not None}
        length += sum(map(len, texts.values()))
        check_length(length, limits.characters)
        if texts:
            sheet.rows[row - 1] = texts
    rows, columns = _hidden_rows(parser.row_dimensions), _hidden_columns(parser.column_dimensions)
    said = [
        *([f"{count} hidden rows"] if (count := len(rows & sheet.rows.keys())) else []),
        *([f"{len(columns)} hidden columns"] if columns else []),
        *([f"{parser.unknown} formulas without a stored value"] if parser.unknown else []),
    ]
    sheet.rows = {
        row: {column: text for column, text in texts.items() if column not in columns}
        for row, texts in sheet.rows.items()
        if row not in rows
    }
    sheet.merged = _merged(parser.merged_cells)
    return sheet, said


class _Formats:
    """Shows the values of cells in the formats of a workbook."""

    def __init__(self, workbook: Any) -> None:
        self._styles = workbook._cell_styles
        self._own = workbook._number_formats

    def shown(self, cell: Mapping[str, Any]) -> str:
        """A cell as it is displayed."""
        return shown(cell["value"], self._format(cell["style_id"]))

    def _format(self, style: int) -> str:
        if not 0 <= style < len(self._styles):
            return "General"
        number = self._styles[style].numFmtId
        if number < BUILTIN_FORMATS_MAX_SIZE:
            return str(BUILTIN_FORMATS.get(number, "General"))
        own = number - BUILTIN_FORMATS_MAX_SIZE
        return str(self._own[own]) if own < len(self._own) else "General"


def _hidden_rows(dimensions: Mapping[str, Mapping[str, str]]) -> set[int]:
    return {int(row) - 1 for row, attributes in dimensions.items() if _is_set(attributes)}


def _hidden_columns(dimensions: Mapping[str, Mapping[str, str]]) -> set[int]:
    found: set[int] = set()
    for attributes in dimensions.values():
        if _is_set(attributes):
            last = min(int(attributes["max"]), _MOST_COLUMNS)
            found.update(range(int(attributes["min"]) - 1, last))
    return found


def _is_set(attributes: Mapping[str, str]) -> bool:
    return attributes.get("hidden") in ("1", "true")


def _merged(cells: Any) -> list[Range]:
    found = []
    for one in cells.mergeCell if cells else ():
        left, top, right, bottom = range_boundaries(one.ref)
        found.append(Range(top - 1, left - 1, bottom - top + 1, right - left + 1))
    return found


def _description(properties: Any) -> tuple[Description, str | None]:
    described = Description(title=own_title(properties.title), author=own_author(one_line(properties.creator)))
    return described, iso_date(properties.created.isoformat() if properties.created else None)
