"""The reading view: a document's text in paragraphs, nothing lost and nothing added."""

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.describe import describe
from rag.ingest.parse.text.blocks import blocks
from rag.ingest.passages import split
from rag.types import Kind, Sentence, Span
from server.api.paragraphs import Paragraph, paragraphs

NOTES = (
    "\ufeffThe lamp\r\n\r\n# Its *builders*\r\n\r\nIt was built in 1902. It shone.\n\n"
    "Its keepers\n---\nThey wrote little.\n"
)
PARTS = st.sampled_from(["# A heading", "Title\n=====", "One. Two.", "- an item", "\u2028", "\U0001f5fc is tall.", " "])
GAPS = st.sampled_from(["\n\n", "\n", "\r\n\r\n", "\r", " ", "\n \n\n"])


def read(text: str, marked: Span | None = None) -> list[Paragraph]:
    found = blocks(text, markdown=True)
    described = describe(text, found)
    return paragraphs(text, list(split(text, found, described, lambda part: len(part) < 60)), marked)


def whole(one: Paragraph) -> str:
    return one.before + one.quote + one.after


def test_headings_stand_apart_with_their_marks() -> None:
    found = read(NOTES)
    assert [whole(one) for one in found if one.heading] == [
        "# Its *builders*\r\n\r\n",
        "Its keepers\n---\n",
    ]
    assert [whole(one) for one in found if not one.heading] == [
        "\ufeffThe lamp\r\n\r\n",
        "It was built in 1902. It shone.\n\n",
        "They wrote little.\n",
    ]


def test_what_is_marked_may_reach_over_paragraphs() -> None:
    start, end = NOTES.index("shone"), NOTES.index("---")
    quotes = [one.quote for one in read(NOTES, Span(start=start, end=end))]
    assert quotes == ["", "", "shone.\n\n", "Its keepers\n", ""]
    assert [one.quote for one in read(NOTES, Span(start=10**9, end=10**9 + 5))] == [""] * 5


@pytest.mark.parametrize("text", ["", " \n", "no sentence is known"])
def test_text_without_sentences_is_one_paragraph(text: str) -> None:
    assert paragraphs(text, []) == [Paragraph(heading=False, before=text, quote="", after="")]


def test_a_heading_in_the_line_of_another_begins_where_it_begins() -> None:
    parts = [Sentence(span=Span(start=at, end=at + 1), text="A", kind=Kind.HEADING, block=at) for at in (1, 3)]
    assert [whole(one) for one in paragraphs(" A B ", parts)] == [" A ", "B "]


@given(st.lists(st.tuples(PARTS, GAPS), max_size=12), st.integers(0, 200), st.integers(1, 80))
@settings(max_examples=60, deadline=None)
def test_paragraphs_join_to_the_text_and_quotes_to_what_is_marked(
    parts: list[tuple[str, str]], start: int, length: int
) -> None:
    text = "".join(part + gap for part, gap in parts)
    found = read(text, Span(start=start, end=start + length))
    assert "".join(map(whole, found)) == text
    assert "".join(one.quote for one in found) == text[start : start + length]
    assert all(map(whole, found)) or not text


def test_endpoint_marks_what_a_citation_quotes(seeds_server: str) -> None:
    with httpx.Client(base_url=f"{seeds_server}/v1", timeout=60) as client:
        asked = client.post(
            "/ask", json={"question": "What do both parties need to rebuild for peace talks to succeed?"}
        )
        cited = asked.json()["citations"][0]
        address = f"/documents/{cited['document_id']}"
        answered = client.get(f"{address}/paragraphs", params={key: cited[key] for key in ("start", "end")})
        found = [Paragraph(**one) for one in answered.json()["paragraphs"]]
        assert "".join(one.quote for one in found) == cited["quote"]
        assert "".join(map(whole, found)) == client.get(f"{address}/text").content.decode()
        assert [whole(one) for one in found if one.heading][1] == "## Stalled Negotiations and Deep-rooted Distrust\n\n"
        plain = client.get(f"{address}/paragraphs").json()["paragraphs"]
        assert [one["quote"] for one in plain] == [""] * len(found)


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("nothing/paragraphs", 404, "there is no document 'nothing'"),
        ("nothing/paragraphs?start=9&end=3", 400, "end: 3 is before start, 9"),
        ("nothing/paragraphs?start=-1&end=3", 400, "start: "),
    ],
)
def test_endpoint_names_what_is_wrong(seeds_server: str, path: str, status: int, detail: str) -> None:
    answered = httpx.get(f"{seeds_server}/v1/documents/{path}")
    assert answered.status_code == status
    assert answered.json()["detail"].startswith(detail)
