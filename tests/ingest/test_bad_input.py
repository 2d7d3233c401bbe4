"""What people and programs should not send, against a real server: a clear refusal or an honest answer, never a 5xx."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from rag.settings import Settings
from server.app import create_app
from server.background.startup import Startup

JSON = {"content-type": "application/json"}
QUESTIONS = [
    "How many prisoners of war will be exchanged?",
    "When was the article about renewed talks published?",
    "What is the boiling point of nitrogen?",
    '"ceasefire" NEAR(violations',
]


@pytest.fixture(scope="module")
def client(seeds_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=seeds_server, timeout=60) as opened:
        yield opened


def ask(client: httpx.Client, **body: object) -> httpx.Response:
    return client.post("/v1/ask", content=json.dumps(body), headers=JSON)  # json.dumps escapes lone surrogates


def problem(response: httpx.Response, status: int = 400) -> dict[str, Any]:
    """The problem details of a response, checked against RFC 9457 and the contract."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    details: dict[str, Any] = response.json()
    assert set(details) - {"errors"} == {"type", "title", "status", "detail"}
    assert (details["type"], details["status"]) == ("about:blank", status)
    titles = {400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed"}
    assert details["title"] == titles.get(status, details["title"])
    assert details["detail"]
    return details


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/nowhere", 404, "Not Found"),
        ("GET", "/v1/ask", 405, "Method Not Allowed"),
        ("DELETE", "/v1/search", 405, "Method Not Allowed"),
        ("GET", "/v1/documents/nowhere", 404, "there is no document 'nowhere'"),
        ("GET", "/v1/documents/nowhere/text", 404, "there is no document 'nowhere'"),
        ("GET", "/v1/documents/nowhere/source", 404, "there is no document 'nowhere'"),
        ("GET", "/v1/documents/%00", 404, r"there is no document '\x00'"),
        ("GET", "/v1/documents?collection=nowhere", 404, "there is no collection 'nowhere'"),
        ("GET", "/v1/documents?limit=0", 400, "limit: Expected `int` >= 1"),
        ("GET", "/v1/documents?limit=1001", 400, "limit: Expected `int` <= 1000"),
        ("GET", "/v1/documents?limit=many", 400, "limit: Expected `int`, got `str`"),
        ("GET", "/static/%2e%2e/app.py", 404, "no file or directory match the path ../app.py was found"),
        ("GET", "/schema/nowhere", 404, "Not Found"),
    ],
)
def test_wrong_address_is_a_problem(client: httpx.Client, method: str, path: str, status: int, detail: str) -> None:
    assert problem(client.request(method, path), status)["detail"] == detail


@pytest.mark.parametrize("blank", ["", " ", "\n\t\r ", "\u3000\u00a0", "\u200b\ufeff", "\x00\x01"])
def test_blank_question_is_refused(client: httpx.Client, blank: str) -> None:
    problem(ask(client, question=blank))


@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_query_is_refused_by_its_name(client: httpx.Client, blank: str) -> None:
    response = client.post("/v1/search", json={"query": blank})
    assert "query" in problem(response)["detail"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("question", "x" * 2001),
        ("question", "😀" * 2001),
        ("question", 5),
        ("question", None),
        ("question", ["peace"]),
        ("collection", 5),
        ("collection", None),
        ("max_statements", 0),
        ("max_statements", 11),
        ("max_statements", -1),
        ("max_statements", 2**70),
        ("max_statements", 1.5),
        ("max_statements", "four"),
        ("max_statements", True),
        ("max_statements", "4"),
        ("reader", "oracle"),
        ("history", "peace"),
        ("temperature", 1),
        ("Question", "peace"),
    ],
)
def test_invalid_field_is_named(client: httpx.Client, field: str, value: object) -> None:
    details = problem(ask(client, **{"question": "peace", field: value}))
    assert [error["field"] for error in details["errors"]] == [field]
    assert field in details["detail"]


def test_whole_number_may_be_written_as_a_float(client: httpx.Client) -> None:
    assert ask(client, question="peace", max_statements=2.0).status_code == 200
    assert client.post("/v1/search", content='{"query": "peace", "limit": 3e0}', headers=JSON).status_code == 200


@pytest.mark.parametrize(
    ("turn", "field"),
    [
        ({"role": "system", "content": "x"}, "history[0].role"),
        ({"role": "user", "content": 1}, "history[0].content"),
        ({"role": "user", "content": "x", "name": "y"}, "history[0].name"),
    ],
)
def test_invalid_history_is_named(client: httpx.Client, turn: dict[str, object], field: str) -> None:
    details = problem(ask(client, question="peace", history=[turn]))
    assert details["errors"][0]["field"] == field


def test_missing_question_is_named(client: httpx.Client) -> None:
    assert "question" in problem(ask(client, collection="default"))["detail"]


def test_reader_that_is_not_set_up_is_refused(client: httpx.Client) -> None:
    detail = problem(ask(client, question="peace", reader="llm"))["detail"]
    assert detail == "reader: Invalid enum value 'llm'"
    assert ask(client, question="peace", reader="extractive").status_code == 200


def test_unknown_collection_is_not_found(client: httpx.Client) -> None:
    for path, key in (("/v1/ask", "question"), ("/v1/search", "query")):
        response = client.post(path, json={key: "peace", "collection": "no/such"})
        assert problem(response, 404)["detail"] == "there is no collection 'no/such'"


