"""Models that remember what they computed, so that measuring more of a question costs no second inference."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from rag.protocols import Encoder, PairScorer
from rag.types import Scores, Vectors


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
        self._scores: Scores = np.empty(0, dtype=np.float32)

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)

    def score(self, question: str, texts: Sequence[str]) -> Scores:
        asked = (question, tuple(texts))
        if asked != self._asked:
            self._scores = self._model.score(question, texts)
            self._asked = asked
        return self._scores.copy()


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
