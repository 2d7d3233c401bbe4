"""Some of the vectors of an index, searched as if there were no others."""

from collections.abc import Collection
from dataclasses import dataclass

from rag.storage.protocols import VectorSearch
from rag.types import Vectors


@dataclass(frozen=True, slots=True)
class Among:
    """The vectors of ``whole`` under ``keys``."""

    whole: VectorSearch
    keys: Collection[str]

    def search(
        self, collection: str, vector: Vectors, limit: int, among: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """As ``VectorSearch``."""
        keys = self.keys if among is None else set(among).intersection(self.keys)
        return self.whole.search(collection, vector, limit, keys)
