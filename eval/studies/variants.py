"""The engine with one part exchanged, at a seam that it has anyway: the index, the pair scorer, the reader.

Nothing within ``rag`` knows of these.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from rag.answer.find.evidence import Candidate
from rag.answer.find.rerank import judge_pairs
from rag.answer.question import Question
from rag.answer.read.extractive import ExtractiveReader
from rag.answer.read.reader import Reader, Reading
from rag.language.text import display
from rag.library import Library
from rag.models.protocols import PairScorer
from rag.storage.vectors.index import Index
from rag.types import Kind, PairScores

WHOLE = "the whole"
_DESCRIPTION = (Kind.TITLE, Kind.AUTHOR, Kind.PUBLISHER, Kind.PUBLISHED)
_FIRST, _STEP = 8.0, 1.5


class _Around:
    """Passes on to a part of the engine what it does not have itself."""

    def __init__(self, part: Any) -> None:
        self._part = part

    def __getattr__(self, name: str) -> object:
        return getattr(self._part, name)


class _NoVectors(_Around):
    """A vector index that finds nothing."""

    def search(self, collection: str, vector: object, limit: int) -> list[tuple[str, float]]:
        return []


class _NoWords(_Around):
    """A catalog that finds no passages by their words, nor does a snapshot of it."""

    @contextmanager
    def snapshot(self) -> Iterator["_NoWords"]:
        with self._part.snapshot() as catalog:
            yield _NoWords(catalog)

    def search_words(
        self, collection: str, words: Collection[str], limit: int, without: Collection[str] = ()
    ) -> list[tuple[str, float]]:
        return []


class _OtherIndex(_Around):
    """A store whose open index has another part."""

    def __init__(self, part: Any, change: Callable[[Index], Index]) -> None:
        super().__init__(part)
        self._change = change

    @property
    def index(self) -> Index:
        return self._change(self._part.index)


class _InOrder(_Around):
    """A pair scorer that reads nothing: the texts keep the order in which they come."""

    def score(self, question: str, texts: Sequence[str]) -> PairScores:
        falling = np.array([_FIRST - _STEP * place for place in range(len(texts))], dtype=np.float32)
        return PairScores(relevance=falling, answerability=falling)


class _OneHead(_Around):
    """A pair scorer whose relevance stands for both logits."""

    def score(self, question: str, texts: Sequence[str]) -> PairScores:
        scores: PairScores = self._part.score(question, texts)
        return PairScores(relevance=scores.relevance, answerability=scores.relevance)


@dataclass(frozen=True, slots=True)
class _Given:
    """A reader that is given other candidates than the reranker's."""

    reader: Reader
    change: Callable[[str, Sequence[Candidate]], Sequence[Candidate]]

    @property
    def name(self) -> str:
        return self.reader.name

    def read(self, question: Question, candidates: Sequence[Candidate], *, max_statements: int) -> Reading:
        """See ``Reader.read``."""
        given = self.change(question.text, candidates)
        return self.reader.read(question, given, max_statements=max_statements)


@dataclass(frozen=True, slots=True)
class _Uncalibrated:
    """A reader whose confidence is the logistic function of the best raw score, and that answers from one half."""

    reader: Reader

    @property
    def name(self) -> str:
        return self.reader.name

    def read(self, question: Question, candidates: Sequence[Candidate], *, max_statements: int) -> Reading:
        """See ``Reader.read``."""
        reading = self.reader.read(question, candidates, max_statements=max_statements)
        best = max((candidate.score for candidate in candidates), default=-math.inf)
        sure = 1.0 / (1.0 + math.exp(-best)) if candidates else 0.0
        answered = sure >= 0.5
        findings = reading.findings if answered else ()
        return Reading(answered=answered, findings=findings, confidence=round(sure, 4))


def _dense_alone(engine: Library) -> Library:
    return _with_index(engine, lambda one: Index(one.generation, cast(Any, _NoWords(one.catalog)), one.vectors))


def _lexical_alone(engine: Library) -> Library:
    return _with_index(engine, lambda one: Index(one.generation, one.catalog, cast(Any, _NoVectors(one.vectors))))


def _with_index(engine: Library, change: Callable[[Index], Index]) -> Library:
    return replace(engine, store=cast(Any, _OtherIndex(engine.store, change)))


def _without_reranking(engine: Library) -> Library:
    return replace(engine, scorer=cast(PairScorer, _InOrder(engine.scorer)))


def _without_second_head(engine: Library) -> Library:
    return replace(engine, scorer=cast(PairScorer, _OneHead(engine.scorer)))


def _without_context(engine: Library) -> Library:
    """Sentences are judged without their title and shown without the one before."""

    def bare(question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        bare_texts = [
            replace(one, judged=display(one.sentence.text), previous=None, heading=None, title=None)
            for one in candidates
        ]
        return judge_pairs(engine.scorer, question, bare_texts)

    return replace(engine, reader=_Given(engine.reader, bare))


def _without_description(engine: Library) -> Library:
    """Title, author, publisher and date answer nothing."""

    def body(question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        return [candidate for candidate in candidates if candidate.sentence.kind not in _DESCRIPTION]

    return replace(engine, reader=_Given(engine.reader, body))


def _without_calibration(engine: Library) -> Library:
    return replace(engine, reader=_Uncalibrated(ExtractiveReader(threshold=0.0)))


VARIANTS: Mapping[str, Callable[[Library], Library]] = {
    WHOLE: lambda engine: engine,
    "dense leg alone": _dense_alone,
    "lexical leg alone": _lexical_alone,
    "without reranking": _without_reranking,
    "without context": _without_context,
    "without the second head": _without_second_head,
    "without description": _without_description,
    "without calibration": _without_calibration,
}
"""How to make each variant of an engine."""
