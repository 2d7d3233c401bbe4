"""The line of questions: so many run, so many wait, one more is told to come back, and who leaves costs nothing."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, get, post
from litestar.di import NamedDependency, Provide

from rag.errors import NotFound
from rag.library import Library
from server.api.ask import ask
from server.api.health import live
from server.http.edge import Edge, own_hosts
from server.http.line import Line
from server.http.problems import HANDLERS
from tests.support.processes import run_here, serve_here
from tests.support.slow import PRISONERS, STREAM, CountingReader, WaitingScorer


class Workshop:
    """Work whose stages are let through one by one."""

    def __init__(self) -> None:
        self.begun = 0
        self.stages = 0
        self.closed = 0
        self.let = threading.Event()
        self._guard = threading.Lock()

    def steps(self) -> Iterator[int]:
        with self._guard:
            self.begun += 1
        try:
            for stage in range(3):
                assert self.let.wait(timeout=30)
                with self._guard:
                    self.stages += 1
                yield stage
        finally:
            with self._guard:
                self.closed += 1


@post("/v1/search", status_code=200)
async def work(
    request: Request[Any, Any, Any], line: NamedDependency[Line], workshop: NamedDependency[Workshop]
) -> int:
    """Waits for its place, then for its stages."""
    await request.body()
    return await line.result(workshop.steps, request.receive)


@get("/small", sync_to_thread=True)
def small() -> str:
    """A small handler that takes a thread."""
    return "small"


@contextmanager
def working(running: int, waiting: int) -> Iterator[tuple[str, Workshop, Line]]:
    """A server whose questions are those of a workshop."""
    workshop = Workshop()
    with closing(Line(running=running, waiting=waiting)) as line:
        given = {"line": Provide(lambda: line, sync_to_thread=False)}
        given["workshop"] = Provide(lambda: workshop, sync_to_thread=False)
        app = Litestar([work, small, live], dependencies=given, exception_handlers=HANDLERS, logging_config=None)
        hosts, _ = own_hosts("127.0.0.1", ())
        edge = Edge(app, hosts=hosts, any_address=False, policy=str, busy_seconds=line.retry_seconds)
        with run_here(edge) as address:
            try:
                yield address, workshop, line
            finally:
                workshop.let.set()


def until(reached: object, seconds: float = 30) -> None:
    """Wait until ``reached()`` is true."""
    assert callable(reached)
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def asked(address: str) -> httpx.Response:
    return httpx.post(f"{address}/v1/search", timeout=60)


def test_one_more_than_may_wait_is_told_to_come_back() -> None:
    with working(running=2, waiting=3) as (address, workshop, line), ThreadPoolExecutor(5) as clients:
        admitted = [clients.submit(asked, address) for _ in range(5)]
        until(lambda: workshop.begun == 2)
        until(lambda: line.retry_seconds() is not None)
        refused = [asked(address) for _ in range(20)]
        assert {response.status_code for response in refused} == {503}
        assert all(int(response.headers["retry-after"]) >= 1 for response in refused)
        assert refused[0].headers["content-type"] == "application/problem+json"
        assert workshop.begun == 2
        workshop.let.set()
        assert [future.result().json() for future in admitted] == [2] * 5
        assert asked(address).status_code == 200
    assert (workshop.begun, workshop.closed) == (6, 6)


def test_small_requests_are_answered_while_every_place_is_taken() -> None:
    with working(running=2, waiting=50) as (address, workshop, line), ThreadPoolExecutor(52) as clients:
        admitted = [clients.submit(asked, address) for _ in range(52)]
        until(lambda: line.retry_seconds() is not None)
        assert not workshop.let.is_set()
        for _ in range(20):
            assert httpx.get(f"{address}/health/live").status_code == 200
            assert httpx.get(f"{address}/small").text == "small"
        workshop.let.set()
        assert {future.result().status_code for future in admitted} == {200}


def test_client_that_leaves_the_line_never_begins() -> None:
    with working(running=1, waiting=20) as (address, workshop, _), ThreadPoolExecutor(1) as first:
        admitted = first.submit(asked, address)
        until(lambda: workshop.begun == 1)
        for _ in range(40):  # twice as many as may wait
            with httpx.Client(timeout=0.05) as client, pytest.raises(httpx.ReadTimeout):
                client.post(f"{address}/v1/search")
        workshop.let.set()
        assert admitted.result().json() == 2
        until(lambda: asked(address).status_code == 200)
    assert workshop.begun <= 3  # the first, the last, and one that may have begun before it was seen to be gone


def test_client_that_leaves_stops_after_the_stage_that_runs() -> None:
    with working(running=1, waiting=0) as (address, workshop, _):
        with httpx.Client(timeout=0.2) as client, pytest.raises(httpx.ReadTimeout):
            client.post(f"{address}/v1/search")
        assert workshop.begun == 1
        until(lambda: httpx.get(f"{address}/health/live").status_code == 200)
        time.sleep(0.2)
        workshop.let.set()
        until(lambda: workshop.closed == 1)
        assert workshop.stages == 1
        assert asked(address).json() == 2


def test_client_of_a_plain_answer_that_leaves_is_not_read_to_the_end(seeds_engine: Library) -> None:
    scorer, reader = WaitingScorer(), CountingReader()
    engine = replace(seeds_engine, scorer=scorer, reader=reader)
    with serve_here(lambda: engine, ask, live) as address:
        with httpx.Client(timeout=1) as client, pytest.raises(httpx.ReadTimeout):
            client.post(f"{address}/v1/ask", json={"question": PRISONERS})
        assert scorer.started.wait(timeout=30)
        assert httpx.get(f"{address}/health/live").status_code == 200
        scorer.let.set()
    assert reader.asked == 0


def test_work_that_fails_gives_its_place_back(seeds_engine: Library) -> None:
    with serve_here(lambda: seeds_engine, ask) as address:  # two run, eight wait
        for headers in ({}, STREAM):
            for _ in range(15):
                body = {"question": PRISONERS, "collection": "nowhere"}
                assert httpx.post(f"{address}/v1/ask", json=body, headers=headers).status_code == 404
        assert httpx.post(f"{address}/v1/ask", json={"question": PRISONERS}, timeout=30).status_code == 200


def test_streams_that_are_left_unread_give_their_places_back(seeds_engine: Library) -> None:
    with serve_here(lambda: seeds_engine, ask) as address:
        for _ in range(12):
            with httpx.stream("POST", f"{address}/v1/ask", json={"question": PRISONERS}, headers=STREAM, timeout=30):
                pass
        until(lambda: httpx.post(f"{address}/v1/ask", json={"question": PRISONERS}, timeout=30).status_code == 200)


def test_errors_of_the_work_are_the_response() -> None:
    def steps() -> Iterator[int]:
        raise NotFound("document", "x")
        yield 1

    @post("/v1/search", status_code=200)
    async def failing(request: Request[Any, Any, Any]) -> int:
        return await line.result(steps, request.receive)

    with closing(Line(running=1, waiting=0)) as line:
        app = Litestar([failing], exception_handlers=HANDLERS, logging_config=None)
        with run_here(app) as address:
            assert [asked(address).status_code for _ in range(3)] == [404, 404, 404]
