"""Answers as server-sent events: raw HTTP against real servers, some with a model that waits or fails."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from litestar.response.sse import ServerSentEventMessage

from rag.answer.events import Finished, Judged, Retrieved, Stated
from rag.library import Library
from rag.settings import Settings
from rag.types import PairScores
from server.api.ask import ask
from server.api.health import live
from server.background.startup import Startup
from server.http.streaming import with_pings
from tests.support.processes import serve_here
from tests.support.slow import PRISONERS, STREAM, CountingReader, WaitingScorer

SIDES = "What do Russia and Ukraine each want?"
NITROGEN = "What is the boiling point of nitrogen?"
SECRET = "the weights are in /srv/models"


@dataclass(slots=True)
class FailingScorer(WaitingScorer):
    """A pair scorer that fails."""

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        raise RuntimeError(SECRET)


@contextmanager
def streamed(address: str, question: str, **more: object) -> Iterator[Iterator[tuple[str, Any]]]:
    """Ask and read the stream: (event, data) of each message, comments as ("comment", text)."""
    body = {"question": question, **more}
    with httpx.stream("POST", f"{address}/v1/ask", json=body, headers=STREAM, timeout=30) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _parsed(response.iter_lines())


def _parsed(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    kind, data = "", ""
    for line in lines:
        name, _, value = line.partition(": ")
        match name:
            case "event":
                kind = value
            case "data":
                data += value
            case "":
                if line:
                    yield "comment", value
                elif kind:
                    yield kind, json.loads(data)
                    kind, data = "", ""
            case _:
                raise AssertionError(line)


def plain(address: str, question: str, **more: object) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.post(f"{address}/v1/ask", json={"question": question, **more}, timeout=30).json()
    return answer


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key not in ("id", "timings_ms")}


@pytest.mark.parametrize("question", [PRISONERS, SIDES, NITROGEN])
def test_stream_gives_passages_then_statements_then_the_whole(seeds_server: str, question: str) -> None:
    with streamed(seeds_server, question, max_statements=3) as messages:
        events = [message for message in messages if message[0] != "comment"]
    answer = plain(seeds_server, question, max_statements=3)
    assert [kind for kind, _ in events] == ["passages", *["statement"] * len(answer["statements"]), "done"]
    assert comparable(events[-1][1]) == comparable(answer)
    assert [data["statement"] for _, data in events[1:-1]] == answer["statements"]
    for _, data in events[1:-1]:
        numbers = data["statement"]["citations"]
        assert data["citations"] == [answer["citations"][number - 1] for number in numbers]


def test_streamed_passages_are_what_retrieval_found(seeds_server: str) -> None:
    with streamed(seeds_server, PRISONERS) as messages:
        kind, data = next(messages)
    assert (kind, data["understood"]) == ("passages", PRISONERS)
    assert [one["rank"] for one in data["passages"]] == list(range(1, len(data["passages"]) + 1))
    for one in data["passages"]:
        assert one["score"] == one["scores"]["fused"]
        assert "rerank" not in one["scores"]
        text = httpx.get(f"{seeds_server}/v1/documents/{one['document_id']}/text").content.decode("utf-8")
        assert text[one["start"] : one["end"]] == one["text"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question": "  "}, 400),
        ({"question": "Why?", "stream": True}, 400),
        ({"question": "Why?", "reader": "llm"}, 400),
        ({"question": "Why?", "collection": "nowhere"}, 404),
    ],
)
def test_what_fails_before_the_stream_is_a_problem_response(
    seeds_server: str, body: dict[str, object], status: int
) -> None:
    response = httpx.post(f"{seeds_server}/v1/ask", json=body, headers=STREAM)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_stream_while_not_ready_is_a_problem_response(tmp_path: Path) -> None:
    startup = Startup(
        Settings(data_dir=tmp_path), address="", seeds=None, on_ready=lambda _: None, on_failure=lambda: None
    )
    with serve_here(startup.engine, ask) as address:
        response = httpx.post(f"{address}/v1/ask", json={"question": "Why?"}, headers=STREAM)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["status"] == 503


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html", "text/html, */*;q=0.8", ";;,q=x"])
def test_other_accept_headers_get_json(seeds_server: str, accept: str) -> None:
    response = httpx.post(f"{seeds_server}/v1/ask", json={"question": NITROGEN}, headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")


def test_passages_come_before_the_reranker_works(seeds_engine: Library) -> None:
    scorer = WaitingScorer()
    engine = replace(seeds_engine, scorer=scorer)
    with serve_here(lambda: engine, ask, live) as address, streamed(address, PRISONERS) as messages:
        kind, data = next(messages)
        assert not scorer.let.is_set()
        assert (kind, len(data["passages"])) == ("passages", 8)
        scorer.let.set()
        assert [kind for kind, _ in messages][-1] == "done"


def test_failure_midway_is_an_error_event_that_shows_nothing(seeds_engine: Library) -> None:
    engine = replace(seeds_engine, scorer=FailingScorer())
    with serve_here(lambda: engine, ask, live) as address, streamed(address, PRISONERS) as messages:
        events = list(messages)
    assert [kind for kind, _ in events] == ["passages", "error"]
    assert set(events[1][1]) == {"type", "title", "status", "detail"}
    assert events[1][1]["status"] == 500
    assert SECRET not in json.dumps(events)


def test_client_that_leaves_stops_the_work_between_stages(seeds_engine: Library) -> None:
    scorer, reader = WaitingScorer(), CountingReader()
    engine = replace(seeds_engine, scorer=scorer, reader=reader)
    with serve_here(lambda: engine, ask, live) as address:
        with streamed(address, PRISONERS) as messages:
            assert next(messages)[0] == "passages"
            assert scorer.started.wait(timeout=30)
        for _ in range(5):
            assert httpx.get(f"{address}/health/live").status_code == 200
        scorer.let.set()
    assert reader.asked == 0


def test_comment_is_sent_while_the_work_takes_long() -> None:
    async def read() -> list[bytes]:
        let, found = anyio.Event(), []

        async def slowly() -> AsyncIterator[ServerSentEventMessage]:
            await let.wait()
            yield ServerSentEventMessage(event="done", data="{}")

        async for message in with_pings(slowly(), 0.01):
            found.append(message.encode())
            if len(found) == 2:
                let.set()
        return found

    with ThreadPoolExecutor(1) as other:  # a browser test before this one has left a loop running in this thread
        found = other.submit(anyio.run, read).result()
    assert found[:2] == [b": working\r\n\r\n"] * 2
    assert found[-1] == b"event: done\r\ndata: {}\r\n\r\n"


def test_engine_stream_is_what_ask_returns(seeds_engine: Library) -> None:
    first, second, *stated, last = seeds_engine.stream(SIDES)
    assert isinstance(first, Retrieved)
    assert isinstance(second, Judged)
    assert isinstance(last, Finished)
    answer = seeds_engine.ask(SIDES)
    assert replace(last.answer, id=answer.id) == answer
    assert [event.statement for event in stated if isinstance(event, Stated)] == list(answer.statements)
    assert len(stated) == len(answer.statements)
