"""From records to numbers: per question first, then means with bootstrap intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.measures import (
    auroc,
    brier,
    calibration_error,
    contains_answer,
    coverage_at_risk,
    covered,
    f1,
    mean,
    ndcg,
    recall_at,
    reciprocal_rank,
    token_f1,
)
from eval.runner import Place, Record, Run
from rag.types import Citation, Statement

_RESAMPLES = 1_000
_SEED = 20_250_602
_COVERED = 0.5
_LEVEL = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A measure's value on ``n`` questions and its 95 % bootstrap interval; ``None`` where it is undefined."""

    value: float | None
    low: float | None
    high: float | None
    n: int


_UNDEFINED = Score(value=None, low=None, high=None, n=0)

PerQuestion = Callable[[Record], float | None]
OverAll = Callable[[Sequence[Record]], float | None]


def score_run(run: Run) -> dict[str, Score]:
    """Every measure of a run, by name."""
    scores = {name: _mean_interval(run.records, measure) for name, measure in per_question(run).items()}
    scores |= {name: _interval(run.records, measure) for name, measure in OVER_ALL.items()}
    return {name: score for name, score in scores.items() if score.n}


def is_right(record: Record) -> bool | None:
    """Whether an answer cites its gold (or, without gold quotes, an accepted string); ``None`` if unanswerable."""
    if not record.question.answerable:
        return None
    found = evidence_recall(record) if record.gold else answer_in_citations(record)
    return None if found is None else found >= 1.0


def evidence_recall(record: Record) -> float | None:
    """The share of needed gold quotes that are covered: at least half of a quote's characters cited.

    Where any single quote suffices, 1 if one is covered. Quotes that are only context do not count.
    """
    needed = [
        places for gold, places in zip(record.question.gold, record.gold, strict=True) if places and not gold.context
    ]
    if not needed:
        return None
    hits = [any(_coverage(place, record.answer.citations) >= _COVERED for place in places) for places in needed]
    return float(any(hits)) if record.question.any_gold else sum(hits) / len(hits)


def evidence_precision(record: Record) -> float | None:
    """The share of statements that cite gold: half of a gold quote, or half of a citation within gold."""
    if not record.question.answerable or not record.gold or not record.answer.statements:
        return None
    return sum(_rests_on_gold(one, record) for one in record.answer.statements) / len(record.answer.statements)


def answer_in_citations(record: Record) -> float | None:
    """1 where an accepted string stands in the cited text, 0 where it does not or nothing is cited."""
    if not record.question.answerable:
        return None
    return contains_answer(" ".join(citation.quote for citation in record.answer.citations), record.question.answers)


def _rests_on_gold(statement: Statement, record: Record) -> bool:
    places = [place for one in record.gold for place in one]
    cited = [citation for citation in record.answer.citations if citation.number in statement.citations]
    return any(
        _coverage(place, [citation]) >= _COVERED or _inside(citation, places) >= _COVERED
        for citation in cited
        for place in places
    )


def _coverage(place: Place, citations: Sequence[Citation]) -> float:
    cited = [(one.start, one.end) for one in citations if one.document_id == place.document_id]
    return covered((place.start, place.end), cited)


def _inside(citation: Citation, places: Sequence[Place]) -> float:
    gold = [(place.start, place.end) for place in places if place.document_id == citation.document_id]
    return covered((citation.start, citation.end), gold)


