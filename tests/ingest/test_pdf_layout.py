"""The order in which a PDF is read, its lists and headings, and its raised characters."""

import pytest

from tests.ingest.test_pdf_tables import read
from tests.support.outlines import drawn
from tests.support.pdfs import at, lines

LEFT = [
    "The ferry leaves at ten past six every",
    "morning except on Sundays. In winter it",
    "is replaced by a bus from the old inn.",
    "Tickets are sold on board by the mate,",
    "and children travel free of charge.",
]
MIDDLE = [
    "A lighthouse was built in 1884 after a",
    "storm had sunk eleven boats. It is high",
    "and was manned by three keepers, who",
    "lived in the house beside it with their",
    "families until the light was automated.",
]
RIGHT = [
    "Bicycles may be hired at the harbour by",
    "the hour or by the day, and should be",
    "brought back before the last ferry, as",
    "nobody waits for those who come late",
    "to the quay on a summer evening there.",
]
OTHERS = [LEFT, MIDDLE, RIGHT]
SHIFTS = [0, 0.5, 4.0]


def columns(count: int, *, across: bool, shift: float = 0, top: float = 600) -> str:
    """So many columns, drawn line by line across or one after the other; each a bit lower than the one before."""
    placed = [
        at(40 + place * 540 / count, top - 12 * number - shift * place, text, 24 / count)
        for place, column in enumerate(OTHERS[:count])
        for number, text in enumerate(column)
    ]
    return (
        "".join(placed[start] for number in range(5) for start in range(number, len(placed), 5))
        if across
        else "".join(placed)
    )


def joined(*columns_: list[str]) -> list[str]:
    return [f"paragraph | {' '.join(column)}" for column in columns_]


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("shift", SHIFTS)
def test_columns_are_read_down(across: bool, count: int, shift: float) -> None:
    title = at(60, 700, "The island in summer and winter", 24)
    found = drawn(read(title + columns(count, across=across, shift=shift)))
    assert found == ["heading 1 | The island in summer and winter", *joined(*OTHERS[:count])]


@pytest.mark.parametrize("across", [True, False])
def test_heading_over_columns_parts_them(across: bool) -> None:
    upper = columns(2, across=across, top=700)
    heading = at(40, 600, "What to do on the island when it rains all day long", 18)
    assert drawn(read(upper + heading + columns(2, across=across, top=560))) == [
        *joined(LEFT, MIDDLE),
        "heading 1 | What to do on the island when it rains all day long",
        *joined(LEFT, MIDDLE),
    ]


def test_items_are_of_lists_with_their_marks() -> None:
    parsed = read(
        at(60, 700, "Bring the following things:")
        + lines(70, 688, ["• a rope that is at least ten metres long and a", "second one"], pitch=12).replace(
            "70 676", "79 676"
        )
        + at(70, 664, "• two fenders")
        + lines(90, 652, ["– a round one", "– a long one"])
        + at(70, 628, "• a lamp")
        + at(60, 590, "Then do this:")
        + lines(70, 578, ["1. Call the office.", "2. Wait for the green light.", "3. Enter slowly."])
        + at(60, 520, "The office is open until noon.")
    )
    assert drawn(parsed) == [
        "paragraph | Bring the following things:",
        *["list", "  item", "    paragraph | a rope that is at least ten metres long and a second one"],
        *["  item", "    paragraph | two fenders", "    list"],
        *["      item", "        paragraph | a round one", "      item", "        paragraph | a long one"],
        *["  item", "    paragraph | a lamp", "paragraph | Then do this:", "list ordered"],
        *["  item 1.", "    paragraph | Call the office.", "  item 2.", "    paragraph | Wait for the green light."],
        *["  item 3.", "    paragraph | Enter slowly.", "paragraph | The office is open until noon."],
    ]
    assert "things:\n- a rope" in parsed.text
    assert "\n1. Call the office.\n2. Wait" in parsed.text


def test_bullets_that_are_drawn_are_marks() -> None:
    dots = "".join(f"{x} {y} 4 4 re f\n" for x, y in ((62, 703), (62, 691), (62, 679)))
    text = dots + lines(75, 700, ["a rope", "two fenders", "a lamp"])
    assert drawn(read(text)) == [
        "list",
        *["  item", "    paragraph | a rope"],
        *["  item", "    paragraph | two fenders"],
        "  item",
        "    paragraph | a lamp",
    ]


@pytest.mark.parametrize(
    "text", ["A. Stone wrote the first part of this.", "7. March was cold and wet.", "i.e. nothing"]
)
def test_single_number_or_letter_before_a_text_is_no_list(text: str) -> None:
    assert drawn(read(at(60, 700, text))) == [f"paragraph | {text}"]


def test_larger_letters_are_headings_of_a_higher_level() -> None:
    prose = ["The harbour office opens at eight and closes at noon, except on market", "days when it stays open."]
    text = at(60, 740, "Harbours", 24) + lines(60, 710, prose) + at(60, 660, "Piers", 16) + lines(60, 640, prose)
    text += at(60, 600, "Outer pier", 12.5) + lines(60, 580, prose) + at(60, 540, "Basins", 16) + lines(60, 520, prose)
    headings = [line for line in drawn(read(text)) if line.startswith("heading")]
    assert headings == ["heading 1 | Harbours", "heading 2 | Piers", "heading 3 | Outer pier", "heading 2 | Basins"]


def test_heading_over_two_lines_is_one() -> None:
    text = at(150, 700, "Reading the letters of the", 20) + at(190, 676, "founder of the town", 20)
    assert drawn(read(text + lines(60, 620, LEFT))) == [
        "heading 1 | Reading the letters of the founder of the town",
        *joined(LEFT),
    ]


def raised(before: str, mark: str, after: str, *, width: float, note: str = "") -> str:
    """A line with raised characters ``width`` points from its start, and a note at the foot of the page."""
    line = f"BT /F 12 Tf 60 700 Td ({before}) Tj /F 7 Tf 5 Ts ({mark}) Tj 0 Ts /F 12 Tf ({after}) Tj ET\n"
    return line + (at(60, 60, note, 8) if note else "")


@pytest.mark.parametrize(
    ("before", "mark", "after", "note", "expected"),
    [
        ("The valley had 1998", "3", " people.", "3 Count of the parish.", "The valley had 1998 people."),
        ("The valley had many people.", "12", " They left.", "", "The valley had many people. They left."),
        ("A plot has 40 m", "2", " of garden.", "", "A plot has 40 m² of garden."),
        ("It has 10", "3", " trees.", "", "It has 10³ trees."),
        ("It weighs 10", "-6", " grams.", "", "It weighs 10⁻⁶ grams."),
        ("On the 5", "th", " of May.", "", "On the 5th of May."),
        ("The price", "*", " is low.", "* Without taxes.", "The price is low."),
    ],
)
def test_raised_characters_are_exponents_or_leave_the_text(
    before: str, mark: str, after: str, note: str, expected: str
) -> None:
    assert drawn(read(raised(before, mark, after, width=0, note=note)))[0] == f"paragraph | {expected}"


@pytest.mark.parametrize("turn", ["0 1 -1 0 500 100", "0 -1 1 0 100 700", "-1 0 0 -1 560 760"])
def test_page_that_is_printed_turned_is_read_as_any(turn: str) -> None:
    upright = columns(2, across=True, top=200)
    assert drawn(read(f"q {turn} cm {upright} Q"))[-2:] == joined(LEFT, MIDDLE)
