"""Two processes' libraries on one database and one Chroma server: what one takes in the other finds by meaning."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.library import Library, assemble
from rag.settings import Settings
from tests.support.chroma import ChromaServer
from tests.support.engines import write_and_ingest
from tests.support.postgres import Server

FIRST = {
    "lamp.txt": "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n",
    "mill.txt": "The mill at Quarn grinds rye. Its wheel turns twelve times a minute.\n",
}
SECOND = {"mill.txt": "The ferry of Ulm was painted by Otto Reed. It leaves at nine.\n"}


def opened(data_dir: Path, postgres_url: str, chroma_url: str) -> Library:
    """A library of toy models, as another process has one: a data directory of its own."""
    settings = Settings(
        data_dir=data_dir, encoder="words", catalog_url=postgres_url, vectors_url=chroma_url, threshold=0.2
    )
    return assemble(settings, WordEncoder(), WordScorer())


@pytest.fixture
def both(postgres: Server, chroma: ChromaServer, tmp_path: Path) -> Iterator[tuple[Library, Library]]:
    """Two libraries that share a database, and a server on which each has vectors of its own."""
    url = postgres.new_url()
    with opened(tmp_path / "one", url, chroma.url) as one, opened(tmp_path / "two", url, chroma.url) as two:
        yield one, two


def found_by_meaning(library: Library, question: str) -> bool:
    """Whether the best passage for a question was found by its vector."""
    answer = library.ask(question)
    return answer.degraded is None and any("dense" in passage.scores for passage in answer.passages[:1])


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise TimeoutError("it did not come to pass in half a minute")


def test_document_of_one_is_found_by_meaning_through_the_other(both: tuple[Library, Library], tmp_path: Path) -> None:
    one, two = both
    write_and_ingest(one, tmp_path / "files", FIRST)
    wait_until(lambda: found_by_meaning(two, "Who built the lighthouse of Morvane?"))
    assert two.store.vectors.count("default") == 2
    assert two.store.disagreements() == []
    one.remove("lamp")
    wait_until(lambda: two.store.vectors.lost is None and two.store.vectors.count("default") == 1)


def test_replaced_by_as_many_passages_is_noticed_though_counts_agree(
    both: tuple[Library, Library], tmp_path: Path
) -> None:
    one, two = both
    write_and_ingest(one, tmp_path / "files", FIRST)
    wait_until(lambda: found_by_meaning(two, "Who built the lighthouse of Morvane?"))
    write_and_ingest(one, tmp_path / "files", SECOND)
    assert two.store.vectors.count("default") == one.store.vectors.count("default") == 2
    wait_until(lambda: found_by_meaning(two, "Who painted the ferry of Ulm?"))
    assert two.store.vectors.keys("default") == set(one.store.catalog.passage_keys("default"))


def test_seal_does_not_vouch_for_what_another_process_stored(postgres: Server, tmp_path: Path) -> None:
    url = postgres.new_url()
    many = {f"{number:02}.txt": f"House {number} of the street has a blue door.\n" for number in range(39)}
    with opened(tmp_path / "one", url, "") as one:
        write_and_ingest(one, tmp_path / "files", {**many, "mill.txt": FIRST["mill.txt"]})
        with opened(tmp_path / "two", url, "") as two:
            write_and_ingest(two, tmp_path / "files", {"mill.txt": "The mill at Quarn grinds oats by night.\n"})
        write_and_ingest(one, tmp_path / "more", {"lamp.txt": FIRST["lamp.txt"]})  # a look sees the last passage
    with opened(tmp_path / "one", url, "") as one:
        assert one.store.disagreements() == []
        assert len(one.store.repairs) == 1
