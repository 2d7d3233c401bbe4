"""The most and the least: the values of a table compared, along a row or down a column."""

import pytest

from rag.answer.find.compared import compared
from rag.answer.question import read_question
from rag.blocks import Form
from rag.ingest.parse import parse
from rag.language.outline import Outline

HARBOURS = """# Harbours

| Harbour | Berths | Visitors 2023 | Visitors 2024 |
|---|---|---|---|
| Ostvik | 120 | 4,100 | 3,900 |
| Lerum | 85 | 5,250 | 6,010 |
| Hamre | 240 | 980 | 1,120 |
| Total | 445 | 10,330 | 11,030 |
"""
ACCOUNTS = """# Accounts

| | 2024 | 2023 | 2022 |
|---|---|---|---|
| Membership fees | 4,200 | 3,950 | 4,410 |
| Repairs | (1,300) | (2,250) | (900) |
| Rent | 1,000 | 1,000 | 1,000 |
"""

RACES = """# Races

| Year | Race | Riders |
|---|---|---|
| 2023 | Spring loop | 310 |
| 2023 | Forest ride | 275 |
| 2024 | Spring loop | 298 |
| 2024 | Forest ride | 190 |
"""


def winners(text: str, row: str, question: str) -> list[str]:
    """What wins: the name of a column, or the first cell of a row; ``row`` begins the row that answers best."""
    parsed = parse("table.md", text.encode())
    outline = Outline(parsed.text, parsed.blocks)
    rows = [place for place, block in enumerate(parsed.blocks) if block.form is Form.ROW and not block.head]
    best = next(place for place in rows if outline.row(place).pairs[0].value == row)
    found = compared(read_question(question), outline, best)
    names = [{pair.column: pair.name for pair in outline.row(one.row).pairs} for one in found]
    return [
        name[one.column] if one.named else outline.row(one.row).pairs[0].value
        for one, name in zip(found, names, strict=True)
    ]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which harbour has the most berths?", ["Hamre"]),
        ("Which harbour has the fewest berths?", ["Lerum"]),
        ("Which harbour had the most visitors in 2024?", ["Lerum"]),
        ("Which harbour had the lowest number of visitors in 2023?", ["Hamre"]),
        ("Which harbours have more than 100 berths?", ["Ostvik", "Hamre"]),
        ("Which harbours had less than 4,000 visitors in 2024?", ["Ostvik", "Hamre"]),
        ("Which harbour had the most visitors?", []),  # of which year is not said
        ("Which harbour had the most visitors in 2024 after Lerum?", []),
        ("How many berths has Lerum?", []),
    ],
)
def test_the_row_with_the_most_is_found_down_the_column_that_is_named(question: str, expected: list[str]) -> None:
    assert winners(HARBOURS, "Lerum", question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which race had the most riders in 2024?", ["Spring loop, 2024"]),
        ("Which race had the fewest riders in 2023?", ["Forest ride, 2023"]),
        ("Which race had the most riders?", ["Spring loop, 2023"]),
    ],
)
def test_only_the_rows_that_the_question_names_are_compared(question: str, expected: list[str]) -> None:
    parsed = parse("table.md", RACES.encode())
    outline = Outline(parsed.text, parsed.blocks)
    best = next(place for place, block in enumerate(parsed.blocks) if block.form is Form.ROW and not block.head)
    rows = [outline.row(one.row).pairs for one in compared(read_question(question), outline, best)]
    assert [f"{race.value}, {year.value}" for year, race, _ in rows] == expected


@pytest.mark.parametrize(
    ("row", "question", "expected"),
    [
        ("Membership fees", "In which year were membership fees highest?", ["2022"]),
        ("Membership fees", "Which year had the lowest membership fees?", ["2023"]),
        ("Membership fees", "In which years were membership fees above 4,000?", ["2024", "2022"]),
        ("Rent", "In which year was the rent highest?", []),  # it was the same in all
        ("Repairs", "Which year had the lowest repairs?", ["2023"]),
    ],
)
def test_the_year_with_the_most_is_the_name_of_a_column(row: str, question: str, expected: list[str]) -> None:
    assert winners(ACCOUNTS, row, question) == expected
