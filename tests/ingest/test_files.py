"""Documents that other programs wrote: their whole text, what they say of themselves, their pages.

What each file holds comes from the text that it was made from (``tests/files/README.md``), its pages from pdftotext.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from rag.errors import DocumentRejected
from rag.ingest.describe import describe
from rag.ingest.parse import Parsed, parse
from rag.ingest.pipeline import find_files, ingest
from rag.library import Library
from rag.types import Citation, Description
from tests.support.engines import OpenLibrary
from tests.support.places import ROOT, SEEDS
from tests.support.scans import without_recognition

FILES = ROOT / "tests" / "files"
BRIDGE = ["bridge.docx", "bridge.epub", "bridge.html", "bridge.pdf"]
FERRY = ["ferry.docx", "ferry.epub", "ferry.html", "ferry.pdf"]
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def parsed(name: str) -> Parsed:
    return parse(name, (FILES / name).read_bytes())


def words(text: str) -> str:
    return " ".join(text.split())


def headings(document: Parsed) -> list[str]:
    return [block.span.of(document.text) for block in document.blocks if block.heading]


def paragraphs_of_the_bridge() -> Iterator[str]:
    """The paragraphs of ``bridge.fodt`` as its XML has them, up to the mark of a footnote, without hidden text."""
    body = ElementTree.parse(FILES / "bridge.fodt").getroot().find(f"{_OFFICE}body/{_OFFICE}text")
    assert body is not None
    for paragraph in body.iter():
        if paragraph.tag in (f"{_TEXT}p", f"{_TEXT}h"):
            yield words(paragraph.text or "")


@pytest.mark.parametrize("name", BRIDGE)
def test_every_paragraph_is_in_the_text_in_order(name: str) -> None:
    document = parsed(name)
    text = words(document.text)
    position, count = 0, 0
    note = "The house still stands in Mill Lane, number 12."
    for paragraph in paragraphs_of_the_bridge():
        if paragraph != note:
            assert paragraph in text[position:], paragraph
            position, count = text.index(paragraph, position), count + 1
    assert count == 37
    assert note in text or name == "bridge.epub"  # LibreOffice leaves notes out of an EPUB
    whole = "".join(block.span.of(document.text) for block in document.blocks if block.parent is None)
    assert "".join(document.text.split()) == "".join(whole.split())


@pytest.mark.parametrize("name", ["bridge.docx", "bridge.html", "bridge.pdf"])  # an EPUB hides by its style sheet
def test_hidden_text_and_running_heads_are_not_in_the_text(name: str) -> None:
    text = parsed(name).text.removesuffix("\n\nHeader: The Orlen Gazette, Special Issue")
    assert (text == parsed(name).text) == (name != "bridge.docx")  # a DOCX has what its pages have at their head, once
    for absent in ("swordfish", "Special Issue", "Page "):
        assert absent not in text


@pytest.mark.parametrize("name", ["bridge.docx", "bridge.html", "bridge.pdf"])
def test_headings_of_the_bridge(name: str) -> None:
    found = headings(parsed(name))
    assert [heading for heading in found if heading != "The Bridge at Orlen"] == [
        *["How the bridge came to be", "What it cost", "The great repair", "What comes next"]
    ]


@pytest.mark.parametrize("name", FERRY)
def test_headings_lists_and_tables_of_the_ferry(name: str) -> None:
    document = parsed(name)
    assert headings(document) == ["The Ferry of Orlen", "Crossing by oar", "Fares", "The last trip"]
    mark = "" if name.endswith(".pdf") else "- "
    lines = [block.span.of(document.text) for block in document.blocks]
    for line in (f"{mark}before eight in the morning,", "Year | Passengers", "1920 | 61,750"):
        assert line in lines
    assert any(re.fullmatch(r"(1\. )?The museum shows it in the second room\.(↩︎)?", line) for line in lines)


@pytest.mark.parametrize("name", ["news.docx", "news.pdf"])
def test_text_of_a_seed_is_the_seed_word_for_word(name: str) -> None:
    seed = (SEEDS / "003_7b790daefb380e09.txt").read_text(encoding="utf-8")
    assert words(parsed(name).text) == words(seed)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[(name, ("The Bridge at Orlen", "Ines Halvorsen", None, "2024-05-03")) for name in BRIDGE],
        *[(name, ("The Ferry of Orlen", "Marta Lund", None, "2023-08-27")) for name in FERRY[:3]],
        ("ferry.pdf", ("The Ferry of Orlen", None, None, "2023-08-27")),
        (
            "mail.eml",
            ("Die Brücke schließt – the bridge closes on Monday", "José Ortega", None, "2024-05-03"),
        ),
    ],
)
def test_description_of_a_file(name: str, expected: tuple[str | None, ...]) -> None:
    document = parsed(name)
    found = describe(document.text, document.blocks, stated=document.description, created=document.created).description
    assert (found.title, found.author, found.publisher, found.published) == expected


def test_date_of_the_making_stands_in_where_no_other_is_found() -> None:
    document = parsed("bridge.docx")
    assert (document.created, document.description.published) == ("2024-05-03", None)
    bare = describe("A line.", [], stated=replace(document.description), created=document.created).description
    assert bare == Description(title="The Bridge at Orlen", author="Ines Halvorsen", published="2024-05-03")


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("bridge.pdf", ["The Bridge at Orlen", "What it cost", "habitants to cross the river"]),
        ("news.pdf", ["Russia-Ukraine Peace", "causes and ensuring", "potential de-escalation"]),
        ("ferry.pdf", ["The Ferry of Orlen"]),
    ],
)
def test_pages_start_where_pdftotext_finds_them(name: str, starts: list[str]) -> None:
    document = parsed(name)
    assert len(document.pages) == len(starts)
    for offset, start in zip(document.pages, starts, strict=True):
        assert document.text.startswith(start, offset)


def test_sentence_across_pages_and_hyphens_is_whole() -> None:
    sentence = (
        "Every year on the last Sunday of August the association invites the inhabitants to cross the river as their "
        "grandparents did, slowly, with a basket of provisions and, according to an unwritten regulation, "
        "without a telephone."
    )
    assert sentence in parsed("bridge.pdf").text
    assert "the internationally protected black-tailed godwit breeds" in parsed("bridge.pdf").text
    assert "a well-known lottery" in parsed("bridge.pdf").text


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "scan.pdf",
            r"^no text layer on any of its pages \(1\), only images; to have .* pip install 'footnote\[ocr\]'$",
        ),
        ("locked.pdf", r"^encrypted PDF: it asks for a password; save it without one$"),
    ],
)
def test_pdf_that_cannot_be_read_says_why(name: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without_recognition(monkeypatch)
    with pytest.raises(DocumentRejected, match=reason):
        parsed(name)


def test_mail_is_its_headers_and_its_text() -> None:
    document = parsed("mail.eml")
    assert document.text == (
        "Subject: Die Brücke schließt – the bridge closes on Monday\nFrom: José Ortega <jose@example.org>\n"
        "Date: Fri, 03 May 2024 08:30:00 +0200\n\n"
        "The bridge of Orlen will be closed from Monday, the sixth of May, for\n"
        "nineteen weeks. The ferry runs every half hour; a crossing is free for\ninhabitants.\n\n"
        "Lorries take the road by Pelm: http://127.0.0.1:9/road.html"
    )
    assert [block.form.value for block in document.blocks] == ["record", *["field"] * 3, *["paragraph"] * 2]


@pytest.fixture
def library(open_library: OpenLibrary) -> Library:
    """An engine that took in the files of our own texts; the two that cannot be read are named."""
    engine = open_library(threshold=0.0)
    files = [file for file in find_files([FILES]) if not file.path.startswith(("README", "news", "press"))]
    outcomes = {outcome.path: outcome for outcome in ingest(engine, files, collection="default")}
    assert {path for path, outcome in outcomes.items() if outcome.outcome != "added"} == {"scan.pdf", "locked.pdf"}
    assert len(outcomes) == len(files) == 19
    return engine


def test_answers_from_every_format_are_exact_and_name_the_page(library: Library) -> None:
    cited: dict[str, list[Citation]] = {}
    for question in (
        "Who transported more than ninety thousand passengers during that summer?",
        "When was the last trip of the ferry?",
        "For how many weeks will the bridge of Orlen be closed from Monday?",
        "What do the engineers agree about the suspension bridge itself?",
    ):
        for citation in library.ask(question, max_statements=10).citations:
            cited.setdefault(citation.path, []).append(citation)
    for path, citations in cited.items():
        document = library.store.catalog.document(citations[0].document_id)
        text = library.store.catalog.text(document.id)
        for citation in citations:
            assert text[citation.start : citation.end] == citation.quote
            assert citation.sha256 == hashlib.sha256((FILES / path).read_bytes()).hexdigest()
            assert (citation.page is None) == (not path.endswith(".pdf"))
    pages = {(citation.path, citation.page) for found in cited.values() for citation in found if citation.page}
    assert ("bridge.pdf", 2) in pages
    assert {path.rpartition(".")[2] for path in cited} == {"docx", "eml", "epub", "html", "md", "odt", "pdf", "rtf"}
