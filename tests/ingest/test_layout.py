"""The blocks of plain text and of Markdown."""

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.blocks import Block, Form
from rag.ingest.parse.text.blocks import blocks
from tests.support.outlines import assert_sound

FAST = settings(derandomize=True, max_examples=150, deadline=None)
LINES = st.sampled_from(
    [
        *[
            "The cat sat on the mat and looked at the dog that had come in from the cold.",
            "A heading",
            "😀 雨が降る。",
            "x",
        ],
        *[
            "- an item",
            "1. an item",
            "---",
            "===",
            "    code()",
            "\tтекст",
            "| a | b |",
            "```",
            "> quoted",
            "# Marked",
            "##",
        ],
        *["نص عربي", "\x00", "\u2028", "\x85", "\x1c", "[a]: http://example.org/", "<div>", "a" * 90, "", "  "],
    ]
)
ENDS = st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\r\n\r\n", "\f"])
TEXTS = st.lists(st.tuples(LINES, ENDS).map("".join), max_size=14).map("".join) | st.text(max_size=60)
PROSE = (
    "The council met on Tuesday to discuss the new bridge over the river, which has been closed since the spring "
    "floods. Members agreed on a budget of two million euros, and they asked the engineers for a plan by the end of "
    "the year. Nobody from the opposition took part in the vote that followed the long debate."
)
SHORTER = PROSE.removesuffix(" Nobody from the opposition took part in the vote that followed the long debate.")


def texts(text: str, *, markdown: bool = False) -> list[str]:
    return [block.span.of(text) for block in blocks(text, markdown=markdown) if block.leaf]


def headings(text: str, *, markdown: bool = True) -> list[str]:
    return [block.span.of(text) for block in blocks(text, markdown=markdown) if block.heading]


def wrapped(width: int, *paragraphs: str) -> str:
    return "\n\n".join(textwrap.fill(paragraph, width) for paragraph in paragraphs) + "\n"


def uncovered(text: str, found: list[Block]) -> str:
    covered = {position for block in found for position in range(block.span.start, block.span.end)}
    return "".join(character for position, character in enumerate(text) if position not in covered)


def is_read_as_markdown(text: str) -> bool:
    return any(line.lstrip("#")[:1] == " " and 1 <= len(line) - len(line.lstrip("#")) <= 6 for line in text.split("\n"))


@FAST
@given(text=TEXTS)
def test_blocks_of_plain_text_are_in_order_and_cover_it(text: str) -> None:
    found = blocks(text)
    assert_sound(text, found)
    assert is_read_as_markdown(text) or uncovered(text, found).replace("`", "").strip() == ""


@FAST
@given(text=TEXTS)
def test_blocks_of_markdown_are_in_order(text: str) -> None:
    assert_sound(text, blocks(text, markdown=True))


@FAST
@given(st.lists(st.text("abc .", min_size=1, max_size=30).filter(lambda line: line.strip() != ""), max_size=6))
def test_paragraphs_with_a_blank_line_between_are_blocks(lines: list[str]) -> None:
    assert texts("\n\n".join(lines)) == [line.strip() for line in lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \r\n\t\f", []),
        ("One line", ["One line"]),
        ("  One line \n", ["One line"]),
        ("A title\nA line\n\nAnother", ["A title", "A line", "Another"]),
        ("A title\r\n\r\nA line\r\nAnother\r\n", ["A title", "A line", "Another"]),
        ("A title\rA line", ["A title", "A line"]),
        ("Page one\fPage two\u2028Line two", ["Page one", "Page two", "Line two"]),
        ("😀 first\n\n雨が降る。\n", ["😀 first", "雨が降る。"]),
        ("We need:\n- eggs\n- milk\n1. go\n(a) pay", ["We need:", "eggs", "milk", "1. go", "(a) pay"]),
        ("Above\n\n-----\nBelow", ["Above", "-----", "Below"]),
        ("#winning is not a heading", ["#winning is not a heading"]),
    ],
)
def test_blocks_of_unwrapped_text_are_its_lines(text: str, expected: list[str]) -> None:
    assert texts(text) == expected
    assert headings(text, markdown=False) == []


def test_spans_count_code_points() -> None:
    found = blocks("😀😀\n\n雨 x")
    assert [(block.span.start, block.span.end) for block in found] == [(0, 2), (4, 7)]


@pytest.mark.parametrize("end", ["\n", "\r"])
@pytest.mark.parametrize("width", [55, 72, 100])
def test_hard_wrapped_paragraphs_are_a_block_each(end: str, width: int) -> None:
    text = wrapped(width, PROSE, SHORTER, PROSE).replace("\n", end)
    assert [" ".join(block.split()) for block in texts(text)] == [PROSE, SHORTER, PROSE]


def test_hard_wrapped_paragraphs_with_windows_line_ends_are_a_block_each() -> None:
    text = wrapped(72, PROSE, SHORTER, PROSE).replace("\n", "\r\n")
    assert [" ".join(block.split()) for block in texts(text)] == [PROSE, SHORTER, PROSE]


def test_short_lines_of_wrapped_text_stay_apart() -> None:
    head = "A Bridge Too Far\nBy Jane Doe\n3 May 2024\n\n"
    text = head + wrapped(72, PROSE) + "\nThe vote\n\n" + wrapped(72, PROSE)
    assert [len(block.split()) for block in texts(text)] == [4, 3, 3, 58, 2, 58]


