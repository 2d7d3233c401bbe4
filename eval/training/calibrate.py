"""Fit the probabilities of ``rag/answer/answerability.json``: ``footnote eval calibrate --data DIR``.

Without ``--data`` it fits the scale of one collection: ``eval/training/fitted.py``.

The questions are those of four sets that nothing learned from: a third of the calibration half over the seeds, a
cluster of each topic of the lessons, documents of many genres, and a held-out article of SQuAD 2. One with known
evidence counts twice: as it is, and with the documents that answer it left out of what was retrieved. A question
counts as answered where one of the best two sentences answers it. Where a unit is the best candidate, it is the
quarter of the documents of mixed forms that nothing learned from; each question is asked of its own document and of
another one.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from eval.run.looking import candidates_for, found_for
from eval.run.runner import prepared
from eval.sets.forms import FormQuestion, FormSet, unit_sets
from eval.sets.question import EvalSet, Question
from eval.training.fitted import calibrate, table
from eval.training.forms import ingested, may_answer
from eval.training.pairs import answers_of
from eval.training.rounds import SEED
from eval.training.sets import calibration_sets
from rag.answer.confidence import PARAMETERS, Signals, combined, signals
from rag.answer.find.evidence import Candidate
from rag.answer.question import Question as Asked
from rag.answer.question import read_question
from rag.answer.read.extractive import considered
from rag.answer.read.sizes import sized
from rag.cli.options import collection_option, data_dir_option, opened, read_settings
from rag.cli.progress import show_documents, show_ingest
from rag.cli.terminal import console, echo, echo_json
from rag.ingest.pipeline import Work, find_files, ingest
from rag.library import Library
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.storage.directory import CATALOG
from rag.storage.lock import lock_directory

_Array = npt.NDArray[Any]

_STRENGTH = 1.0
_OF_SET = 300
_ANSWERED_OF_OTHERS = 3.0  # people's own questions: their documents answer 24 of 32, and 88 of 120
_STATED = 2
_FEW_DOCUMENTS = 20  # among fewer, on one topic, another document often answers as well
_COMMAND = "footnote eval calibrate --data DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A question's signals and whether its sources answer.

    ``sentences`` has (relevance, answerability, answers) of its best candidates.
    """

    source: str
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
            signals=_signals(asked, whole),
            answerable=question.answerable,
            sentences=tuple(
                (one.relevance, one.answerability, answers is not None and answers(one)) for one in whole[:3]
            ),
        )
        if question.answerable and not few:
            rest = _signals(asked, candidates_for(engine, question.text, without=question.relevant_ids))
            yield Observation(source=chosen.name, signals=rest, answerable=False)


def observe_units(library: Library, chosen: FormSet, folder: Path) -> Iterator[Observation]:
    """What the pipeline sees of each question that a unit answers best, in its own document and in the next one.

    Args:
        folder: The texts are written below it.
    """
    collections = dict(ingested(library, chosen, folder))
    names = list(collections)
    others = dict(zip(names, names[1:] + names[:1], strict=True))
    for question in chosen.questions:
        for document in (question.document, others[question.document]):
            answerable = question.answerable and document == question.document
            found = _observed_unit(library, collections[document], question, answerable=answerable)
            if found.signals.unit:
                yield found


def _observed_unit(library: Library, collection: str, question: FormQuestion, *, answerable: bool) -> Observation:
    with library.answering(collection) as answering:
        asked, hits = answering.find(read_question(question.question))
        left = sized(considered(asked, answering.rerank(asked, hits).candidates))
    best = [one for one in left[:3] if one.unit]
    return Observation(
        source=question.source,
        signals=signals(asked, left),
        answerable=answerable,
        sentences=tuple((one.relevance, one.answerability, answerable and may_answer(question, one)) for one in best),
    )


def _signals(asked: Asked, candidates: Sequence[Candidate]) -> Signals:
    return signals(asked, considered(asked, candidates))


def fit(observed: Sequence[Observation]) -> dict[str, dict[str, float]]:
    """Two logistic regressions: of a question on its signals, and of a sentence on its logits.

    Of a question it is fitted whether one of the best two sentences answers it: every set, and both outcomes of each,
    weighs the same, and what is answered then three times as much, for so often documents answer what their owners ask.
    """
    texts = [one for one in observed if not one.signals.unit]
    names, rows = _rows(texts)
    labels = np.array([any(answers for _, _, answers in one.sentences[:_STATED]) for one in texts])
    question = _regression(rows, labels, _weights_of_questions(texts, labels))
    return {"question": _named(names, question), "sentence": _of_sentences(texts)}


def fit_units(observed: Sequence[Observation]) -> dict[str, dict[str, float]]:
    """As ``fit``, where a unit is the best candidate: what is answered weighs three times as much here too."""
    names, rows = _rows(observed)
    labels = np.array([one.answerable for one in observed])
    question = _regression(rows, labels, _weights_of_questions(observed, labels))
    return {"unit question": _named(names, question), "unit": _of_sentences(observed)}


