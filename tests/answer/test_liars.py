"""A model that lies every other sentence: its lies stay behind, its truths come through."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from rag.library import assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from tests.support.liars import GENRES, Outcome, ask_liar, falsified, questions_of, reworded
from tests.support.writers import good, writing

DOCUMENTS = 12
PAIRS = 24


@pytest.fixture(scope="module")
def outcome(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    folder = tmp_path_factory.mktemp("lies")
    paths = sorted(GENRES.iterdir())[:: len(list(GENRES.iterdir())) // DOCUMENTS][:DOCUMENTS]
    with writing(good) as writer:
        settings = Settings(data_dir=folder / "data", writer_url=writer.address, writer_model="liar")
        with closing(assemble(settings, encoder, scorer)) as library:
            library.ingest(paths)
            yield ask_liar(library, writer, questions_of({path.name for path in paths}), PAIRS)


def test_the_liar_says_as_many_truths_as_lies(outcome: Outcome) -> None:
    assert outcome.true >= PAIRS
    assert outcome.false.total() >= PAIRS
    assert {"number", "negation"} <= set(outcome.false)


def test_hardly_a_lie_is_believed(outcome: Outcome) -> None:
    """At most 3 % of the 300 that ``python -m tests.support.liars`` tries; of so few here, one."""
    assert len(outcome.believed) <= 1, outcome.believed


def test_hardly_a_truth_is_lost(outcome: Outcome) -> None:
    assert len(outcome.lost) <= 1, outcome.lost


def test_a_lie_changes_one_thing() -> None:
    text = "The ferry of Tarn sails at 9 on Monday and takes 20 minutes"
    assert reworded(text, 0) == f"According to the source: {text}."
    assert falsified(text, 0) == ("number", f"{text}.".replace("at 9", "at 10"))
    assert falsified(text, 4)[1] == f"{text}.".replace("minutes", "hours")
