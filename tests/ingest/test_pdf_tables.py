"""Tables of PDFs: ruled, half ruled and not ruled at all; their rows, columns, names and wrapped cells."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from rag.ingest.parse import Parsed, parse
from tests.support.outlines import assert_sound, drawn
from tests.support.pdfs import BOLD, EVEN, REGULAR, at, lines, pages, rule

PROSE = [
    "The harbour office opens at eight and closes at noon, except on market days",
    "when it stays open until three.",
]
BOATS = [["Boat", "Length", "Berth"], ["Heron", "12", "north"], ["Swift", "9", "south"], ["Gull", "7", "east"]]
ROWS = [
    "row head | 0:Boat | 1:Length | 2:Berth",
    "row | 0:Heron | 1:12 | 2:north",
    "row | 0:Swift | 1:9 | 2:south",
    "row | 0:Gull | 1:7 | 2:east",
]


def read(*contents: str) -> Parsed:
    parsed = parse("a.pdf", pages(*contents))
    assert_sound(parsed.text, parsed.blocks)
    assert list(parsed.pages) == sorted(parsed.pages)
    return parsed


def cells(
    rows: Sequence[Sequence[str]],
    *,
    xs: Sequence[float] = (60, 200, 300),
    top: float = 600,
    pitch: float = 18,
    head: str = REGULAR,
) -> str:
    return "".join(
        at(x, top - pitch * number, text, 10, REGULAR if number else head)
        for number, row in enumerate(rows)
        for x, text in zip(xs, row, strict=True)
        if text
    )


def grid(xs: Sequence[float], ys: Sequence[float]) -> str:
    across = "".join(rule(xs[0], y, xs[-1], y) for y in ys)
    return across + "".join(rule(x, ys[0], x, ys[-1]) for x in xs)


XS, YS = (55, 195, 295, 400), (613, 595, 577, 559, 541)
BOXES = "".join(
    f"{left} {bottom} {right - left} {top - bottom} re S\n"
    for left, right in pairwise(XS)
    for top, bottom in pairwise(YS)
)
ONE_PATH = "".join(f"55 {y} m 400 {y} l " for y in YS) + "".join(f"{x} 613 m {x} 541 l " for x in XS) + "S\n"
FILLED = "".join(f"{x} 541 0.7 72 re f\n" for x in XS) + "".join(f"55 {y} 345 0.7 re f\n" for y in YS)
STRIPES = "q 0.9 g " + "".join(f"{x} {y} 100 18 re f " for y in (595, 559) for x in (55, 155, 255)) + "Q\n"
RULES = {
    "a grid": grid(XS, YS),
    "boxes": BOXES,
    "one path": ONE_PATH,
    "filled lines": FILLED,
    "no outer lines": grid(XS, YS).replace(rule(55, 613, 55, 541), "").replace(rule(400, 613, 400, 541), ""),
    "lines between rows": "".join(rule(55, y, 400, y) for y in YS),
    "three lines": "".join(rule(55, y, 400, y) for y in (613, 595, 541)),
    "a box": "55 541 345 72 re S\n",
    "columns only": "".join(rule(x, 613, x, 541) for x in XS),
    "stripes": STRIPES,
    "nothing": "",
}


@pytest.mark.parametrize("ruled", RULES.values(), ids=RULES)
@pytest.mark.parametrize("order", [1, -1])
def test_table_is_one_however_it_is_ruled_and_drawn(ruled: str, order: int) -> None:
    drawn_cells = cells(BOATS).splitlines(keepends=True)[::order]
    text = lines(60, 700, PROSE) + ruled + "".join(drawn_cells) + lines(60, 500, PROSE)
    found = drawn(read(text))
    prose = f"paragraph | {' '.join(PROSE)}"
    assert found == [prose, "table", *[f"  {row}" for row in ROWS], prose]


@pytest.mark.parametrize("ruled", [grid(XS, YS), ""], ids=["grid", "nothing"])
def test_numbers_set_to_the_right_are_in_their_column(ruled: str) -> None:
    rows = [["Year", "Boats", "Fee"], ["1998", "7", "1.50"], ["1999", "1,207", "11.00"], ["2000", "15", "101.25"]]
    right = "".join(
        at(x + 60 - 5 * len(text), 600 - 18 * number, text)
        for number, row in enumerate(rows)
        for x, text in zip((60, 200, 320), row, strict=True)
    )
    assert drawn(read(ruled + right))[1:] == [
        "  row head | 0:Year | 1:Boats | 2:Fee",
        *[f"  row | 0:{a} | 1:{b} | 2:{c}" for a, b, c in rows[1:]],
    ]


WRAPPED = lines(60, 600, ["Rule"]) + at(200, 600, "What it says") + at(400, 600, "Who decides")
LONG = ["Boats longer than nine metres", "must use the outer pier, and", "pay a yearly fee."]
SHORT = ["The council, after it", "has heard the warden"]


def wrapped(middle: bool) -> str:
    parts = [WRAPPED]
    for number in range(3):
        top = 570 - 60 * number
        parts.append(at(60, top - (12 if middle else 0), f"Rule {number}"))
        parts += [lines(200, top, LONG), lines(400, top - (6 if middle else 0), SHORT)]
    return "".join(parts)


@pytest.mark.parametrize("ruled", [grid((55, 195, 395, 550), (613, 588, 528, 468, 400)), ""], ids=["grid", "nothing"])
@pytest.mark.parametrize("middle", [False, True])
def test_wrapped_cells_are_joined(ruled: str, middle: bool) -> None:
    row = f"1:{' '.join(LONG)} | 2:{' '.join(SHORT)}"
    assert drawn(read(ruled + wrapped(middle))) == [
        "table",
        "  row head | 0:Rule | 1:What it says | 2:Who decides",
        *[f"  row | 0:Rule {number} | {row}" for number in range(3)],
    ]


def test_cells_over_several_rows_and_columns_reach_over_them() -> None:
    xs, ys = (55, 155, 255, 355, 455, 555), (618, 600, 582, 564, 546)
    inner = [rule(x, 618, x, 546) for x in (55, 155, 355, 555)] + [rule(x, 600, x, 546) for x in (255, 455)]
    across = [rule(155 if y == 600 else 55, y, 555, y) for y in ys]
    text = at(60, 596, "Region") + at(240, 605, "2022") + at(440, 605, "2023")
    text += cells([["Income", "Costs"] * 2], xs=xs[1:5], top=587)
    text += cells(
        [["North", "1,200", "(340)", "1,310", "360"], ["South", "980", "200", "1,010", "220"]], xs=xs[:5], top=569
    )
    assert drawn(read("".join(inner + across) + text)) == [
        "table",
        "  row head | 0:Region | 1:2022 | 3:2023",
        "  row head | 0:Region | 1:Income | 2:Costs | 3:Income | 4:Costs",
        "  row | 0:North | 1:1,200 | 2:(340) | 3:1,310 | 4:360",
        "  row | 0:South | 1:980 | 2:200 | 3:1,010 | 4:220",
    ]


def test_bold_first_rows_name_the_columns() -> None:
    found = drawn(read(grid(XS, YS) + cells(BOATS, head=BOLD)))
    assert found == ["table", *[f"  {row}" for row in ROWS]]


def test_frames_and_single_boxes_are_no_tables() -> None:
    frame = "40 40 520 720 re S 50 480 300 60 re S\n"
    found = drawn(read(frame + lines(60, 700, PROSE) + lines(60, 520, ["A box with a word"])))
    assert found == [f"paragraph | {' '.join(PROSE)}", "paragraph | A box with a word"]


def test_line_of_a_justified_text_is_no_row() -> None:
    words = ["the walls and the chain", "that closes the gate at", "night when it is very", "cold and no ship comes"]
    spread = "".join(
        at(
            60 + 6 * sum(map(len, line[:place])) + place * (150 - 6 * sum(map(len, line))) / 4,
            600 - 12 * number,
            word,
            10,
            EVEN,
        )
        for number, line in enumerate(map(str.split, words))
        for place, word in enumerate(line)
    )
    assert all(line.startswith("paragraph") for line in drawn(read(lines(60, 650, PROSE) + spread)))


def long_table(first: int, last: int) -> str:
    rows = [["Boat", "Length", "Berth"], *[[f"Boat {number}", str(number), "north"] for number in range(first, last)]]
    return cells(rows, top=740)


@pytest.mark.parametrize("ruled", [True, False])
def test_table_over_pages_is_one_with_its_names_once(ruled: bool) -> None:
    lines_drawn = grid(XS, [753 - 18 * place for place in range(42)]) if ruled else ""
    parsed = read(*(lines_drawn + long_table(1 + 40 * page, 41 + 40 * page) for page in range(3)))
    found = drawn(parsed)
    assert found[:3] == ["table", "  row head | 0:Boat | 1:Length | 2:Berth", "  row | 0:Boat 1 | 1:1 | 2:north"]
    assert len(found) == 122
    assert found.count(found[1]) == 1
    assert [parsed.text[start:].split(" |")[0] for start in parsed.pages] == ["Boat", "Boat 41", "Boat 81"]


NAMED = [["", "", "Year ended", ""], ["", "Fare", "2019", "2018"]]


def labelled(rows: Sequence[Sequence[str]], label: str) -> str:
    """A page with a ruled table below ``NAMED``; one cell of its first column stands beside all rows."""
    bottom = 577 - 18 * len(rows)
    inner = "".join(rule(155, y, 400, y) for y in range(595, bottom, -18))
    across = rule(55, 613, 400, 613) + rule(55, 577, 155, 577) + rule(55, bottom, 400, bottom)
    down = "".join(rule(x, 613, x, bottom) for x in (55, 155, 255, 400)) + rule(330, 595, 330, bottom)
    names = cells(NAMED[:1], xs=(60, 160, 300, 360), head=BOLD) + cells(
        NAMED[1:], xs=(60, 160, 260, 335), top=582, head=BOLD
    )
    body = cells([["", *row] for row in rows], xs=(60, 160, 260, 335), top=564)
    return inner + across + down + names + at(60, 560, label) * bool(label) + body


def test_ruled_table_over_pages_keeps_its_names_and_the_label_beside_its_rows() -> None:
    first = [["Adult", "4", "5"], ["Child", "2", "3"], ["Bicycle of one", "6", "7"]]
    second = [["who works", "", ""], ["Car", "8", "9"], ["Dog", "1", "0"], ["Van", "2", "3"]]
    assert drawn(read(labelled(first, "Ferries"), labelled(second, ""))) == [
        "table",
        "  row head | 2:Year ended",
        "  row head | 1:Fare | 2:2019 | 3:2018",
        "  row | 0:Ferries | 1:Adult | 2:4 | 3:5",
        "  row | 0:Ferries | 1:Child | 2:2 | 3:3",
        "  row | 0:Ferries | 1:Bicycle of one who works | 2:6 | 3:7",
        "  row | 0:Ferries | 1:Car | 2:8 | 3:9",
        "  row | 0:Ferries | 1:Dog | 2:1 | 3:0",
        "  row | 0:Ferries | 1:Van | 2:2 | 3:3",
    ]


def test_cell_that_is_the_number_of_its_page_stays() -> None:
    rows = [*BOATS[:3], ["Gull", "7", "1"]]
    assert drawn(read(grid(XS, YS) + cells(rows)))[-1] == "  row | 0:Gull | 1:7 | 2:1"


def test_bracket_that_a_narrow_cell_wraps_closes_up() -> None:
    wide = grid((55, 195, 295, 400), (613, 595, 565, 547))
    text = cells([BOATS[0], ["Heron", "(304,397", "north"]]) + at(200, 570, ")")
    last = cells([["Gull", "7", "east"]], top=552)
    assert drawn(read(wide + text + last))[-2] == "  row | 0:Heron | 1:(304,397) | 2:north"