def _rows(observed: Sequence[Observation]) -> tuple[list[str], _Array]:
    """The names of the signals that are weighed, and a row of them for each question."""
    rows = [combined(one.signals) for one in observed]
    return list(rows[0]), np.array([list(row.values()) for row in rows])


def _of_sentences(observed: Sequence[Observation]) -> dict[str, float]:
    sentences = [row for one in observed for row in one.sentences]
    logits, answers = np.array([row[:2] for row in sentences]), np.array([row[2] for row in sentences])
    return _named(["relevance", "answerability"], _regression(logits, answers, None))


def _regression(rows: _Array, labels: _Array, weights: _Array | None) -> _Array:
    """The intercept and the slopes of a logistic regression, of signals as they are."""
    mean, width = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=_STRENGTH, max_iter=1000).fit((rows - mean) / width, labels, sample_weight=weights)
    slopes = model.coef_[0] / width
    return np.array([model.intercept_[0] - slopes @ mean, *slopes])


def _named(names: Sequence[str], values: _Array) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in zip(["intercept", *names], values, strict=True)}


def _weights_of_questions(observed: Sequence[Observation], labels: _Array) -> _Array:
    """Every set, and both outcomes of each, the same; then what is answered three times as much."""
    weights = _weights(list(zip([one.source for one in observed], labels, strict=True)))
    return np.where(labels, _ANSWERED_OF_OTHERS, 1.0) * weights


def _weights(groups: Sequence[object]) -> _Array:
    """Weights with which every group counts the same, one on average."""
    counts = Counter(groups)
    return np.array([len(groups) / (len(counts) * counts[group]) for group in groups])


_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), help="Ingest it into the collection first.")
@click.option("--questions", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="JSON Lines.")
@click.option("--remove", is_flag=True, help="Take the scale of the collection away.")
@collection_option
@data_dir_option
@click.option("--data", type=_FOLDER, help="Fit the confidence of every collection to the sets in it instead.")
@click.option("--units", is_flag=True, help="With --data: only what is said of rows, items, lists, records and code.")
def main(
    corpus: Path | None,
    questions: Path | None,
    remove: bool,
    collection: str,
    data_dir: Path | None,
    data: Path | None,
    units: bool,
) -> None:
    """Fit the confidence of a collection to questions over its documents; without --questions, to some made of them."""
    if data is not None:
        _refuse("--data", corpus, questions, remove, data_dir)
        _fit_all(data, units=units)
    elif units:
        raise click.UsageError("--units goes with --data")
    elif remove:
        _refuse("--remove", corpus, questions)
        _remove_scale(collection, data_dir)
    else:
        _fit_one(collection, data_dir, corpus, questions)


def _refuse(option: str, *others: object) -> None:
    """Another option would change nothing."""
    if any(others):
        raise click.UsageError(f"{option} goes with no other option of this command that changes what is fitted")


def _remove_scale(collection: str, data_dir: Path | None) -> None:
    settings = read_settings(data_dir=data_dir)
    folder = settings.data_dir.resolve()
    with lock_directory(folder), closing(Catalog(settings.catalog_url or folder / CATALOG)) as catalog:
        had = catalog.scales.remove(collection)
    echo(f"collection {collection}: " + ("its scale is gone" if had else "it had no scale"))


def _fit_one(collection: str, data_dir: Path | None, corpus: Path | None, questions: Path | None) -> None:
    with opened(data_dir) as library:
        if corpus is not None:
            files, work = find_files([corpus]), Work()
            with show_ingest(len(files), work) as on_outcome:
                ingest(library, files, collection=collection, on_outcome=on_outcome, work=work)
        with show_documents("Asking questions") as on_done:
            found = calibrate(library, collection, questions, on_done)
        console().print(table(found, library.settings.threshold))
    if questions is None:
        echo("made of the documents, which is easier than what people ask: --questions says more", err=True)


def _fit_all(data: Path, *, units: bool) -> None:
    """Fit the probabilities and write them."""
    shown = console(err=True)
    found: dict[str, object] = json.loads(PARAMETERS.read_text("utf-8")) | {"made_by": _COMMAND}
    if not units:
        texts: list[Observation] = []
        for chosen, every in calibration_sets(data):
            questions = random.Random(SEED).sample(every, min(len(every), _OF_SET))
            with shown.status(chosen.name), prepared(chosen, Settings()) as (engine, _):
                texts += observe(engine, chosen, questions)
        found |= fit(texts)
    observed: list[Observation] = []
    for whole in unit_sets(data):
        with shown.status(whole.name), TemporaryDirectory() as folder, Library.open(Path(folder, "data")) as library:
            observed += observe_units(library, whole.part("calibrates"), Path(folder, "texts"))
    found |= fit_units(observed)
    PARAMETERS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    echo_json(found)
