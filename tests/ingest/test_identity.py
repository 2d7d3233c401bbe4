"""Two names are two documents, whatever they are spelled like, and a document keeps its id."""

import hashlib
import random
import re
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rag.ingest.batches import Work
from rag.ingest.identity import document_id, identify, possible_ids
from rag.ingest.pipeline import Outcome, SourceFile, ensure_collection, ingest, take_in
from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.storage.catalog import Inventory
from tests.support.engines import OpenLibrary

UPLOAD = "upload"
A_B = "a-b-" + hashlib.sha256(b"a~b.txt").hexdigest()[:8]
OF_UPLOADS = hashlib.sha256(UPLOAD.encode()).hexdigest()[:8]
ALIKE = (
    "minutes.md",
    "minutes.md.txt",
    "minutes.md.txt.txt",
    "minutes.MD.txt",
    "Minutes.md",
    "minutes.txt",
    "minutes.txt.txt",
    "minutes.TXT",
    f"minutes-{OF_UPLOADS}.txt",
    f"minutes.md-{OF_UPLOADS}.txt",
    "a~b.txt",
    f"{A_B}.txt",
    f"{A_B}.md.txt",
    "a/b.txt",
    "a b.txt",
    "a..txt",
    "a.txt",
    ".a.txt",
    "-a-.txt",
    "a-.txt",
    "caf\u00e9.txt",
    "cafe\u0301.txt",
    "文.txt",
    "件.txt",
    "news~a.txt",
    "document.txt",
    "..txt",
)

Key = tuple[str, str, str]  # collection, path and origin: what makes a document
KEYS = st.tuples(
    st.sampled_from(("default", "news", "new")), st.sampled_from(ALIKE), st.sampled_from((UPLOAD, "/x", "/y"))
)


class Shelf:
    """What is stored, as the catalog has it: by id. Each key's content is its own."""

    def __init__(self) -> None:
        self.held: dict[str, Inventory] = {}

    def take(self, key: Key, content: str | None = None) -> str:
        collection, path, origin = key
        sha256 = hashlib.sha256(repr(content or key).encode()).hexdigest()
        identifier, known = identify(self.held.get, path=path, origin=origin, sha256=sha256, collection=collection)
        assert known == self.held.get(identifier)
        self.held[identifier] = Inventory(id=identifier, path=path, origin=origin, sha256=sha256)
        return identifier


@settings(max_examples=200, deadline=None, derandomize=True)
@given(keys=st.lists(KEYS, unique=True), seed=st.integers(0, 9))
@example(keys=[("default", path, UPLOAD) for path in ALIKE], seed=0)
@example(keys=[("default", path, origin) for path in ALIKE for origin in (UPLOAD, "/x")], seed=1)
def test_different_keys_are_different_documents_and_keep_their_ids(keys: list[Key], seed: int) -> None:
    shelf = Shelf()
    ids = {key: shelf.take(key) for key in keys}
    assert len(set(ids.values())) == len(shelf.held) == len(keys)
    again = random.Random(seed).sample(keys, len(keys))
    assert {key: shelf.take(key, f"changed {key}") for key in again} == ids
    for identifier in ids.values():
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._~-]*", identifier)
        assert quote(identifier, safe="") == identifier


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    paths=st.lists(
        st.text(min_size=1, max_size=12).map(lambda name: f"{name}.txt") | st.sampled_from(ALIKE), unique=True
    )
)
def test_order_matters_for_names_spelled_like_a_hash_alone(paths: list[str]) -> None:
    usual = [path for path in paths if not re.search(r"-[0-9a-f]{8}(\.md)?\.txt$", path)]
    there, back = Shelf(), Shelf()
    first = {path: there.take(("default", path, UPLOAD)) for path in usual}
    assert {path: back.take(("default", path, UPLOAD)) for path in reversed(usual)} == first
    assert first == {path: document_id(path, "default") for path in usual}


def test_former_id_of_a_document_stays_and_no_other_gets_it() -> None:
    shelf = Shelf()
    shelf.held["minutes.md"] = Inventory(id="minutes.md", path="minutes.md.txt", origin=UPLOAD, sha256="old")
    shelf.held[f"a-{OF_UPLOADS}"] = Inventory(id=f"a-{OF_UPLOADS}", path="a.txt", origin=UPLOAD, sha256="old")
    assert shelf.take(("default", "minutes.md.txt", UPLOAD)) == "minutes.md"
    assert shelf.take(("default", "minutes.md", UPLOAD)) == f"minutes.md-{OF_UPLOADS}"
    assert shelf.take(("default", "minutes.md.txt", "/x")).startswith("minutes.md.txt")
    assert shelf.take(("default", "minutes.md.txt", UPLOAD)) == "minutes.md"
    assert shelf.take(("default", "a.txt", UPLOAD)) == f"a-{OF_UPLOADS}"


def test_crafted_names_cannot_take_every_id_of_a_document() -> None:
    shelf = Shelf()
    victim = ("default", "plan.txt", UPLOAD)
    crafted = [f"{one}.txt" for one in possible_ids("plan.txt", UPLOAD, "default")]
    ids = {shelf.take(("default", path, UPLOAD)) for path in crafted if path != "plan.txt"}
    assert shelf.take(victim) not in ids


