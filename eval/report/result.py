"""A result as JSON: what was measured, what made it, and every answer.

Two runs of one commit give the same JSON but for ``timings_ms``; the ids of answers are left out.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.measure import Result
from eval.measures.measures import calibration_bins, percentiles, risk_coverage
from eval.run.judge import Judged
from eval.run.runner import Record
from rag.errors import FootnoteError
from rag.types import Answer

Json = dict[str, Any]


class ResultError(FootnoteError):
    """A file that should hold a result and does not."""


def as_json(result: Result) -> Json:
    """The whole result as JSON values."""
    run = result.run
    return {
        "name": run.name,
        "set": {"sha256": run.set_sha256, "documents": run.documents, "asked": len(run.records), **result.drawn},
        "settings": dict(run.settings),
        "models": dict(run.models),
        "versions": dict(run.versions),
        "scores": {name: asdict(score) for name, score in result.scores.items()},
        "risk_coverage": _risk_coverage(result),
        "calibration": _calibration(result),
        "questions": [_question(record, judged) for record, judged in zip(run.records, result.questions, strict=True)],
        "timings_ms": latencies(result) | {"questions": [dict(one.answer.timings_ms) for one in run.records]},
    }


def read_result(file: Path) -> Json:
    """A result that was written as JSON.

    Raises:
        ResultError: When the file is not one.
    """
    try:
        result: Json = json.loads(file.read_text("utf-8"))
        judged_of(result)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultError(f"{file} is no result of footnote eval: {error!r}") from error
    return result


def judged_of(result: Json) -> list[Judged]:
    """The judged questions of a result that was read from its JSON."""
    return [Judged(**question["judged"]) for question in result["questions"]]


def latencies(result: Result) -> dict[str, Any]:
    """The 50th, 90th and 99th percentile of each stage, milliseconds, by the stage's name."""
    stages = list(dict.fromkeys(stage for record in result.run.records for stage in record.answer.timings_ms))
    return {
        stage: percentiles([record.answer.timings_ms.get(stage, 0.0) for record in result.run.records])
        for stage in stages
    }


def _risk_coverage(result: Result) -> list[tuple[float, float]]:
    answered = [one for one in result.questions if one.answered]
    points = risk_coverage(
        [one.confidence for one in answered], [bool(one.right) for one in answered], total=len(result.questions)
    )
    return [(round(coverage, 4), round(risk, 4)) for coverage, risk in points]


def _calibration(result: Result) -> list[tuple[float, float, int]]:
    bins = calibration_bins([one.confidence for one in result.questions], [one.answerable for one in result.questions])
    return [(round(given, 4), round(true, 4), size) for given, true, size in bins]


def _question(record: Record, judged: Judged) -> Json:
    question = record.question
    return {
        "id": question.id,
        "kind": question.kind,
        "group": question.group,
        "question": question.text,
        "outcome": judged.outcome,
        "judged": asdict(judged),
        "accepted_answers": list(question.answers),
        "relevant_ids": list(question.relevant_ids),
        "gold": [asdict(excerpt) for excerpt in record.excerpts],
        "ranked": {stage: list(ids[:10]) for stage, ids in record.legs.items()},
        "answer": _answer(record.answer),
        "answer_without_evidence": _answer(record.without) if record.without else None,
    }


def _answer(answer: Answer) -> Json:
    """An answer without what differs from run to run, and without what its question says already."""
    whole = asdict(answer)
    for key in ("id", "question", "collection", "timings_ms", "models"):
        del whole[key]
    return whole
