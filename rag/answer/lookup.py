"""One question's way to its candidates: retrieve, read slips of the pen, rerank; each stage is timed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rag.answer.find.rerank import Reranked, reach, rerank
from rag.answer.find.retrieve import retrieve
from rag.answer.missing import missing_terms
from rag.answer.watch import Watch
from rag.language.spelling import corrected
from rag.language.text import display
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.storage.vectors.chroma import VectorIndex
from rag.types import Hit


class Found(NamedTuple):
    """The question without slips of the pen, its terms that no source has, and the passages that match it."""

    question: str
    missing: tuple[str, ...]
    hits: list[Hit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What one question is answered from: the models, a collection, and the catalog as it was when it was asked."""

    catalog: Catalog
    vectors: VectorIndex
    collection: str
    encoder: Encoder
    scorer: PairScorer
    settings: Settings
    watch: Watch = field(default_factory=Watch)

    def find(self, question: str, limit: int | None = None) -> Found:
        """What a question means, and the passages that match it.

        Args:
            limit: Of each leg, at least; that of the settings where it is not given.
        """
        wide = reach(question, max(limit or 0, self.settings.retrieve_limit))
        hits = self.nearest(question, wide)
        missing = missing_terms(self.catalog, self.collection, question)
        meant = corrected(question, missing, (display(hit.passage.text) for hit in hits), self._is_word)
        if meant == question:
            return Found(question, missing, hits)
        return Found(meant, missing_terms(self.catalog, self.collection, meant), self.nearest(meant, wide))

    def _is_word(self, word: str) -> bool:
        """Whether the encoder's vocabulary has a word whole, as it has the frequent ones."""
        return self.encoder.count_tokens(word) - self.encoder.count_tokens("") == 1

    def nearest(self, question: str, limit: int) -> list[Hit]:
        """The passages that match a question as it is."""
        with self.watch.measure("encode"):
            vector = self.encoder.encode_query(question)
        with self.watch.measure("retrieve"):
            return retrieve(self.catalog, self.vectors, self.collection, question, vector, limit=limit)

    def rerank(self, question: str, hits: Sequence[Hit]) -> Reranked:
        """The judged sentences of ``hits``, and the hits in their order."""
        with self.watch.measure("rerank"):
            return rerank(self.catalog, self.scorer, question, hits, budget=self.settings.rerank_tokens)