def test_ids_of_the_seeds_and_of_usual_names_are_as_they_were() -> None:
    assert document_id("004_e8bd50c7991fc38f.txt", "default") == "004_e8bd50c7991fc38f"
    assert document_id("minutes-20240501.txt", "default") == "minutes-20240501"
    assert document_id("report.v2.txt", "news") == "news~report.v2"
    assert document_id("sub/b.txt", "default") == "sub-b-" + hashlib.sha256(b"sub/b.txt").hexdigest()[:8]


def sources(folder: Path, keys: Sequence[Key]) -> Iterator[SourceFile]:
    for number, (_, path, origin) in enumerate(keys):
        file = folder / str(number)
        file.write_text(f"Locker {number} of {path!r} and {origin} holds rope.\n", encoding="utf-8")
        yield SourceFile(file=file, path=path, origin=origin)


def taken(engine: Library, folder: Path, keys: Sequence[Key]) -> dict[Key, Outcome]:
    """The outcomes of all keys, a collection after the other."""
    outcomes: dict[Key, Outcome] = {}
    for collection in ("default", "news", "new"):
        own = [key for key in keys if key[0] == collection]
        outcomes |= dict(zip(own, ingest(engine, list(sources(folder, own)), collection=collection), strict=True))
    return outcomes


@settings(max_examples=1, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(KEYS, unique=True, min_size=20, max_size=30))
@example(keys=[("default", path, UPLOAD) for path in ALIKE if path.lower().endswith((".md", ".txt"))])
def test_catalog_holds_a_document_a_key(encoder: Encoder, scorer: PairScorer, keys: list[Key]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with closing(assemble(Settings(data_dir=Path(folder, "data")), encoder, scorer)) as engine:
            first = taken(engine, Path(folder), keys)
            assert {one.outcome for one in first.values()} == {"added"}
            catalog = engine.store.catalog
            kept = {(name, one.path) for name in catalog.collections() for one in catalog.documents(name, limit=999)}
            assert kept == {key[:2] for key in keys}
            assert sum(catalog.state(name).documents for name in catalog.collections()) == len(keys)
            again = taken(engine, Path(folder), keys)
        assert {one.outcome for one in again.values()} == {"unchanged"}
        assert [one.document_id for one in again.values()] == [one.document_id for one in first.values()]


def test_same_name_in_one_upload_is_one_document_and_a_batch_keeps_names_apart(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    engine = open_library()
    ensure_collection(engine, "default")
    names = ["minutes.md", "minutes.md.txt", "minutes.md", "a~b.txt", f"{A_B}.txt", "a~b.txt"]
    files = list(sources(tmp_path, [("default", name, UPLOAD) for name in names]))
    done = dict(take_in(engine, files, collection="default", work=Work()))
    assert [done[position].outcome for position in range(6)] == ["added", "added", "updated"] * 2
    assert done[0].document_id == done[2].document_id == "minutes.md"
    assert len({one.document_id for one in done.values()}) == 4
    assert "Locker 2" in engine.store.catalog.text("minutes.md")


def test_document_of_a_directory_made_before_keeps_its_id(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    old, new = sources(tmp_path, [("default", "minutes.md", UPLOAD), ("default", "minutes.md", UPLOAD)])
    ingest(engine, [old], collection="default")
    # as it was stored when .txt was always dropped
    with closing(sqlite3.connect(tmp_path / "data" / "catalog.db")) as connection, connection:
        connection.execute("UPDATE documents SET path = 'minutes.md.txt'")
    (kept,) = ingest(engine, [SourceFile(file=old.file, path="minutes.md.txt", origin=UPLOAD)], collection="default")
    assert (kept.document_id, kept.outcome) == ("minutes.md", "unchanged")
    (other,) = ingest(engine, [new], collection="default")
    assert (other.document_id, other.outcome) == (f"minutes.md-{OF_UPLOADS}", "added")
    assert engine.store.catalog.state("default").documents == 2


def test_files_that_are_ingested_at_the_same_moment_are_documents_of_their_own(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    """Of one path and of two places: each ingest is stopped between choosing its id and storing."""
    engine = open_library()
    both = threading.Barrier(2, timeout=30)
    found: dict[str, list[Outcome]] = {}

    def bring(place: str) -> None:
        file = tmp_path / place / "minutes.md"
        file.parent.mkdir()
        file.write_text(f"The roof of the {place} house was mended in 1987.", encoding="utf-8")

        def sources() -> Iterator[SourceFile]:
            yield SourceFile(file=file, path="minutes.md", origin=str(file))
            both.wait()  # the other has read its file by now, and neither has stored it

        found[place] = [outcome for _, outcome in take_in(engine, sources(), collection="default", work=Work())]

    threads = [threading.Thread(target=bring, args=[place]) for place in ("north", "south")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {outcome.outcome for outcomes in found.values() for outcome in outcomes} == {"added"}
    texts = {engine.store.catalog.text(outcome.document_id or "") for (outcome,) in found.values()}
    assert len(texts) == 2
