"""The data directory after damage and mismatch: the index follows the catalog. After kill -9: ``test_faults``.

What may crash the process itself runs in a process of its own.
"""

import hashlib
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import DataDirectoryError, IndexMismatch, NotFound
from rag.ingest.recipe import Recipe
from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.storage.catalog import NewDocument
from rag.storage.store import Store
from rag.storage.vectors.chroma import VectorIndex
from rag.storage.vectors.seal import seal
from rag.types import Answer, Description, MadeWith, Passage, Span, Vectors
from tests.support.engines import write_and_ingest
from tests.support.places import ROOT

OpenLibrary = Callable[..., Library]
Damage = Callable[[Path], None]

TEXTS = {
    "lamp.txt": "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n",
    "port.txt": "The harbour of Pelm was dug in 1902 by Otto Reed. Its basin holds sixty ships.\n",
    "mill.txt": "The mill at Quarn grinds rye. Its wheel turns twelve times a minute.\n",
}
QUESTION = "Who built the lighthouse of Morvane?"
TOY = MadeWith(fingerprint="encoder=toy", encoder="toy", passage_tokens=48)
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
    fields: dict[str, Any] = {"id": name, "collection": "default", "path": f"{name}.txt", "origin": f"/{name}"}
    fields |= {"description": Description(), "media_type": "text/plain", "sha256": "0" * 64, "sentences": []}
    vectors = ToyEncoder().encode_passages(lines)
    return NewDocument(**fields, source=text.encode(), text=text, passages=passages, vectors=vectors)


def made_with(encoder: Encoder, settings: Settings | None = None) -> MadeWith:
    chosen = settings or Settings()
    return Recipe(encoder=encoder, named=chosen.encoder, passage_tokens=chosen.passage_tokens).made_with


def numbered(count: int) -> list[str]:
    return [f"Line {number:05} of the ledger." for number in range(count)]


def complaints(store: Store) -> list[str]:
    """Every stored vector against the catalog's, and the own search of one passage in seven."""
    found = store.disagreements()
    keys = store.catalog.passage_keys("default")
    if not keys:
        return found
    truth = store.catalog.vectors(keys)
    stored = store.vectors.vectors("default", keys)
    for position, (key, vector) in enumerate(zip(keys, truth, strict=True)):
        if key not in stored or not np.allclose(stored[key], vector, atol=1e-5):
            found.append(f"the vector of {key} is another")
        elif position % 7 == 0 and store.vectors.search("default", vector, 1)[0][0] != key:
            found.append(f"{key} is not found")
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


