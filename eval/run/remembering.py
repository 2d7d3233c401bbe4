"""Models that remember what they computed, so that measuring more of a question costs no second inference."""

from collections.abc import Sequence
from typing import cast

from rag.models.protocols import Encoder, PairScorer
from rag.types import PairScores, Vectors


def remembering_scorer(model: PairScorer) -> PairScorer:
    """``model``; asked for exactly what it was asked for last, it gives the same scores again."""
    return cast(PairScorer, _Scorer(model))


def remembering_encoder(model: Encoder) -> Encoder:
    """``model``; a document that comes back gets the vectors that it had."""
    return cast(Encoder, _Encoder(model))


class _Scorer:
    def __init__(self, model: PairScorer) -> None:
        self._model = model
        self._asked: tuple[str, tuple[str, ...]] | None = None
        self._scores: PairScores | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)

    def score(self, question: str, texts: Sequence[str]) -> PairScores:
        asked = (question, tuple(texts))
        if self._scores is None or asked != self._asked:
            self._scores = self._model.score(question, texts)
            self._asked = asked
        return self._scores


class _Encoder:
    def __init__(self, model: Encoder) -> None:
        self._model = model
        self._vectors: dict[tuple[str, ...], Vectors] = {}

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        asked = tuple(texts)
        if asked not in self._vectors:
            self._vectors[asked] = self._model.encode_passages(texts)
        return self._vectors[asked].copy()
