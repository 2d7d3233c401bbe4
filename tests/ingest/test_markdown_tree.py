"""The tree of Markdown as people write it: lists, records, questions, tables, raw HTML, what is no text."""

from textwrap import dedent
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.parse import Limits, parse
from rag.ingest.parse.text.blocks import blocks
from tests.support.outlines import assert_sound, drawn

PIECES = st.sampled_from(
    [
        *["text", "A line: value", "**Key**: v", "**Key:** v  ", "**Q: Why?**", "Q: what?", "A: this", "Is it?", "a\\"],
        *[
            "- item",
            "* a: b",
            "  - nested",
            "    deep",
            "1. one",
            "a. x",
            "b. y",
            "(i) p",
            "(ii) q",
            "   a) z",
            "   b) w",
        ],
        *[
            "> quote",
            "> - q",
            "```",
            "~~~",
            "    code",
            "| a | b |",
            "|---|---|",
            "--|--",
            "1 | 2",
            "Table 2: cap",
            "|",
        ],
        *[
            ": def",
            "Term",
            "[^1]: note",
            "[a]: http://x",
            "text[^1]",
            "# H",
            "## H {#id}",
            "===",
            "---",
            "- [x] t",
            "-",
        ],
        *["<div hidden>", "</div>", "<p>para</p>", "<table>", "<tr><td>x<th colspan=2>y", "</table>", "<ul><li>a<li>b"],
        *[
            "</ul>",
            "<dl><dt>k<dd>v</dl>",
            "<!-- c",
            "-->",
            "<script>",
            "<span hidden>s</span> t",
            "{% x %}",
            "::: note",
        ],
        *[
            '!!! note "T"',
            "    body",
            "![alt](x)",
            "![four words of it](x)",
            "",
            "  ",
            "\t",
            "\x00",
            "\x0b",
            "\x1c",
            "\u2028",
        ],
    ]
)
ENDS = st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\f"])
TEXTS = st.lists(st.tuples(st.sampled_from(["", "", " ", "   ", "> "]), PIECES, ENDS).map("".join), max_size=14).map(
    "".join
)


def tree(text: str) -> list[str]:
    parsed = parse("a.md", dedent(text).strip("\n").encode(), Limits())
    assert_sound(parsed.text, parsed.blocks)
    return drawn(parsed)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(text=TEXTS)
def test_tree_of_any_markdown_is_sound(text: str) -> None:
    assert_sound(text, blocks(text, markdown=True))


