"""Documents and receipts that their reader has already, and how answers from memory look over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.library import Library, assemble
from rag.settings import Settings
from server.api.answers import get_answer
from server.api.ask import ask
from server.api.documents import get_blocks, get_document, get_paragraphs, get_source, get_text
from tests.support.engines import write_and_ingest
from tests.support.processes import serve_here

LAMP = "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"
QUESTION = {"question": "Who built the lighthouse of Morvane?"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of toy models, which remembers answers."""
    folder = tmp_path_factory.mktemp("revalidation")
    settings = Settings(data_dir=folder / "data", encoder="words", threshold=0.2, cached_answers=10)
    with assemble(settings, WordEncoder(), WordScorer()) as opened:
        write_and_ingest(opened, folder / "files", {"lamp.txt": LAMP})
        yield opened


@pytest.fixture(scope="module")
def client(library: Library) -> Iterator[httpx.Client]:
    handlers = (ask, get_answer, get_document, get_text, get_paragraphs, get_blocks, get_source)
    with serve_here(lambda: library, *handlers) as address, httpx.Client(base_url=address) as opened:
        yield opened


@pytest.mark.parametrize("part", ["", "/text", "/paragraphs", "/blocks?start=4&end=14", "/source"])
def test_what_its_reader_has_is_not_sent_again(part: str, client: httpx.Client) -> None:
    first = client.get(f"/v1/documents/lamp{part}")
    assert (first.status_code, first.headers["cache-control"]) == (200, "private, no-cache")
    again = client.get(f"/v1/documents/lamp{part}", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = client.get(f"/v1/documents/lamp{part}", headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_document_that_changed_or_is_not_there_is_told_so(
    client: httpx.Client, library: Library, tmp_path: Path
) -> None:
    write_and_ingest(library, tmp_path, {"mill.txt": "The mill at Quarn grinds rye."})
    tag = client.get("/v1/documents/mill/text").headers["etag"]
    write_and_ingest(library, tmp_path, {"mill.txt": "The mill at Quarn grinds oats."})
    changed = client.get("/v1/documents/mill/text", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.text) == (200, "The mill at Quarn grinds oats.")
    library.remove("mill")
    gone = client.get("/v1/documents/mill/text", headers={"If-None-Match": "*"})
    assert gone.status_code == 404
    assert "etag" not in gone.headers


def test_answer_from_memory_has_a_receipt_of_its_own(client: httpx.Client) -> None:
    first, second = (client.post("/v1/ask", json=QUESTION).json() for _ in range(2))
    assert (first["cached"], second["cached"]) == (False, True)
    assert first["statements"] == second["statements"]
    receipt = client.get(f"/v1/answers/{second['id']}")
    assert receipt.json() == second
    again = client.get(f"/v1/answers/{second['id']}", headers={"If-None-Match": receipt.headers["etag"]})
    assert again.status_code == 304


def test_stream_from_memory_is_the_same_events(client: httpx.Client) -> None:
    question = {"question": "How tall is the lighthouse of Morvane?"}
    streams = [client.post("/v1/ask", json=question, headers={"Accept": "text/event-stream"}).text for _ in range(2)]
    first, second = (stream.replace("\r\n", "\n").partition("event: done") for stream in streams)
    assert first[0] == second[0] != ""
    assert ('"cached":false' in first[2], '"cached":true' in second[2]) == (True, True)
