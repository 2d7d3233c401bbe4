"""The data directory after damage, mismatch and kill -9: nothing acknowledged is lost, and the index follows the catalog.

What may crash the process itself runs in a process of its own.
"""

import hashlib
import json
import logging
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.catalog import Catalog, NewDocument
from rag.engine import Engine, assemble, fingerprint
from rag.errors import DataDirectoryError, IndexMismatch, InvalidRequest, NotFound
from rag.ingest import find_files, ingest, remove
from rag.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.store import Store
from rag.types import Answer, Description, Passage, Span, Vectors
from rag.vectors import VectorIndex
from tests.conftest import ROOT, write_and_ingest

OpenEngine = Callable[..., Engine]
Damage = Callable[[Path], None]

TEXTS = {
    "lamp.txt": "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n",
    "port.txt": "The harbour of Pelm was dug in 1902 by Otto Reed. Its basin holds sixty ships.\n",
    "mill.txt": "The mill at Quarn grinds rye. Its wheel turns twelve times a minute.\n",
}
QUESTION = "Who built the lighthouse of Morvane?"
TOY = "encoder=toy"
FLUSHED = 1_200  # Chroma writes its graph to disk every 1,000 vectors


class ToyEncoder:
    """A text's vector is drawn with the text's hash as the seed: equal texts, and no others, have equal vectors."""

    name = "toy"
    fingerprint = "toy"
    dimension = 32
    max_tokens = 512

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, question: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(question.encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).normal(size=self.dimension).astype(np.float32)
        return vector / np.float32(np.linalg.norm(vector))


def made_up(name: str, lines: Sequence[str]) -> NewDocument:
    """A document of one passage a line."""
    text, passages, start = "\n".join(lines), [], 0
    for line in lines:
        span = Span(start=start, end=start + len(line))
        passages.append(Passage(document_id=name, span=span, text=line, indexed=line))
        start = span.end + 1
    return NewDocument(
        **{"id": name, "collection": "default", "path": f"{name}.txt", "origin": f"/{name}", "source": text.encode()},
        **{"description": Description(), "media_type": "text/plain", "sha256": "0" * 64, "text": text},
        **{"sentences": [], "passages": passages, "vectors": ToyEncoder().encode_passages(lines)},
    )


def numbered(count: int) -> list[str]:
    return [f"Line {number:05} of the ledger." for number in range(count)]


def complaints(store: Store) -> list[str]:
    """Every stored vector against the catalog's, and the own search of one passage in seven."""
    found = store.disagreements()
    ids = store.catalog.passage_ids("default")
    truth = store.catalog.vectors(ids)
    stored = store.vectors.vectors("default", ids)
    for position, (identifier, vector) in enumerate(zip(ids, truth, strict=True)):
        if identifier not in stored or not np.allclose(stored[identifier], vector, atol=1e-5):
            found.append(f"the vector of {identifier} is another")
        elif position % 7 == 0 and store.vectors.search("default", vector, 1)[0][0] != identifier:
            found.append(f"{identifier} is not found")
    return found


