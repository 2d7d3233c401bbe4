"""What the lines of a plain text are: lists, records, tables, questions, quotations, code, sections."""

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.blocks import Form
from rag.ingest.parse import parse
from rag.ingest.parse.text.blocks import blocks, reads_as_markdown
from rag.types import Kind
from tests.support.outlines import assert_sound, drawn

FAST = settings(derandomize=True, max_examples=300, deadline=None)
PIECES = st.sampled_from(
    [
        *["- a", "1. b", "2. c", "a) d", "(i) e", "• f", "  ", "    ", "\t", "\n", "\n\n", "\r\n", "\f", "Q: ", "A: "],
        *[
            "key: ",
            "| a | b |",
            "+---+---+",
            "----",
            "====",
            "a  b   c",
            "1   2   3",
            "> ",
            ">> ",
            "Who? ",
            "Ann wrote:",
        ],
        *[
            "2.1 Fees. ",
            "2.2 ",
            "Section 1. A ",
            "Section 2. B ",
            ".......... 3",
            "[Page 2]",
            "x = f(y);",
            "```",
            "雨",
            "é-",
        ],
        *["The cat sat on the mat and looked at the dog that had come in from the ", "cold. ", "warm and ", "o  "],
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def tree(text: str) -> list[str]:
    """The tree of a text that is given with the indent of the test."""
    return drawn(parse("a.txt", textwrap.dedent(text).strip("\n").encode()))


@FAST
@given(text=TEXTS)
def test_tree_of_any_lines_is_sound(text: str) -> None:
    assert_sound(text, blocks(text))


def test_items_are_nested_by_their_indents() -> None:
    assert tree("""
        1. Check the report
           and write it in the log.
        2. Check the engine:
           a) oil level
           b) cooling water
              - open the sea cock

                Only by hand.
           c) belt tension

        3. Tell the office.
    """) == [
        *["list ordered", "  item 1.", "    paragraph | Check the report\n   and write it in the log."],
        *["  item 2.", "    paragraph | Check the engine:", "    list ordered", "      item a)"],
        *["        paragraph | oil level", "      item b)", "        paragraph | cooling water", "        list"],
        *["          item", "            paragraph | open the sea cock", "            paragraph | Only by hand."],
        *["      item c)", "        paragraph | belt tension", "  item 3.", "    paragraph | Tell the office."],
    ]


@pytest.mark.parametrize(
    ("marks", "written"),
    [
        (("-", "-", "-"), ("", "", "")),
        (("•", "•", "•"), ("", "", "")),
        (("*", "*", "*"), ("", "", "")),
        (("o ", "o ", "o "), ("", "", "")),
        (("1.", "2.", "3."), ("1.", "2.", "3.")),
        (("7)", "8)", "9)"), ("7)", "8)", "9)")),
        (("(1)", "(2)", "(3)"), ("(1)", "(2)", "(3)")),
        (("a.", "b.", "c."), ("a.", "b.", "c.")),
        (("(h)", "(i)", "(j)"), ("(h)", "(i)", "(j)")),
        (("i.", "ii.", "iii."), ("i.", "ii.", "iii.")),
        (("A)", "B)", "C)"), ("A)", "B)", "C)")),
    ],
)
def test_marks_make_one_list(marks: tuple[str, ...], written: tuple[str, ...]) -> None:
    text = "To take along:\n" + "\n".join(f"{mark} thing {number}" for number, mark in enumerate(marks))
    found = blocks(text)
    assert [block.form for block in found[:2]] == [Form.PARAGRAPH, Form.LIST]
    assert tuple(block.mark for block in found if block.form is Form.ITEM) == written
    assert [block.span.of(text) for block in found if block.leaf][1:] == ["thing 0", "thing 1", "thing 2"]


@pytest.mark.parametrize(
    "text",
    [
        "3. The third check is the fluid.",
        "12. May 2024",
        "> 5 mm: no action is needed.\n< 2 mm: replace the pads at once.",
        "- 5 degrees in the night",
        "The house\n– built in 1871 – stands.",
        "e.g. the oldest one",
        "J. Smith was there.",
        "2.5 litres of oil are needed.",
        "Note: the pool is closed.",
        "# 4 bolts hold the caliper.",
        "It starts at 10:30.\nIt ends at 11:45.",
        "See https://example.org/a\nand http://example.org/b",
    ],
)
def test_line_that_only_looks_like_something_is_a_paragraph(text: str) -> None:
    found = blocks(text)
    assert {block.form for block in found} == {Form.PARAGRAPH}
    assert " ".join(block.span.of(text) for block in found).split() == text.split()


def test_lines_that_name_and_say_are_a_record() -> None:
    assert tree("""
        The office

        Office hours:  Monday to Friday
        Telephone:     0171 555 233
        Berth fee:     12 euros a night,
                       paid in advance
        Key of the boathouse:
            in the blue tin

        Name: Anna
        Town: Oslo
        Name: Bert
        Town: Rome
    """) == [
        *["paragraph | The office", "record", "  field | 0:Office hours | 1:Monday to Friday"],
        *["  field | 0:Telephone | 1:0171 555 233"],
        "  field | 0:Berth fee | 1:12 euros a night,\n               paid in advance",
        *["  field | 0:Key of the boathouse | 1:in the blue tin", "record", "  field | 0:Name | 1:Anna"],
        *["  field | 0:Town | 1:Oslo", "record", "  field | 0:Name | 1:Bert", "  field | 0:Town | 1:Rome"],
    ]


def test_value_on_the_lines_below_its_key_is_read_once() -> None:
    text = "Files: *\nCopyright:\n 2012 Anna Lund\n  2013 Bea Marsh\nLicense: MIT\n and so on"
    assert drawn(parse("a.txt", f"The file\n\n{text}".encode()))[1:] == [
        *["record", "  field | 0:Files | 1:*", "  field | 0:Copyright | 1:2012 Anna Lund\n  2013 Bea Marsh"],
        "  field | 0:License | 1:MIT\n and so on",
    ]


def test_dots_that_lead_to_prices_are_a_record_and_to_pages_none() -> None:
    assert tree("Menu\n\nSoup ........ 4.50\nFish pie .. 9.80\nCoffee . . . . . 2.20") == [
        *["paragraph | Menu", "record", "  field | 0:Soup | 1:4.50", "  field | 0:Fish pie | 1:9.80"],
        "  field | 0:Coffee | 1:2.20",
    ]
    contents = "The Mill\n\nContents\n\n1 The wheel ...... 3\n2 The stones .... 14\nIndex ..... 20\n\nThe wheel turns."
    kinds = [(block.kind, block.span.of(contents)[:3]) for block in blocks(contents)]
    assert kinds[2:5] == [(Kind.BOILERPLATE, "1 T"), (Kind.BOILERPLATE, "2 T"), (Kind.BOILERPLATE, "Ind")]
    assert kinds[5:] == [(None, "The")]


ROWS = ["row head | 0:Boat | 1:Owner | 2:Berth", "row | 0:Anna | 1:Lund | 2:4", "row | 0:Storm Petrel | 1:Marsh | 2:11"]
TABLES = {
    "spaces": "Boat          Owner      Berth\nAnna          Lund       4\nStorm Petrel  Marsh      11",
    "right": "Boat          Owner  Berth\nAnna           Lund      4\nStorm Petrel  Marsh     11",
    "ruled": "Boat          Owner  Berth\n------------  -----  -----\nAnna          Lund   4\nStorm Petrel  Marsh  11",
    "framed": "============  =====  =====\nBoat          Owner  Berth\n============  =====  =====\n"
    "Anna          Lund   4\nStorm Petrel  Marsh  11\n============  =====  =====",
    "tabs": "Boat\tOwner\tBerth\nAnna\tLund\t4\nStorm Petrel\tMarsh\t11",
    "bars": "Boat | Owner | Berth\nAnna | Lund | 4\nStorm Petrel | Marsh | 11",
    "pipes": "| Boat | Owner | Berth |\n|---|---|---|\n| Anna | Lund | 4 |\n| Storm Petrel | Marsh | 11 |",
    "box": "+------+-------+-------+\n| Boat | Owner | Berth |\n+------+-------+-------+\n| Anna | Lund | 4 |\n"
    "| Storm Petrel | Marsh | 11 |\n+------+-------+-------+",
    "grid": "+------+-------+-------+\n| Boat | Owner | Berth |\n+======+=======+=======+\n| Anna | Lund | 4 |\n"
    "+------+-------+-------+\n| Storm Petrel | Marsh | 11 |\n+------+-------+-------+",
    "drawn": "┌──────┬───────┬───────┐\n│ Boat │ Owner │ Berth │\n├──────┼───────┼───────┤\n│ Anna │ Lund  │ 4     │\n"
    "│ Storm Petrel │ Marsh │ 11 │\n└──────┴───────┴───────┘",
}


@pytest.mark.parametrize("name", TABLES)
def test_table_has_rows_and_cells(name: str) -> None:
    text = f"The boats\n\n{TABLES[name]}\n\nMore."
    found = drawn(parse("a.txt", text.encode()))
    assert found == ["paragraph | The boats", "table", *(f"  {row}" for row in ROWS), "paragraph | More."]


@pytest.mark.parametrize("text", ["4. FEES\n{}\n5. END", "a) Fees of the port\n{}\nb) End"])
def test_table_below_an_item_is_within_it(text: str) -> None:
    rows = "   permit          8.00\n   tag             2.40, chip 4.10\n   late notice     30"
    found = tree(text.format(rows))
    assert found[-6:-2] == [
        "    table",
        "      row | 0:permit | 1:8.00",
        "      row | 0:tag | 1:2.40, chip 4.10",
        "      row | 0:late notice | 1:30",
    ]


def test_longest_cell_may_be_one_space_from_the_next() -> None:
    found = tree("Name     Watch  Cabin\nAnn      early  4\nBeatrice late   11\nCo       early  2")
    assert found[3] == "  row | 0:Beatrice | 1:late | 2:11"


def test_row_goes_on_where_its_first_cell_is_empty() -> None:
    assert tree("""
        Length      Day fee   Remark
        up to 6 m   8         paid in
                              advance
        over 6 m    20        by card
    """) == [
        *["table", "  row head | 0:Length | 1:Day fee | 2:Remark"],
        "  row | 0:up to 6 m | 1:8 | 2:paid in\n                      advance",
        "  row | 0:over 6 m | 1:20 | 2:by card",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The cat sat.  The dog stood.\nIt rained on  Monday.  Nobody\nwent out  to  the shed.",
        "Dear Anna,       3 May 2024",
        "yes | no",
    ],
)
def test_spaces_and_bars_alone_make_no_table(text: str) -> None:
    assert Form.TABLE not in {block.form for block in blocks(text)}


def test_diagram_of_bits_is_code() -> None:
    assert tree("""
        The header:

         0                   1
        +-+-+-+-+-+-+-+-+-+-+-+
        |   Type    |  Length |
        +-+-+-+-+-+-+-+-+-+-+-+
    """)[-1].startswith("code | +-+-+")


FAQ = [
    "heading 6 | Can I cancel?",
    "paragraph | Yes, in March.",
    "heading 6 | Is it dear?",
    "paragraph | Twenty euros.",
]


@pytest.mark.parametrize(
    "text",
    [
        "Q: Can I cancel?\nA: Yes, in March.\n\nQ: Is it dear?\nA: Twenty euros.",
        "Q1. Can I cancel?\n\nA1. Yes, in March.\n\nQ2. Is it dear?\n\nA2. Twenty euros.",
        "Question: Can I cancel?\nAnswer: Yes, in March.\nQuestion: Is it dear?\nAnswer: Twenty euros.",
        "Question 1: Can I cancel?\nYes, in March.\nQuestion 2: Is it dear?\nTwenty euros.",
        "Can I cancel?\nYes, in March.\n\nIs it dear?\nTwenty euros.",
        "Can I cancel?\n\nYes, in March.\n\nIs it dear?\n\nTwenty euros.",
    ],
)
def test_question_is_a_heading_over_its_answer(text: str) -> None:
    assert tree(text) == FAQ


def test_question_with_a_number_is_a_heading_and_one_of_several_an_item() -> None:
    assert tree("1. Can I cancel?\nYes, in March.\n\n2. Is it dear?\nTwenty euros.")[::2] == [
        *["heading 6 | 1. Can I cancel?", "heading 6 | 2. Is it dear?"]
    ]
    assert tree("We ask:\n\n1. Who are you?\n2. Where do you live?\n3. What do you eat?")[1] == "list ordered"


def test_question_over_two_lines_is_one_heading() -> None:
    text = "Q: What does it cost to cancel after\nthe first fourteen days?\nA: Twenty euros.\n"
    assert tree(text) == [
        "heading 6 | What does it cost to cancel after\nthe first fourteen days?",
        "paragraph | Twenty euros.",
    ]


def test_question_within_prose_is_no_heading() -> None:
    prose = ["The mill stood for years.", "But who would pay for it?", "Nobody knew, and nobody asked.", "It fell."]
    assert {block.form for block in blocks("\n\n".join(prose * 2))} == {Form.PARAGRAPH}


def test_reply_quotes_below_who_wrote() -> None:
    assert tree("""
        Hi,

        On Mon, 3 May 2024 at 10:12, Bob wrote:
        > When is it mended? I ask as my
        > mother is coming.
        >
        > And the ladder?
        >> It is with me.

        Anna
    """) == [
        *["paragraph | Hi,", "paragraph | On Mon, 3 May 2024 at 10:12, Bob wrote:", "quote"],
        "  paragraph | When is it mended? I ask as my\n> mother is coming.",
        *["  paragraph | And the ladder?", "  quote", "    paragraph | It is with me.", "paragraph | Anna"],
    ]


@pytest.mark.parametrize(
    "code",
    [
        "    $ pip install toys\n    $ toys --version",
        "    if (length > 512) {\n        drop(message);\n    }",
        "    def area(side):\n        return side * side",
        "    SELECT name FROM boats\n    WHERE berth = 4;",
        "\tport = 8080\n\thost = localhost",
    ],
)
def test_indented_code_is_code(code: str) -> None:
    text = f"Run this:\n\n{code}\n\nThen wait."
    assert [block.form for block in blocks(text)] == [Form.PARAGRAPH, Form.CODE, Form.PARAGRAPH]
    assert blocks(text)[1].span.of(text) == code


def test_indented_prose_and_verse_are_no_code() -> None:
    text = "He wrote:\n\n    Shall I compare thee to a day?\n    Thou art more lovely.\n\nIt was late."
    assert {block.form for block in blocks(text)} == {Form.PARAGRAPH}


def test_fenced_code_is_code() -> None:
    assert tree("Run this:\n\n```sh\nmake\n  all\n```\nThen wait.")[1] == "code | make\n  all"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Section 4. The pool closes at nine. Section 5. Dogs stay out. § 7 The fine is 25 euros.",
            ["Section 4. The pool closes at nine.", "Section 5. Dogs stay out.", "§ 7 The fine is 25 euros."],
        ),
        (
            "4.1 The tenant pays. See Section 4. 4.2 The landlord mends the roof. 4.3 Pets are allowed.",
            ["4.1 The tenant pays. See Section 4.", "4.2 The landlord mends the roof.", "4.3 Pets are allowed."],
        ),
        (
            "As Section 5 says, dogs stay out. Section 4 applies too.",
            ["As Section 5 says, dogs stay out. Section 4 applies too."],
        ),
    ],
)
def test_sections_that_are_run_in_are_apart(text: str, expected: list[str]) -> None:
    assert [block.span.of(text) for block in blocks(text)] == expected


