"""The tree of blocks that a page gives: lists, tables, records, code, quotations, questions."""

import pytest

from rag.ingest.parse import parse
from tests.support.outlines import assert_sound, drawn


def tree(body: str) -> list[str]:
    parsed = parse("a.html", f"<!DOCTYPE html><body>{body}</body>".encode())
    assert_sound(parsed.text, parsed.blocks)
    return drawn(parsed)


def text(body: str) -> str:
    return parse("a.html", body.encode()).text


@pytest.mark.parametrize(
    ("body", "marks"),
    [
        ("<ol><li>x<li>y</ol>", "1. 2."),
        ("<ol start=4><li>x<li>y</ol>", "4. 5."),
        ("<ol type=a><li>x<li>y</ol>", "a. b."),
        ("<ol type=A start=26><li>x<li>y</ol>", "Z. AA."),
        ("<ol type=i><li>x<li>y<li>z<li>w</ol>", "i. ii. iii. iv."),
        ("<ol type=I start=9><li>x<li>y</ol>", "IX. X."),
        ("<ol reversed><li>x<li>y<li>z</ol>", "3. 2. 1."),
        ("<ol reversed start=10><li>x<li>y</ol>", "10. 9."),
        ("<ol><li>x<li value=7>y<li>z</ol>", "1. 7. 8."),
        ("<ol start=-1><li>x<li>y<li>z</ol>", "-1. 0. 1."),
        ("<ol type=a start=0><li>x<li>y</ol>", "0. a."),
        ("<ol style='list-style-type: lower-roman'><li>x<li>y</ol>", "i. ii."),
        ("<ol style='list-style:none'><li>1.1 x<li>1.2 y</ol>", ""),
        ("<ol start='99999999999999999999999'><li>x<li value='two'>y</ol>", "1. 2."),
        ("<ul><li value=3>x<li>y</ul>", ""),
    ],
)
def test_item_has_the_mark_that_a_reader_sees(body: str, marks: str) -> None:
    items = [line.split() for line in tree(body) if line.startswith("  item")]
    assert " ".join(mark for line in items for mark in line[1:]) == marks


@pytest.mark.parametrize(
    "body",
    [
        "<p>Pack:</p><ul><li>a rope<ul><li>of hemp</li></ul></li><li>a lamp</li></ul>",
        "<p>Pack:</p><ul><li>a rope</li><ul><li>of hemp</li></ul><li>a lamp</li></ul>",
        "<p>Pack:</p><ul><li><p>a rope</p><div><ul><li><div>of hemp</div></ul></div></li><li><p>a lamp</p></ul>",
        "<p>Pack:<ul><li>a rope<ul><li>of hemp</ul><li>a lamp</ul>",
        "<p>Pack:</p><li>a rope<ul><li>of hemp</ul></li><li>a lamp</li>",
        "<p>Pack:</p><dir><li>a rope<dir><li>of hemp</dir><li>a lamp</dir>",
    ],
)
def test_nested_list_is_within_its_item(body: str) -> None:
    assert tree(body) == [
        *["paragraph | Pack:", "list", "  item", "    paragraph | a rope", "    list", "      item"],
        *["        paragraph | of hemp", "  item", "    paragraph | a lamp"],
    ]
    assert text(body) == "Pack:\n- a rope\n- of hemp\n- a lamp"


def test_item_holds_all_that_is_in_it() -> None:
    assert tree("<ol><li><h3>Oil</h3><p>one</p><pre>x</pre><li></li><li>two</ol>after") == [
        *["list ordered", "  item 1.", "    heading 3 | Oil", "    paragraph | one", "    code | x"],
        *["  item 3.", "    paragraph | two", "paragraph | after"],
    ]


def test_items_in_no_list_end_with_the_next_block() -> None:
    assert tree("<div><li>one<li>two<p>in it</div><p>after</p>")[-1] == "paragraph | after"