def changed_vectors(removed: Sequence[str], added: Sequence[str]) -> Damage:
    def damage(data_dir: Path) -> None:
        with closing(VectorIndex(data_dir / "vectors-1-1")) as vectors:
            vectors.remove("default", removed)
            vectors.add("default", added, np.eye(1, 384, dtype=np.float32))
        seal(data_dir / "vectors-1-1", {})

    return damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data_dir: shutil.rmtree(data_dir / "vectors-1-1"), "it holds 0 vectors for 3 passages"),
        (lambda data_dir: (data_dir / "vectors-1-1" / "chroma.sqlite3").write_bytes(b"garbage " * 4096), "is damaged"),
        (changed_vectors(["1"], []), "it holds 2 vectors for 3 passages, 2 of them the same"),
        (changed_vectors([], ["99"]), "it holds 4 vectors for 3 passages, 3 of them the same"),
        (changed_vectors(["1"], ["1"]), "the vector of passage 1 is another"),
    ],
)
def test_damaged_index_is_repaired_from_the_catalog(
    damage: Damage,
    message: str,
    small: tuple[Path, Answer],
    open_library: OpenLibrary,
    encoder: Encoder,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    data_dir = Path(shutil.copytree(small[0], tmp_path / "data"))
    damage(data_dir)
    with (
        caplog.at_level(logging.WARNING, "rag.storage.vectors.index"),
        Store(data_dir, made_with=made_with(encoder)) as store,
    ):
        assert complaints(store) == []
        assert len(store.vectors.keys("default")) == 3
    assert message in caplog.text
    assert len(list(data_dir.glob("vectors-*"))) == 1
    caplog.clear()
    assert replace(open_library(data_dir).ask(QUESTION), id="") == replace(small[1], id="")
    assert caplog.text == ""


# A file of the graph and what becomes of its bytes; Chroma itself crashes, answers wrongly or says nothing.
FILE_DAMAGES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "the last vectors": ("data_level0.bin", lambda whole: whole[: len(whole) * 97 // 100]),
    "some links": ("data_level0.bin", lambda whole: whole[:150_000] + b"\xa5" * 300 + whole[150_300:]),
    "half of the header": ("header.bin", lambda whole: whole[:50]),
    "the last lengths": ("length.bin", lambda whole: whole[: len(whole) * 97 // 100]),
}


@pytest.fixture(scope="module")
def reopened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """What a new process says about a copy of a flushed index, one for each of ``FILE_DAMAGES``."""
    folder = tmp_path_factory.mktemp("flushed")
    with Store(folder / "whole", made_with=TOY) as store:
        store.catalog.ensure_collection("default")
        store.put([made_up("ledger", numbered(FLUSHED))], store.index)

    def reopen(name: str) -> subprocess.CompletedProcess[str]:
        copy = Path(shutil.copytree(folder / "whole", folder / name))
        file, change = FILE_DAMAGES[name]
        (found,) = copy.rglob(file)
        found.write_bytes(change(found.read_bytes()))
        (copy / "vectors-1-1" / "seal.json").unlink()  # as a killed process leaves it
        return subprocess.run(child("print_complaints", copy), capture_output=True, text=True, cwd=ROOT, check=False)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(FILE_DAMAGES, pool.map(reopen, FILE_DAMAGES), strict=True))


def child(function: str, *paths: Path) -> list[str]:
    arguments = ", ".join(f"Path({str(path)!r})" for path in paths)
    return [sys.executable, "-c", f"from tests.storage.test_store import *; {function}({arguments})"]


def print_complaints(data_dir: Path) -> None:
    with Store(data_dir, made_with=TOY) as store:
        print(json.dumps(complaints(store)))  # noqa: T201


@pytest.mark.parametrize("name", FILE_DAMAGES)
def test_damaged_graph_is_rebuilt_on_opening(name: str, reopened: dict[str, subprocess.CompletedProcess[str]]) -> None:
    done = reopened[name]
    assert done.returncode == 0, done.stderr[-500:]
    assert json.loads(done.stdout) == []


def test_vector_of_an_interrupted_update_is_replaced(scorer: PairScorer, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", passage_tokens=16)
    lines = [f"Entry {number:05} of the ledger lists some sacks of rye and of barley." for number in range(800)]
    with closing(assemble(settings, ToyEncoder(), scorer)) as engine:
        write_and_ingest(engine, tmp_path / "files", {"ledger.txt": "\n".join(lines)})
        lines[5] = lines[5].replace("rye", "oat")  # the passage keeps its place, and so its id
        engine.store.vectors.close()  # the update ends here, between the catalog and the index
        with pytest.raises(AttributeError, match="bindings"):
            write_and_ingest(engine, tmp_path / "files", {"ledger.txt": "\n".join(lines)})
    with Store(settings.data_dir, made_with=made_with(ToyEncoder(), settings)) as store:
        assert len(store.catalog.passage_keys("default")) == 800
        assert complaints(store) == []


def test_other_settings_are_refused_naming_both(small: tuple[Path, Answer], open_library: OpenLibrary) -> None:
    now = Settings().passage_tokens
    with pytest.raises(
        IndexMismatch,
        match=rf"dimension=384 passage_tokens={now}, .* dimension=384 passage_tokens=200; .* `footnote reindex`",
    ):
        open_library(small[0], passage_tokens=200)
    with pytest.raises(IndexMismatch, match=r"made with encoder=bge-small-en-v1\.5@68807e3f.* say encoder=toy"):
        Store(small[0], made_with=TOY)
    assert open_library(small[0]).ask(QUESTION).answered is True


@pytest.mark.parametrize(("start", "length"), [(0, 4096), (8192, 16_384)])
def test_damaged_catalog_is_a_data_directory_error(
    start: int, length: int, small: tuple[Path, Answer], encoder: Encoder, tmp_path: Path
) -> None:
    data_dir = Path(shutil.copytree(small[0], tmp_path / "data"))
    content = bytearray((data_dir / "catalog.db").read_bytes())
    content[start : start + length] = b"\xa5" * length
    (data_dir / "catalog.db").write_bytes(content)
    with pytest.raises(
        DataDirectoryError, match=r"catalog\.db is not a readable catalog: .*; restore it from a backup"
    ):
        Store(data_dir, made_with=made_with(encoder))
    assert (data_dir / "vectors-1-1").is_dir()


def test_changed_and_removed_documents_leave_every_index(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path, TEXTS)
    write_and_ingest(engine, tmp_path, {"mill.txt": "The mill at Quarn burnt down.\n"})
    assert engine.store.catalog.search_words("default", ["wheel"], 9) == []
    assert engine.store.vectors.keys("default") == set(engine.store.catalog.passage_keys("default"))
    engine.remove("lamp")
    assert [one.id for one in engine.store.catalog.documents("default", limit=9)] == ["mill", "port"]
    assert engine.store.catalog.search_words("default", ["morvane"], 9) == []
    assert engine.store.vectors.keys("default") == set(engine.store.catalog.passage_keys("default"))
    assert engine.ask(QUESTION).answered is False
    with pytest.raises(NotFound, match="there is no document 'lamp'"):
        engine.remove("lamp")
