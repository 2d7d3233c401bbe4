"""Models that remember what they computed, so that measuring more of a question costs no second inference."""

from collections.abc import Sequence

from eval.run.around import AroundEncoder, AroundScorer
from rag.models.protocols import Encoder, PairScorer
from rag.types import PairScores, Vectors


class RememberingScorer(AroundScorer):
    """``model``; asked for exactly what it was asked for last, it gives the same scores again."""

    def __init__(self, model: PairScorer) -> None:
        super().__init__(model)
        self._asked: tuple[str, tuple[str, ...]] | None = None
        self._scores: PairScores | None = None

    def score(self, question: str, texts: Sequence[str]) -> PairScores:
        """See ``PairScorer.score``."""
        asked = (question, tuple(texts))
        if self._scores is None or asked != self._asked:
            self._scores = self.model.score(question, texts)
            self._asked = asked
        return self._scores


class RememberingEncoder(AroundEncoder):
    """``model``; a document that comes back gets the vectors that it had."""

    def __init__(self, model: Encoder) -> None:
        super().__init__(model)
        self._vectors: dict[tuple[str, ...], Vectors] = {}

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Encoder.encode_passages``."""
        asked = tuple(texts)
        if asked not in self._vectors:
            self._vectors[asked] = self.model.encode_passages(texts)
        return self._vectors[asked].copy()
