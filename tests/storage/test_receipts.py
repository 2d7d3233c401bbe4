"""Receipts: what an answer's address gives, to programs and to people, and the feedback to it."""

import json
import logging
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from rag.errors import NotFound
from rag.library import Library
from rag.storage.receipts import Standing, standing
from server.api.answers import get_answer, give_feedback
from server.api.ask import ask
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.processes import footnote, serve_here
from tests.support.texts import HOSTILE

BRIDGE = "Bridges of Orlen\n\nThe bridge at Orlen was opened in 1932. Mayor Ines Halvorsen cut the ribbon.\n"
OPENED = "When was the bridge at Orlen opened?"
PRISONERS = "How many prisoners of war will be exchanged?"
NITROGEN = "What is the boiling point of nitrogen?"
PAGE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ROUTES = (ask, get_answer, give_feedback)


def asked(address: str, question: str, **headers: str) -> httpx.Response:
    return httpx.post(f"{address}/v1/ask", json={"question": question}, headers=headers, timeout=30)


def page(address: str, answer_id: str) -> str:
    response = httpx.get(f"{address}/v1/answers/{answer_id}", headers=PAGE)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    return response.text


@contextmanager
def writing_locked(engine: Library) -> Iterator[None]:
    """Another connection holds the catalog's write lock, as while a document is stored."""
    path = engine.store.data_dir / "catalog.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can be written, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("question", [PRISONERS, NITROGEN])
def test_stored_answer_is_the_bytes_that_were_sent(seeds_server: str, question: str) -> None:
    given = asked(seeds_server, question)
    stored = httpx.get(f"{seeds_server}/v1/answers/{given.json()['id']}")
    assert (stored.status_code, stored.headers["content-type"]) == (200, "application/json")
    assert stored.content == given.content
    assert stored.headers["vary"] == "Accept"


def test_streamed_answer_is_stored_as_it_was_sent(seeds_server: str) -> None:
    stream = asked(seeds_server, PRISONERS, Accept="text/event-stream").text
    done = next(part for part in stream.split("\r\n\r\n") if part.startswith("event: done"))
    sent = done.removeprefix("event: done\r\ndata: ")
    assert httpx.get(f"{seeds_server}/v1/answers/{json.loads(sent)['id']}").text == sent


def test_page_shows_answer_sources_and_versions(seeds_server: str) -> None:
    answer = asked(seeds_server, PRISONERS).json()
    shown = page(seeds_server, answer["id"])
    assert f'<h1 dir="auto">{PRISONERS}</h1>' in shown
    for statement in answer["statements"]:
        assert statement["text"] in shown
    for citation in answer["citations"]:
        assert citation["quote"] in shown
        assert citation["sha256"] in shown
        assert f'href="#source-{citation["number"]}"' in shown
        assert f'id="source-{citation["number"]}"' in shown
        place = f"start={citation['start']}&amp;end={citation['end']}"
        assert f'href="/#/documents/{citation["document_id"]}?{place}"' in shown
    assert shown.count("Still holds:") == len(answer["citations"])
    assert "every citation still holds" in " ".join(shown.split())
    assert answer["models"]["encoder"] in shown
    assert "version 5: 5 documents" in shown


def test_page_of_an_unanswered_question_says_what_is_missing(seeds_server: str) -> None:
    shown = page(seeds_server, asked(seeds_server, NITROGEN).json()["id"])
    assert "The sources do not answer this." in shown
    assert "boiling, nitrogen" in shown
    assert "Sources</h2>" not in shown


def test_page_needs_no_script_and_loads_only_its_own_files(seeds_server: str) -> None:
    answer_id = asked(seeds_server, PRISONERS).json()["id"]
    response = httpx.get(f"{seeds_server}/v1/answers/{answer_id}", headers=PAGE)
    assert "<script" not in response.text
    assert " style=" not in response.text
    assert "unsafe" not in response.headers["content-security-policy"]
    for name in ("style.css", "favicon.svg"):
        assert f"/static/{name}" in response.text
        assert httpx.get(f"{seeds_server}/static/{name}").status_code == 200


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html;q=0.5"])
def test_programs_get_json(seeds_server: str, accept: str) -> None:
    answer_id = asked(seeds_server, NITROGEN).json()["id"]
    response = httpx.get(f"{seeds_server}/v1/answers/{answer_id}", headers={"Accept": accept})
    assert response.headers["content-type"] == "application/json"


def test_unknown_answer_is_404_for_programs_and_people(seeds_server: str) -> None:
    address = f"{seeds_server}/v1/answers/ans_0"
    program, person = httpx.get(address), httpx.get(address, headers=PAGE)
    assert (program.status_code, person.status_code) == (404, 404)
    assert program.json()["detail"] == "there is no answer 'ans_0'"
    assert "There is no such answer" in person.text


