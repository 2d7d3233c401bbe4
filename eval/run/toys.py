"""Models whose results are a pure function of a text's words: for faults and tests, where a real one is too slow.

They are no substitute for one: they know no meaning, only which words two texts share.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from rag.language.english.words import stem, words
from rag.types import PairScores, Vectors

_OWN_SHARE = 0.05


class WordEncoder:
    """Texts that share words are near to each other; equal texts, and no others, have equal vectors.

    Args:
        name: Another name makes other vectors, as another model does.
        max_tokens: Words that it reads.
    """

    def __init__(self, name: str = "words", *, dimension: int = 64, max_tokens: int = 512) -> None:
        self.name = name
        self.fingerprint = f"{name}@toy"
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.encoded = 0

    def count_tokens(self, text: str) -> int:
        """The words of ``text`` and two more."""
        return len(text.split()) + 2

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension); counts the texts in ``encoded``."""
        self.encoded += len(texts)
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def encode_query(self, question: str) -> Vectors:
        """The unit vector of a question, shape (dimension,)."""
        return self._vector(question)

    def _vector(self, text: str) -> Vectors:
        own = _OWN_SHARE * _drawn(f"{self.name} text {text}", self.dimension)
        summed = own + sum(_drawn(f"{self.name} {stem(word)}", self.dimension) for word in words(text))
        unit: Vectors = (summed / np.linalg.norm(summed)).astype(np.float32)
        return unit


class WordScorer:
    """Scores by the share of the question's words that a text has.

    Relevance is from -10 for none to 10 for all, answerability from -7 to 3.
    """

    name = "words"
    fingerprint = "words@toy"

    def count_tokens(self, question: str, text: str) -> int:
        """The words of both and three more."""
        return len(question.split()) + len(text.split()) + 3

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        """Both logits, shape (len(texts),)."""
        asked = {stem(word) for word in words(question)}
        shares = [len(asked & {stem(word) for word in words(text)}) / max(1, len(asked)) for text in texts]
        found = np.array(shares, dtype=np.float32)
        return PairScores(relevance=20 * found - 10, answerability=10 * found - 7)


@lru_cache(maxsize=20_000)
def _drawn(text: str, dimension: int) -> Vectors:
    """A standard normal vector drawn with the hash of ``text`` as the seed."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).normal(size=dimension).astype(np.float32)