@pytest.mark.parametrize("count", [10_000])
@pytest.mark.parametrize(
    "piece",
    [
        *["<ul>", "<li>x", "<table><tr><td>a", "<dl><dt>k<dd>v", "<div hidden>", "<!--", "**K**: v\n\n", "Q: a?\n\n"],
        *[
            "(i) x\n",
            "[^1]: x\n",
            "> ",
            "- ",
            "Term\n: def\n\n",
            "![a](b)",
            "<span hidden>",
            "- **a**: b\n",
            "!!! note\n",
        ],
    ],
)
def test_tree_takes_time_in_proportion_to_the_text(piece: str, count: int) -> None:
    began = process_time()
    blocks("x\n\n" + piece * (count * 4 // len(piece)), markdown=True)
    assert process_time() - began < 10


def test_blocks_below_a_front_matter_keep_their_parents() -> None:
    assert tree("---\ntitle: T\ntags: [a]\nx: y\n---\n\n- a\n  - b\n")[3:] == [
        *["list", "  item", "    paragraph | a", "    list", "      item", "        paragraph | b"],
    ]


def test_lists_counted_with_letters_are_within_the_numbered_item_above() -> None:
    assert tree(
        """
        1. Clean:
            a. first the kitchen
            b. then the hall
        2. Rest
           - today
             (i) early
             (ii) late
        """
    ) == [
        "list ordered",
        *["  item 1.", "    paragraph | Clean:", "    list ordered"],
        *[
            "      item a.",
            "        paragraph | first the kitchen",
            "      item b.",
            "        paragraph | then the hall",
        ],
        *["  item 2.", "    paragraph | Rest", "    list", "      item", "        paragraph | today"],
        *["        list ordered", "          item (i)", "            paragraph | early"],
        *["          item (ii)", "            paragraph | late"],
    ]


@pytest.mark.parametrize(("text", "marks"), [("(a) x\n(b) y", ["(a)", "(b)"]), ("i. x\nii. y", ["i.", "ii."])])
def test_lists_counted_with_letters_stand_alone(text: str, marks: list[str]) -> None:
    assert [line.split()[-1] for line in tree(text) if "item" in line] == marks


@pytest.mark.parametrize(
    "text", ["A. Smith wrote\nthis.", "a. one\n\nText.", "(b) two\n(c) three", "```\na. x\nb. y\n```"]
)
def test_a_letter_alone_counts_nothing(text: str) -> None:
    assert not any("list" in line for line in tree(text))


def test_marks_of_items_and_quotations_are_in_no_leaf() -> None:
    assert tree("> - x\n>   1. y\n>\n> z\n\n- [x] done\n- - both\n") == [
        *["quote", "  list", "    item", "      paragraph | x", "      list ordered", "        item 1."],
        *["          paragraph | y", "  paragraph | z", "list", "  item", "    paragraph | [x] done"],
        *["  item", "    list", "      item", "        paragraph | both"],
    ]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Wear:\n> 5 mm: none.\n< 2 mm: replace.", False),
        ("≤ 3 V is low\n> 3 V is high", False),
        ("> 5 euros, he said.", True),
        ("> 5 euros,\n> he said.", True),
    ],
)
def test_a_sign_between_others_that_compare_is_no_quotation(text: str, quoted: bool) -> None:
    assert ("quote" in tree(text)) == quoted


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("- **Size**: 5 m\n- **Colour:** red", ["Size=5 m", "Colour=red"]),
        ("- ⏲️ Prep time: 10 min\n- 🍳 Cook time: 1 hr", ["Prep time=10 min", "Cook time=1 hr"]),
        ("- `--all`: take all\n- `-n`, `--none`: none", ["`--all`=take all", "`-n`, `--none`=none"]),
        ("- `--x` — foo\n- **y** - bar", ["`--x`=foo", "y=bar"]),
        ("- [A](b.md): first\n- [C](d.md): second", ["[A](b.md)=first", "[C](d.md)=second"]),
        (
            "**Date:** 3 May\\\n**Place:** Hall  \n**Chair**: Ann\nand Bo",
            ["Date=3 May", "Place=Hall", "Chair=Ann\nand Bo"],
        ),
        ("**From:** x\n\n**To:** y", ["From=x", "To=y"]),
        ("Name: Foo\nHeight (m): 3", ["Name=Foo", "Height (m)=3"]),
        ("Opens: 10:30<br>Closes: 18:00", ["Opens=10:30", "Closes=18:00"]),
    ],
)
def test_keys_with_values_are_a_record(text: str, pairs: list[str]) -> None:
    fields = [line.split(" | ")[1:] for line in "\0".join(tree(text)).split("\0")[1:]]
    assert [f"{key.removeprefix('0:')}={value.removeprefix('1:')}" for key, value in fields] == pairs


@pytest.mark.parametrize(
    "text",
    [
        "- 10:30 to 11: talk\n- 11:30 to 12: rest",
        "- https://a.org/x\n- https://b.org/y",
        "- The fees are: two euros\n- It will be: late",
        "The time: 10:30 to 11:00 is\nfixed: yes it is",
        "**Note:** one of these.\n\nText.",
        "1. Size: 5\n2. Colour: red",
        "Q: Why?\nA: So.",
        "- Ann: why?\n- Bo: because\n- Ann: so",
    ],
)
def test_other_colons_are_no_keys(text: str) -> None:
    assert "record" not in tree(text)


def test_terms_with_definitions_are_a_record() -> None:
    assert tree("Term A\n: A thing\n: another\n  wrapped\n\nTerm B\n:   Second\n\nText.") == [
        "record",
        "  field | 0:Term A | 1:A thing | 2:another\n  wrapped",
        "  field | 0:Term B | 1:Second",
        "paragraph | Text.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "**Q: Is it open?**\n\nYes.",
        "**Q:** Is it open?\n\n**A:** Yes.",
        "Q: Is it open?\nA: Yes.",
        "Q1. Is it open?\n\nA1. Yes.",
        "Question: Is it open?\nYes.",
    ],
)
def test_a_marked_question_is_a_heading_without_its_mark(text: str) -> None:
    assert tree(text) == ["heading 6 | Is it open?", "paragraph | Yes."]


