"""The seams with more than one implementation: two model loaders each, and readers."""

from collections.abc import Sequence
from typing import Protocol

from rag.types import PairScores, Vectors


class Encoder(Protocol):
    """Turns text into unit vectors.

    ``fingerprint`` names the model and the exact weights; ``max_tokens`` counts its own word pieces,
    special tokens included.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def max_tokens(self) -> int: ...

    def count_tokens(self, text: str) -> int:
        """The word pieces of ``text``, special tokens included, without any cut."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), float32, in the order of ``texts``."""
        ...

    def encode_query(self, question: str) -> Vectors:
        """The unit vector of a question, shape (dimension,), float32."""
        ...


class PairScorer(Protocol):
    """Scores how well texts answer a question (a cross-encoder).

    ``fingerprint`` names the model and the exact weights.
    """

    @property
    def name(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...

    def count_tokens(self, question: str, text: str) -> int:
        """The word pieces of the pair as the model reads it, special tokens included."""
        ...

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        """Both logits of each text, in the order of ``texts``; a model with one head gives it as both.

        Args:
            units: The texts are rows, items, lists, records or code. What judges running text well misjudges
                these; a model that does not tell them apart ignores it.
        """
        ...
