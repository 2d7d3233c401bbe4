"""The scale of a collection: how it is fitted, what it does to answers, and the command that writes it."""

import math
import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.linear_model import LogisticRegression

from eval.sets.question import EvalSetError
from eval.training.collection import made_outcomes
from eval.training.fitted import calibrate
from eval.training.scale import Outcome, fit_scale, left_out
from rag.answer.confidence import Signals, log_odds
from rag.cli import main
from rag.library import Library
from rag.storage.catalog import Catalog
from rag.storage.directory import CATALOG
from rag.storage.lock import lock_directory
from rag.types import UNSCALED, Scale
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.guides import write_files
from tests.support.places import ROOT
from tests.support.sets import write_lines

GUIDE = (ROOT / "docs" / "evaluation.md").read_text("utf-8")
FLIGHTS = "Which flights need the consent of a director?"
TOWNS = {
    "pelm.txt": "The harbour of Pelm was dug in 1902 by Otto Reed. Pelm is a small port on the coast of Tarn.\n",
    "quarn.txt": "The mill at Quarn was built in 1847 by Ada Stone. Quarn is a village in the hills of Morvane.\n",
    "brine.txt": "The bridge at Brine was opened in 1932 by Ben Wood. Brine is a town on the river Sel.\n",
}


def seen(answerability: float, *, missing: float = 0.0, readable: bool = True) -> Signals:
    return Signals(readable=readable, answerability=answerability, relevance=0.0, lead=0.0, missing=missing)


def outcomes(count: int, holds: Callable[[float, random.Random], bool], seed: int = 7) -> list[Outcome]:
    """So many questions of signals drawn evenly, and what becomes of each."""
    chance = random.Random(seed)
    drawn = [seen(chance.uniform(-8.0, 5.0)) for _ in range(count)]
    return [
        Outcome(group=str(number), signals=one, holds=holds(log_odds(one), chance)) for number, one in enumerate(drawn)
    ]


def less_sure(odds: float, chance: random.Random) -> bool:
    """Whether an answer holds where confidence is too high: log odds mean 1 less."""
    return chance.random() < 1 / (1 + math.exp(1.0 - odds))


def test_no_question_changes_nothing() -> None:
    assert fit_scale([]) == UNSCALED
    idle = [seen(3.0, missing=1.0), seen(3.0, readable=False), None]
    assert fit_scale([Outcome(group="a", signals=one, holds=False) for one in idle * 50]) == UNSCALED


def test_few_questions_move_it_little_and_many_a_lot() -> None:
    moved = [-fit_scale(outcomes(count, less_sure)).intercept for count in (20, 300, 3_000)]
    assert 0.0 < moved[0] < moved[1] < moved[2]
    assert moved[0] < 0.6
    assert moved[2] == pytest.approx(1.0, abs=0.2)


def test_without_a_pull_it_is_a_logistic_regression() -> None:
    known = outcomes(400, less_sure)
    odds = np.array([[log_odds(one.signals)] for one in known if one.signals])
    plain = LogisticRegression(C=np.inf).fit(odds, [one.holds for one in known])
    found = fit_scale(known, strength=0.0)
    assert (found.intercept, found.slope) == pytest.approx((plain.intercept_[0], plain.coef_[0, 0]), abs=0.01)


def test_order_of_answers_stays_whatever_the_outcomes() -> None:
    upside_down = fit_scale(outcomes(500, lambda odds, _: odds < 0.0))
    assert 0.05 <= upside_down.slope < 0.5


def test_a_question_has_no_part_in_the_scale_that_measures_it() -> None:
    known = outcomes(60, less_sure)
    changed = [
        Outcome(group=one.group, signals=one.signals, holds=not one.holds or n > 0) for n, one in enumerate(known)
    ]
    first = [Outcome(group=one.group, signals=one.signals, holds=one.holds or n > 0) for n, one in enumerate(known)]
    assert left_out(first)[0] == left_out(changed)[0]
    assert left_out(first) != left_out(changed)


@pytest.fixture
def staff(open_library: OpenLibrary, tmp_path: Path) -> tuple[Library, Path]:
    """A library with the handbook of the guide, and the questions about it."""
    folder = write_files(GUIDE, tmp_path / "guide")
    library = open_library()
    library.ingest([folder / "handbook"], collection="staff")
    return library, folder / "questions.jsonl"