def test_a_question_in_bold_is_a_heading() -> None:
    assert tree("**Why is it so?**\nBecause.\n\n1. **What is it?**\n\n   A thing.\n2. **Who?**\n\n   Me.\n") == [
        *["heading 6 | **Why is it so?**", "paragraph | Because.", "list ordered"],
        *["  item 1.", "    heading 6 | **What is it?**", "    paragraph | A thing."],
        *["  item 2.", "    heading 6 | **Who?**", "    paragraph | Me."],
    ]


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Is it open?\n\nYes.\n\nWhere is it?\n\nThere.", ["Is it open?", "Where is it?"]),
        ("Is it open?\n\nYes.", []),
        ("Ann: is it open?\n\nYes.\n\nBo: is it?\n\nNo.", []),
        ("- Is it open?\n  - Yes.\n- Is it?\n  - No.", []),
        ("**Needed**\n\n- a\n\n**Steps**\n\n1. x", ["**Needed**", "**Steps**"]),
        ("**By Jane Doe**\n\nIt rose.", []),
        ("**Needed:**\n\n- a\n\n**Steps:**\n\n1. x", []),
        ("**The end**", []),
    ],
)
def test_lines_over_their_text_are_headings_where_there_are_several(text: str, headings: list[str]) -> None:
    assert [line.removeprefix("heading 6 | ") for line in tree(text) if line.startswith("heading")] == headings


def test_tables_have_captions_and_end_where_the_next_begins() -> None:
    text = """
        Table 2: Rates

        A | B
        --|--
        1 | 2

        | E | F |
        |---|---|
        | 5 | `a \\| b` |
        | G | H |
        |---|---|
        |  | 8 |
        *Table 4: below*
        """
    assert tree(text) == [
        *["caption | Table 2: Rates", "table", "  row head | 0:A | 1:B", "  row | 0:1 | 1:2"],
        *["table", "  row head | 0:E | 1:F", "  row | 0:5 | 1:`a \\| b`"],
        *["table", "  row head | 0:G | 1:H", "  row | 1:8", "caption | *Table 4: below*"],
    ]


def test_pictures_are_what_they_show_where_that_is_said() -> None:
    text = "[![Build](a.svg)](b) ![x](y)\n\n![Chart of the rise of the sea](c.png)\n\nText ![x](y)."
    assert tree(text) == ["caption | Chart of the rise of the sea", "paragraph | Text ![x](y)."]


def test_notes_of_the_foot_are_paragraphs_and_definitions_of_links_are_nothing() -> None:
    text = 'Text[^1].\n\n[^1]: Smith.\n[^b]: The second\n    wrapped.\n\n[ref]: http://x.org "T"\n'
    assert tree(text) == ["paragraph | Text[^1].", "paragraph | Smith.", "paragraph | The second\n    wrapped."]


def test_template_tags_and_fences_of_sections_are_no_text() -> None:
    text = """
        # A {#id .c}

        {% include note.html %}
        {{< youtube abc >}}

        {{% note %}}
        Inside.
        {{% /note %}}

        :::warning
        Do not.
        :::

        {:.toc}

        [TOC]

        Use {{ variable }} here.

        !!! note "Title"
            Within it.

            - a

        After.
        """
    assert tree(text) == [
        *["heading 1 | A", "paragraph | Inside.", "paragraph | Do not.", "paragraph | Use {{ variable }} here."],
        *["heading 6 | Title", "paragraph | Within it.", "list", "  item", "    paragraph | a", "paragraph | After."],
    ]


def test_what_is_hidden_is_no_text() -> None:
    text = """
        <!-- a comment

        over lines -->

        <div hidden>

        Secret.

        - secret

        </div>

        Shown <span style="display: none">secret</span> again.

        <p class="hidden">Shown too.</p>

        <script>
        var secret;
        </script>
        """
    assert tree(text) == ["paragraph | Shown", "paragraph | again.", "paragraph | Shown too."]


def test_raw_html_is_read_as_what_it_is() -> None:
    text = """
        <p align=center>This is <b>bold</b>,<br>and <i>more</i>.</p>
        <h2>Head</h2>
        <details><summary>More?</summary>

        Answer **x**.

        </details>

        <table>
        <caption>Sizes</caption>
        <tr><th>Name</th><th>Size</th></tr>
        <tr><td rowspan=2>A</td><td>1</td></tr>
        <tr><td>2</td></tr>
        </table>

        <ul>
        <li>One <i>x</i></li>
        <li>Two<ol><li>in</li><li>out</li></ol></li>
        </ul>
        <dl><dt>Key</dt><dd>Value</dd><dt>Bare<dd>V2</dl>
        """
    assert tree(text) == [
        *["paragraph | This is <b>bold</b>,<br>and <i>more</i>.", "heading 2 | Head", "heading 6 | More?"],
        *["paragraph | Answer **x**.", "caption | Sizes", "table", "  row head | 0:Name | 1:Size"],
        *["  row | 0:A | 1:1", "  row | 0:A | 1:2", "list", "  item", "    paragraph | One <i>x</i>"],
        *["  item", "    paragraph | Two", "    list ordered", "      item 1.", "        paragraph | in"],
        *["      item 2.", "        paragraph | out", "record", "  field | 0:Key | 1:Value", "  field | 0:Bare | 1:V2"],
    ]
