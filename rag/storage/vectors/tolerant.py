"""A vector index of which a question can do without."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from rag.errors import VectorsUnavailable
from rag.storage.protocols import VectorSearch
from rag.types import Vectors


@dataclass(frozen=True, slots=True)
class Tolerant:
    """The vectors of ``whole``, none while it cannot be asked; ``on_failure`` is called then."""

    whole: VectorSearch
    on_failure: Callable[[], None]

    def search(
        self, collection: str, vector: Vectors, limit: int, among: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """As ``VectorSearch``."""
        try:
            return self.whole.search(collection, vector, limit, among)
        except VectorsUnavailable:
            self.on_failure()
            return []
