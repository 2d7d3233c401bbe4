"""Sheets of Excel and OpenDocument: what their cells show, cut into tables."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from rag.errors import DocumentRejected
from rag.ingest.describe import describe
from rag.ingest.parse import Limits, Parsed, parse
from rag.ingest.parse.sheets.shown import shown
from tests.support.made import FILES, changed
from tests.support.outlines import assert_sound, drawn

HARBOUR = [
    *["heading 1 | Berths", "caption | Berth fees of the harbour", "table"],
    *["  row head | 0:Boat | 1:Fee | 3:Paid", "  row head | 1:day | 2:year"],
    *["  row | 0:Anna | 1:€ 12.50 | 2:25.0% | 3:3 May 2024"],
    *["  row | 0:Storm Petrel | 1:€ 1,234.50 | 2:7.1% | 3:2024-06-19 10:30", "  row | 0:3 | 1:y | 2:TRUE | 3:text"],
    *["paragraph | Note", "paragraph | Fees are due in May.", "table", "  row head | 0:Day | 1:Hours"],
    "  row | 0:Monday | 1:8 | 2:x",
]
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def xlsx(workbook: openpyxl.Workbook) -> bytes:
    made = BytesIO()
    workbook.save(made)
    return made.getvalue()


def with_sheet(xml: str) -> bytes:
    """An XLSX with this XML as its sheet."""
    made = BytesIO()
    with ZipFile(BytesIO(xlsx(openpyxl.Workbook()))) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return made.getvalue()


def cell(place: str, text: object) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def parsed(name: str) -> Parsed:
    return parse(name, (FILES / name).read_bytes())


@pytest.mark.parametrize("name", ["harbour.xlsx", "harbour.ods"])
def test_sheet_by_libreoffice_shows_its_tables(name: str) -> None:
    document = parsed(name)
    assert_sound(document.text, document.blocks)
    assert drawn(document) == HARBOUR
    assert sorted(document.left_out) == ["1 hidden rows of sheet Berths", "hidden sheet Old"]
    found = describe(document.text, document.blocks, stated=document.description).description
    assert (found.title, found.author) == ("Harbour", "Anna Lund")


def test_csv_by_libreoffice_has_its_rows() -> None:
    assert drawn(parsed("harbour.csv"))[3:6] == [
        *["  row head | 1:day | 2:year", "  row | 0:Anna | 1:12.5 | 2:25% | 3:05/03/2024"],
        "  row | 0:Storm Petrel | 1:1234.5 | 2:7.1% | 3:2024-06-19 10:30:00",
    ]


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (12.5, "General", "12.5"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (0, '0;-0;"none"', "none"),
        (0.0715, "0.0%", "7.2%"),
        (0.25, "0%", "25%"),
        (12.5, "[$€-407] #,##0.00", "€ 12.50"),
        (12.5, '"CHF" 0.00', "CHF 12.50"),
        (7, "000", "007"),
        (2.5, '0.0 "kg"', "2.5 kg"),
        (2.50, "0.##", "2.5"),
        (1_500_000, '0.0,,"M"', "1.5M"),
        (2.675, "0.00", "2.68"),
        (True, "General", "TRUE"),
        ("#DIV/0!", "General", "#DIV/0!"),
        (" a\n b ", "@", "a b"),
        (None, "General", ""),
        (date(2024, 5, 3), "mm-dd-yy", "2024-05-03"),
        (datetime(2024, 5, 3), "d mmmm yyyy", "3 May 2024"),
        (datetime(2024, 5, 3), "dd/mm/yyyy", "03/05/2024"),
        (datetime(2024, 5, 3), "dddd, d. mmm yy", "Friday, 3. May 24"),
        (datetime(2024, 5, 3, 14, 5), "h:mm AM/PM", "2:05 PM"),
        (datetime(2024, 5, 3, 14, 5), "yyyy-mm-dd hh:mm", "2024-05-03 14:05"),
        (datetime(2024, 5, 3), '[$-409]mmmm" of "yyyy', "May of 2024"),
        (time(9, 30), "h:mm", "09:30"),
        (timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
    ],
)
def test_value_is_shown_in_its_format(value: object, number_format: str, expected: str) -> None:
    assert shown(value, number_format) == expected


@pytest.mark.parametrize(
    "number_format", ["[" * 5_000, "0" * 5_000, '"' * 5_000, ";" * 5_000, "0.00E+00", "# ?/?", "\\", "_", "[$"]
)
@pytest.mark.parametrize("value", [0.5, -3, datetime(2024, 5, 3)])
def test_any_format_shows_something_or_nothing(number_format: str, value: object) -> None:
    assert isinstance(shown(value, number_format), str)


def test_formula_is_its_stored_value_and_one_without_is_named() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Total", '=HYPERLINK("http://example.org","x")'])
    book.active.append(["@SUM(1)", "+1"])
    document = parse("a.xlsx", xlsx(book))
    assert document.left_out == ("1 formulas without a stored value of sheet Sheet",)
    assert drawn(document)[-1].endswith("row | 0:@SUM(1) | 1:+1")


def test_cells_below_a_merged_one_are_not_shown_and_rows_have_it() -> None:
    rows = [
        cell("A1", "Boat") + cell("B1", "Day"),
        cell("A2", "Anna") + cell("B2", 1),
        cell("A3", "covered") + cell("B3", 2),
    ]
    xml = "".join(f'<row r="{number}">{row}</row>' for number, row in enumerate(rows, 1))
    source = with_sheet(
        f'{SHEET}<sheetData>{xml}</sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells></worksheet>'
    )
    assert drawn(parse("a.xlsx", source))[-2:] == ["  row | 0:Anna | 1:1", "  row | 0:Anna | 1:2"]


def test_hidden_columns_are_left_out_and_named() -> None:
    source = with_sheet(
        f'{SHEET}<cols><col min="2" max="2" hidden="1"/></cols><sheetData>'
        f'<row r="1">{cell("A1", "a")}{cell("B1", "secret")}'
        f"{cell('C1', 'c')}</row></sheetData></worksheet>"
    )
    document = parse("a.xlsx", source)
    assert "secret" not in document.text
    assert document.left_out == ("1 hidden columns of sheet Sheet",)


@pytest.mark.parametrize(
    ("xml", "least"),
    [
        (  # 100,000 merged cells
            "<sheetData>"
            + "".join(f'<row r="{row}">{cell(f"A{row}", row)}</row>' for row in range(1, 1_000))
            + "</sheetData><mergeCells>"
            + "".join(f'<mergeCell ref="A{row}:C{row + 1}"/>' for row in range(1, 200_000, 2))
            + "</mergeCells>",
            501,
        ),
        (  # merged cells that reach over each other and everything
            f'<sheetData><row r="1">{cell("A1", "a")}</row></sheetData><mergeCells>'
            + "".join(f'<mergeCell ref="A{row}:XFD1048576"/>' for row in range(1, 5_000))
            + "</mergeCells>",
            2,
        ),
        (
            '<sheetData><row r="1048576"><c r="XFD1048576"><v>7</v></c></row>'
            '<row r="9999999"><c><v>8</v></c></row></sheetData>',
            3,
        ),
    ],
)
def test_sheet_that_reaches_far_costs_what_it_shows(xml: str, least: int) -> None:
    document = parse("a.xlsx", with_sheet(f"{SHEET}{xml}</worksheet>"))
    assert_sound(document.text, document.blocks)
    assert len(document.blocks) == least


def test_rows_and_cells_that_ods_repeats_without_end_are_bounded() -> None:
    ods = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="S"><table:table-row table:number-rows-repeated="1000000"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row><table:table-row '
        'table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="3"><text:p>7 x</text:p>'
        "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    document = parse("a.ods", changed("harbour.ods", "content.xml", ods.encode()))
    assert len(document.blocks) == 1_002


def test_table_of_too_many_columns_is_rejected() -> None:
    book = openpyxl.Workbook()
    for _ in range(2):
        book.active.append([f"c{number}" for number in range(1_001)])
    with pytest.raises(DocumentRejected, match=r"^a table of 1001 columns; at most 1000 are read: split it$"):
        parse("a.xlsx", xlsx(book))


def test_sheet_with_too_much_text_is_rejected() -> None:
    book = openpyxl.Workbook()
    for _ in range(20):
        book.active.append(["a" * 100] * 10)
    with pytest.raises(DocumentRejected, match=r"^too long: its text has more than 10000 characters"):
        parse("a.xlsx", xlsx(book), Limits(characters=10_000))


def test_entities_of_a_sheet_are_not_multiplied() -> None:
    laughs = "".join(f"<!ENTITY {chr(98 + depth)} '{f'&{chr(97 + depth)};' * 10}'>" for depth in range(9))
    source = with_sheet(
        f"<!DOCTYPE x [<!ENTITY a 'lol'>{laughs}]>{SHEET}<sheetData>"
        "<row><c t='str'><v>&j;</v></c></row></sheetData></worksheet>"
    )
    with pytest.raises(DocumentRejected, match=r"^damaged XLSX: .*amplification"):
        parse("a.xlsx", source)