@pytest.mark.parametrize(
    ("field", "value"), [("query", "x" * 2001), ("query", 1), ("limit", 0), ("limit", 101), ("top", 3)]
)
def test_invalid_search_is_named(client: httpx.Client, field: str, value: object) -> None:
    details = problem(client.post("/v1/search", json={"query": "peace", field: value}))
    assert details["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"peace",
        b"null",
        b"[]",
        b'"peace"',
        b'{"question": "peace"',
        b'{"question": "\\ud800 peace"}',
        b'{"question": "peace \\ud800"}',
        b"\xff\xfe\x00",
        b"\x81\xa8question\xa5peace",
        b'{"question": "\xff"}',
        b"[" * 50_000,
    ],
)
def test_body_that_is_no_json_object_is_refused(client: httpx.Client, body: bytes) -> None:
    problem(client.post("/v1/ask", content=body, headers=JSON))


def test_empty_body_is_refused_in_words(client: httpx.Client) -> None:
    detail = problem(client.post("/v1/ask"))["detail"]
    assert detail != "data: 'data'"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
)
def test_other_content_type_is_unsupported(client: httpx.Client, kind: str) -> None:
    response = client.post("/v1/ask", content=b'{"question": "peace"}', headers={"content-type": kind})
    problem(response, 415)


def test_too_large_a_body_is_refused(client: httpx.Client) -> None:
    problem(client.post("/v1/ask", content=b" " * 10_500_000, headers=JSON), 413)


@pytest.mark.parametrize(
    "question",
    [
        "和平谈判什么时候举行?",
        "متى كانت محادثات السلام؟",
        "Когда состоялись переговоры?",
        "?!...,;:—",
        "what is the of and",
        '"a" OR NEAR(',
        "*",
        "col:x",
        "-a",
        "^a",
        "'; DROP TABLE documents; --",
        "nitrogen\x00boiling\x1b[31m",
        "😀" * 2000,
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
    ],
)
def test_strange_question_is_echoed_and_not_answered(client: httpx.Client, question: str) -> None:
    response = ask(client, question=question)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert (answer["answered"], answer["statements"], answer["question"]) == (False, [], question)
    assert 0.0 <= answer["confidence"] < Settings().threshold
    assert client.get("/health/ready").status_code == 200


def test_operators_in_a_question_do_not_hide_its_answer(client: httpx.Client) -> None:
    answer = ask(client, question='What does "Ukraine" insist* on NOT (').json()
    assert answer["answered"] is True
    assert any("Ukraine insist" in citation["quote"] for citation in answer["citations"])


def test_content_type_may_name_its_charset(client: httpx.Client) -> None:
    kind = {"content-type": "application/json; charset=utf-8"}
    assert client.post("/v1/search", content=b'{"query": "peace", "limit": 1}', headers=kind).status_code == 200


@pytest.mark.parametrize("question", ['"a" OR NEAR(', "*^", "col:x -a", "和平\x00"])
def test_strange_search_is_answered(client: httpx.Client, question: str) -> None:
    response = client.post("/v1/search", json={"query": question, "limit": 5})
    assert response.status_code == 200
    assert [passage["rank"] for passage in response.json()["passages"]] == [1, 2, 3, 4, 5]


def test_concurrent_questions_give_the_answers_of_one_by_one(client: httpx.Client) -> None:
    def answer(question: str) -> dict[str, Any]:
        response = ask(client, question=question)
        assert response.status_code == 200
        return {key: value for key, value in response.json().items() if key not in ("id", "timings_ms")}

    alone = [answer(question) for question in QUESTIONS]
    assert [one["question"] for one in alone] == QUESTIONS
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(answer, (QUESTIONS * 6)[:16]))
    assert together == (alone * 6)[:16]


def test_empty_corpus_answers_nothing_and_a_loading_one_says_so(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    startup = Startup(settings, address="", seeds=None, on_ready=lambda engine: None, on_failure=lambda: None)
    with TestClient(create_app(startup, settings), base_url="http://127.0.0.1") as client:
        early = client.get("/health/ready")
        assert (early.status_code, early.headers["retry-after"]) == (503, "1")
        assert early.headers["content-type"] == "application/problem+json"
        assert client.get("/health/live").status_code == 200
        assert client.post("/v1/ask", json={"question": "peace"}).status_code == 503
        wait_until_ready(client)
        answer = client.post("/v1/ask", json={"question": "When was peace made with Zarnov?"})
        assert answer.status_code == 200
        told = {key: answer.json()[key] for key in ("answered", "statements", "passages", "confidence", "corpus")}
        corpus = {"version": 0, "documents": 0, "passages": 0}
        assert told == {"answered": False, "statements": [], "passages": [], "confidence": 0.0, "corpus": corpus}
        assert answer.json()["missing_terms"] == ["peace", "Zarnov"]
        assert client.post("/v1/search", json={"query": "peace"}).json()["passages"] == []
        assert client.get("/v1/documents").json() == {"items": [], "next_cursor": None, "total": 0}


def wait_until_ready(client: Any) -> None:
    for _ in range(300):
        if client.get("/health/ready").status_code == 200:
            return
        time.sleep(0.1)
    raise TimeoutError("the engine is not ready after 30 seconds")
