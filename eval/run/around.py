"""Models that pass everything on to another, to be changed in one method by whoever measures."""

from collections.abc import Sequence

from rag.models.protocols import Encoder, PairScorer
from rag.types import PairScores, Vectors


class AroundEncoder:
    """An ``Encoder`` that gives what ``model`` gives."""

    def __init__(self, model: Encoder) -> None:
        self.model = model

    @property
    def name(self) -> str:
        """See ``Encoder``."""
        return self.model.name

    @property
    def fingerprint(self) -> str:
        """See ``Encoder``."""
        return self.model.fingerprint

    @property
    def dimension(self) -> int:
        """See ``Encoder``."""
        return self.model.dimension

    @property
    def max_tokens(self) -> int:
        """See ``Encoder``."""
        return self.model.max_tokens

    def count_tokens(self, text: str) -> int:
        """See ``Encoder.count_tokens``."""
        return self.model.count_tokens(text)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """See ``Encoder.encode_passages``."""
        return self.model.encode_passages(texts)

    def encode_query(self, question: str) -> Vectors:
        """See ``Encoder.encode_query``."""
        return self.model.encode_query(question)


class AroundScorer:
    """A ``PairScorer`` that gives what ``model`` gives."""

    def __init__(self, model: PairScorer) -> None:
        self.model = model

    @property
    def name(self) -> str:
        """See ``PairScorer``."""
        return self.model.name

    @property
    def fingerprint(self) -> str:
        """See ``PairScorer``."""
        return self.model.fingerprint

    def count_tokens(self, question: str, text: str) -> int:
        """See ``PairScorer.count_tokens``."""
        return self.model.count_tokens(question, text)

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        """See ``PairScorer.score``."""
        return self.model.score(question, texts, units=units)