def per_question(run: Run) -> dict[str, PerQuestion]:
    """The measures that are means over questions; a question that one does not apply to gives ``None``."""
    measures: dict[str, PerQuestion] = {
        "citation exactness": lambda one: float(one.exact) if one.answer.citations else None,
        "evidence recall": evidence_recall,
        "evidence precision": evidence_precision,
        "answer in citations": answer_in_citations,
        "answer token F1": lambda one: token_f1(one.answer.answer, one.question.answers),
        "statements of an answer": lambda one: float(len(one.answer.statements)) if _answered(one) else None,
        "words of an answer": lambda one: float(len(one.answer.answer.split())) if _answered(one) else None,
        "over-refusal": lambda one: float(not _answered(one)) if one.question.answerable else None,
        "refused": lambda one: None if one.question.answerable else float(not _answered(one)),
        "conflicts flagged": lambda one: float(bool(one.answer.conflicts)) if _disagrees(one) else None,
        "false conflicts": lambda one: None if _disagrees(one) else float(bool(one.answer.conflicts)),
    }
    for kind in sorted({one.question.kind for one in run.records if not one.question.answerable}):
        measures[f"refused: {kind}"] = _of_kind(kind, lambda one: float(not _answered(one)))
    for kind in sorted({one.question.kind for one in run.records if one.question.answerable and one.gold}):
        measures[f"evidence recall: {kind}"] = _of_kind(kind, evidence_recall)
    for leg in ("dense", "lexical", "fused", "rerank"):
        measures[f"recall@1 {leg}"] = _retrieval(leg, lambda got, gold: recall_at(got, gold, 1))
        measures[f"recall@10 {leg}"] = _retrieval(leg, lambda got, gold: recall_at(got, gold, 10))
        measures[f"MRR@10 {leg}"] = _retrieval(leg, reciprocal_rank)
        measures[f"nDCG@10 {leg}"] = _retrieval(leg, ndcg)
    return measures


def _of_kind(kind: str, measure: PerQuestion) -> PerQuestion:
    return lambda one: measure(one) if one.question.kind == kind else None


def _retrieval(leg: str, measure: Callable[[Sequence[str], Sequence[str]], float | None]) -> PerQuestion:
    return lambda one: measure(one.legs[leg], one.question.relevant_ids)


def _answered(record: Record) -> bool:
    return record.answer.answered


def _disagrees(record: Record) -> bool:
    return record.question.kind == "conflict"


def _abstention_precision(records: Sequence[Record]) -> float | None:
    return mean([float(not one.question.answerable) for one in records if not _answered(one)])


def _abstention_recall(records: Sequence[Record]) -> float | None:
    return mean([float(not _answered(one)) for one in records if not one.question.answerable])


def _auroc(records: Sequence[Record]) -> float | None:
    return auroc(
        [one.answer.confidence for one in records if one.question.answerable],
        [one.answer.confidence for one in records if not one.question.answerable],
    )


def _coverage_at_risk(records: Sequence[Record]) -> float | None:
    judged = [(one.answer.confidence, bool(is_right(one))) for one in records]
    return coverage_at_risk([confidence for confidence, _ in judged], [right for _, right in judged])


def _calibration(records: Sequence[Record]) -> tuple[list[float], list[bool]]:
    return [one.answer.confidence for one in records], [one.question.answerable for one in records]


OVER_ALL: dict[str, OverAll] = {
    "abstention precision": _abstention_precision,
    "abstention F1": lambda records: f1(_abstention_precision(records), _abstention_recall(records)),
    "AUROC of confidence": _auroc,
    "coverage at 5 % risk": _coverage_at_risk,
    "expected calibration error": lambda records: calibration_error(*_calibration(records)),
    "Brier score": lambda records: brier(*_calibration(records)),
}
"""The measures that need all questions at once."""


def _mean_interval(records: Sequence[Record], measure: PerQuestion) -> Score:
    values = np.array([value for one in records if (value := measure(one)) is not None])
    if not len(values):
        return _UNDEFINED
    picks = np.random.default_rng(_SEED).integers(len(values), size=(_RESAMPLES, len(values)))
    return _score(float(values.mean()), values[picks].mean(axis=1), len(values))


def _interval(records: Sequence[Record], measure: OverAll) -> Score:
    """The value and the percentile interval over resampled questions, by a fixed seed (Efron 1979)."""
    value = measure(records)
    if value is None:
        return _UNDEFINED
    picks = np.random.default_rng(_SEED).integers(len(records), size=(_RESAMPLES, len(records)))
    drawn = (measure([records[place] for place in pick]) for pick in picks)
    return _score(value, np.array([one for one in drawn if one is not None]), len(records))


def _score(value: float, draws: npt.NDArray[np.float64], n: int) -> Score:
    low, high = np.percentile(draws, [(100 - _LEVEL) / 2, (100 + _LEVEL) / 2])
    return Score(value=round(value, 4), low=round(float(low), 4), high=round(float(high), 4), n=n)
