"""The catalog under changes: what a question reads stays as it was, and collections do not weigh on each other."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from rag.answer.events import Retrieved
from rag.errors import NotFound
from rag.library import Library
from tests.support.engines import write_and_ingest

OpenLibrary = Callable[..., Library]


@pytest.fixture
def open_library(open_library: OpenLibrary, catalog_place: Path | str) -> OpenLibrary:
    """Opens libraries on a catalog of each kind."""
    return open_library if isinstance(catalog_place, Path) else partial(open_library, catalog_url=catalog_place)


LAMP = "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"
LONGER = "Nobody knows it any more. The lamp of Morvane was lit in 1871, they say, by Ben Wood, not Ada Stone.\n"
WHO_BUILT = "Who built the lighthouse of Morvane?"


def test_question_reads_the_catalog_as_it_was_when_it_began(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library(threshold=0.0)
    write_and_ingest(engine, tmp_path, {"lamp.txt": LAMP, "port.txt": "The harbour of Pelm was dug in 1902.\n"})
    before = engine.ask(WHO_BUILT)
    events = engine.stream(WHO_BUILT)
    assert isinstance(next(events), Retrieved)
    write_and_ingest(engine, tmp_path, {"lamp.txt": LONGER})
    engine.remove("port")
    *_, finished = events
    answer = finished.answer  # type: ignore[union-attr]
    assert (answer.statements, answer.citations, answer.corpus) == (before.statements, before.citations, before.corpus)
    assert answer.citations[0].quote in LAMP
    after = engine.ask(WHO_BUILT)
    assert after.corpus.documents == 1
    assert all(citation.quote in LONGER for citation in after.citations)


def test_snapshot_sees_nothing_of_a_document_that_comes_meanwhile(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path, {"lamp.txt": LAMP})
    with engine.store.catalog.snapshot() as frozen:
        write_and_ingest(engine, tmp_path, {"port.txt": "The harbour of Pelm was dug in 1902.\n"})
        assert frozen.search_words("default", ["harbour"], 9) == []
        assert frozen.state("default").documents == 1
        with pytest.raises(NotFound, match="there is no document 'port'"):
            frozen.text("port")
    assert engine.store.catalog.text("port").startswith("The harbour")


def test_words_weigh_the_same_whatever_other_collections_hold(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    texts = {"a.txt": LAMP, "b.txt": "Morvane has no harbour, Pelm has two.\n", "c.txt": "Two ships left Pelm.\n"}
    write_and_ingest(engine, tmp_path / "one", texts, collection="one")
    before = engine.store.catalog.search_words("one", ["morvane", "harbour", "pelm"], 9)
    assert len(before) == 3
    many = {f"{number}.txt": f"Morvane, Morvane, Morvane, number {number}.\n" for number in range(8)}
    write_and_ingest(engine, tmp_path / "two", many, collection="two")
    assert engine.store.catalog.search_words("one", ["morvane", "harbour", "pelm"], 9) == before
    assert len(engine.store.catalog.search_words("two", ["morvane"], 99)) == 8
    with pytest.raises(NotFound, match="there is no collection 'nowhere'"):
        engine.store.catalog.search_words("nowhere", ["morvane"], 9)


def test_ids_decide_among_equal_scores_at_the_limit(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    for name in ("d", "b", "e", "a", "c"):
        write_and_ingest(engine, tmp_path / name, {f"{name}.txt": "The same words.\n"})
    found = engine.store.catalog.search_words("default", ["words"], 3)
    assert [identifier.partition("#")[0] for identifier, _ in found] == ["a", "b", "c"]


def test_many_ids_are_found_at_once(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library(passage_tokens=16)
    lines = [f"Entry {number} of the ledger lists {number * 7} sacks of rye and of barley." for number in range(90)]
    write_and_ingest(engine, tmp_path, {"ledger.txt": "\n".join(lines)})
    catalog = engine.store.catalog
    keys = catalog.passage_keys("default")
    ids = catalog.ids([*keys, *(str(number) for number in range(10_000, 12_000))])
    assert list(ids) == keys
    passages = catalog.passages([*(f"nothing#0-{number}" for number in range(1, 2_000)), *ids.values()])
    assert set(passages) == set(ids.values())
    assert all(passage.id == identifier for identifier, passage in passages.items())
    assert catalog.vectors(keys).shape == (len(keys), 384)


def test_documents_of_a_place_are_those_at_or_below_it(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    texts = {"a/x.txt": LAMP, "a/b/y.txt": LAMP, "ab/z.txt": LAMP, "a.txt": LAMP}
    write_and_ingest(engine, tmp_path, texts)
    root = tmp_path.resolve()
    found = {
        place: [one.path for one in engine.store.catalog.from_below("default", str(root / place))]
        for place in ("a", "a/b", "a/x.txt", "a.txt", "b", ".")
    }
    assert {place: sorted(paths) for place, paths in found.items()} == {
        "a": ["a/b/y.txt", "a/x.txt"],
        "a/b": ["a/b/y.txt"],
        "a/x.txt": ["a/x.txt"],
        "a.txt": ["a.txt"],
        "b": [],
        ".": ["a.txt", "a/b/y.txt", "a/x.txt", "ab/z.txt"],
    }
    assert engine.store.catalog.from_below("other", str(root)) == []
