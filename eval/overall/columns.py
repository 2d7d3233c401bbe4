"""The measures of a set, each with its 95 % interval: Wilson's of a share, else the bootstrap over questions."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from eval.measures.measures import auroc, calibration_error
from eval.measures.statistics import UNDEFINED, Picks, Score, interval, wilson
from eval.overall.outcome import FURTHER, HOLDS, OVER_REFUSAL, RECALL, REFUSED, STATEMENTS, hit_at
from eval.run.judge import Judged

ASKED, AUROC, ECE = "asked", "AUROC", "calibration error"
SURE, LESS_SURE = "right at .9 and above", "right below .9"
_SURE = 0.9
_BINS = 10


def columns(questions: Sequence[Judged]) -> dict[str, Score]:
    """Every measure of these questions by its name; undefined ones with n = 0."""
    return {name: column(questions) for name, column in _COLUMNS.items()}


def _share(name: str, questions: Sequence[Judged]) -> Score:
    """Of the questions that a measure applies to."""
    return _rate([one.values[name] for one in questions if name in one.values])


def _of_answerable(name: str, questions: Sequence[Judged]) -> Score:
    return _share(name, [one for one in questions if one.answerable])


def _precision(questions: Sequence[Judged], *, sure: bool) -> Score:
    """Of the answers with such a confidence, those that hold the fact, as none to an unanswerable question does."""
    told = [one for one in _told(questions) if (one.confidence >= _SURE) is sure]
    return _rate([one.values[HOLDS] for one in told])


def _told(questions: Sequence[Judged]) -> list[Judged]:
    return [one for one in questions if one.answered and HOLDS in one.values]


def _rate(values: Sequence[float]) -> Score:
    if not values:
        return UNDEFINED
    hits, n = round(sum(values)), len(values)
    low, high = wilson(hits, n)
    return Score(value=round(hits / n, 4), low=round(low, 4), high=round(high, 4), n=n)


def _mean(name: str, questions: Sequence[Judged]) -> Score:
    values = np.array([one.values[name] for one in questions if name in one.values])
    return _interval(lambda picks: float(values[picks].mean()), len(values))


def _auroc(questions: Sequence[Judged]) -> Score:
    """Of the confidence, of answerable over unanswerable questions."""
    sure = np.array([one.confidence for one in questions])
    answerable = np.array([one.answerable for one in questions], dtype=bool)

    def measure(picks: Picks) -> float | None:
        return auroc(sure[picks][answerable[picks]], sure[picks][~answerable[picks]])

    return _interval(measure, len(questions))


def _calibration(questions: Sequence[Judged]) -> Score:
    """Of the answers that were given: the confidence against whether they hold the fact."""
    told = _told(questions)
    sure = np.array([one.confidence for one in told])
    holds = np.array([one.values[HOLDS] > 0 for one in told], dtype=bool)
    return _interval(lambda picks: calibration_error(sure[picks], holds[picks], _BINS), len(told))


def _interval(measure: Callable[[Picks], float | None], n: int) -> Score:
    return interval(measure, n, n=n) if n else UNDEFINED


_COLUMNS: Mapping[str, Callable[[Sequence[Judged]], Score]] = {
    HOLDS: partial(_of_answerable, HOLDS),
    RECALL: partial(_mean, RECALL),
    OVER_REFUSAL: partial(_share, OVER_REFUSAL),
    REFUSED: partial(_share, REFUSED),
    AUROC: _auroc,
    hit_at("rerank"): partial(_share, hit_at("rerank")),
    STATEMENTS: partial(_mean, STATEMENTS),
    FURTHER: partial(_share, FURTHER),
    ECE: _calibration,
    SURE: partial(_precision, sure=True),
    LESS_SURE: partial(_precision, sure=False),
}
NAMES = tuple(_COLUMNS)