def test_numbers_of_sections_make_headings() -> None:
    assert tree("""
        2. Fees

        2.1 Yearly fee. The fee is 20 euros. It is paid in
        January.
        2.2 The librarian may refuse a loan.

        2.3 Late books

        They cost a euro a day.

        3. Hours

        From nine to five.
    """) == [
        *[
            "heading 1 | 2. Fees",
            "heading 2 | 2.1 Yearly fee.",
            "paragraph | The fee is 20 euros. It is paid in\nJanuary.",
        ],
        *["paragraph | 2.2 The librarian may refuse a loan.", "heading 2 | 2.3 Late books"],
        *["paragraph | They cost a euro a day.", "heading 1 | 3. Hours", "paragraph | From nine to five."],
    ]


def test_underlined_line_is_a_heading_by_its_characters() -> None:
    text = "=====\nToys\n=====\n\nUse\n---\nText.\n\nMore\n----\nText.\n\nDeep\n~~~~\nText."
    found = blocks(text)
    assert [(block.level, block.span.of(text)) for block in found if block.heading] == [
        *[(1, "Toys"), (2, "Use"), (2, "More"), (3, "Deep")]
    ]
    assert [block.kind for block in found if block.span.of(text)[0] in "=-~"] == [Kind.BOILERPLATE] * 5