def test_answers_are_as_sure_as_the_scale_says(staff: tuple[Library, Path]) -> None:
    library, questions = staff
    before = library.ask(FLIGHTS, collection="staff")
    missing = library.ask("Which flights did Otto Reed consent to?", collection="staff")
    done: list[tuple[int, int]] = []
    found = calibrate(library, "staff", questions, lambda *at: done.append(at))
    assert done[-1] == (6, 6)
    assert sum(one.holds for one in found.outcomes) >= 3
    kept = library.store.catalog.scales.find("staff")
    assert kept is not None
    assert (kept.scale, kept.questions) == (found.scale, 6)
    after = library.ask(FLIGHTS, collection="staff")
    odds = math.log(before.confidence / (1 - before.confidence))
    assert after.confidence == pytest.approx(1 / (1 + math.exp(-found.scale.apply(odds))), abs=0.002)
    assert [one.support for one in after.statements] == [one.support for one in before.statements]
    assert "Otto Reed" in missing.missing_terms
    library.store.catalog.scales.put("staff", replace(kept, scale=Scale(intercept=9.0)))
    assert library.ask("Which flights did Otto Reed consent to?", collection="staff").confidence <= 0.5
    assert library.ask(FLIGHTS, collection="staff").confidence > 0.99
    again = calibrate(library, "staff", questions, lambda *_: None)
    assert again.scale == found.scale  # it is fitted to what is said without a scale


def test_made_questions_are_asked_with_and_without_their_document(open_library: OpenLibrary, tmp_path: Path) -> None:
    library = open_library()
    write_and_ingest(library, tmp_path / "towns", TOWNS)
    found = made_outcomes(library, "default", lambda *_: None)
    with_it, without_it = found[::2], found[1::2]
    assert len(with_it) == len(without_it) >= 3
    assert all(one.holds for one in with_it)
    assert not any(one.holds for one in without_it)
    sure = [one.confidence(UNSCALED) for one in with_it]
    assert all(one.confidence(UNSCALED) < least for one, least in zip(without_it, sure, strict=True))


def test_collection_that_has_nothing_to_ask_is_refused(open_library: OpenLibrary, tmp_path: Path) -> None:
    library = open_library()
    write_and_ingest(library, tmp_path / "one", {"pelm.txt": TOWNS["pelm.txt"]})
    with pytest.raises(EvalSetError, match="'default' has fewer than 2 documents; give --questions"):
        calibrate(library, "default", None, lambda *_: None)
    lost = {"id": "q", "question": "Who?", "unanswerable": False, "gold": [{"document": "mill.txt", "quote": "x"}]}
    with pytest.raises(EvalSetError, match=r"own\.jsonl:1: the collection has no document 'mill\.txt'"):
        calibrate(library, "default", write_lines(tmp_path / "own.jsonl", [lost]), lambda *_: None)
    assert library.store.catalog.scales.find("default") is None


def test_command_brings_documents_in_fits_and_takes_away(tmp_path: Path) -> None:
    folder = write_files(GUIDE, tmp_path)
    where = ["--collection", "staff", "--data-dir", str(tmp_path / "data")]
    given = ["--corpus", str(folder / "handbook"), "--questions", str(folder / "questions.jsonl")]
    done = CliRunner().invoke(main, ["eval", "calibrate", *given, *where])
    assert done.exit_code == 0, done.output
    assert "2 added" in done.stderr
    assert "6 questions, threshold 0.55" in done.stdout
    assert [line.split("│")[1].strip() for line in done.stdout.splitlines() if line.startswith("│")] == [
        "answered right",
        "answered wrong",
        "refused",
        "calibration error",
        "intercept, slope",
    ]
    with closing(Catalog(tmp_path / "data" / CATALOG)) as catalog:
        assert catalog.scale("staff") != UNSCALED
    with lock_directory(tmp_path / "data"):
        refused = CliRunner().invoke(main, ["eval", "calibrate", "--remove", *where])
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "is in use by another Footnote process" in refused.stderr
    for said in ("its scale is gone", "it had no scale"):
        removed = CliRunner().invoke(main, ["eval", "calibrate", "--remove", *where])
        assert removed.stdout == f"collection staff: {said}\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--units"], "--units goes with --data"),
        (["--remove", "--corpus", "."], "--remove goes with no other option"),
        (["--data", ".", "--remove"], "--data goes with no other option"),
    ],
)
def test_options_that_would_change_nothing_are_refused(options: list[str], message: str) -> None:
    done = CliRunner().invoke(main, ["eval", "calibrate", *options])
    assert done.exit_code == 2
    assert message in done.stderr