@pytest.fixture(scope="module")
def small(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """A data directory of three documents, and what it answers to ``QUESTION``."""
    folder = tmp_path_factory.mktemp("small")
    settings = Settings(data_dir=folder / "data")
    with closing(assemble(settings, encoder, scorer)) as engine:
        write_and_ingest(engine, folder / "files", TEXTS)
        answer = engine.ask(QUESTION)
    assert (answer.answered, answer.answer[:8]) == (True, "The ligh")
    return settings.data_dir, answer


def without_folder(data_dir: Path) -> None:
    shutil.rmtree(data_dir / "vectors-1")


def garbage_in_sqlite(data_dir: Path) -> None:
    (data_dir / "vectors-1" / "chroma.sqlite3").write_bytes(b"garbage " * 4096)


def changed_vectors(removed: Sequence[str], added: Sequence[str]) -> Damage:
    def damage(data_dir: Path) -> None:
        with closing(VectorIndex(data_dir / "vectors-1")) as vectors:
            vectors.remove("default", removed)
            vectors.add("default", added, np.eye(1, 384, dtype=np.float32))

    return damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (without_folder, "it holds 0 vectors for 3 passages"),
        (garbage_in_sqlite, "is damaged"),
        (changed_vectors(["lamp#0-79"], []), "it holds 2 vectors for 3 passages, 2 of them the same"),
        (changed_vectors([], ["ghost#0-5"]), "it holds 4 vectors for 3 passages, 3 of them the same"),
        (changed_vectors(["lamp#0-79"], ["lamp#0-79"]), "the vector of lamp#0-79 is another"),
    ],
)
def test_damaged_index_is_repaired_from_the_catalog(
    damage: Damage,
    message: str,
    small: tuple[Path, Answer],
    open_engine: OpenEngine,
    encoder: Encoder,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    data_dir = Path(shutil.copytree(small[0], tmp_path / "data"))
    damage(data_dir)
    made_with = fingerprint(encoder, Settings())
    with caplog.at_level(logging.WARNING, "rag.store"), Store(data_dir, fingerprint=made_with) as store:
        assert complaints(store) == []
        assert len(store.vectors.ids("default")) == 3
    assert message in caplog.text
    assert len(list(data_dir.glob("vectors-*"))) == 1
    caplog.clear()
    assert replace(open_engine(data_dir).ask(QUESTION), id="") == replace(small[1], id="")
    assert caplog.text == ""


def cut(name: str, share: float) -> Damage:
    def damage(segment: Path) -> None:
        content = (segment / name).read_bytes()
        (segment / name).write_bytes(content[: int(len(content) * share)])

    return damage


def overwrite(name: str, share: float, length: int) -> Damage:
    def damage(segment: Path) -> None:
        content = bytearray((segment / name).read_bytes())
        start = int(len(content) * share)
        content[start : start + length] = b"\xa5" * length
        (segment / name).write_bytes(content)

    return damage


FILE_DAMAGES = {
    "half of the vectors": cut("data_level0.bin", 0.5),
    "the last vectors": cut("data_level0.bin", 0.97),  # BUG: no probe sees it; reading one of them fails later
    "some links": overwrite("data_level0.bin", 0.37, 300),  # BUG: segmentation fault on opening, at every start
    "half of the header": cut("header.bin", 0.5),  # BUG: segmentation fault on opening, at every start
    "the last lengths": cut("length.bin", 0.97),  # BUG: some vectors are others, no probe sees it
}


@pytest.fixture(scope="module")
def reopened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """What a new process says about a copy of a flushed index, one for each of ``FILE_DAMAGES``."""
    folder = tmp_path_factory.mktemp("flushed")
    with Store(folder / "whole", fingerprint=TOY) as store:
        store.catalog.ensure_collection("default", TOY)
        document = made_up("ledger", numbered(FLUSHED))
        store.catalog.replace(document)
        store.vectors.add("default", [passage.id for passage in document.passages], document.vectors)

    def reopen(name: str) -> subprocess.CompletedProcess[str]:
        copy = Path(shutil.copytree(folder / "whole", folder / name))
        (segment,) = (found.parent for found in copy.rglob("data_level0.bin"))
        FILE_DAMAGES[name](segment)
        return subprocess.run(child("print_complaints", copy), capture_output=True, text=True, cwd=ROOT, check=False)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(FILE_DAMAGES, pool.map(reopen, FILE_DAMAGES), strict=True))


def child(function: str, *paths: Path) -> list[str]:
    arguments = ", ".join(f"Path({str(path)!r})" for path in paths)
    return [sys.executable, "-c", f"from tests.test_store import *; {function}({arguments})"]


def print_complaints(data_dir: Path) -> None:
    with Store(data_dir, fingerprint=TOY) as store:
        print(json.dumps(complaints(store)))  # noqa: T201


@pytest.mark.parametrize("name", FILE_DAMAGES)
def test_damaged_graph_is_rebuilt_on_opening(name: str, reopened: dict[str, subprocess.CompletedProcess[str]]) -> None:
    done = reopened[name]
    assert done.returncode == 0, done.stderr[-500:]
    assert json.loads(done.stdout) == []


def test_vector_that_a_kill_left_behind_is_replaced(tmp_path: Path) -> None:
    lines = numbered(100)
    with Store(tmp_path, fingerprint=TOY) as store:
        store.catalog.ensure_collection("default", TOY)
        document = made_up("ledger", lines)
        store.catalog.replace(document)
        store.vectors.add("default", [passage.id for passage in document.passages], document.vectors)
        lines[4] = "Lime 00004 of the ledger."
        store.catalog.replace(made_up("ledger", lines))  # killed before the index follows
    with Store(tmp_path, fingerprint=TOY) as store:
        assert complaints(store) == []  # BUG: the id is the same, and one vector in six is probed


