"""What an operator sees: logs that hold no question and no document, request ids, metrics that move."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.http.line import Line
from server.sight.logs import json_formatter
from server.sight.requests import Incoming, incoming
from tests.support.processes import serve, wait_until_ready

MARKED = "Quzzarvane"
NOTE = f"The mast of {MARKED} was raised in 1871 by Ada Stone. It is 42 metres tall.\n"
QUESTION = f"Who raised the mast of {MARKED}?"
ID = "6f1c-given.by_a.client"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A server that was asked for everything, before and after."""

    before: Samples
    after: Samples
    responses: dict[str, httpx.Response]
    log: list[dict[str, Any]]


def scraped(client: httpx.Client) -> Samples:
    found = client.get("/metrics").text
    families = text_string_to_metric_families(found)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def ask_for_everything(client: httpx.Client) -> dict[str, httpx.Response]:
    asked = {"question": QUESTION}
    given = {"X-Request-ID": ID}
    job = client.post("/v1/documents", files={"file": ("note.txt", NOTE.encode())}).json()["job"]
    while client.get(f"/v1/jobs/{job}").json()["state"] != "done":
        pass
    stream = {"Accept": "text/event-stream"}
    chat = {"model": "footnote", "messages": [{"role": "user", "content": QUESTION}]}
    return {
        "ask": client.post("/v1/ask", json=asked, headers=given),
        "refused": client.post("/v1/ask", json={"question": f"What does {MARKED} weigh on the moon of Endor?"}),
        "stream": client.post("/v1/ask", json=asked, headers=stream),
        "chat": client.post("/v1/chat/completions", json=chat),
        "search": client.post("/v1/search", json={"query": QUESTION}),
        "verify": client.post("/v1/verify", json={"text": NOTE}),
        "quotes": client.post("/v1/quotes/check", json={"quotes": [NOTE.strip()]}),
        "suggestions": client.get("/v1/suggestions", params={"near": QUESTION}),
        "listed": client.get("/v1/documents", params={"q": MARKED}),
        "text": client.get("/v1/documents/note/text"),
        "invalid": client.post("/v1/ask", json={"question": QUESTION, MARKED: 1}),
        "long": client.post("/v1/ask", json={"question": MARKED * 300}),
        "nowhere": client.get(f"/{MARKED}"),
        "foreign": client.get("/", headers={"Host": f"{MARKED}.example"}),
        "ill formed": client.get("/health/live", headers={"X-Request-ID": f"{MARKED} {{}}"}),
        "head": client.head("/v1/documents/note"),
    }


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("sight")
    log = folder / "log"
    with (
        serve(folder / "data", wait=False, log=log, FOOTNOTE_LOG_FORMAT="json") as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        wait_until_ready(address)
        before = scraped(client)
        assert before["footnote_build_info", (("version", "0.1.0"),)] == 1
        responses = ask_for_everything(client)
        after = scraped(client)
    return Seen(
        before=before, after=after, responses=responses, log=[json.loads(line) for line in log.read_text().splitlines()]
    )


def test_everything_was_answered_as_it_should_be(seen: Seen) -> None:
    odd = {"invalid": 400, "long": 400, "nowhere": 404, "foreign": 421}
    statuses = {name: response.status_code for name, response in seen.responses.items()}
    assert statuses == {name: odd.get(name, 200) for name in statuses}
    assert MARKED in seen.responses["ask"].text


def test_log_is_json_and_holds_no_question_and_no_document(seen: Seen) -> None:
    assert len(seen.log) > len(seen.responses)
    assert [record for record in seen.log if MARKED.lower() in json.dumps(record).lower()] == []
    assert {record["level"] for record in seen.log} == {"info"}
    assert all({"event", "logger", "timestamp"} <= set(record) for record in seen.log)


def test_given_id_comes_back_and_is_in_what_is_logged_for_the_request(seen: Seen) -> None:
    assert seen.responses["ask"].headers["x-request-id"] == ID
    logged = {record["event"]: record for record in seen.log if record.get("request_id") == ID}
    assert sorted(logged) == ["question", "request"]
    request, question = logged["request"], logged["question"]
    assert (request["method"], request["route"], request["status"]) == ("POST", "/v1/ask", 200)
    answer = seen.responses["ask"].json()
    assert question["answer_id"] == answer["id"]
    assert question["timings_ms"] == answer["timings_ms"]


def test_other_ids_are_made_and_differ(seen: Seen) -> None:
    made = [response.headers["x-request-id"] for name, response in seen.responses.items() if name != "ask"]
    assert len(set(made)) == len(made)
    assert all(len(one) == 16 and int(one, 16) for one in made)


def test_json_holds_nothing_that_a_terminal_obeys_and_loses_nothing() -> None:
    name = "evil\x1b[2J\x07\x7f\x9b\u202e\u2028\nforged.txt"
    record = logging.LogRecord("rag.x", logging.WARNING, "", 1, "rejected %r: %s", ("a", name), None)
    line = json_formatter().format(record)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["event"] == f"rejected 'a': {name}"


def test_queue_counts_who_is_answered_and_who_waits_and_knows_the_request() -> None:
    let = threading.Event()

    def steps() -> Iterator[str]:
        request = incoming.get()
        let.wait(timeout=30)
        yield request.id if request else ""

    async def fill() -> tuple[tuple[int, int, int], list[str]]:
        with closing(Line(running=1, waiting=2)) as line:
            incoming.set(Incoming(id="first", traceparent="", began=1))
            with line.work(steps) as first:
                incoming.set(Incoming(id="second", traceparent="", began=1))
                with line.work(steps) as second:
                    counted = (line.running, line.waiting, line.places)
                    let.set()
                    return counted, [item for work in (first, second) async for item in work.items()]

    with ThreadPoolExecutor(1) as apart:  # another test's browser may have a loop in this thread
        assert apart.submit(asyncio.run, fill()).result() == ((1, 1, 3), ["first", "second"])


def test_exception_is_told_in_one_line() -> None:
    try:
        raise ValueError("one\ntwo")
    except ValueError:
        record = logging.LogRecord("server.x", logging.ERROR, "", 1, "failed", None, sys.exc_info())
    told = json.loads(json_formatter().format(record))
    assert told["exception"].endswith("ValueError: one\ntwo")
    assert (told["event"], told["level"], told["logger"]) == ("failed", "error", "server.x")


def rise(seen: Seen, name: str, **labels: str) -> float:
    key = (name, tuple(sorted(labels.items())))
    return seen.after[key] - seen.before.get(key, 0.0)


def test_requests_are_counted_by_method_route_and_status(seen: Seen) -> None:
    counted = {
        ("POST", "/v1/ask", "200"): 3,
        ("POST", "/v1/ask", "400"): 2,
        ("POST", "/v1/chat/completions", "200"): 1,
        ("GET", "/v1/documents/{document_id}/text", "200"): 1,
        ("HEAD", "/v1/documents/{document_id}", "200"): 1,
        ("GET", "none", "404"): 1,
        ("GET", "none", "421"): 1,
    }
    for (method, route, status), number in counted.items():
        found = rise(seen, "footnote_requests_total", method=method, route=route, status=status)
        assert found == number, (method, route, status)
    assert rise(seen, "footnote_request_seconds_count", route="/v1/ask") == 5


def test_questions_are_counted_with_stages_and_confidence(seen: Seen) -> None:
    assert rise(seen, "footnote_questions_total", outcome="answered") == 3
    assert rise(seen, "footnote_questions_total", outcome="refused") == 1
    assert rise(seen, "footnote_questions_total", outcome="failed") == 0
    assert rise(seen, "footnote_confidence_count") == 4
    refused = seen.responses["refused"].json()["confidence"]
    answered = seen.responses["ask"].json()["confidence"]
    assert rise(seen, "footnote_confidence_sum") == pytest.approx(3 * answered + refused)
    assert rise(seen, "footnote_confidence_bucket", le="0.55") == 1
    for stage in ("wait", "encode", "retrieve", "rerank", "read", "total"):
        assert rise(seen, "footnote_stage_seconds_count", stage=stage) == 4
    assert rise(seen, "footnote_stage_seconds_count", stage="write") == 0
    assert rise(seen, "footnote_stage_seconds_sum", stage="total") >= rise(
        seen, "footnote_stage_seconds_sum", stage="rerank"
    )


def test_ingest_and_index_are_told(seen: Seen) -> None:
    files = {"added": 1, "updated": 0, "unchanged": 0, "rejected": 0}
    for outcome, number in files.items():
        assert rise(seen, "footnote_ingested_files_total", outcome=outcome) == number
    assert seen.before["footnote_ingested_files_total", (("outcome", "added"),)] == 5
    assert rise(seen, "footnote_documents") == 1
    assert rise(seen, "footnote_passages") == rise(seen, "footnote_ingested_passages_total") == 1
    assert rise(seen, "footnote_ingest_seconds_total") > 0
    assert seen.after["footnote_ready", ()] == seen.after["footnote_index_agrees", ()] == 1
    assert seen.after["footnote_queue", (("state", "waiting"),)] == 0
    assert seen.after["footnote_jobs", (("state", "failed"),)] == 0


def test_labels_hold_nothing_of_what_was_asked(seen: Seen) -> None:
    assert [key for key in seen.after if MARKED.lower() in str(key).lower()] == []
