"""What a document says about itself, and what must not be mistaken for it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.describe import Described, describe, is_prose
from rag.ingest.parse.text.blocks import blocks
from rag.types import Description, Kind

FAST = settings(derandomize=True, max_examples=100, deadline=None)
TITLE = "River Bridge to Close for Repairs"
PROSE = "The old bridge over the river will be closed for three weeks from Monday, officials of the town said."
LINES = st.sampled_from(
    [
        *[
            TITLE,
            PROSE,
            "By Jane Doe",
            "3 May 2024",
            "Updated: 3 May 2024",
            "Source: Reuters",
            "The Times",
            "Share",
            "---",
        ],
        *[
            "- item",
            "# Marked",
            "By",
            "Author:",
            "Published:",
            "公告",
            "By 3 May 2024",
            "",
            " ",
            "\ud800",
            "META_A: x",
            "OPINION",
        ],
    ]
)


def described(*lines: str, markdown: bool = False) -> Described:
    text = "\n\n".join(lines)
    return describe(text, blocks(text, markdown=markdown))


def found(*lines: str, markdown: bool = False) -> Description:
    return described(*lines, markdown=markdown).description


def kinds(*lines: str) -> str:
    """The kinds of the lines: T(itle), A(uthor), N(ame of publisher), D(ate), X (boilerplate), a dot for body."""
    letters = {"title": "T", "author": "A", "publisher": "N", "published": "D", "boilerplate": "X", "body": "."}
    return "".join(letters[kind] for kind in described(*lines).kinds)


@FAST
@given(lines=st.lists(LINES, max_size=10), markdown=st.booleans())
def test_describe_of_any_lines_gives_a_kind_for_each_block(lines: list[str], markdown: bool) -> None:
    text = "\n\n".join(lines)
    layout = blocks(text, markdown=markdown)
    result = describe(text, layout)
    assert len(result.kinds) == sum(block.leaf for block in layout)
    for kind in (Kind.TITLE, Kind.AUTHOR, Kind.PUBLISHED):
        value = getattr(result.description, kind.value)
        assert (value is not None) or (kind not in result.kinds)
        assert value is None or value.strip() == value != ""
    titles = [place for place, kind in enumerate(result.kinds) if kind is Kind.TITLE]
    assert len(titles) <= 2
    assert titles == list(range(titles[0], titles[0] + len(titles)) if titles else [])


@FAST
@given(text=st.text(max_size=80))
def test_describe_of_any_text_does_not_raise(text: str) -> None:
    layout = blocks(text)
    assert len(describe(text, layout).kinds) == sum(block.leaf for block in layout)


STATED = Description(title="River Bridge", author="Ann Poe", publisher="The Gazette", published="2020-01-02")


def test_what_the_fields_of_a_format_state_comes_first() -> None:
    lines = [TITLE, "By Jane Doe", "Reuters", "Published: 3 May 2024", PROSE]
    text = "\n\n".join(lines)
    assert describe(text, blocks(text), stated=STATED).description == STATED
    partly = Description(author="Ann Poe")
    assert describe(text, blocks(text), stated=partly).description == Description(
        title=TITLE, author="Ann Poe", publisher="Reuters", published="2024-05-03"
    )


def test_lines_that_only_repeat_the_fields_are_no_text() -> None:
    text = "\n\n".join(["The Gazette", "A line of words", "River Bridge", "Ann Poe", PROSE])
    kinds_found = describe(text, blocks(text), stated=STATED).kinds
    assert kinds_found == (Kind.PUBLISHER, Kind.BODY, Kind.TITLE, Kind.AUTHOR, Kind.BODY)


@pytest.mark.parametrize(("line", "published"), [("3 May 2024", "2024-05-03"), ("A line", "2019-09-09")])
def test_day_of_the_making_is_the_last_resort(line: str, published: str) -> None:
    text = f"{TITLE}\n\n{line}\n\n{PROSE}"
    assert describe(text, blocks(text), created="2019-09-09").description.published == published


def test_only_the_first_blocks_are_the_head() -> None:
    dates = ["3 May 2024"] * 5_000
    assert found(TITLE, *dates, PROSE).title == TITLE
    assert found(*["item"] * 60, TITLE, PROSE).title == "item"


def test_all_that_a_news_page_says_is_found() -> None:
    lines = [TITLE, "By Jane Doe", "The Little Town Gazette", "Published: 3 May 2024", PROSE, "All rights reserved."]
    assert found(*lines) == Description(
        title=TITLE, author="Jane Doe", publisher="The Little Town Gazette", published="2024-05-03"
    )
    assert kinds(*lines) == "TAND.X"


def test_the_foot_is_read_too_and_the_head_comes_first() -> None:
    foot = ["By John Roe", "Source: Reuters", "Published: 3 May 2024"]
    assert found(TITLE, PROSE, *foot) == Description(
        title=TITLE, author="John Roe", publisher="Reuters", published="2024-05-03"
    )
    assert found(TITLE, "By Jane Doe", PROSE, *foot).author == "Jane Doe"
    assert found(TITLE, PROSE, "By John Roe", *[PROSE] * 6).author is None


@pytest.mark.parametrize("lines", [[PROSE], [PROSE, PROSE], ["The bridge was opened in 1932"], ["x"], []])
def test_a_document_that_says_nothing_of_itself_has_an_empty_description(lines: list[str]) -> None:
    assert found(*lines) == Description()
    assert set(described(*lines).kinds) <= {Kind.BODY}


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([TITLE, PROSE], TITLE),
        (["Paris", PROSE], "Paris"),
        (["Who Won the War?", "By Jane Doe", PROSE], "Who Won the War?"),
        (["3 May 2024", TITLE, PROSE], TITLE),
        (["By Jane Doe", TITLE, PROSE], TITLE),
        (["**" + TITLE + "**", PROSE], TITLE),
        (["Trustâ€™s Long Way Back", PROSE], "Trust’s Long Way Back"),
        (["Share", "Advertisement", TITLE, PROSE], TITLE),
        (["استئناف محادثات السلام", PROSE], "استئناف محادثات السلام"),
        (["A preamble line here", "# " + TITLE, PROSE], TITLE),
        (["# " + TITLE, "## Another heading of it", PROSE], TITLE),
    ],
)
def test_title_is_the_marked_heading_or_the_first_line_of_words(lines: list[str], title: str) -> None:
    assert found(*lines).title == title


def test_a_label_above_the_title_and_repeated_headlines_are_boilerplate() -> None:
    assert kinds("Politics", TITLE, "By Jane Doe", TITLE.upper(), PROSE, PROSE, TITLE) == "XTAX..X"


def test_a_title_of_two_words_is_not_lost_to_the_line_below_it() -> None:
    lines = ["Grandma's Pancakes", "Preparation time: ten minutes", PROSE]
    assert found(*lines).title == "Grandma's Pancakes"
    assert Kind.BOILERPLATE not in described(*lines).kinds


def test_a_heading_without_spaces_is_a_title_where_prose_without_spaces_follows() -> None:
    assert is_prose("分析人士认为这是重要的一步。")
    assert found("中国和法国签署新协议", "双方星期一在北京签署了一项新的贸易协议。").title == "中国和法国签署新协议"


def test_front_matter_of_markdown_is_not_a_title() -> None:
    front = "---\ntitle: River Bridge\ndate: 2024-05-03\nauthor: Jane Doe\n---"
    assert found(front, f"# {TITLE}", PROSE, markdown=True).title == TITLE


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Jane Doe", "Jane Doe"),
        ("by Jane Doe and John Roe | Reuters", "Jane Doe and John Roe"),
        ("BY JANE DOE", "JANE DOE"),
        ("By: Jane Doe", "Jane Doe"),
        ("Author: Jane Doe", "Jane Doe"),
        ("Authors: Jane Doe, John Roe & Ann Poe", "Jane Doe, John Roe & Ann Poe"),
        ("Written by Jane Doe", "Jane Doe"),
        ("By Dr. Jane Doe", "Dr. Jane Doe"),
        ("By Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("By José Ortega y Gasset", "José Ortega y Gasset"),
        ("By Jane Doe in Paris", "Jane Doe"),
        ("By Jane Doe and others", "Jane Doe"),
        ("By Jane Doe (Reuters)", "Jane Doe"),
        ("By Jane Doe 50 views", "Jane Doe"),
        ("*By Jane Doe*", "Jane Doe"),
        ("By [Jane Doe](https://example.org/jane)", "Jane Doe"),
    ],
)
def test_author_is_the_name_of_the_byline(line: str, author: str) -> None:
    assert found(TITLE, line, PROSE).author == author
    assert kinds(TITLE, line, PROSE) == "TA."


@pytest.mark.parametrize(
    ("line", "author", "publisher"),
    [
        ("By Jane Doe | 3 May 2024", "Jane Doe", None),
        ("May 3, 2024 - By Jane Doe", "Jane Doe", None),
        ("Penwick Courier, 3 May 2024", None, "Penwick Courier"),
        ("The Harbour Post — May 3, 2024", None, "The Harbour Post"),
        ("Source: Quarn Wire, 2024-05-03", None, "Quarn Wire"),
    ],
)
def test_a_line_with_a_date_may_also_name_who_wrote_or_published(
    line: str, author: str | None, publisher: str | None
) -> None:
    said = found(TITLE, line, PROSE)
    assert (said.author, said.publisher, said.published) == (author, publisher, "2024-05-03")
    assert kinds(TITLE, line, PROSE) == "TD."


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Jean-Luc O’Neil Jr.", "Jean-Luc O’Neil Jr."),
        ("By Jane Doe May 3, 2024", "Jane Doe"),
        ("By Jane Doe Updated 3 May 2024", "Jane Doe"),
    ],
)
def test_author_ends_where_the_name_does(line: str, author: str) -> None:
    assert found(TITLE, line, PROSE).author == author


@pytest.mark.parametrize(
    "line",
    [
        "By Monday the bridge had been closed.",
        "By Monday, the bridge had been closed for a week, and nobody in the town knew why it was so",
        *["by the end of May", "By and By", "Bypass the Bridge", "Authors’ rights", "By", "Author:"],
    ],
)
def test_a_line_that_names_nobody_is_no_byline(line: str) -> None:
    assert found(TITLE, line, PROSE).author is None


@pytest.mark.parametrize("line", ["By Monday, everything had changed", "Author Index"])
def test_a_subtitle_is_no_byline(line: str) -> None:
    assert found(TITLE, line, PROSE).author is None


@pytest.mark.parametrize(
    "line",
    [
        *["3 May 2024", "May 3, 2024", "2024-05-03", "Friday, May 3rd, 2024", "2024-05-03T09:30:00Z"],
        *["Published: 3 May 2024", "Published on May 3, 2024", "First published 3 May 2024", "Posted: 2024-05-03"],
        *["Date: 3 May 2024", "Updated 3 May 2024", "Last updated: 3 May 2024", "Released on 3 May 2024"],
        *["Publication date: 3 May 2024", "PUBLISHED – 3 MAY 2024", "**Published:** 3 May 2024"],
    ],
)
def test_published_is_the_date_of_a_line_of_its_own(line: str) -> None:
    assert found(TITLE, line, PROSE).published == "2024-05-03"
    assert kinds(TITLE, line, PROSE) == "TD."


@pytest.mark.parametrize(
    "line", ["Published: 03/04/2024", "Published: yesterday", "Battle of Waterloo, 18 June 1815", "May 2024", "1847"]
)
def test_published_is_none_where_no_line_is_a_whole_date(line: str) -> None:
    assert found(TITLE, line, PROSE).published is None


def test_published_is_preferred_to_updated() -> None:
    assert found(TITLE, "Updated: 5 May 2024", "Published: 3 May 2024", PROSE).published == "2024-05-03"


@pytest.mark.parametrize(
    ("line", "publisher"),
    [
        *[(name, name) for name in ("The Associated Press", "Reuters", "BBC News", "The New York Times")],
        ("Source: Acme Research", "Acme Research"),
        ("Published by: Penguin Books", "Penguin Books"),
    ],
)
def test_publisher_is_a_line_that_names_one(line: str, publisher: str) -> None:
    assert found(TITLE, line, PROSE).publisher == publisher
    assert kinds(TITLE, line, PROSE) == "TN."


@pytest.mark.parametrize("line", ["By Jane Doe", "Published: 3 May 2024", "Source: Reuters"])
def test_everyday_words_name_a_publisher_beside_a_line_that_describes(line: str) -> None:
    said = found(TITLE, line, "The Evening Post", PROSE)
    assert said.publisher == ("Reuters" if line.startswith("Source") else "The Evening Post")
    assert kinds(TITLE, "The Evening Post", line, PROSE)[:2] == "TN"


@pytest.mark.parametrize("line", ["Daily Routine", "Social Media", "Gold Standard", "Post Office", "Heart Monitor"])
def test_everyday_words_alone_name_no_publisher(line: str) -> None:
    assert found(TITLE, line, PROSE).publisher is None
    assert found(TITLE, line, "Social Media", PROSE).publisher is None
    assert Kind.PUBLISHER not in described(TITLE, line, PROSE).kinds


@pytest.mark.parametrize("heading", ["Daily Routine", "By Bus", "By Bicycle and Train", "Opening Times", "Press Kit"])
def test_heading_names_neither_author_nor_publisher(heading: str) -> None:
    lines = ["# Handbook", f"## {heading}", "Staff arrive at eight.", PROSE]
    assert found(*lines, markdown=True) == Description(title="Handbook")
    assert found("May 3, 2024", f"## {heading}", PROSE, markdown=True) == Description(
        title=heading, published="2024-05-03"
    )


def test_publisher_has_no_by_before_it() -> None:
    assert found(TITLE, "By the Associated Press", PROSE).publisher in (
        None,
        "the Associated Press",
        "Associated Press",
    )


@pytest.mark.parametrize(
    ("start", "publisher"),
    [("PARIS (AFP) — ", "AFP"), ("KYIV, Ukraine (AP) - ", "AP"), ("St. John’s (Canadian Press) – ", "Canadian Press")],
)
def test_publisher_may_stand_in_the_dateline(start: str, publisher: str) -> None:
    assert found(TITLE, start + PROSE).publisher == publisher
    assert kinds(TITLE, start + PROSE) == "T."
    assert found(TITLE, "Reuters", start + PROSE).publisher == "Reuters"


@pytest.mark.parametrize("start", ["KYIV, Ukraine — ", "Paris (the capital) — ", "The bridge (AFP reports) is shut. "])
def test_other_openings_name_no_publisher(start: str) -> None:
    assert found(TITLE, start + PROSE).publisher is None


@pytest.mark.parametrize(
    "line",
    [
        *["Recommendations", "Related articles", "Read more", "Advertisement", "Share this article", "Menu"],
        *["Subscribe now!", "Back to top", "Follow us on X", "© 2024 The Gazette", "(c) Jane Doe", "5 min read", "***"],
        *["1,204 views", "3 comments", "Tags: bridge, river", "Photo: Jane Doe", "META_KEYWORDS: bridge", "Loading…"],
    ],
)
def test_furniture_of_a_page_is_boilerplate(line: str) -> None:
    assert kinds(TITLE, PROSE, line) == "T.X"


@pytest.mark.parametrize(
    "line",
    [
        *["Share of the vote", "Comments were sparse.", "Searching for peace", "Contents of the box: 3 eggs", "A menu"],
        *["Copyrighted works", "Home is where the heart is", "NATO: a history", "Views of the sea", "50", "A"],
    ],
)
def test_other_lines_are_not_boilerplate(line: str) -> None:
    assert kinds(TITLE, PROSE, line, PROSE) == "T..."


@pytest.mark.parametrize(
    "line",
    [
        *["- `max_tokens`: how many word pieces are read", "DATABASE_URL: where the catalog lives"],
        *["max_tokens: 256", "META: what it is about", "meta_description: a column of the table", "HTTP_META_TAG: x"],
    ],
)
def test_names_of_settings_are_text(line: str) -> None:
    assert kinds(TITLE, line, PROSE, line) == "T..."


@pytest.mark.parametrize(
    "line", ["**META_DESCRIPTION:** A bridge.", "SEO_TITLE: Bridge", "OG_IMAGE: x", "TITLE_TAG: x"]
)
def test_fields_of_a_template_are_boilerplate_near_the_edges_alone(line: str) -> None:
    assert kinds(TITLE, line, PROSE, line) == "TX.X"
    assert kinds(TITLE, *[PROSE] * 6, line, *[PROSE] * 6) == "T" + "." * 13


POEM = "Two roads diverged in a wood,\nand I could not travel both;\nand I, by Nebo’s mountain,\nBy night,\nlooked on"
TABLE = "Name\tAge\tCity\nAnn\t30\tOslo\nBob\t25\tRome"
NAMES = "Ann Smith\nBob Jones\nCarol White"


@pytest.mark.parametrize("text", [POEM, TABLE, NAMES])
def test_poems_tables_and_lists_have_no_description(text: str) -> None:
    result = describe(text, blocks(text))
    assert result.description == Description()
    assert set(result.kinds) == {Kind.BODY}
