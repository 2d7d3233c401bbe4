"""Lists, steps, tables, records and code on the page: in the answer, and in the document beside it."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from rag.blocks import Block, Cell, Form
from rag.ingest.parse.text.blocks import blocks
from rag.types import Span
from server.api.blocks import read_blocks
from tests.support.browsing import (
    DESKTOP,
    PHONE,
    Photographer,
    accessibility_faults,
    ask,
    ask_api,
    expect,
    expect_marked,
    overflow,
    text_of,
)
from tests.support.handbook import ALLOWED, BRING, CLOSES, CONTACT, KITCHEN, OVEN, TILL, listed

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

DRAW = """async ([text, blocks, start, end]) => {
    const { drawText } = await import("/static/text.js");
    const root = document.createElement("div");
    root.append(drawText(text, blocks, { start, end }));
    const marks = Array.from(root.querySelectorAll("mark"), (mark) => mark.textContent).join("");
    return [root.textContent, marks, root.innerHTML];
}"""
PARTS = """async ([statement, citations]) => {
    const { partsOf } = await import("/static/parts.js");
    return partsOf(statement, citations);
}"""


def first(page: Page, question: str) -> Any:
    """The first statement of the answer to a question."""
    return ask(page, question).locator(".statement").first


def test_list_has_its_items_with_their_footnotes_and_nesting(page: Page, handbook_server: str) -> None:
    page.goto(handbook_server)
    stated = first(page, BRING)
    expect(stated.locator("> p")).to_have_text(re.compile("^Volunteers bring the following to every shift:"))
    expect(stated.locator("> ul > li")).to_have_count(3)
    nested = stated.locator("> ul > li > ul > li")
    expect(nested).to_have_text([re.compile("^soles must not slip"), re.compile("^toes must be covered")])
    assert (
        stated.locator("li").evaluate_all("all => all.map((li) => li.querySelectorAll(':scope > a').length)") == [1] * 5
    )
    nested.first.locator(".footnote").click()
    expect_marked(page, "soles must not slip")
    expect(page.locator("#panel mark")).to_have_count(1)
    assert accessibility_faults(page) == []


def test_steps_are_numbered_and_keep_their_markup_as_text(page: Page, handbook_server: str) -> None:
    page.goto(handbook_server)
    steps = first(page, OVEN).get_by_role("list").get_by_role("listitem")
    expect(steps).to_have_count(4)
    assert steps.evaluate_all("all => all.map((li) => li.value)") == [1, 2, 3, 4]
    expect(steps.last).to_contain_text("Sign the sheet by the door.")
    assert page.locator(":is(.turn, #panel) :is(b, script)").filter(has_text="door").count() == 0


def test_long_lists_are_shortened_until_asked(page: Page, handbook_server: str) -> None:
    page.goto(handbook_server)
    stated = first(page, ALLOWED)
    expect(stated.locator("li:visible")).to_have_count(10)
    button = stated.get_by_role("button", name="Show all 23")
    button.focus()
    page.keyboard.press("Enter")
    expect(stated.locator("li:visible")).to_have_count(23)
    fewer = stated.get_by_role("button", name="Show fewer", expanded=True)
    expect(fewer).to_be_focused()
    page.keyboard.press("Space")
    expect(stated.locator("li:visible")).to_have_count(10)


def test_rows_are_a_table_with_the_asked_cell_marked(page: Page, handbook_server: str) -> None:
    page.goto(handbook_server)
    stated = first(page, CLOSES)
    table = stated.get_by_role("table")
    expect(table.get_by_role("columnheader").nth(2)).to_have_text("Closes")
    expect(table.get_by_role("rowheader")).to_have_text("Tuesday")
    mark = table.get_by_role("mark")
    expect(mark).to_have_text("15:30")
    assert mark.evaluate("node => getComputedStyle(node).fontWeight") == "700"
    assert mark.evaluate("node => getComputedStyle(node, '::before').content") == '"asked for: "'
    stated.locator(".footnote").first.click()
    row = next(line for line in KITCHEN.split("\n") if "Tuesday" in line)
    expect_marked(page, row)
    expect(page.locator("#panel td mark:visible, #panel th mark:visible")).to_have_text(
        ["Tuesday", "9:00", "15:30", "Bram *de* Witt", "0555 3344", "front desk"]
    )
    expect(page.locator("#panel").get_by_role("columnheader")).to_have_count(6)


def test_record_and_code_are_shown_as_such(page: Page, handbook_server: str) -> None:
    page.goto(handbook_server)
    record = first(page, CONTACT)
    expect(record.locator("dt")).to_have_text(["Manager", "Telephone", "Address"])
    expect(record.locator("dd").nth(1)).to_have_text(re.compile("^0555 7788"))
    turn = ask(page, TILL)
    code = turn.locator(".statement pre code")
    written = KITCHEN.split("```sh\n")[1].split("\n```")[0]
    assert code.evaluate("node => node.textContent") == written
    turn.get_by_role("button", name="Copy code").click()
    page.wait_for_function("(code) => navigator.clipboard.readText().then((text) => text === code)", arg=written)
    assert accessibility_faults(page) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_structure_fits_and_is_accessible(page: Page, handbook_server: str, size: ViewportSize) -> None:
    picture = Photographer(page, size).take
    page.goto(handbook_server)
    for number, question in enumerate((CLOSES, BRING, CONTACT, TILL, ALLOWED)):
        turn = ask(page, question)
        turn.evaluate("node => node.scrollIntoView()")
        picture(f"20-structure-{number}")
    page.locator(".turn").first.locator(".footnote").first.click()
    expect(page.locator("#panel mark:visible").first).to_be_in_viewport()
    picture("21-structure-source")


def test_wide_table_scrolls_in_its_box_to_the_asked_cell(page: Page, handbook_server: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(handbook_server)
    stated = first(page, CLOSES)
    box = stated.locator(".scroll")
    expect(stated.get_by_role("mark")).to_be_in_viewport(ratio=1)
    assert overflow(page) <= 0
    at = box.evaluate("node => node.scrollLeft")
    assert box.evaluate("node => node.scrollWidth - node.clientWidth") > 0
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(at) => document.querySelector('.statement .scroll').scrollLeft > at", arg=at)


def test_document_is_drawn_and_every_character_is_in_its_place(page: Page, handbook_server: str) -> None:
    page.goto(f"{handbook_server}/#/documents/kitchen.md")
    text = page.locator("#panel .text")
    expect(text.locator("h3")).to_contain_text("Kitchen handbook")
    expect(text.locator("h4")).to_have_count(5)
    assert text.evaluate("node => node.textContent") == text_of(handbook_server, "kitchen.md") == KITCHEN
    expect(text.get_by_role("row")).to_have_count(4)
    expect(text.locator("ol > li")).to_have_count(4)
    expect(text.locator("ul ul > li")).to_have_count(2)
    expect(text.locator("dt")).to_have_count(3)
    expect(text.locator("blockquote em")).to_have_text("older")
    expect(text.locator("strong").first).to_have_text("Marrow Lane")
    expect(text.locator(".link")).to_have_text("food certificate")
    shown = text.evaluate("node => node.innerText")
    assert "How the community kitchen of Marrow Lane is run." in shown
    assert not re.search(r"\*\*|##|\]\(|\| ?[-9]|^- ", shown, re.MULTILINE)
    assert "*.pdf" in shown
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    ("start", "end"),
    [("8:30", "15:30"), ("apron", "toes must"), ("Odile", "0555 7788"), ("run this", "--port"), ("🍲", "Lane")],
)
def test_span_over_several_parts_is_marked_in_each(page: Page, handbook_server: str, start: str, end: str) -> None:
    first, last = KITCHEN.index(start), KITCHEN.index(end) + len(end)
    page.goto(f"{handbook_server}/#/documents/kitchen.md?start={first}&end={last}")
    expect_marked(page, KITCHEN[first:last])
    assert page.locator("#panel mark:visible").count() > 1


def test_search_reads_over_marks_and_the_outline_is_without_them(page: Page, handbook_server: str) -> None:
    page.goto(f"{handbook_server}/#/documents/kitchen.md")
    page.get_by_role("searchbox").fill("kitchen of marrow lane is")
    expect(page.locator("#panel output")).to_have_text("1 of 1")
    page.get_by_role("searchbox").fill("| 9:00")
    expect(page.locator("#panel output")).to_have_text("no match")
    page.get_by_role("button", name="Headings").click()
    expect(page.locator("#outline button").nth(1)).to_have_text("Opening hours")


def test_any_blocks_leave_the_text_as_it_is(page: Page, handbook_server: str) -> None:
    """Whatever the server says of a text, each of its characters is drawn once, and what is cited is marked."""
    page.goto(handbook_server)
    draw = random.Random(7)
    parts = [
        "# A *b*",
        "- x\n  - **y\n    z**",
        "1. a\n2) b",
        "a) c",
        "| h | i |\n|---|---|\n| `j` | |\n",
        "> q\n> r",
        "\U0001f600",
    ]
    parts += [
        "```\ncode\n```",
        "- **K:** v\n- **L:** w",
        "<!-- no -->",
        "  [l](m)",
        "[n]: o",
        "ends\\",
        "\ufeff",
        "- [ ] t",
    ]
    for _ in range(60):
        text = "".join(
            draw.choice(parts) + draw.choice(["\n", "\n\n", "\r\n\r\n", " "]) for _ in range(draw.randint(1, 8))
        )
        start = draw.randrange(len(text))
        end = draw.randint(start, len(text))
        found = msgspec.to_builtins(read_blocks(listed("text/markdown"), text, blocks(text, markdown=True), []))
        joined, marked, _ = page.evaluate(DRAW, [text, found, start, end])
        assert (joined, marked) == (text, text[start:end])


def test_merged_cells_reach_over_their_rows_and_columns(page: Page, handbook_server: str) -> None:
    page.goto(handbook_server)
    text = "Year | Sales\nNorth | South\n2023 | 5 | 6\n7\n"

    def cell(word: str, column: int, width: int = 1) -> Cell:
        return Cell(start=text.index(word), end=text.index(word) + len(word), column=column, width=width)

    def row(words: str, *cells: Cell, head: bool = False) -> Block:
        start = text.index(words)
        return Block(span=Span(start=start, end=start + len(words)), form=Form.ROW, parent=0, head=head, cells=cells)

    tree = [
        Block(span=Span(start=0, end=len(text) - 1), form=Form.TABLE),
        row("Year | Sales", cell("Year", 0), cell("Sales", 1, 2), head=True),
        row("North | South", cell("Year", 0), cell("North", 1), cell("South", 2), head=True),
        row("2023 | 5 | 6", cell("2023", 0), cell("5", 1), cell("6", 2)),
        row("7", cell("2023", 0), cell("7", 2)),
    ]
    found = msgspec.to_builtins(read_blocks(listed("text/html"), text, tree, []))
    joined, marked, drawn = page.evaluate(DRAW, [text, found, text.index("6"), len(text) - 1])
    assert (joined, marked) == (text, "6\n7")
    bare = re.sub(r'<span[^>]*>[^<]*</span>|</?mark[^>]*>| (dir|class)="\w*"', "", drawn)
    head, body = bare.split("</thead>")
    assert '<th scope="col" rowspan="2">Year</th><th scope="colgroup" colspan="2">Sales</th>' in head
    assert '<tr><th scope="row" rowspan="2">2023</th><td>5</td><td>6</td></tr>' in body
    assert '<tr><td colspan="1"></td><td>7</td></tr>' in body


def test_deep_and_odd_trees_are_drawn(page: Page, handbook_server: str) -> None:
    page.goto(handbook_server)
    span = Span(start=0, end=4)
    forms = [form for form in Form if form not in (Form.ROW, Form.FIELD)]
    odd = [Block(span=span, form=Form.LIST), *(Block(span=span, form=form, parent=0) for form in Form)]
    within = [
        [Block(span=span, form=holder), Block(span=span, form=form, parent=0)] for holder in forms[2:5] for form in Form
    ]
    deep = [
        Block(span=span, form=Form.LIST if place % 2 == 0 else Form.ITEM, parent=place - 1 if place else None)
        for place in range(4_000)
    ]
    deep.append(Block(span=span, parent=len(deep) - 1))
    for tree in (odd, *within, deep):
        found = msgspec.to_builtins(read_blocks(listed("text/html"), "abcd e", tree, []))
        assert page.evaluate(DRAW, ["abcd e", found, 1, 5])[:2] == ["abcd e", "bcd "]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            {
                "kind": "record",
                "text": "Manager — Telephone: 5",
                "citations": [1, 2],
                "items": [{"text": "Telephone: 5", "citations": [2]}],
            },
            {"lead": "Manager", "numbers": [1], "fields": [{"key": "Telephone", "value": "5", "numbers": [2]}]},
        ),
        (
            {
                "kind": "table",
                "text": "Fares: Bus — Zone: 2; Price: 5",
                "citations": [1],
                "table": {"columns": ["", "Zone", "Price:"], "rows": [["Bus:", "2", "5"]], "marked": []},
            },
            {"lead": "Fares:", "numbers": [1]},
        ),
        ({"kind": "code", "text": "Run:\na\n b", "citations": [2]}, {"lead": "Run:", "numbers": [2], "code": "a\n b"}),
        ({"kind": "code", "text": "other", "citations": [1]}, {"lead": "", "numbers": [1], "code": "other"}),
    ],
)
def test_parts_of_a_statement_lose_nothing(
    page: Page, handbook_server: str, statement: dict[str, Any], expected: dict[str, Any]
) -> None:
    page.goto(handbook_server)
    quotes = [{"number": 1, "quote": "Run"}, {"number": 2, "quote": "a\n b"}]
    parts = page.evaluate(PARTS, [{"items": None, "table": None, **statement}, quotes])
    assert {key: parts[key] for key in expected} == expected


def test_conversations_of_before_are_still_shown(page: Page, handbook_server: str) -> None:
    """The browser keeps answers that know of no kinds."""
    page.goto(handbook_server)
    answer = ask_api(handbook_server, OVEN)
    answer.pop("complete")
    for one in answer["statements"]:
        for key in ("kind", "items", "table"):
            one.pop(key)
    kept = {"id": "old", "title": "Old", "at": 1, "turns": [{"question": OVEN, "answer": answer}]}
    page.evaluate("(chat) => { localStorage['footnote:chat:old'] = JSON.stringify(chat) }", kept)
    page.goto(f"{handbook_server}/#/c/old")
    expect(page.locator(".statement").first).to_contain_text("Switch the oven off")
