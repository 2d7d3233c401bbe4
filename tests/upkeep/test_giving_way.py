"""An ingest gives way to questions: between which steps, in what order, and that nothing waits for ever."""

import threading
from pathlib import Path

import numpy as np
import pytest

from rag.errors import NotFound
from rag.ingest.derive import derive
from rag.ingest.draft import Draft
from rag.ingest.parse import parse
from rag.ingest.pipeline import drop_collection, ensure_collection, find_files, ingest
from rag.models.bundled import ENCODER, bundled_folder
from rag.models.gate import Gate
from rag.models.onnx import OnnxModel
from tests.support.engines import OpenLibrary, write_and_ingest


def numbered(count: int) -> str:
    return " ".join(f"Ship number {number} left the harbour." for number in range(count))


def test_step_waits_for_the_question_that_is_answered() -> None:
    gate, order = Gate(), list[str]()

    def step() -> None:
        gate.take_turn()
        order.append("step")

    with gate.question():
        worker = threading.Thread(target=step)
        worker.start()
        order.append("answer")
    worker.join(10)
    assert order == ["answer", "step"]


def test_step_is_taken_though_questions_do_not_end() -> None:
    gate = Gate()
    with gate.question():
        for _ in range(100):  # would take a hundred seconds if each step waited anew
            gate.take_turn()
    gate.take_turn()


def test_long_document_gives_way_between_few_sentences(open_library: OpenLibrary) -> None:
    content = numbered(1_000).encode()
    made = Draft(
        position=0,
        id="ships",
        collection="default",
        path="ships.txt",
        origin="ships.txt",
        sha256="",
        content=content,
        replaces=False,
        parsed=parse("ships.txt", content),
    )
    steps = list(derive(made, open_library().wanted))
    assert len(made.sentences) == 1_000
    assert len(steps) >= 2 * (1_000 // 64)  # while it is split, and while it is put into passages


def test_storing_gives_way_between_writes(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine, steps = open_library(), list[int]()
    write_and_ingest(engine, tmp_path, {"ships.txt": numbered(3)})
    keys = engine.store.catalog.new_keys(70)
    vectors = np.eye(384, dtype=np.float32)[:70]
    engine.store.index.add("default", keys, vectors, lambda: steps.append(1))
    assert len(steps) == 3  # 32, 32 and 6 vectors
    [(found, _)] = engine.store.vectors.search("default", vectors[69], 1)
    assert found == keys[69]


def test_single_text_is_run_by_its_own_thread_and_several_side_by_side() -> None:
    def pick(outputs: object) -> np.ndarray:
        threads.append(threading.current_thread())
        return np.zeros(1, dtype=np.float32)

    threads: list[threading.Thread] = []
    model = OnnxModel(bundled_folder(ENCODER), max_tokens=64, threads=2)
    model.map(["a question"], pick)
    assert threads == [threading.current_thread()]
    model.map(["one passage", "another"], pick)
    assert threading.current_thread() not in threads[1:]
    assert len(threads) == 3


def test_file_without_a_passage_is_rejected_and_keeps_what_was_there(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    [added] = write_and_ingest(engine, tmp_path, {"notes.md": "# Norbury\n\nThe ferry to Norbury runs on Sundays.\n"})
    assert added.outcome == "added"
    [rejected] = write_and_ingest(engine, tmp_path, {"notes.md": "# Norbury\n\n## Ferry\n\n### Sundays\n"})
    assert (rejected.outcome, rejected.reason) == (
        "rejected",
        "nothing to cite: the file has only headings, or lines that belong to no text",
    )
    assert engine.store.catalog.text(added.document_id or "").endswith("runs on Sundays.\n")
    assert engine.store.catalog.state("default").passages == added.passages


def test_one_limit_holds_for_files_however_they_come(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library(max_upload_mb=1)
    (tmp_path / "large.txt").write_bytes(b"x" * 1_000_001)
    [rejected] = ingest(engine, find_files([tmp_path / "large.txt"]), collection="default")
    assert rejected.reason == (
        "too large: 1000001 bytes; at most 1000000 bytes are accepted; FOOTNOTE_MAX_UPLOAD_MB changes that"
    )


def test_size_of_a_collection_is_right_after_every_change(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    catalog = engine.store.catalog

    def size(collection: str = "default") -> tuple[int, int]:
        catalog.state(collection)
        state = catalog.state(collection)
        return state.documents, state.passages

    assert size() == (0, 0)
    write_and_ingest(engine, tmp_path, {"a.txt": "The ferry runs on Sundays.\n", "b.txt": numbered(30)})
    documents, passages = size()
    assert (documents, passages) == (2, len(catalog.passage_keys("default")))
    with catalog.snapshot() as frozen:
        engine.remove("b")
        assert size() == (1, 1)
        assert frozen.state("default").passages == passages
        assert size() == (1, 1)
    ensure_collection(engine, "other")
    assert size("other") == (0, 0)
    write_and_ingest(engine, tmp_path / "other", {"c.txt": "The lamp is lit.\n"}, collection="other")
    assert size("other") == (1, 1)
    drop_collection(engine, "other")
    with pytest.raises(NotFound, match="'other'"):
        size("other")
    ensure_collection(engine, "other")
    assert size("other") == (0, 0)
    assert size() == (1, 1)
