"""Vectors on a Chroma server: the same answers, and what becomes of them while it is gone, emptied or put back."""

import json
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.answer.watch import WITHOUT_VECTORS
from rag.errors import SettingsError, VectorsUnavailable
from rag.library import Library, assemble
from rag.settings import Settings
from rag.storage.directory import LIBRARY
from rag.storage.vectors.address import ServerAddress
from rag.storage.vectors.rest import Requests
from tests.support.chroma import ChromaServer, chroma_server
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.places import ROOT, SEEDS

TEXTS = {
    "lamp.txt": "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n",
    "mill.txt": "The mill at Quarn grinds rye. Its wheel turns twelve times a minute.\n",
}
QUESTION = "Who built the lighthouse of Morvane?"


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A Chroma server that may be killed; it runs again before the next test."""
    with chroma_server(tmp_path_factory.mktemp("mortal") / "data") as server:
        yield server


@pytest.fixture
def server(mortal: ChromaServer) -> Iterator[ChromaServer]:
    """The same, running."""
    yield mortal
    mortal.kill()
    mortal.start()


@contextmanager
def opened(server: ChromaServer, data_dir: Path, **settings: Any) -> Iterator[Library]:
    """A library of toy models whose vectors are on a server."""
    chosen: dict[str, Any] = {"vectors_url": server.url, "vectors_seconds": 1, "threshold": 0.2, **settings}
    with assemble(Settings(data_dir=data_dir, encoder="words", **chosen), WordEncoder(), WordScorer()) as library:
        yield library


def asked(library: Library, question: str = QUESTION) -> dict[str, Any]:
    """An answer without what differs each time."""
    answer = asdict(library.ask(question))
    return {key: value for key, value in answer.items() if key not in ("id", "timings_ms")}


def names(server: ChromaServer, library: Library) -> list[str]:
    """What the library has on the server: generation and collection."""
    requests = Requests(ServerAddress(url=server.url))
    prefix = f"footnote-{(library.store.data_dir / LIBRARY).read_text('ascii')}-"
    found = [one["name"] for one in requests.read("GET", "/collections?limit=1000&offset=0")]
    requests.close()
    return sorted(name.removeprefix(prefix) for name in found if name.startswith(prefix))


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise TimeoutError("it did not come to pass in half a minute")


def wait_until_found(library: Library) -> None:
    wait_until(lambda: library.store.vectors.lost is None)
    assert library.store.disagreements() == []


def test_seeds_are_answered_as_from_the_embedded_index(
    seeds_engine: Library, open_library: OpenLibrary, chroma: ChromaServer
) -> None:
    served = open_library(vectors_url=chroma.url, vectors_tenant="team", vectors_database="seeds")
    served.ingest([SEEDS])
    lines = (ROOT / "eval" / "sets" / "questions" / "seeds.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines[::56]]
    assert len(questions) == 5
    some = [one.id for one in seeds_engine.documents()][:2]
    for question in questions:
        assert plain(served, question) == plain(seeds_engine, question)
        assert plain(served, question, document_ids=some) == plain(seeds_engine, question, document_ids=some)
        assert served.search(question, limit=30) == seeds_engine.search(question, limit=30)


def plain(library: Library, question: str, **options: Any) -> bytes:
    """An answer as bytes, without what differs each time."""
    answer = asdict(library.ask(question, **options))
    for key in ("id", "timings_ms"):
        del answer[key]
    return json.dumps({**answer, "corpus": {**answer["corpus"], "version": 0}}).encode()


def test_answers_go_on_by_words_while_the_server_is_gone(server: ChromaServer, tmp_path: Path) -> None:
    with opened(server, tmp_path / "data") as library:
        write_and_ingest(library, tmp_path / "files", TEXTS)
        whole = asked(library)
        assert (whole["answered"], whole["degraded"]) == (True, None)
        assert "dense" in whole["passages"][0]["scores"]
        server.kill()
        without = asked(library)
        assert (without["answered"], without["degraded"]) == (True, WITHOUT_VECTORS)
        assert without["statements"] == whole["statements"]
        assert all("dense" not in passage["scores"] for passage in without["passages"])
        assert library.find(QUESTION).degraded == WITHOUT_VECTORS
        assert library.verify(TEXTS["mill.txt"]).degraded == WITHOUT_VECTORS
        with pytest.raises(VectorsUnavailable, match="no passage has a word of the question"):
            library.ask("Where do zebras graze?")
        assert library.ask("Hello!").degraded is None
        server.start()
        wait_until_found(library)
        assert asked(library) == whole


def test_what_is_written_while_the_server_is_gone_is_kept(server: ChromaServer, tmp_path: Path) -> None:
    with opened(server, tmp_path / "data") as library:
        write_and_ingest(library, tmp_path / "files", {"mill.txt": TEXTS["mill.txt"]})
        server.kill()
        outcomes = write_and_ingest(library, tmp_path / "files", TEXTS)
        assert [one.outcome for one in outcomes] == ["added", "unchanged"]
        library.remove("mill")
        assert asked(library)["degraded"] == WITHOUT_VECTORS
        server.start()
        wait_until_found(library)
        assert asked(library)["degraded"] is None
        assert library.store.vectors.count("default") == 1


def test_library_opens_while_the_server_is_gone(server: ChromaServer, tmp_path: Path) -> None:
    with opened(server, tmp_path / "data") as library:
        write_and_ingest(library, tmp_path / "files", TEXTS)
        whole = asked(library)
    server.kill()
    with opened(server, tmp_path / "data") as library:
        assert asked(library)["degraded"] == WITHOUT_VECTORS
        server.start()
        wait_until_found(library)
        assert asked(library) == whole


def test_a_server_that_hangs_is_given_up(server: ChromaServer, tmp_path: Path) -> None:
    with opened(server, tmp_path / "data") as library:
        write_and_ingest(library, tmp_path / "files", TEXTS)
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        assert asked(library)["degraded"] == WITHOUT_VECTORS
        assert library.store.vectors.lost == f"{server.url} does not answer within 1 s"
        server.process.send_signal(signal.SIGCONT)
        wait_until_found(library)


def test_emptied_server_is_noticed_and_filled_again(server: ChromaServer, tmp_path: Path) -> None:
    with opened(server, tmp_path / "data", vectors_database=tmp_path.name) as library:
        write_and_ingest(library, tmp_path / "files", TEXTS)
        whole = asked(library)
        server.kill()
        shutil.rmtree(server.folder)
        server.start()
        assert asked(library)["degraded"] == WITHOUT_VECTORS
        wait_until_found(library)
        assert asked(library) == whole


def test_server_that_was_put_back_is_noticed(server: ChromaServer, tmp_path: Path) -> None:
    with opened(server, tmp_path / "data") as library:
        write_and_ingest(library, tmp_path / "files", {"mill.txt": TEXTS["mill.txt"]})
        library.store.settle()
        server.kill()
        shutil.copytree(server.folder, tmp_path / "copy")
        server.start()
        wait_until_found(library)
        library.remove("mill")
        write_and_ingest(library, tmp_path / "other", {"lamp.txt": "The lamp of Pelm burns oil."})
        library.store.settle()
        assert library.store.vectors.count("default") == 1
        server.kill()
        shutil.rmtree(server.folder)
        shutil.copytree(tmp_path / "copy", server.folder)
        server.start()  # nobody asked it anything while it was gone
        wait_until(lambda: library.store.vectors.lost is not None)
        wait_until_found(library)
        assert library.store.vectors.keys("default") == set(library.store.catalog.passage_keys("default"))


def test_two_libraries_share_a_server(chroma: ChromaServer, tmp_path: Path) -> None:
    with opened(chroma, tmp_path / "one") as one, opened(chroma, tmp_path / "two") as two:
        write_and_ingest(one, tmp_path / "files", TEXTS)
        write_and_ingest(two, tmp_path / "other", {"mill.txt": TEXTS["mill.txt"]})
        assert (names(chroma, one), names(chroma, two)) == (["1-default"], ["1-default"])
        assert (one.store.vectors.count("default"), two.store.vectors.count("default")) == (2, 1)
        two.store.catalog.ensure_collection("more")
        write_and_ingest(two, tmp_path / "more", {"lamp.txt": TEXTS["lamp.txt"]}, "more")
        assert names(chroma, two) == ["1-default", "1-more"]
        two.store.drop_collection("more")
        assert (names(chroma, one), names(chroma, two)) == (["1-default"], ["1-default"])


def test_vectors_move_between_directory_and_server(chroma: ChromaServer, tmp_path: Path) -> None:
    with opened(chroma, tmp_path / "data", vectors_url="") as library:
        write_and_ingest(library, tmp_path / "files", TEXTS)
        embedded = asked(library)
    with opened(chroma, tmp_path / "data") as library:
        assert library.store.repairs == [
            "default: it holds 0 vectors for 2 passages, 0 of them the same; brought in step with the catalog"
        ]
        assert asked(library) == embedded
        assert not list((tmp_path / "data").glob("vectors-*"))
    with opened(chroma, tmp_path / "data") as library:
        assert library.store.repairs == []
    with opened(chroma, tmp_path / "data", vectors_url="") as library:
        assert asked(library) == embedded


@pytest.mark.parametrize("url", ["chroma:8000", "ftp://chroma", "http://"])
def test_address_that_is_none_fails(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^FOOTNOTE_VECTORS_URL=.* must begin with http"):
        assemble(Settings(data_dir=tmp_path, encoder="words", vectors_url=url), WordEncoder(), WordScorer())
