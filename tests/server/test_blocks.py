"""The tree of a document over HTTP, and statements of every kind."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from msgspec import json

from rag.blocks import HOLDERS, Form
from rag.ingest.parse.text.blocks import blocks
from rag.types import Kind, Sentence, Span
from server.api.blocks import ReadBlock, read_blocks
from tests.support.handbook import ALLOWED, BRING, CLOSES, CONTACT, KITCHEN, OVEN, TILL, listed


@pytest.fixture(scope="module")
def client(handbook_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{handbook_server}/v1", timeout=60) as opened:
        yield opened


def sentence(text: str, part: str, kind: Kind, block: int) -> Sentence:
    start = text.index(part)
    return Sentence(span=Span(start=start, end=start + len(part)), text=part, kind=kind, block=block)


def drawn(text: str, found: list[ReadBlock]) -> list[str]:
    return [f"{one.form.value} {one.level} {text[one.start : one.end]!r}" for one in found]


def test_endpoint_gives_every_block_with_its_place_in_the_tree(client: httpx.Client) -> None:
    text = client.get("/documents/kitchen.md/text").content.decode()
    assert text == KITCHEN
    found = client.get("/documents/kitchen.md/blocks").json()["blocks"]
    forms = [one["form"] for one in found]
    assert {*forms} == {one.value for one in Form} - {"caption"}
    heads = [text[one["start"] : one["end"]] for one in found if one["form"] == "heading"]
    assert heads[:2] == ["🍲 Kitchen handbook", "Opening hours"]
    assert [one["level"] for one in found if one["form"] == "heading"] == [1, 2, 2, 2, 2, 2]
    table = forms.index("table")
    rows = [one for one in found if one["parent"] == table]
    assert [one["head"] for one in rows] == [True, False, False, False]
    tuesday = rows[2]["cells"]
    assert [text[cell["start"] : cell["end"]] for cell in tuesday][:4] == ["Tuesday", "9:00", "15:30", "Bram *de* Witt"]
    assert [(cell["column"], cell["width"]) for cell in tuesday] == [(column, 1) for column in range(6)]
    steps = [one for one in found if one["form"] == "list" and one["ordered"]]
    assert [one["mark"] for one in found if one["form"] == "item" and one["parent"] == found.index(steps[0])] == [
        f"{number}." for number in (1, 2, 3, 4)
    ]
    assert [one["level"] for one in found if one["form"] == "list"] == [0, 1, 0]
    holders = [forms[one["parent"]] for one in found if one["parent"] is not None]
    assert {*holders} <= {one.value for one in HOLDERS}


def test_endpoint_tells_how_markdown_is_meant(client: httpx.Client) -> None:
    found = client.get("/documents/kitchen.md/blocks").json()["blocks"]
    styled = {(one["style"], KITCHEN[one["start"] : one["end"]]) for block in found for one in block["styles"]}
    assert {("emphasis", "community kitchen"), ("strong", "Marrow Lane"), ("syntax", "**")} <= styled
    assert {("emphasis", "de"), ("code", "*.pdf"), ("link", "food certificate"), ("syntax", "> ")} <= styled
    assert [one["styles"] for one in found if one["form"] == "code"] == [[]]


def test_endpoint_marks_the_span_in_each_block_that_it_touches(client: httpx.Client) -> None:
    start, end = KITCHEN.index("8:30"), KITCHEN.index("15:30") + 2
    found = client.get("/documents/kitchen.md/blocks", params={"start": start, "end": end}).json()["blocks"]
    marked = [(one["form"], KITCHEN[slice(*one["marked"].values())]) for one in found if one["marked"]]
    lines = KITCHEN[start:end].split("\n")
    assert marked == [("table", KITCHEN[start:end]), ("row", lines[0]), ("row", lines[1])]


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("nothing/blocks", 404, "there is no document 'nothing'"),
        ("nothing/blocks?start=9&end=3", 400, "end: 3 is before start, 9"),
        ("nothing/blocks?start=-1&end=3", 400, "start: "),
    ],
)
def test_endpoint_names_what_is_wrong(client: httpx.Client, path: str, status: int, detail: str) -> None:
    answered = client.get(f"/documents/{path}")
    assert answered.status_code == status
    assert answered.json()["detail"].startswith(detail)


def test_a_line_found_to_be_the_title_is_a_heading() -> None:
    text = "The ferry\nIt is *red*.\n"
    said = [sentence(text, "The ferry", Kind.TITLE, 0), sentence(text, "It is *red*.", Kind.BODY, 1)]
    found = read_blocks(listed("text/plain"), text, blocks(text), said)
    assert drawn(text, found) == ["heading 1 'The ferry'", "paragraph 0 'It is *red*.'"]
    assert [one.styles for one in found] == [[], []]


def test_a_document_without_blocks_has_those_of_its_sentences() -> None:
    text = "Of old\n\nOne. Two.\n"
    parts = [("Of old", Kind.HEADING, 0), ("One.", Kind.BODY, 1), ("Two.", Kind.BODY, 1)]
    found = read_blocks(listed("text/plain"), text, [], [sentence(text, *part) for part in parts])
    assert drawn(text, found) == ["heading 1 'Of old'", "paragraph 0 'One. Two.'"]


@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain"])
def test_a_plain_text_that_reads_as_markdown_is_styled_as_such(media_type: str) -> None:
    text = "# Ferries\n\nThe *Osk*.\n"
    found = read_blocks(listed(media_type), text, blocks(text, markdown=True), [])
    assert len(found[1].styles) == 3
    assert read_blocks(listed("text/html"), text, blocks(text, markdown=True), [])[1].styles == []


def asked(client: httpx.Client, question: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/ask", json={"question": question}).json()
    return answer


@pytest.mark.parametrize(
    ("question", "kind"),
    [(CLOSES, "table"), (BRING, "list"), (OVEN, "steps"), (CONTACT, "record"), (TILL, "code"), (ALLOWED, "list")],
)
def test_statement_has_the_form_of_its_kind(client: httpx.Client, question: str, kind: str) -> None:
    answer = asked(client, question)
    stated = next(one for one in answer["statements"] if one["kind"] == kind)
    assert (stated["items"] is not None) == (kind in {"list", "steps", "record"})
    assert (stated["table"] is not None) == (kind == "table")
    for item in stated["items"] or []:
        assert item["text"] in stated["text"]
        assert set(item["citations"]) <= set(stated["citations"])
    assert isinstance(answer["complete"], bool)


def test_asked_cell_is_marked(client: httpx.Client) -> None:
    table = asked(client, CLOSES)["statements"][0]["table"]
    ((row, column),) = table["marked"]
    assert (table["columns"][column], table["rows"][row][column]) == ("Closes", "15:30")


def test_stream_and_receipt_keep_the_form(client: httpx.Client) -> None:
    headers = {"Accept": "text/event-stream"}
    streamed = client.post("/ask", json={"question": OVEN}, headers=headers).text.replace("\r\n", "\n").split("\n\n")
    events = [part.split("\n") for part in streamed if part.startswith("event: ")]
    data = [(name.removeprefix("event: "), json.decode(said.removeprefix("data: "))) for name, said in events]
    first = next(value["statement"] for name, value in data if name == "statement")
    whole = next(value for name, value in data if name == "done")
    assert first == whole["statements"][0]
    assert [item["text"][:2] for item in first["items"]] == ["1.", "2.", "3.", "4."]
    assert client.get(f"/answers/{whole['id']}").json() == whole


def test_openapi_says_what_the_fields_mean(client: httpx.Client) -> None:
    schemas = client.get("/../schema/openapi.json").json()["components"]["schemas"]
    for name in ("Statement", "Item", "TableRows", "ReadBlock"):
        fields = schemas[name]["properties"]
        assert [key for key in fields if key not in ("support", "verdict") and not fields[key].get("description")] == []
