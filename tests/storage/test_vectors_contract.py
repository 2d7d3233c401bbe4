"""What every vector index does: ``rag.storage.protocols.VectorStore`` in examples, worked out by hand."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag.storage.protocols import VectorStore
from rag.storage.vectors.address import ServerAddress
from rag.storage.vectors.chroma import VectorIndex
from rag.storage.vectors.rest import Requests
from rag.storage.vectors.server import ServerIndex
from tests.support.chroma import ChromaServer

EAST, NORTH, NORTHEAST = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)


def embedded(folder: Path, _: pytest.FixtureRequest) -> VectorStore:
    """An index in a folder of its own."""
    return VectorIndex(folder)


def served(folder: Path, request: pytest.FixtureRequest) -> VectorStore:
    """An index on a server, in a database that is made for it."""
    server: ChromaServer = request.getfixturevalue("chroma")
    requests = Requests(ServerAddress(url=server.url, tenant="tests", database=folder.parent.name))
    requests.ensure_database()
    return ServerIndex(requests, "footnote-tests-1-")


@pytest.fixture(params=[embedded, served])
def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    """An empty index of each kind; another implementation is another parameter."""
    make: Callable[[Path, pytest.FixtureRequest], VectorStore] = request.param
    with closing(make(tmp_path / "vectors", request)) as opened:
        yield opened


def test_search_gives_cosines_best_first(vectors: VectorStore) -> None:
    vectors.add("one", ["1", "2", "3"], np.stack([EAST, NORTH, NORTHEAST]))
    found = vectors.search("one", EAST, 9)
    assert [key for key, _ in found] == ["1", "3", "2"]
    assert [cosine for _, cosine in found] == pytest.approx([1.0, 0.6, 0.0], abs=1e-6)
    assert [key for key, _ in vectors.search("one", EAST, 2)] == ["1", "3"]


def test_search_among_keys_finds_no_others(vectors: VectorStore) -> None:
    vectors.add("one", ["1", "2", "3"], np.stack([EAST, NORTH, NORTHEAST]))
    assert [key for key, _ in vectors.search("one", EAST, 9, among=["2", "3", "gone"])] == ["3", "2"]
    assert vectors.search("one", EAST, 9, among=["gone"]) == vectors.search("one", EAST, 9, among=[]) == []


def test_equal_cosines_come_by_key(vectors: VectorStore) -> None:
    vectors.add("one", ["2", "1"], np.stack([EAST, EAST]))
    assert [key for key, _ in vectors.search("one", EAST, 2)] == ["1", "2"]


def test_what_was_added_is_held_until_removed(vectors: VectorStore) -> None:
    vectors.add("one", ["1", "2"], np.stack([EAST, NORTHEAST]))
    held = vectors.vectors("one", ["2", "7"])
    assert list(held) == ["2"]
    np.testing.assert_allclose(held["2"], NORTHEAST, atol=1e-6)
    vectors.remove("one", ["1", "7"])
    assert (vectors.count("one"), vectors.keys("one")) == (1, {"2"})
    assert [key for key, _ in vectors.search("one", EAST, 9)] == ["2"]


def test_nearest_answers_each_row(vectors: VectorStore) -> None:
    vectors.add("one", ["1", "2"], np.stack([EAST, NORTH]))
    assert vectors.nearest("one", np.stack([NORTHEAST, EAST])) == ["2", "1"]
    vectors.remove("one", ["1", "2"])
    assert vectors.nearest("one", np.stack([NORTHEAST, EAST])) == [None, None]


def test_collections_know_nothing_of_each_other(vectors: VectorStore) -> None:
    vectors.add("one", ["1"], np.stack([EAST]))
    vectors.add("two", ["1"], np.stack([NORTH]))
    assert vectors.collections() == ["one", "two"]
    vectors.drop("one")
    assert (vectors.collections(), vectors.count("one"), vectors.count("two")) == (["two"], 0, 1)


def test_collection_that_is_not_there_is_empty(vectors: VectorStore) -> None:
    vectors.remove("none", ["1"])
    vectors.drop("none")
    assert (vectors.count("none"), vectors.keys("none"), vectors.vectors("none", ["1"])) == (0, set(), {})
    assert (vectors.search("none", EAST, 3), vectors.nearest("none", np.stack([EAST]))) == ([], [None])
    assert vectors.collections() == []


def test_others_go_first_before_each_write(vectors: VectorStore) -> None:
    held: list[int] = []
    keys = [str(number) for number in range(100)]
    vectors.add("one", keys, np.stack([EAST] * 100), lambda: held.append(vectors.count("one")))
    assert held[0] == 0
    assert held == sorted(set(held))
    assert vectors.count("one") == 100