HEADS = "row head | 0:Tank | 1:Volume | 2:Built"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("<tr><th>Tank<th>Volume<th>Built<tr><td>North<td>450 l<td>1990", [HEADS, "row | 0:North | 1:450 l | 2:1990"]),
        (
            "<thead><tr><td>Tank<td>Volume<td>Built<tbody><tr><th>North<td>450 l<td>1990",
            [HEADS, "row | 0:North | 1:450 l | 2:1990"],
        ),
        (
            "<tr><td><b>Tank</b><td><strong>Volume</strong><td><b>Built</b><tr><td>North<td>steel<td>1990",
            [HEADS, "row | 0:North | 1:steel | 2:1990"],
        ),
        (
            "<tfoot><tr><td>All<td>900</tfoot><tr><th>Tank<th>Volume<th>Built<tr><td>North<td>900<td>1990",
            [HEADS, "row | 0:North | 1:900 | 2:1990", "row | 0:All | 1:900"],
        ),
        (
            "<tr><td><th>2021<th>2022<tr><th>Visitors<td>1,300<td>1,450<tr><th>Staff<td>7<td>8",
            ["row head | 1:2021 | 2:2022", "row | 0:Visitors | 1:1,300 | 2:1,450", "row | 0:Staff | 1:7 | 2:8"],
        ),
        (
            "<tr><th rowspan=2>Hall<th colspan=2>Rent<tr><th>day<th>week<tr><td>Oak<td>50<td>300",
            ["row head | 0:Hall | 1:Rent", "row head | 0:Hall | 1:day | 2:week", "row | 0:Oak | 1:50 | 2:300"],
        ),
        (
            "<tr><th>Line<th>Stop<th>Time<tr><td rowspan=0>4<td>Mill<td>8:10<tr><td>Quay<td>8:20",
            ["row head | 0:Line | 1:Stop | 2:Time", "row | 0:4 | 1:Mill | 2:8:10", "row | 0:4 | 1:Quay | 2:8:20"],
        ),
        (
            "<tr><th>Day<th>Open<th>Until<tr><th colspan=3>Summer<tr><td>Mon<td>9<td>17",
            ["row head | 0:Day | 1:Open | 2:Until", "row | 0:Summer", "row | 0:Mon | 1:9 | 2:17"],
        ),
        (
            "<tr><th>Part<th>Needs<th>No<tr><td>Lamp<td><ul><li>oil<li>a wick</ul><td><p>B</p><p>17</p>",
            ["row head | 0:Part | 1:Needs | 2:No", "row | 0:Lamp | 1:oil; a wick | 2:B 17"],
        ),
        (
            "<tr><th>City<th>Fare<th>Note<tr><td>Rom<wbr>e<br>Italy<td>3<sup>a</sup> €<td hidden>x",
            ["row head | 0:City | 1:Fare | 2:Note", "row | 0:Rome Italy | 1:3 €"],
        ),
    ],
)  # fmt: skip
def test_table_has_its_header_rows_and_cells(table: str, expected: list[str]) -> None:
    assert tree(f"<table>{table}</table>") == ["table", *(f"  {line}" for line in expected)]


@pytest.mark.parametrize(
    "table",
    [
        "<caption>Opening hours</caption><tr><th>Day<th>Open<th>Until<tr><td>Mon<td>9<td>17",
        "<tr><th colspan=3>Opening hours<tr><th>Day<th>Open<th>Until<tr><td>Mon<td>9<td>17",
        "<tr><td colspan=3><b>Opening hours</b><tr><th>Day<th>Open<th>Until<tr><td>Mon<td>9<td>17",
    ],
)
def test_title_of_a_table_is_its_caption(table: str) -> None:
    assert tree(f"<table>{table}</table>") == [
        *["caption | Opening hours", "table", "  row head | 0:Day | 1:Open | 2:Until", "  row | 0:Mon | 1:9 | 2:17"]
    ]