def test_list_items_and_rules_of_wrapped_text_stay_apart() -> None:
    full = "one two three four five six seven eight nine ten eleven twelve thirteen"
    text = f"{wrapped(72, PROSE)}{full}\n- {full}\n{full}\n{'-' * 71}\n{full}\n"
    assert [" ".join(block.split()) for block in texts(text)][-4:] == [full, f"{full} {full}", "-" * 71, full]


def test_one_long_line_does_not_unwrap_a_text() -> None:
    address = "https://example.org/" + "a" * 200
    text = wrapped(72, *[PROSE] * 5) + "\n" + address
    assert [" ".join(block.split()) for block in texts(text)] == [*[PROSE] * 5, address]


def test_indented_paragraphs_of_wrapped_text_are_a_block_each() -> None:
    item = textwrap.fill(PROSE, 72, initial_indent="  - ", subsequent_indent="    ")
    text = f"{wrapped(72, PROSE, PROSE)}\n{item}\n{item}\n"
    assert [" ".join(block.split()) for block in texts(text)][2:] == [PROSE] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# One\n\ntext\n\n### Three ###\n\ntext", ["One", "Three"]),
        ("One\n===\n\nTwo words\n---------\ntext", ["One", "Two words"]),
        ("Two\nlines\n-----\n", ["Two\nlines"]),
        ("   ## *Marked* `code`\ntext", ["*Marked* `code`"]),
        ("# C#\r\n\r\ntext\r\n", ["C#"]),
        ("# One\rtext\r## Two\r", ["One", "Two"]),
        ("```\n# not a heading\n```\n", []),
        ("    # not a heading\n", []),
        ("#not a heading\n\n####### nor this", []),
        ("text\n\n---\n\ntext", []),
        ("😀\n\n# 雨\n", ["雨"]),
    ],
)
def test_headings_of_markdown_have_no_marks(text: str, expected: list[str]) -> None:
    assert headings(text) == expected


def test_blocks_of_markdown() -> None:
    text = (
        "# Title\n\nA paragraph\non two lines.\n\n* one\n  * two\n* three\n  more\n\n1. first\n\n   second\n\n"
        "> quoted\n> twice\n\n```python\nx = 1\n\ny = 2\n```\n\n    indented\n\n<p>\nhtml\n</p>\n"
    )
    assert texts(text, markdown=True) == [
        "Title",
        "A paragraph\non two lines.",
        *["one", "two", "three\n  more"],
        *["first", "second"],
        "quoted\n> twice",
        "x = 1\n\ny = 2",
        "indented",
        "html",
    ]


def test_plain_text_with_marked_headings_is_read_as_markdown() -> None:
    text = "# Title\n\nA paragraph\non two lines.\n"
    assert blocks(text) == blocks(text, markdown=True)
    assert texts(text) == ["Title", "A paragraph\non two lines."]


def test_nul_characters_do_not_move_the_blocks_of_markdown() -> None:
    assert texts("# A\x00\n\nb\x00c\n", markdown=True) == ["A\x00", "b\x00c"]


def test_rows_of_a_markdown_table_are_a_block_each() -> None:
    text = "# T\n\n| City | Size |\n|------|------|\n| Rome | 2.8  |\n| Oslo | 0.7  |\n"
    found = blocks(text, markdown=True)
    assert_sound(text, found)
    assert [block.span.of(text) for block in found[-2:]] == ["| Rome | 2.8  |", "| Oslo | 0.7  |"]
    assert [block.form for block in found[-2:]] == [Form.ROW, Form.ROW]


@pytest.mark.parametrize(
    "text", ["\n".join("  " * depth + f"- level {depth}" for depth in range(12)), "> " * 25 + "level 11"]
)
def test_deeply_nested_markdown_is_not_lost(text: str) -> None:
    assert "level 11" in "\n".join(texts(text, markdown=True))


@pytest.mark.parametrize(
    "text",
    [
        "> " * 300 + "too deep",
        "\n".join("  " * depth + f"- level {depth}" for depth in range(90)) + " too deep",
        ">" * 900 + " too deep",
    ],
)
def test_markdown_nested_beyond_what_the_parser_reads_is_not_lost(text: str) -> None:
    found = blocks(text, markdown=True)
    assert_sound(text, found)
    assert "too deep" in found[-1].span.of(text)


def test_definitions_of_links_are_no_blocks() -> None:
    assert texts("See [a].\n\n[a]: http://example.org/\n> [b]: http://example.org/b\n", markdown=True) == ["See [a]."]


@pytest.mark.parametrize("text", ["First line.\n\nSecond line.", "# First\n\nSecond line."])
def test_byte_order_mark_is_in_no_block(text: str) -> None:
    marked = [(block.span.start - 1, block.span.end - 1, block.heading) for block in blocks(f"\ufeff{text}")]
    assert marked == [(block.span.start, block.span.end, block.heading) for block in blocks(text)]


def test_heading_of_many_characters_is_a_paragraph() -> None:
    assert headings("# " + "a" * 300) == ["a" * 300]
    assert headings("# " + "a" * 301) == []


def test_a_rule_at_the_start_is_no_front_matter() -> None:
    assert headings("---\n\n# One\n\nSome text.\n\n---\n\n# Two\n") == ["One", "Two"]


def test_a_rule_at_the_start_of_many_windows_lines_ends() -> None:
    # A pattern in which two parts could take the \r doubled its time with each line: 40 of them took days.
    assert len(texts("---\r\n" + "A line.\r\n" * 200, markdown=True)) == 1
