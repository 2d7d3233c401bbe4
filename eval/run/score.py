"""From judged questions to numbers: means, measures that need all questions at once, their intervals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from eval.measures.measures import auroc, brier, calibration_error, coverage_at_risk, precision_recall_f1
from eval.measures.statistics import UNDEFINED, Mean, Measure, Picks, Score, interval
from eval.run.judge import DEPTHS, Judged
from eval.run.ranking import STAGES

__all__ = ["ANSWERS", "LOWER_IS_BETTER", "REFUSALS", "RETRIEVAL", "Table", "score"]

ANSWERS = (
    "citation exactness",
    "uncited statements",
    "evidence recall",
    "evidence precision",
    "answer in citations",
    "relevant document cited",
    "answer token F1",
    "statements of an answer",
    "words of an answer",
    "conflicts flagged",
    "false conflicts",
)
REFUSALS = (
    "over-refusal",
    "refused",
    "refusal precision",
    "refusal F1",
    "AUROC of confidence",
    "coverage at 5 % risk",
    "expected calibration error",
    "Brier score",
    "refused without evidence",
    "AUROC without evidence",
)
RETRIEVAL = tuple(
    f"{name} {stage}" for stage in STAGES for name in (*(f"recall@{depth}" for depth in DEPTHS), "MRR@10", "nDCG@10")
)
LOWER_IS_BETTER = frozenset(
    [
        "uncited statements",
        "statements of an answer",
        "words of an answer",
        "false conflicts",
        "over-refusal",
        "expected calibration error",
        "Brier score",
    ]
)

_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Table:
    """Judged questions as columns, so that resamples cost little."""

    questions: Sequence[Judged]
    kinds: npt.NDArray[np.str_] = field(init=False)
    answerable: _Flags = field(init=False)
    answered: _Flags = field(init=False)
    right: _Flags = field(init=False)
    confidence: _Floats = field(init=False)
    has_without: _Flags = field(init=False)
    without: _Floats = field(init=False)

    def __post_init__(self) -> None:
        questions = self.questions
        self.kinds = np.array([one.kind for one in questions])
        self.answerable = np.array([one.answerable for one in questions], dtype=bool)
        self.answered = np.array([one.answered for one in questions], dtype=bool)
        self.right = np.array([bool(one.right) for one in questions], dtype=bool)
        self.confidence = np.array([one.confidence for one in questions], dtype=float)
        self.has_without = np.array([one.confidence_without is not None for one in questions], dtype=bool)
        self.without = np.array([one.confidence_without or 0.0 for one in questions], dtype=float)

    def __len__(self) -> int:
        return len(self.questions)

    @property
    def all(self) -> Picks:
        """Every question, once."""
        return np.arange(len(self))

    def measure(self, name: str) -> tuple[Measure, int]:
        """The measure called ``name``, and how many questions it applies to."""
        if name in _OVER_ALL:
            return partial(_OVER_ALL[name], self), self._applies(name)
        base, _, kind = name.partition(": ")
        if base in _OF_REFUSALS:
            chosen = self.answerable | (self.kinds == kind)
            return partial(_OF_REFUSALS[base], self, chosen=chosen), int(chosen.sum())
        return self._mean(base, kind)

    def _applies(self, name: str) -> int:
        return int(self.has_without.sum()) if name == "AUROC without evidence" else len(self)

    def _mean(self, name: str, kind: str) -> tuple[Measure, int]:
        applies = np.array([name in one.values and kind in ("", one.kind) for one in self.questions], dtype=bool)
        values = np.array([one.values.get(name, 0.0) for one in self.questions])
        return Mean(values=values, applies=applies), int(applies.sum())


def score(questions: Sequence[Judged]) -> dict[str, Score]:
    """Every measure by name, those of each kind of question after a colon; undefined ones with n = 0."""
    table = Table(questions)
    names = [*ANSWERS, *REFUSALS, *RETRIEVAL, *_of_kinds(questions)]
    return {name: _scored(table, name) for name in names}


def _scored(table: Table, name: str) -> Score:
    measure, n = table.measure(name)
    return interval(measure, len(table), n=n) if n else UNDEFINED


def _of_kinds(questions: Iterable[Judged]) -> list[str]:
    kinds = sorted({(one.kind, one.answerable) for one in questions})
    answerable = [
        f"{name}: {kind}"
        for kind, answerable in kinds
        if answerable
        for name in ("evidence recall", "evidence precision", "answer in citations", "over-refusal")
    ]
    unanswerable = [
        f"{name}: {kind}"
        for kind, answerable in kinds
        if not answerable
        for name in ("refused", "refusal precision", "refusal F1")
    ]
    return [*answerable, *unanswerable]


def _abstention(
    table: Table, picks: Picks, *, chosen: _Flags | None = None
) -> tuple[float | None, float | None, float | None]:
    kept = picks if chosen is None else picks[chosen[picks]]
    return precision_recall_f1(~table.answered[kept], ~table.answerable[kept])


def _precision(table: Table, picks: Picks, *, chosen: _Flags | None = None) -> float | None:
    return _abstention(table, picks, chosen=chosen)[0]


def _f1(table: Table, picks: Picks, *, chosen: _Flags | None = None) -> float | None:
    return _abstention(table, picks, chosen=chosen)[2]


def _auroc(table: Table, picks: Picks) -> float | None:
    answerable, confidence = table.answerable[picks], table.confidence[picks]
    return auroc(confidence[answerable], confidence[~answerable])


def _auroc_without(table: Table, picks: Picks) -> float | None:
    asked = picks[table.has_without[picks]]
    return auroc(table.confidence[asked], table.without[asked])


def _coverage_at_risk(table: Table, picks: Picks) -> float | None:
    answered = picks[table.answered[picks]]
    return coverage_at_risk(table.confidence[answered], table.right[answered], total=len(picks))


def _calibration(table: Table, picks: Picks) -> float | None:
    return calibration_error(table.confidence[picks], table.answerable[picks])


def _brier(table: Table, picks: Picks) -> float | None:
    return brier(table.confidence[picks], table.answerable[picks])


_OVER_ALL: Mapping[str, Callable[[Table, Picks], float | None]] = {
    "refusal precision": _precision,
    "refusal F1": _f1,
    "AUROC of confidence": _auroc,
    "AUROC without evidence": _auroc_without,
    "coverage at 5 % risk": _coverage_at_risk,
    "expected calibration error": _calibration,
    "Brier score": _brier,
}
_OF_REFUSALS: Mapping[str, Callable[..., float | None]] = {"refusal precision": _precision, "refusal F1": _f1}
