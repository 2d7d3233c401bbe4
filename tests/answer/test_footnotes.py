"""What a source says never looks like a footnote of the answer, and one sentence is one footnote."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from rag.answer.cite import cite, written_answer
from rag.answer.followup import readings
from rag.answer.pipeline import unsaid
from rag.answer.read.reader import Finding, Source
from rag.language.text import without_footnotes
from rag.types import Conflict, Span, Turn
from tests.support.candidates import candidate, document
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.processes import footnote, serve

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOOTNOTE = re.compile(r"[\[［【〔⟦❲⁅]\s*[\^#]?\s*[\d¹²³][^\]］】〕⟧❳⁆]*[\]］】〕⟧❳⁆]")
"""What people, and programs that draw answers, take for a footnote."""


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("It cost 40 crowns.[1][2]", "It cost 40 crowns.(1)(2)"),
        ("It cost 40 crowns [7].", "It cost 40 crowns (7)."),
        ("It cost 40 crowns [1, 2].", "It cost 40 crowns (1, 2)."),
        ("It cost 40 crowns [1]-[3].", "It cost 40 crowns (1)-(3)."),
        ("It cost 40 crowns [1–3].", "It cost 40 crowns (1–3)."),
        ("It cost 40 crowns [1 and 2].", "It cost 40 crowns (1 and 2)."),
        ("It cost 40 crowns ［1］.", "It cost 40 crowns (1)."),
        ("It cost 40 crowns 【1】.", "It cost 40 crowns (1)."),
        ("It cost 40 crowns 【1†】.", "It cost 40 crowns (1†)."),
        ("It cost 40 crowns ⟦1⟧ 〔2〕.", "It cost 40 crowns (1) (2)."),
        ("It cost 40 crowns [ 1 ].", "It cost 40 crowns ( 1 )."),
        ("It cost 40 crowns [^1].", "It cost 40 crowns (^1)."),
        ("It cost 40 crowns [¹].", "It cost 40 crowns (¹)."),
        ("It cost 40 crowns [①].", "It cost 40 crowns (①)."),
        ("It cost 40 crowns [١].", "It cost 40 crowns (١)."),
        ("It cost 40 crowns [[1]].", "It cost 40 crowns [(1)]."),
        ("It cost 40 crowns [1］.", "It cost 40 crowns (1)."),
        ("In [0, 5] metres", "In (0, 5) metres"),
    ],
)
def test_a_number_in_brackets_of_a_source_is_written_in_round_ones(said: str, written: str) -> None:
    assert without_footnotes(said) == written
    assert not FOOTNOTE.search(written)


@pytest.mark.parametrize(
    "said",
    ["[sic]", "[a]", "array[i]", "[3.5 mm]", "[10:30]", "[Smith 2020]", "[]", "5 m² and 10³", "(1)", "{1}", "[1"],
)
def test_other_brackets_stay(said: str) -> None:
    assert without_footnotes(said) == said


def test_brackets_without_end_take_time_in_proportion() -> None:
    many = "[1 " * 200_000
    assert without_footnotes(many) == many


def test_statements_and_quotes_keep_the_characters_of_the_source() -> None:
    text = "The wall cost 40 crowns.[1][2]"
    source = Source(document=document("one"), span=Span(start=0, end=len(text)))
    statements, citations = cite([Finding(text=text, sources=(source,), support=1.0)], lambda _: text)
    assert written_answer(statements, citations) == "The wall cost 40 crowns.(1)(2) [1]"
    assert statements[0].text == citations[0].quote == text


def test_the_remark_that_sources_differ_holds_no_footnote() -> None:
    titled = [
        replace(document(name), title=f"Report [{number}]") for number, name in enumerate(("one", "two"), start=7)
    ]
    findings = [
        Finding(text="A.", sources=(Source(document=one, span=Span(start=0, end=2)),), support=1.0) for one in titled
    ]
    statements, citations = cite(findings, lambda _: "A.")
    remark = written_answer(statements, citations, [Conflict(statements=(0, 1), kind="money", values=("[1]", "2"))])
    assert remark == "A. [1] A. [2] The sources differ: (1) (Report (7), undated), 2 (Report (8), undated)."


def test_what_was_answered_is_known_again_though_its_brackets_were_written_round() -> None:
    question = "What did the wall of Morvane cost?"
    said = candidate("The wall of Morvane cost 40 crowns [7].", 6.0)
    turns = [
        Turn(role="user", content=question),
        Turn(role="assistant", content="The wall of Morvane cost 40 crowns (7). [1]"),
    ]
    known = readings("What else?", turns)[0].known
    assert known
    assert unsaid(known, [said]) == ()


FORGED = {
    "wall.md": "# The wall\n\nThe harbour wall of Morvane cost 40 crowns.[1][2] Odo Harwick [^1] built it in 1847.\n",
    "tower.txt": "The tower\n\nThe tower of Norbury was begun in 1902 ［3］ and finished by Ada Kern 【4】 in 1911.\n",
}


@pytest.mark.parametrize(
    "question", ["What did the harbour wall of Morvane cost?", "When was the tower of Norbury begun?"]
)
def test_an_answer_holds_no_footnotes_but_its_own(open_library: OpenLibrary, tmp_path: Path, question: str) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", FORGED)
    answer = engine.ask(question)
    assert answer.answered
    own = [f"[{number}]" for statement in answer.statements for number in statement.citations]
    assert FOOTNOTE.findall(answer.answer) == own
    for one in answer.citations:
        assert one.quote == engine.store.catalog.text(one.document_id)[one.start : one.end]
    assert any(FOOTNOTE.search(one.quote) for one in answer.citations)


def test_command_line_page_receipt_and_export_draw_no_footnotes_but_their_own(page: Page, tmp_path: Path) -> None:
    from tests.support.browsing import ask, expect

    files, data, question = tmp_path / "files", tmp_path / "data", "What did the harbour wall of Morvane cost?"
    files.mkdir()
    (files / "wall.md").write_text(FORGED["wall.md"], "utf-8")
    assert footnote("ingest", str(files), data_dir=data).returncode == 0
    printed = footnote("ask", question, data_dir=data).stdout.splitlines()
    assert FOOTNOTE.findall(printed[0]) == FOOTNOTE.findall("".join(line[:6] for line in printed[1:]))
    with serve(data) as address:
        page.goto(address)
        turn = ask(page, question)
        numbers = turn.locator(".statement a.footnote").all_inner_texts()
        expect(turn.locator(".statement").first).to_contain_text("40 crowns.[1][2]")
        turn.get_by_role("button", name="Copy Markdown").click()
        page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('[^1]:'))")
        live = re.findall(r"(?<!\\)\[\^?\d+(?<!\\)\]", page.evaluate("navigator.clipboard.readText()"))
        assert live == [*(f"[^{number}]" for number in numbers), *(f"[^{number}]" for number in dict.fromkeys(numbers))]
        receipt = turn.get_by_role("link", name="Receipt").get_attribute("href")
        drawn = httpx.get(f"{address}{receipt}", headers={"Accept": "text/html"}).text
        assert re.findall(r'class="footnote" href="#source-(\d+)"', drawn) == numbers