RECORD = ["record", "  field | 0:Height | 1:12 m", "  field | 0:Architect | 1:Ida Voss"]


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr><th>Height<td>12 m<tr><th>Architect<td>Ida Voss</table>",
        "<table><tr><td><b>Height</b><td>12 m<tr><td><b>Architect</b><td>Ida Voss</table>",
        "<table><tr><td>Height:<td>12 m<tr><td>Architect:<td>Ida Voss</table>",
        "<table><tr><td>Height<td>12 m<tr><td>Architect<td>Ida Voss</table>",
        "<table><tbody><tr><th scope=row>Height<td>12 m<tr><th scope=row>Architect<td>Ida Voss</table>",
        "<dl><dt>Height<dd>12 m<dt>Architect<dd>Ida Voss</dl>",
        "<dl><dt>Height:</dt> <dd><p>12 m</p></dd><dt>Architect:</dt><dd>Ida<br>Voss</dd></dl>",
        "<dl><div><dt>Height<dd>12 m</div><div><dt>Architect<dd>Ida Voss</div></dl>",
    ],
)
def test_labels_and_values_are_a_record(body: str) -> None:
    assert tree(body) == RECORD
    assert text(body) == "Height: 12 m\nArchitect: Ida Voss"


def test_groups_of_a_box_are_records_of_their_own() -> None:
    rows = "<tr><th colspan=2>Mill<tr><th>Height<td>12 m<tr><th colspan=2>People<tr><th>Miller<td>Ida Voss"
    assert tree(f"<table>{rows}</table>") == [
        *["caption | Mill", "record", "  field | 0:Height | 1:12 m"],
        *["caption | People", "record", "  field | 0:Miller | 1:Ida Voss"],
    ]


def test_terms_with_several_definitions_are_joined() -> None:
    terms = "<dt>color</dt><dt>colour</dt><dd>a hue</dd><dd>a paint.</dd><dd>a flag</dd>"
    found = tree(f"<dl>{terms}<dt>line</dt><dd></dd><dt>dot<dd>a point</dl>")
    assert found == [
        *["record", "  field | 0:color, colour | 1:a hue; a paint. a flag", "  paragraph | line"],
        "  field | 0:dot | 1:a point",
    ]


def test_terms_without_definitions_are_items() -> None:
    assert tree("<dl><dt>one</dt><dt>two</dt></dl>") == [
        *["list", "  item", "    paragraph | one", "  item", "    paragraph | two"]
    ]


def test_definition_of_more_than_a_line_is_an_item() -> None:
    assert tree("<dl><dt>run()<dd><p>Runs it.</p><pre>run()</pre></dd><dt>stop()<dd>Stops it.</dl><p>after") == [
        *["list", "  item", "    paragraph | run()", "    paragraph | Runs it.", "    code | run()"],
        *["  item", "    paragraph | stop()", "    paragraph | Stops it.", "paragraph | after"],
    ]


@pytest.mark.parametrize(
    "table",
    [
        "<tr><td><h2>News</h2><p>one</p></td><td>two</td></tr>",
        "<tr><td>News</td></tr><tr><td>one</td></tr><tr><td>two</td></tr>",
        "<tr><td>News<td><table role=presentation><tr><td>one<tr><td>two</table></table>",
        f"<tr><td>{'News ' * 70}<td>{'one ' * 80}",
    ],
)
def test_table_that_only_places_is_none(table: str) -> None:
    found = tree(f"<table>{table}</table>")
    assert not any(line.startswith(("table", "record")) for line in found)
    assert len(found) >= 2


def test_role_says_that_a_table_only_places() -> None:
    assert tree("<table role=presentation><tr><th>a<th>b<tr><td>c<td>d</table>") == [
        *["paragraph | a", "paragraph | b", "paragraph | c", "paragraph | d"]
    ]