PAGES = """
   This document describes the toy protocol, which is used by toys when
   they talk to each other over a network of strings. It is small, and



Lund                    Informational                      [Page {0}]
\fRFC 9999                  Toy Protocol                   March 2031


   has four messages. A toy that gets a message that it does not know
   drops it without a reply to the sender.
"""


def test_heads_and_feet_of_pages_are_no_text() -> None:
    text = "".join(PAGES.format(page) for page in (1, 2))
    said = [block.span.of(text).split(maxsplit=1)[0] for block in blocks(text) if block.kind is None]
    assert said == ["This", "has", "This", "has"]
    assert sum(block.kind is Kind.BOILERPLATE for block in blocks(text)) == 4


PROSE = (
    "The warden keeps the spare keys of the boathouse in the blue tin above the stove of the kitchen. Anyone who "
    "borrows one writes the day and the hour into the green book. Lost keys cost fifteen pounds, which must be paid "
    "to the treasurer before the end of the month."
)


@pytest.mark.parametrize("width", [24, 30, 40, 55, 72, 100])
@pytest.mark.parametrize("count", [1, 3])
def test_paragraph_that_is_wrapped_at_any_width_is_one(width: int, count: int) -> None:
    text = "\n\n".join([textwrap.fill(PROSE, width)] * count)
    assert [" ".join(block.span.of(text).split()) for block in blocks(text)] == [PROSE] * count