def test_page_shows_markup_of_documents_and_questions_as_text(hostile_server: str) -> None:
    answer = asked(hostile_server, "Who wrote <script>alert(1)</script> into the Zarnov chronicle?").json()
    assert any("<script>window.hacked" in citation["quote"] for citation in answer["citations"])
    assert "<script>window.hacked" in HOSTILE
    shown = page(hostile_server, answer["id"])
    assert "<script" not in shown
    assert "<img src=x" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_page_says_what_was_changed_and_what_was_removed(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    texts = {"orlen.txt": BRIDGE, "copy.txt": f"Orlen again\n\n{BRIDGE}", "same.txt": f"More of Orlen\n\n{BRIDGE}"}
    write_and_ingest(engine, tmp_path / "files", texts)
    with serve_here(lambda: engine, *ROUTES) as address:
        answer = asked(address, OPENED).json()
        assert {citation["path"] for citation in answer["citations"]} == set(texts)
        write_and_ingest(engine, tmp_path / "files", {"copy.txt": f"Orlen again!\n\n{BRIDGE}"})
        engine.remove("same")
        shown = " ".join(page(address, answer["id"]).split())
        stored = httpx.get(f"{address}/v1/answers/{answer['id']}").json()
    for passage in answer["passages"]:  # of documents that are as they were cited all stays, of the others the quotes
        passage["text"] = passage["text"] if passage["document_id"] == "orlen" else ""
    for citation in answer["citations"]:
        if citation["document_id"] != "orlen":
            citation["before"] = citation["after"] = ""
    assert stored == answer
    total = len(answer["citations"])
    kept = sum(citation["path"] == "orlen.txt" for citation in answer["citations"])
    assert f"{kept} of {total} citations still hold" in shown
    assert [shown.count(words) for words in ("Still holds:", "Changed since:", "Removed since:")] == [
        sum(citation["path"] == path for citation in answer["citations"]) for path in texts
    ]


def test_standing_needs_the_same_document_and_the_same_words(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"orlen.txt": BRIDGE})
    catalog = engine.store.catalog
    sha256 = catalog.document("orlen").sha256
    quote = "opened in 1932"
    start = BRIDGE.index(quote)
    end = start + len(quote)
    assert standing(catalog, "orlen", sha256=sha256, start=start, end=end, quote=quote) is Standing.HOLDS
    assert standing(catalog, "orlen", sha256="0" * 64, start=start, end=end, quote=quote) is Standing.CHANGED
    assert standing(catalog, "orlen", sha256=sha256, start=start + 1, end=end, quote=quote) is Standing.CHANGED
    assert standing(catalog, "orlan", sha256=sha256, start=start, end=end, quote=quote) is Standing.REMOVED


def test_only_the_newest_answers_are_kept(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library(keep_answers=2)
    write_and_ingest(engine, tmp_path / "files", {"orlen.txt": BRIDGE})
    answer = engine.ask(OPENED)
    for number in range(5):
        engine.receipts.keep(replace(answer, id=f"ans_{number}"))
        engine.receipts.rate(f"ans_{number}", helpful=True, comment=None)
    engine.close()
    with closing(sqlite3.connect(tmp_path / "data" / "catalog.db")) as catalog:
        assert catalog.execute("SELECT id FROM answers ORDER BY id").fetchall() == [("ans_3",), ("ans_4",)]
        assert catalog.execute("SELECT count(*) FROM feedback").fetchone() == (2,)


def test_answer_asked_on_the_command_line_has_a_receipt(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"orlen.txt": BRIDGE})
    engine.close()
    done = footnote("ask", OPENED, "--json", data_dir=tmp_path / "data")
    answer = json.loads(done.stdout)
    stored = open_library().receipts.find(answer["id"])
    assert (stored.question, json.loads(stored.body)) == (OPENED, answer)


def test_answer_does_not_wait_for_a_document_that_is_stored(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"orlen.txt": BRIDGE})
    with serve_here(lambda: engine, *ROUTES) as address:
        with writing_locked(engine):
            given = asked(address, OPENED)
            stored = httpx.get(f"{address}/v1/answers/{given.json()['id']}")
            assert stored.content == given.content
        feedback = f"{address}/v1/answers/{given.json()['id']}/feedback"
        assert httpx.post(feedback, json={"helpful": True}, timeout=30).status_code == 204
    assert engine.store.catalog.answers.find(given.json()["id"]).body == given.content


def test_answer_is_given_when_the_disk_is_full(
    open_library: OpenLibrary, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"orlen.txt": BRIDGE})
    lost, kept = engine.ask(OPENED), engine.ask(OPENED)
    with caplog.at_level(logging.INFO):
        with full_disk():
            assert json.loads(engine.receipts.keep(lost))["answered"] is True
            with pytest.raises(NotFound, match=lost.id):
                engine.receipts.rate(lost.id, helpful=True, comment=None)
        engine.receipts.keep(kept)
        engine.close()
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert lost.id in record.getMessage()
    assert OPENED not in record.getMessage()
    again = open_library()
    assert again.receipts.find(kept.id).id == kept.id
    with pytest.raises(NotFound, match=lost.id):
        again.receipts.find(lost.id)


def test_latest_feedback_counts(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"orlen.txt": BRIDGE})
    with serve_here(lambda: engine, *ROUTES) as address:
        feedback = f"{address}/v1/answers/{asked(address, OPENED).json()['id']}/feedback"
        for body in ({"helpful": False, "comment": "Wrong bridge <b>"}, {"helpful": True}):
            response = httpx.post(feedback, json=body)
            assert (response.status_code, response.content) == (204, b"")
    with closing(sqlite3.connect(tmp_path / "data" / "catalog.db")) as catalog:
        assert catalog.execute("SELECT helpful, comment FROM feedback").fetchall() == [(1, None)]


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        ({}, 400, "helpful"),
        ({"helpful": "yes"}, 400, "helpful"),
        ({"helpful": True, "comment": "x" * 2001}, 400, "comment"),
        ({"helpful": True, "stars": 5}, 400, "stars"),
        ({"helpful": True, "comment": "x" * 2000}, 404, "ans_0"),
    ],
)
def test_feedback_that_cannot_be_used_is_a_problem(
    seeds_server: str, body: dict[str, object], status: int, named: str
) -> None:
    response = httpx.post(f"{seeds_server}/v1/answers/ans_0/feedback", json=body)
    assert response.status_code == status
    assert named in response.json()["detail"]
