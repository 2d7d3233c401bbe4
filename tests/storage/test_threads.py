"""Nothing is mixed up: what many threads get at once, from the first question of a process on, is what one gets.

A short version of ``footnote eval stress``.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from eval.cost.stress.answers import Answered, differences
from eval.cost.stress.cli import Found, play, table
from eval.cost.stress.shared import Hammer, forget, hammer, hammers, model_hammers
from rag.models.protocols import Encoder, PairScorer
from rag.storage.vectors.chroma import VectorIndex

WHOLE = ["engine", "ingest", "server"]
DOCUMENTS, QUESTIONS, THREADS = 12, 12, 8


class Shared:
    """Keeps the text that it works on in itself, as a stemmer does."""

    def __init__(self) -> None:
        self.text = ""

    def reverse(self, text: str) -> str:
        self.text = ""
        for letter in text:
            self.text = letter + self.text
            time.sleep(0)  # another thread's turn, as may be after any step
        return self.text


def test_hammer_finds_an_object_that_keeps_its_text_in_itself() -> None:
    compared, errors, wrong = hammer(Hammer(library="shared", calls=(Shared().reverse,), texts=["abcd"] * 50), 1, 4)
    assert (compared, errors) == (200, [])
    assert wrong


@pytest.mark.parametrize("library", hammers())
def test_library_gives_eight_threads_what_it_gives_one(library: str) -> None:
    compared, errors, wrong = hammer(hammers()[library], 1, THREADS)
    forget()  # what is wrong stays cached, and would fail other tests
    assert (errors[:3], wrong[:3]) == ([], [])
    assert compared >= 40 * THREADS


def test_models_give_eight_threads_what_they_give_one(encoder: Encoder, scorer: PairScorer) -> None:
    for one in model_hammers(encoder, scorer).values():
        _, errors, wrong = hammer(one, 1, THREADS)
        assert (errors[:3], wrong[:3]) == ([], [])


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """A round of each way, all on one base line."""
    folder = tmp_path_factory.mktemp("stress")
    found = play(folder, WHOLE, rounds=1, questions=QUESTIONS, documents=DOCUMENTS, threads=THREADS)
    return {one.way: one for one in found}


@pytest.mark.parametrize("way", WHOLE)
def test_many_threads_are_answered_as_one_is(rounds: dict[str, Found], way: str) -> None:
    found = rounds[way]
    assert (found.errors, found.differences, found.compared) == ((), (), QUESTIONS)


def test_collection_that_is_dropped_is_there_or_not_for_whoever_searches_it(tmp_path: Path) -> None:
    index, stop = VectorIndex(tmp_path / "vectors"), threading.Event()
    vectors = np.eye(64, dtype=np.float32)
    known = {str(number) for number in range(64)}

    def search() -> list[int]:
        sizes = []
        while not stop.is_set():
            found = index.search("shifting", vectors[0], 10)
            assert {key for key, _ in found} <= known
            sizes.append(len(found))
            index.keys("shifting")
        return sizes

    with ThreadPoolExecutor(4) as pool:
        searches = [pool.submit(search) for _ in range(4)]
        try:
            for _ in range(12):
                index.add("shifting", sorted(known), vectors)
                index.drop("shifting")
        finally:
            stop.set()
        sizes = [size for one in searches for size in one.result()]
    index.close()
    assert {0, 10} <= set(sizes)


def test_collection_that_is_dropped_while_it_is_written_is_made_again(tmp_path: Path) -> None:
    """As when it is indexed again, which writes the vectors of a generation that nobody reads yet."""
    index, begun = VectorIndex(tmp_path / "vectors"), threading.Barrier(2)
    vectors = np.eye(64, dtype=np.float32)

    def write() -> None:
        begun.wait()
        for start in range(0, 12 * 64, 64):
            index.add("shifting", [str(start + number) for number in range(64)], vectors)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        begun.wait()
        while not writing.done():
            index.drop("shifting")
        writing.result()
    index.drop("shifting")
    index.add("shifting", ["1"], vectors[:1])
    assert index.search("shifting", vectors[0], 10) == [("1", 1.0)]
    index.close()


def test_answers_differ_where_one_field_does() -> None:
    one, other = (Answered(fields={"answer": "Yes.", "confidence": confidence}) for confidence in (0.5, 0.6))
    assert differences(["Is it?"], [one], [one]) == []
    assert differences(["Is it?"], [one], [other]) == ["'Is it?': confidence: 0.6, not 0.5"]
    assert differences(["Is it?"], [one], [Answered(fields={}, error="IndexError")]) == []


def test_table_adds_up_the_rounds_of_a_way() -> None:
    rounds = [Found(way="engine", compared=8, errors=("x",), differences=(), seconds=seconds) for seconds in (1.0, 2.0)]
    assert list(table(rounds))[2:] == ["| engine | 2 | 16 | 2 | 0 | 1.5 |"]
