"""The vector index: unit vectors by key in Chroma, the one module that imports it.

It is disposable: the catalog holds every vector, and ``store`` rebuilds an index that is missing or
damaged. Why it is set up so:

- cosine must be chosen when a collection is made; the default is l2 and can never be changed;
- ``embedding_function=None``: the default one downloads a model;
- writes go in small batches, because Chroma holds the interpreter's lock while it writes;
- one thread builds the graph, so that the same additions give the same index.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import DataDirectoryError
from rag.types import Vectors

_WRITE_BATCH = 32
_READ_BATCH = 10_000
_TRIAL_STEP = 50
_CONFIGURATION = {
    "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32, "num_threads": 1}
}


class VectorIndex:
    """An embedded Chroma database in a folder of its own.

    Args:
        folder: Made when it is missing. It must belong to this process alone.

    Raises:
        DataDirectoryError: When Chroma cannot open the folder.
    """

    def __init__(self, folder: Path) -> None:
        import chromadb

        self.folder = folder.resolve()  # the same folder spelled in two ways would be two engines
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._client: Any = chromadb.PersistentClient(self.folder)
        except Exception as error:
            raise DataDirectoryError(f"Chroma cannot open {self.folder}: {error}") from error
        self._opened: dict[str, Any] = {}

    def close(self) -> None:
        """Free the files."""
        self._client.close()

    def count(self, collection: str) -> int:
        """How many vectors a collection has; a collection that is not there has none."""
        return int(self._collection(collection).count())

    def keys(self, collection: str) -> set[str]:
        """The keys of a collection."""
        found: set[str] = set()
        while page := self._collection(collection).get(limit=_READ_BATCH, offset=len(found), include=[])["ids"]:
            found.update(page)
        return found

    def vectors(self, collection: str, keys: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of those ``keys`` that are there."""
        rows = self._collection(collection).get(ids=list(keys), include=["embeddings"])
        return {key: np.asarray(row) for key, row in zip(rows["ids"], rows["embeddings"], strict=True)}

    def add(self, collection: str, keys: Sequence[str], vectors: Vectors) -> None:
        """Store vectors, shape (len(keys), dimension), under keys that the collection does not have."""
        for start in range(0, len(keys), _WRITE_BATCH):
            part = slice(start, start + _WRITE_BATCH)
            self._collection(collection).add(ids=list(keys[part]), embeddings=vectors[part])

    def remove(self, collection: str, keys: Sequence[str]) -> None:
        """Remove keys; those that are not there are passed over."""
        for start in range(0, len(keys), _WRITE_BATCH):
            self._collection(collection).delete(ids=list(keys[start : start + _WRITE_BATCH]))

    def drop(self, collection: str) -> None:
        """Remove a collection with all its vectors."""
        self._collection(collection)  # Chroma fails for one that is not there
        del self._opened[collection]
        self._client.delete_collection(_name(collection))

    def nearest(self, collection: str, vectors: Vectors) -> list[str | None]:
        """The key nearest to each row of ``vectors``, ``None`` where the collection is empty."""
        if not len(vectors) or self.count(collection) == 0:
            return [None] * len(vectors)
        found = self._collection(collection).query(query_embeddings=vectors, n_results=1, include=[])
        return [ids[0] if ids else None for ids in found["ids"]]

    def search(self, collection: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """The nearest keys and their cosines to a unit vector, best first."""
        wanted = min(limit, self.count(collection))
        if wanted == 0:
            return []
        found = self._collection(collection).query(
            query_embeddings=vector.reshape(1, -1), n_results=wanted, include=["distances"]
        )
        scored = [
            (identifier, 1.0 - float(d)) for identifier, d in zip(found["ids"][0], found["distances"][0], strict=True)
        ]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))

    def _collection(self, collection: str) -> Any:
        if collection not in self._opened:
            opened = self._client.get_or_create_collection(
                _name(collection),
                configuration=_CONFIGURATION,
                embedding_function=None,
            )
            opened.count()  # before the first write, or a later one replays the whole log
            self._opened[collection] = opened
        return self._opened[collection]


def _name(collection: str) -> str:
    return f"footnote-{collection}"


def _try_every_vector(folder: Path) -> None:
    """Read and search every vector of an index: what ``seal`` has a child process do."""
    index = VectorIndex(folder)
    for collection in index._client.list_collections():
        found = collection.get(include=["embeddings"])
        for start in range(0, len(found["ids"]), _TRIAL_STEP):
            collection.query(query_embeddings=found["embeddings"][start : start + 1], n_results=1)
    index.close()


def remove_folder(folder: Path) -> None:
    """Delete an index's folder, whatever is in it."""
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _try_every_vector(Path(sys.argv[1]))
