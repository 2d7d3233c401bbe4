"""The engine with one part exchanged, at a seam that it has anyway: the index, the pair scorer, the reader.

Nothing within ``rag`` knows of these.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval.run.around import AroundScorer
from rag.answer.find.evidence import Candidate
from rag.answer.find.rerank import judge_pairs
from rag.answer.question import Question
from rag.answer.read.extractive import ExtractiveReader
from rag.answer.read.reader import Reader, Reading
from rag.blocks import Block
from rag.language.text import display
from rag.library import Library
from rag.storage.protocols import CatalogView
from rag.types import CorpusState, Document, Kind, PairScores, Passage, Scale, Sentence, Vectors

WHOLE = "the whole"
_DESCRIPTION = (Kind.TITLE, Kind.AUTHOR, Kind.PUBLISHER, Kind.PUBLISHED)
_FIRST, _STEP = 8.0, 1.5


class _NoVectors:
    """A vector index that finds nothing."""

    def search(
        self, collection: str, vector: Vectors, limit: int, among: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """See ``VectorSearch.search``."""
        return []


@dataclass(frozen=True, slots=True)
class _NoWords:
    """A catalog that finds no passages by their words."""

    catalog: CatalogView

    def state(self, collection: str) -> CorpusState:
        """See ``CatalogView``, as of all methods but one."""
        return self.catalog.state(collection)

    def scale(self, collection: str) -> Scale:
        return self.catalog.scale(collection)

    def corpus(self, collection: str) -> str:
        return f"{self.catalog.corpus(collection)} without words"

    def document(self, document_id: str) -> Document:
        return self.catalog.document(document_id)

    def documents(self, collection: str, *, limit: int, after: str = "") -> list[Document]:
        return self.catalog.documents(collection, limit=limit, after=after)

    def text(self, document_id: str) -> str:
        return self.catalog.text(document_id)

    def blocks(self, document_id: str) -> list[Block]:
        return self.catalog.blocks(document_id)

    def sentences(self, document_id: str, text: str) -> list[Sentence]:
        return self.catalog.sentences(document_id, text)

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        return self.catalog.passages(ids)

    def beside(self, ids: Sequence[str]) -> dict[str, list[str]]:
        return self.catalog.beside(ids)

    def ids(self, keys: Sequence[str]) -> dict[str, str]:
        return self.catalog.ids(keys)

    def search_words(
        self, collection: str, words: Collection[str], limit: int, without: Collection[str] = ()
    ) -> list[tuple[str, float]]:
        """Nothing."""
        return []

    def mentions(self, collection: str, phrases: Collection[str]) -> bool:
        return self.catalog.mentions(collection, phrases)


class _InOrder(AroundScorer):
    """A pair scorer that reads nothing: the texts keep the order in which they come."""

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        falling = np.array([_FIRST - _STEP * place for place in range(len(texts))], dtype=np.float32)
        return PairScores(relevance=falling, answerability=falling)


class _OneHead(AroundScorer):
    """A pair scorer whose relevance stands for both logits."""

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        scores = self.model.score(question, texts, units=units)
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
    return replace(engine, vary=lambda whole: replace(whole, catalog=_NoWords(whole.catalog)))


def _lexical_alone(engine: Library) -> Library:
    return replace(engine, vary=lambda whole: replace(whole, vectors=_NoVectors()))


def _without_reranking(engine: Library) -> Library:
    return replace(engine, scorer=_InOrder(engine.scorer))


def _without_second_head(engine: Library) -> Library:
    return replace(engine, scorer=_OneHead(engine.scorer))


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
