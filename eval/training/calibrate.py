"""Fit the probabilities of ``rag/answer/answerability.json``: ``footnote eval calibrate --data DIR``.

The questions are the calibration half of those over the seeds and a held-out article of SQuAD 2, of
which a question with known evidence counts twice: as it is, and with the documents that answer it left
out of what was retrieved. Only the third of the seeds' questions that the model did not learn from sets
the scale of the probability.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from eval.run.looking import candidates_for, found_for
from eval.run.runner import prepared
from eval.sets.question import EvalSet, Question
from eval.training.pairs import answers_of
from eval.training.sets import calibration_sets, sets_scale
from rag.answer.confidence import PARAMETERS, Signals, signals
from rag.answer.find.evidence import Candidate
from rag.answer.question import Question as Asked
from rag.answer.read.extractive import considered
from rag.cli.terminal import console, echo_json
from rag.library import Library
from rag.settings import Settings

_Array = npt.NDArray[Any]

_STRENGTH = 1.0
_FEW_DOCUMENTS = 20  # among fewer, on one topic, another document often answers as well
_COMMAND = "footnote eval calibrate --data DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A question's signals and whether its sources answer.

    ``sets_scale``: nothing learned from it, so it says how sure one may be. ``sentences`` has (relevance,
    answerability, answers) of its best candidates.
    """

    source: str
    sets_scale: bool
    signals: Signals
    answerable: bool
    sentences: tuple[tuple[float, float, bool], ...] = ()


def observe(engine: Library, chosen: EvalSet, questions: Sequence[Question]) -> Iterator[Observation]:
    """What the pipeline sees of each question, as it is and without the documents that answer it."""
    few = len(chosen.documents) <= _FEW_DOCUMENTS
    for question in questions:
        (asked, _), whole = found_for(engine, question.text), candidates_for(engine, question.text)
        answers = answers_of(engine, question) if question.answerable else None
        yield Observation(
            source=chosen.name,
            sets_scale=few and sets_scale(question),
            signals=_signals(asked, whole),
            answerable=question.answerable,
            sentences=tuple(
                (one.relevance, one.answerability, answers is not None and answers(one)) for one in whole[:3]
            ),
        )
        if question.answerable and not few:
            rest = _signals(asked, candidates_for(engine, question.text, without=question.relevant_ids))
            yield Observation(source=chosen.name, sets_scale=False, signals=rest, answerable=False)


def _signals(asked: Asked, candidates: Sequence[Candidate]) -> Signals:
    return signals(asked, considered(asked, candidates))


def fit(observed: Sequence[Observation]) -> dict[str, dict[str, float]]:
    """Two logistic regressions: of a question on its signals, and of a sentence on its logits.

    The direction of the first is fitted with every set, and both outcomes of each, weighing the same; its
    scale then with the questions that set it, as they are (Platt 1999).
    """
    names = [name for name in asdict(observed[0].signals) if name != "shared"]
    rows = np.array([[getattr(one.signals, name) for name in names] for one in observed])
    labels = np.array([one.answerable for one in observed])
    direction = _regression(rows, labels, _weights([(one.source, one.answerable) for one in observed]))
    setting = np.array([one.sets_scale for one in observed])
    scale = _regression((rows @ direction[1:] + direction[0])[setting][:, None], labels[setting], None)
    question = np.array([scale[0] + scale[1] * direction[0], *(scale[1] * direction[1:])])
    sentences = [row for one in observed for row in one.sentences]
    logits, answers = np.array([row[:2] for row in sentences]), np.array([row[2] for row in sentences])
    return {
        "question": _named(names, question),
        "sentence": _named(["relevance", "answerability"], _regression(logits, answers, None)),
    }


def _regression(rows: _Array, labels: _Array, weights: _Array | None) -> _Array:
    """The intercept and the slopes of a logistic regression, of signals as they are."""
    mean, width = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=_STRENGTH, max_iter=1000).fit((rows - mean) / width, labels, sample_weight=weights)
    slopes = model.coef_[0] / width
    return np.array([model.intercept_[0] - slopes @ mean, *slopes])


def _named(names: Sequence[str], values: _Array) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(["intercept", *names], values, strict=True)}


def _weights(groups: Sequence[object]) -> _Array:
    """Weights with which every group counts the same, one on average."""
    counts = Counter(groups)
    return np.array([len(groups) / (len(counts) * counts[group]) for group in groups])


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
def main(data: Path) -> None:
    """Fit the probabilities and write them."""
    shown = console(err=True)
    observed: list[Observation] = []
    for chosen, questions in calibration_sets(data):
        with shown.status(chosen.name), prepared(chosen, Settings()) as (engine, _):
            observed += observe(engine, chosen, questions)
    parameters = fit(observed)
    PARAMETERS.write_text(json.dumps({"made_by": _COMMAND, **parameters}, indent=2) + "\n", encoding="utf-8")
    for source in dict.fromkeys(one.source for one in observed):
        shown.print(source, sum(one.source == source for one in observed), "questions")
    echo_json(parameters)
