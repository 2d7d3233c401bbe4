"""Models that remember what they computed, so that measuring more of a question costs no second inference."""

from collections.abc import Sequence

from eval.run.around import AroundEncoder, AroundScorer
from rag.models.protocols import Encoder, PairScorer
from rag.types import PairScores, Vectors


class RememberingScorer(AroundScorer):
    """``model``; asked for exactly what it was asked for last of that kind, it gives the same scores again."""

    def __init__(self, model: PairScorer) -> None:
        super().__init__(model)
        self._last: dict[bool, tuple[tuple[str, tuple[str, ...]], PairScores]] = {}

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        """See ``PairScorer.score``."""
        asked = (question, tuple(texts))
        if units not in self._last or asked != self._last[units][0]:
            self._last[units] = asked, self.model.score(question, texts, units=units)
        return self._last[units][1]


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
