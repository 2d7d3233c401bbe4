"""A server whose Chroma server is gone: answers by words say so, and what cannot be answered is told to come back."""

from collections.abc import Iterator

import httpx
import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.answer.watch import WITHOUT_VECTORS
from rag.library import Library, assemble
from rag.settings import Settings
from server.api.ask import ask, search
from server.api.health import ready
from server.api.verify import verify
from tests.support.chroma import chroma_server
from tests.support.engines import write_and_ingest
from tests.support.processes import serve_here

LAMP = "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"
QUESTION = "Who built the lighthouse of Morvane?"
EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of toy models that remembers answers, and whose Chroma server was killed after one."""
    folder = tmp_path_factory.mktemp("degraded")
    with chroma_server(folder / "chroma") as chroma:
        settings = Settings(
            data_dir=folder / "data", encoder="words", threshold=0.2, cached_answers=9, vectors_url=chroma.url
        )
        with assemble(settings, WordEncoder(), WordScorer()) as opened:
            write_and_ingest(opened, folder / "files", {"lamp.txt": LAMP})
            opened.ask(QUESTION)
            chroma.kill()
            opened.ask("How tall is the lighthouse?")
            yield opened


@pytest.fixture(scope="module")
def client(library: Library) -> Iterator[httpx.Client]:
    with serve_here(lambda: library, ask, search, verify, ready) as address, httpx.Client(base_url=address) as opened:
        yield opened


def test_answers_found_by_words_alone_say_so_and_are_not_remembered(client: httpx.Client) -> None:
    for _ in range(2):
        answer = client.post("/v1/ask", json={"question": "How tall is the lighthouse of Morvane?"}).json()
        assert (answer["answered"], answer["degraded"], answer["cached"]) == (True, WITHOUT_VECTORS, False)
    assert client.post("/v1/search", json={"query": QUESTION}).json()["degraded"] == WITHOUT_VECTORS
    assert client.post("/v1/verify", json={"text": LAMP}).json()["degraded"] == WITHOUT_VECTORS


def test_whole_answer_from_before_is_given_again(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", json={"question": QUESTION}).json()
    assert (answer["cached"], answer["degraded"]) == (True, None)


def test_server_is_ready_and_says_what_is_missing(client: httpx.Client) -> None:
    found = client.get("/health/ready")
    assert (found.status_code, found.json()) == (200, {"status": "ready", "degraded": WITHOUT_VECTORS})


@pytest.mark.parametrize("headers", [{}, EVENTS])
def test_what_words_do_not_find_is_asked_again_later(headers: dict[str, str], client: httpx.Client) -> None:
    refused = client.post("/v1/ask", json={"question": "Where do zebras graze?"}, headers=headers)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["detail"].startswith("the vector index cannot be asked now")
    assert client.post("/v1/search", json={"query": "zebras"}).status_code == 503