@pytest.mark.parametrize(
    "text",
    [
        "Shall I compare thee to a summer's day?\nThou art more lovely and more temperate:\nRough winds do shake.",
        "John Smith, 4 Mill Lane\n12345 Newtown\nEngland",
        "flour\ntwo eggs\na pinch of salt\nhalf a litre of milk",
        "The shaft seal has part number 4410 and costs 18 euros.\nThe impeller has part number 4411 and costs 42 euros."
        "\nThe gasket has part number 4401 and costs 7 euros.\nThe motor has number 9900 and costs 310 euros.",
        "buy milk at the corner shop\nwalk the dog in the park\ncall mother about Sunday",
    ],
)
def test_lines_that_stand_for_something_each_stay_apart(text: str) -> None:
    assert [block.span.of(text) for block in blocks(text)] == text.split("\n")


def test_word_that_is_cut_at_the_end_of_a_line_is_within_one_paragraph() -> None:
    text = "The annual subven-\ntion for the brass band of the town rises. The re-\nhearsal room is free."
    assert [block.span.of(text) for block in blocks(text)] == [text]


def test_number_sign_does_not_make_a_text_markdown() -> None:
    assert not reads_as_markdown("Brakes\n\n# 4 bolts hold the caliper.\n")
    assert reads_as_markdown("# Brakes\n\nFour bolts hold the caliper.\n")
