"""Blocks as a person reads them: rows under the names of their columns, items after what leads to them."""

import pytest

from rag.blocks import Form
from rag.ingest.parse import Parsed
from rag.ingest.parse.formats import parse
from rag.language.outline import Outline
from rag.types import Span

TANKS = "| Tank | Volume |\n|---|---|\n| South | 800 litres |\n| North | 450 litres |\n"
YEARS = """|  | Years ended 31 March |  |
|---|---|---|
|  | 2024 | 2023 |
| Rent | 90 | 85 |
| Repairs: |  |  |
| Roof | 7 | 9 |
"""
PACKING = "# Packing\n\nYou must **not** bring:\n\n- pets\n- stoves\n  1. gas\n  2. petrol\n"


def outline_of(text: str) -> tuple[Parsed, Outline]:
    parsed = parse("a.md", text.encode())
    return parsed, Outline(parsed.text, parsed.blocks)


def leaf(parsed: Parsed, words: str) -> int:
    """The position of the leaf that begins so."""
    found = [
        place
        for place, block in enumerate(parsed.blocks)
        if block.leaf and block.span.of(parsed.text).lstrip("| ").startswith(words)
    ]
    return found[0]


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        (TANKS, "South", "Tank: South; Volume: 800 litres"),
        (YEARS, "Rent", "Years ended 31 March: Rent — 2024: 90; 2023: 85"),
        (YEARS, "Roof", "Years ended 31 March: Repairs: Roof — 2024: 7; 2023: 9"),
        ("Prices in euros:\n\n" + TANKS, "North", "Prices in euros: Tank: North; Volume: 450 litres"),
    ],
)
def test_a_row_is_read_under_the_names_of_its_columns(text: str, row: str, expected: str) -> None:
    parsed, outline = outline_of(text)
    assert outline.row(leaf(parsed, row)).whole == expected


def test_a_row_is_cited_with_the_rows_that_name_its_columns() -> None:
    parsed, outline = outline_of(TANKS)
    quotes = [span.of(parsed.text) for span in outline.row(leaf(parsed, "South")).spans]
    assert quotes == ["| South | 800 litres |", "| Tank | Volume |"]


def test_an_item_is_led_to_by_what_turns_its_meaning_and_by_the_item_that_it_is_in() -> None:
    parsed, outline = outline_of(PACKING)
    place = leaf(parsed, "petrol")
    assert [span.of(parsed.text) for span in outline.leads(place)] == ["You must **not** bring:", "stoves"]
    assert outline.mark(place) == "2."
    assert outline.leads(leaf(parsed, "You must")) == ()


def test_only_a_sentence_that_ends_in_a_colon_before_a_list_says_nothing_else() -> None:
    parsed, outline = outline_of(PACKING)
    led, pets = leaf(parsed, "You must"), leaf(parsed, "pets")
    assert outline.only_leads(led, parsed.blocks[led].span)
    assert not outline.only_leads(pets, parsed.blocks[pets].span)


def test_a_document_without_blocks_is_running_text() -> None:
    outline = Outline("The cat sat.", [])
    assert outline.form(3) is Form.PARAGRAPH
    assert outline.leads(3) == ()
    assert outline.mark(3) == ""


@pytest.mark.parametrize("text", [PACKING, "One.\n\n- a\n- b\n  - c\n\n    d\n- e\n\nTwo.\n\n1. f\n2. g\n", TANKS, ""])
def test_lists_of_a_span_are_those_that_have_anything_in_it(text: str) -> None:
    parsed = parse("a.md", f"Start.\n\n{text}\n\nEnd.".encode())
    outline = Outline(parsed.text, parsed.blocks)
    lists = [place for place, block in enumerate(parsed.blocks) if block.form in (Form.LIST, Form.RECORD)]
    for start in range(len(parsed.text)):
        for end in range(start + 1, len(parsed.text) + 1):
            spans = [(place, parsed.blocks[place].span) for place in lists]
            expected = [place for place, span in spans if span.start < end and start < span.end]
            assert list(outline.lists(Span(start=start, end=end))) == expected
