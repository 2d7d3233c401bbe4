"""Statements in parts: what leads to them, items with their depth, fields, rows and code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.parts import parts_of
from rag.types import Item, Statement, TableRows


def stated(
    kind: str,
    text: str,
    citations: tuple[int, ...] = (1,),
    items: tuple[Item, ...] = (),
    table: TableRows | None = None,
) -> Statement:
    return Statement(
        text=text, citations=citations, support=1.0, verdict="supported", kind=kind, items=items or None, table=table
    )


def item(text: str, *citations: int) -> Item:
    return Item(text=text, citations=citations)


def test_items_nest_as_their_lines_are_indented() -> None:
    text = "Bring:\n- shoes\n  - of which\n    1. soles\n  - laces\n12. a coat\nb) a hat"
    items = [item(line.strip(), place) for place, line in enumerate(text.split("\n")[1:], start=2)]
    parts = parts_of(stated("list", text, (1, 2, 3, 4, 5, 6, 7), tuple(items)), {})
    assert (parts.lead, parts.citations) == ("Bring:", (1,))
    assert [(one.text, one.depth, one.number, one.marked) for one in parts.items] == [
        ("shoes", 0, None, True),
        ("of which", 1, None, True),
        ("soles", 2, 1, True),
        ("laces", 1, None, True),
        ("a coat", 0, 12, True),
        ("b) a hat", 0, None, False),
    ]
    (shoes, _, _) = parts.branches
    assert [one.item.text for one in shoes.within] == ["of which", "laces"]
    assert [one.item.text for one in shoes.within[0].within] == ["soles"]


@pytest.mark.parametrize(
    ("text", "lead"), [("Contact:\nTel: 5", "Contact:"), ("Contact — Tel: 5", "Contact"), ("Tel: 5", "")]
)
def test_record_has_keys_and_values(text: str, lead: str) -> None:
    parts = parts_of(stated("record", text, (1, 2), (item("Tel: 5", 2),)), {})
    assert parts.lead == lead
    assert [(one.key, one.value) for one in parts.fields] == [("Tel", "5")]
    assert parts_of(stated("record", "none", (2,), (item("none", 2),)), {}).fields[0].key == ""


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Fares: Zone: 2; Price: 5", "Fares:"),
        ("Zone: 2; Price: 5", ""),
        ("Zone: 2; Price: 5\nZone: 3; Price: 7", ""),
        ("told in other words", "told in other words"),
    ],
)
def test_what_stands_before_a_table_leads_to_it(text: str, lead: str) -> None:
    table = TableRows(columns=("Zone", "Price:"), rows=(("2", "5"), ("3", "7")), marked=((0, 1),))
    parts = parts_of(stated("table", text, table=table), {})
    assert (parts.lead, parts.table) == (lead, table)


def test_unnamed_columns_come_first_in_the_text_of_a_row() -> None:
    table = TableRows(columns=("", "2023", "2024"), rows=(("Sales:", "", "7"),), marked=())
    assert parts_of(stated("table", "In millions: Sales — 2024: 7", table=table), {}).lead == "In millions:"


def test_code_is_the_longest_quote_that_ends_the_text() -> None:
    quotes = {1: "Run:", 2: "a\n  b", 3: "b"}
    parts = parts_of(stated("code", "Run:\na\n  b", (1, 2, 3)), quotes)
    assert (parts.lead, parts.code) == ("Run:", "a\n  b")
    assert parts_of(stated("code", "x", (1,)), quotes).code == "x"


@given(
    st.lists(st.tuples(st.integers(0, 6), st.text("ab-1. ", min_size=1, max_size=6)), min_size=1, max_size=8),
    st.text("a\n"),
)
def test_any_items_have_a_place_in_the_tree(lines: list[tuple[int, str]], lead: str) -> None:
    text = "\n".join([lead, *(" " * indent + words for indent, words in lines)])
    parts = parts_of(stated("list", text, (1,), tuple(item(words, 1) for _, words in lines)), {})
    count, open_branches = 0, parts.branches
    while open_branches:
        count += len(open_branches)
        open_branches = [one for branch in open_branches for one in branch.within]
    assert count == len(lines)
    assert all(after.depth <= before.depth + 1 for before, after in zip(parts.items, parts.items[1:], strict=False))
