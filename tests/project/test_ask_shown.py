"""What ``footnote ask`` prints of lists, tables, records and code; in JSON it is what the server gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import convert

from rag.answer.cite import written_answer
from rag.cli.statements import echo_answer
from rag.types import Answer, Citation, Item, Statement, TableRows
from tests.support.browsing import ask_api
from tests.support.handbook import CLOSES, HANDBOOK, OVEN
from tests.support.processes import footnote, serve

CITED = {"document_id": "a", "path": "a.md", "sha256": "0", "start": 0, "end": 4, "before": "", "after": ""}
NOTHING = dict.fromkeys(("title", "author", "publisher", "published"))


def answered(*statements: Statement, remark: str = "") -> Answer:
    """An answer with these statements; its third citation is of code."""
    quotes = ("one", "two", "a\tb\n  [1]")
    citations = [
        convert({**CITED, **NOTHING, "number": number, "quote": quote}, Citation)
        for number, quote in enumerate(quotes, start=1)
    ]
    rest: dict[str, Any] = {
        **dict.fromkeys(("id", "question", "understood", "collection"), "x"),
        **dict.fromkeys(("conflicts", "missing_terms", "passages"), ()),
        **{"answered": True, "confidence": 0.9, "timings_ms": {}},
        "corpus": {"version": 1, "documents": 1, "passages": 1},
        "models": {"encoder": "e", "reranker": "r", "reader": "x"},
    }
    written = " ".join(part for part in (written_answer(statements, citations), remark) if part)
    return convert({**rest, "answer": written, "statements": statements, "citations": citations}, Answer)


def stated(kind: str, text: str, *citations: int, **more: Any) -> Statement:
    return Statement(text=text, citations=citations, support=1.0, verdict="supported", kind=kind, **more)


def printed(answer: Answer, capsys: pytest.CaptureFixture[str]) -> list[str]:
    echo_answer(answer)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines() if line.strip()]


def test_running_text_is_the_answer_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    answer = answered(stated("sentence", "It is red.", 1), stated("sentence", "It is old.", 2))
    assert printed(answer, capsys) == ["It is red. [1] It is old. [2]"]


def test_items_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    items = tuple(Item(text=text, citations=(2,)) for text in ("1. Off", "- at the [1] wall", "b) or so", "12. Wait"))
    text = "To clean:\n1. Off\n  - at the [1] wall\n  b) or so\n12. Wait"
    assert printed(answered(stated("steps", text, 1, 2, items=items), remark="The sources differ: 1, 2."), capsys) == [
        "To clean: [1]",
        "  1. Off [2]",
        "    - at the (1) wall [2]",
        "    b) or so [2]",
        "  12. Wait [2]",
        "The sources differ: 1, 2.",
    ]


def test_record_has_a_line_for_each_field(capsys: pytest.CaptureFixture[str]) -> None:
    items = (Item(text="Name: Odile", citations=(1,)), Item(text="Tel: 5", citations=(2,)))
    answer = answered(stated("record", "Name: Odile\nTel: 5", 1, 2, items=items))
    assert printed(answer, capsys) == ["  Name: Odile [1]", "  Tel: 5 [2]"]


def test_rows_are_a_table_with_an_arrow_at_the_asked_cell(capsys: pytest.CaptureFixture[str]) -> None:
    table = TableRows(
        columns=("Day", "Closes"), rows=(("Monday", "[bold]\x1b[2J"), ("Tuesday", "15:30")), marked=((1, 1),)
    )
    lines = printed(answered(stated("table", "Hours: Day: Monday; Closes: [bold]\x1b[2J", 1, table=table)), capsys)
    assert lines[0] == "Hours: [1]"
    assert [line.split() for line in lines[1:]] == [
        ["Day", "Closes"],
        [lines[2].strip()],
        ["Monday", "[bold]\ufffd[2J"],
        ["Tuesday", "→", "15:30"],
    ]


def test_code_keeps_its_indent(capsys: pytest.CaptureFixture[str]) -> None:
    answer = answered(stated("code", "Run:\na\tb\n  [1]", 1, 3))
    assert printed(answer, capsys) == ["Run: [1][3]", "    a   b", "      [1]"]
    assert printed(answered(stated("code", "a\tb\n  [1]", 3)), capsys) == ["    a   b", "      [1]", "  [3]"]


def test_command_shows_the_same_with_and_without_a_server(tmp_path: Path) -> None:
    data, files = tmp_path / "data", tmp_path / "files"
    files.mkdir()
    for name, text in HANDBOOK.items():
        (files / name).write_text(text, encoding="utf-8")
    assert footnote("ingest", str(files), data_dir=data).returncode == 0
    alone = {question: footnote("ask", question, data_dir=data).stdout for question in (CLOSES, OVEN)}
    assert "→ 15:30" in alone[CLOSES]
    assert "\n  2. Wait for twenty minutes. [3]\n" in alone[OVEN]
    with serve(data) as address:
        assert {question: footnote("ask", question, data_dir=data).stdout for question in alone} == alone
        told = json.loads(footnote("ask", "--json", CLOSES, data_dir=data).stdout)
        assert told["statements"] == ask_api(address, CLOSES)["statements"]