def test_tables_within_cells_are_tables_of_their_own() -> None:
    inner = "<table><tr><th>Size<th>Price<tr><td>L<td>9</table>"
    placed = tree(f"<table><tr><td>Shoes {inner}<td>Hats {inner}</table>")
    table = ["table", "  row head | 0:Size | 1:Price", "  row | 0:L | 1:9"]
    assert placed == ["paragraph | Shoes", *table, "paragraph | Hats", *table]
    data = tree(f"<table><tr><th>Ware<th>Prices<th>Shop<tr><td>Shoes<td>{inner}<td>Mill</table>")
    assert data == ["table", "  row head | 0:Ware | 1:Prices | 2:Shop", "  row | 0:Shoes | 2:Mill", *table]


def test_code_is_one_block_with_its_lines() -> None:
    assert tree("<pre class=x><span>  def f():</span>\n\n<b>    return</b> 1\n\n</pre>") == [
        "code |   def f():\n\n    return 1"
    ]
    assert tree("<pre><div>one</div><div>two</div>three<br>four</pre>") == ["code | one\ntwo\nthree\nfour"]
    assert tree("<p>Run this:</p><p><code>make</code></p><p>Use <code>make</code>.</p>") == [
        *["paragraph | Run this:", "code | make", "paragraph | Use make."]
    ]
    assert tree("<p><code>cd x<br>make</code></p>") == ["code | cd x\nmake"]


def test_numbers_of_lines_are_no_text() -> None:
    assert tree("<table><tr><td><pre>1\n2\n3</pre></td><td><pre>a\nb\nc</pre></td></tr></table>") == ["code | a\nb\nc"]


def test_prose_in_lines_is_paragraphs() -> None:
    letter = (
        "Dear Ida,\n\nthe mill was sold last week to the brewer of\nthe next village, and I am told that he will\n"
        "let the wheel turn again before the winter.\nThe price was not named to any of us.\n\nYours, Ann"
    )
    found = tree(f"<pre>{letter}</pre>")
    assert len(found) > 2
    assert all(line.startswith("paragraph") for line in found)


def test_quotations_and_captions() -> None:
    assert tree("<p>He wrote:</p><blockquote><p>one</p><blockquote>two</blockquote></blockquote>three") == [
        *["paragraph | He wrote:", "quote", "  paragraph | one", "  quote", "    paragraph | two", "paragraph | three"]
    ]
    assert tree("<figure><img alt=x><figcaption>The <b>mill</b></figcaption></figure>") == ["caption | The mill"]


@pytest.mark.parametrize(
    "body",
    [
        "<details><summary>Is it open?</summary><p>Yes, daily.</p></details>",
        "<p><b>Is it open?</b></p><p>Yes, daily.</p>",
        "<p><strong>Is it <i>open?</i></strong><br>Yes, daily.</p>",
        "<p><b>Is it open?<br></b>Yes, daily.</p>",
        "<p><span style='font-weight: 700'>Is it open?</span></p><p>Yes, daily.</p>",
        "<h4>Is it open?</h4>Yes, daily.",
        "<details><summary><h3>Is it open?</h3></summary>Yes, daily.</details>",
    ],
)
def test_question_heads_its_answer(body: str) -> None:
    heading, answer = tree(body)
    assert heading.startswith("heading ")
    assert (heading.partition(" | ")[2], answer) == ("Is it open?", "paragraph | Yes, daily.")


@pytest.mark.parametrize(
    ("body", "question"),
    [
        ("<p>Q: Is it open?</p><p>A: Yes.</p>", "Q: Is it open?"),
        ("<p>Q: Is it open?<br>A: Yes.</p>", "Q: Is it open?"),
        ("<p>Question 3: Is it open?</p><p>Yes.</p>", "Question 3: Is it open?"),
        ("<p>12. Is it open?</p><p>Yes.</p>", "12. Is it open?"),
        ("<p>(2) Is it open?</p><ul><li>Yes.</ul>", "(2) Is it open?"),
        ("<ol><li><p>Is it open?</p><p>Yes.</p></ol>", "Is it open?"),
        ("<ol><li>Is it open?</ol><p>Yes.</p><ol start=2><li>And now?</ol><p>No.</p>", "Is it open?"),
    ],
)
def test_numbered_question_heads_its_answer(body: str, question: str) -> None:
    assert f"heading 6 | {question}" in [line.strip() for line in tree(body)]