def test_other_settings_are_refused_naming_both(small: tuple[Path, Answer], open_engine: OpenEngine) -> None:
    with pytest.raises(IndexMismatch, match=r"(?s)dimension=384 passage_tokens=160.*dimension=384 passage_tokens=200"):
        open_engine(small[0], passage_tokens=200)
    with pytest.raises(IndexMismatch, match=r"(?s)made with encoder=bge-small-en-v1\.5@68807e3f.* say encoder=toy"):
        Store(small[0], fingerprint=TOY)
    assert open_engine(small[0]).ask(QUESTION).answered is True


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 4096), (8192, 16_384)],  # BUG: the second is a bare sqlite3.DatabaseError, after the index was blamed
)
def test_damaged_catalog_is_a_data_directory_error(
    start: int, length: int, small: tuple[Path, Answer], encoder: Encoder, tmp_path: Path
) -> None:
    data_dir = Path(shutil.copytree(small[0], tmp_path / "data"))
    content = bytearray((data_dir / "catalog.db").read_bytes())
    content[start : start + length] = b"\xa5" * length
    (data_dir / "catalog.db").write_bytes(content)
    with pytest.raises(DataDirectoryError, match=r"catalog\.db is not a readable catalog: .*; restore it from a backup"):
        Store(data_dir, fingerprint=fingerprint(encoder, Settings()))
    assert (data_dir / "vectors-1").is_dir()


def test_removed_document_leaves_every_index(open_engine: OpenEngine, tmp_path: Path) -> None:
    engine = open_engine()
    write_and_ingest(engine, tmp_path, TEXTS)
    remove(engine, "lamp")
    assert [one.id for one in engine.store.catalog.documents("default", limit=9)] == ["mill", "port"]
    assert engine.store.catalog.search_words("default", '"morvane"', 9) == []
    assert engine.store.vectors.ids("default") == set(engine.store.catalog.passage_ids("default"))
    assert engine.ask(QUESTION).answered is False
    with pytest.raises(NotFound, match="there is no document 'lamp'"):
        remove(engine, "lamp")


def test_file_that_becomes_its_namesake_loses_its_former_text(open_engine: OpenEngine, tmp_path: Path) -> None:
    engine = open_engine()
    write_and_ingest(engine, tmp_path / "a", {"notes.txt": TEXTS["lamp.txt"]})
    write_and_ingest(engine, tmp_path / "b", {"notes.txt": TEXTS["port.txt"]})
    write_and_ingest(engine, tmp_path / "b", {"notes.txt": TEXTS["lamp.txt"]})
    assert engine.store.catalog.search_words("default", '"harbour"', 9) == []  # BUG: b's former text is still there


def test_collection_name_that_chroma_refuses_is_refused_first(open_engine: OpenEngine) -> None:
    with pytest.raises((InvalidRequest, DataDirectoryError), match="collection"):
        ingest(open_engine(), [], collection="Bad name!")  # BUG: catalogued; no command opens this directory again


def ingest_until_killed(data_dir: Path, folder: Path) -> None:
    """Check what the killed processes before said was done, say so, then ingest the folder, naming each file done."""
    done = [str(json.loads(line)) for line in (folder / "acknowledged").read_text().splitlines()]
    settings = Settings(data_dir=data_dir, passage_tokens=32)
    with closing(assemble(settings, ToyEncoder(), load_reranker(settings.reranker, threads=1))) as engine:
        catalog = engine.store.catalog
        assert complaints(engine.store) == []
        for path in done:
            identifier = path.removesuffix(".txt")
            assert catalog.source(identifier) == (folder / path).read_bytes()
            assert len(catalog.search_words("default", f'"{identifier}"', 99)) == catalog.document(identifier).passages
        print("checked", len(done), flush=True)  # noqa: T201
        ingest(engine, find_files([folder]), collection="default", on_outcome=lambda one: print(one.path, flush=True))  # noqa: T201


def test_acknowledged_files_survive_kill_9(tmp_path: Path) -> None:
    for number in range(90):
        lines = [f"Entry {line} of book{number} lists {line * number} sacks of rye and of barley." for line in range(30)]
        (tmp_path / f"book{number:02}x.txt").write_text("\n".join(lines).replace(f"book{number} ", f"book{number:02}x "))
