"""Tables as they are laid out, and the builder that writes their text."""

import pytest

from rag.blocks import Form
from rag.ingest.parse import Parsed
from rag.ingest.parse.parsed import TextBuilder
from rag.ingest.parse.tables import GridCell, head_rows, is_record, placed, titled
from tests.support.outlines import assert_sound, drawn


def cells(line: str) -> list[GridCell]:
    """Cells between bars; ``x>2`` reaches over two columns, ``xv2`` over two rows."""
    found = []
    for part in line.split("|"):
        text, _, down = part.partition("v")
        text, _, across = text.partition(">")
        found.append(GridCell(text=text, columns=int(across or 1), rows=int(down or 1)))
    return found


def shown(lines: list[str]) -> list[str]:
    grid = placed([cells(line) for line in lines])
    return [" ".join(f"{cell.text}{cell.column}" for cell in row) for row in grid]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a|b", "c|d"], ["a0 b1", "c0 d1"]),
        (["av2|b", "c"], ["a0 b1", "a0 c1"]),
        (["a|bv2|c", "d|e"], ["a0 b1 c2", "d0 b1 e2"]),
        (["a>2|bv3", "c|d", "e|f"], ["a0 b2", "c0 d1 b2", "e0 f1 b2"]),
        (["a>2v2|b", "c", "d|e|f"], ["a0 b2", "a0 c2", "d0 e1 f2"]),
        (["av9|b"], ["a0 b1"]),
        (["a>5000|b"], ["a0"]),
    ],
)
def test_cells_stand_where_they_are_seen(lines: list[str], expected: list[str]) -> None:
    assert shown(lines) == expected


def test_cells_that_reach_over_thousands_of_rows_end_somewhere() -> None:
    grid = placed([[GridCell(text="x", rows=60_000)] * 1_000, *[[]] * 50_000])
    assert len(grid[1]) == 1_000
    assert sum(map(len, grid)) <= 202_000


@pytest.mark.parametrize(
    ("lines", "declared", "heads"),
    [
        (["Hall|Rent>2", "|day|week", "Oak|50|90"], 1, 2),
        (["Hallv2|Rent>2", "day|week", "Oak|50|90"], 1, 2),
        (["Hallv2|Rent>2", "day|week", "Oak|good|bad"], 1, 2),
        (["Hall|Use", "Oak|balls"], 1, 1),
        (["Hall|Use", "Oak|balls"], 0, 0),
    ],
)
def test_rows_that_name_columns(lines: list[str], declared: int, heads: int) -> None:
    assert head_rows(placed([cells(line) for line in lines]), declared) == heads


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["Hours>2", "Mon|9"], "Hours"),
        (["Hours>3", "Mon|9", "Tue|8|x"], "Hours"),
        (["Hours>2", "Mon|9|x"], ""),
        (["Hours", "Mon"], ""),
        (["Hours>2"], ""),
        (["Day|Hours", "Mon|9"], ""),
    ],
)
def test_title_is_a_first_cell_over_all_columns(lines: list[str], title: str) -> None:
    rows = [cells(line) for line in lines]
    assert titled(rows) == ((title, rows[1:]) if title else ("", rows))


@pytest.mark.parametrize(
    ("lines", "labelled", "expected"),
    [
        (["Height:|12 m"], False, True),
        (["Height|12 m"], False, False),
        (["Height|12 m"], True, True),
        (["Height|12 m", "Built|1932"], False, True),
        (["Height|12 m|x", "Built|1932"], True, False),
        (["Height|12 m", "Height|14 m"], True, False),
        (["2019|12 m", "2020|14 m"], True, True),
        (["12 m|Height", "14 m|Depth"], True, False),
        (["Year|Sold", "1932|4,000", "1933|5,000"], False, False),
        (["|12 m", "Built|1932"], True, False),
    ],
)
def test_labels_and_values_are_a_record(lines: list[str], labelled: bool, expected: bool) -> None:
    rows = [cells(line) for line in lines]
    assert is_record(rows, labelled=labelled) is expected
    assert not is_record(rows, labelled=labelled, declared=1)


def parsed(builder: TextBuilder) -> Parsed:
    made = Parsed(text=builder.text(), media_type="text/plain", blocks=tuple(builder.blocks))
    assert_sound(made.text, made.blocks)
    return made


def test_holder_with_nothing_in_it_leaves_no_trace() -> None:
    builder = TextBuilder(1_000)
    builder.enter(Form.LIST, ordered=True)
    builder.enter(Form.ITEM, mark="1.")
    builder.enter(Form.LIST)
    builder.enter(Form.ITEM, mark="-")
    builder.leave()
    builder.leave()
    builder.add("one")
    builder.leave()
    builder.enter(Form.ITEM, mark="2.")
    builder.leave()
    builder.leave()
    builder.add("after")
    made = parsed(builder)
    assert made.text == "1. one\n\nafter"
    assert drawn(made) == ["list ordered", "  item 1.", "    paragraph | one", "paragraph | after"]


def test_code_keeps_its_indent_and_loses_blank_lines_around_it() -> None:
    builder = TextBuilder(1_000)
    for code in ("\n \n  a\n\n b \n \n", "x", " \n\t", "\ty\n"):
        builder.add(code, form=Form.CODE)
    assert drawn(parsed(builder)) == ["code |   a\n\n b", "code | x", "code | \ty"]


def test_blocks_of_another_text_are_within_what_is_open() -> None:
    other = TextBuilder(1_000)
    with other.within(Form.LIST), other.within(Form.ITEM, mark="-"):
        other.add("one")
    builder = TextBuilder(1_000)
    builder.add("before")
    with builder.within(Form.QUOTE):
        builder.add_blocks(other.text(), other.blocks)
    assert drawn(parsed(builder)) == [
        *["paragraph | before", "quote", "  list", "    item", "      paragraph | one"],
    ]