@pytest.mark.parametrize(
    "body",
    [
        "<p>1. Is it open?</p><p>2. Since when?</p>",
        "<p>Is it open?</p><p>Nobody knew.</p>",
        "<p><b>Is it open?</b> he asked.</p><p>Yes.</p>",
        "<ol><li>Is it open?<li>Since when?</ol><p>after",
        "<p><b>It is open.</b></p><p>Yes.</p>",
        "<ul><li>Is it open?</ul><p>Yes.</p>",
        "<p>1. Is it open?</p>",
    ],
)
def test_question_without_an_answer_is_no_heading(body: str) -> None:
    assert not any("heading" in line for line in tree(body))


LINKS = "<ul>" + "".join(f"<li><a href='#{name}'>{name}</a></li>" for name in ("oil", "water", "wax")) + "</ul>"
TEXT = "<p>The mill needs three things, and all of them are named below, each with its use.</p>"


@pytest.mark.parametrize("contents", [LINKS, f"<ol><li><a href='#a'>a</a>{LINKS}</li></ol>", f"<div>{LINKS}</div>"])
def test_table_of_contents_is_no_text(contents: str) -> None:
    assert tree(contents + TEXT) == [f"paragraph | {TEXT[3:-4]}"]


@pytest.mark.parametrize(
    "kept",
    [
        LINKS.replace("</li>", ", of two kinds</li>", 1),
        LINKS.replace("#", "x.html#"),
        LINKS.replace("#", ""),
        LINKS * 2,
    ],
)
def test_list_of_links_that_says_more_is_text(kept: str) -> None:
    text = "" if kept == LINKS * 2 else TEXT
    assert any(line.endswith("wax") for line in tree(kept + text))


def test_levels_of_headings() -> None:
    found = tree("<details><summary>2020 <h4>a</h4></summary>b</details>")
    assert found == ["paragraph | 2020", "heading 4 | a", "paragraph | b"]
    assert tree("<h1>a</h1><h3><div>b</div></h3><details><summary>c</summary><details><summary>d</summary>e") == [
        *["heading 1 | a", "heading 3 | b", "heading 4 | c", "heading 5 | d", "paragraph | e"]
    ]


HOSTILE = {
    "lists": b"<ul><li>a" * 900 + b"<li>x" * 5_000,
    "lists in lists": b"<ul>" * 800 + b"<li>x",
    "items in items": b"<li>a<div>" * 700 + b"x",
    "merged cells": b"<table><tr>" + b"<td rowspan=60000 colspan=1000>x" * 1_000 + b"<tr>" * 60_000,
    "wide cells": b"<table>" + b"<tr><td colspan=1000>x<td>y" * 5_000,
    "tables": b"<table><tr><td>a<td>" * 400 + b"x",
    "tables of data": b"<table><tr><th>a<th>b<tr><td>a<td>" * 300 + b"x",
    "definitions": b"<dl><dt>a<dd>" * 500 + b"x",
    "details": b"<details><summary>a?</summary>" * 600 + b"x",
    "quotations": b"<blockquote>" * 900 + b"x",
    "contents": b"<ul><li><a href='#x'>a</a>" * 600 + b"<p>x" * 5_000,
    "bold": b"<b>" * 1000 + b"x? <br>" * 5_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_strange_page_is_read_in_time(name: str) -> None:
    parsed = parse("a.html", HOSTILE[name])
    assert_sound(parsed.text, parsed.blocks)
