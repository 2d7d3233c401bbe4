"""The vector index on a Chroma server: the vectors of one generation of one library, by key.

It does what the embedded one does (``chroma.py``). A collection of the catalog is one of the server,
named ``footnote-<library>-<generation>-<collection>``, so that several libraries may share a database.
Its seal is kept with each collection, in its metadata.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from rag.storage.vectors.rest import NotThere, Requests
from rag.types import Vectors

_WRITE_BATCH = 250  # 380 vectors/s; 160/s in requests of 32, no more in requests of 1,000 (two busy cores)
_READ_BATCH = 10_000
_AGREED = "agreed"
_CONFIGURATION = {"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 800, "max_neighbors": 32}}


def prefix_of(library: str, generation: int | None = None) -> str:
    """How the names of the collections begin that a library, or one of its generations, has on a server.

    >>> prefix_of("5f3a", 2)
    'footnote-5f3a-2-'
    """
    return f"footnote-{library}-" + ("" if generation is None else f"{generation}-")


def drop_all(requests: Requests, prefix: str, kept: Collection[str] = ()) -> None:
    """Remove the collections whose names begin with ``prefix`` and with none of ``kept``.

    Raises:
        VectorsUnavailable: When the server cannot be asked.
    """
    for name in _names(requests):
        if name.startswith(prefix) and not name.startswith(tuple(kept)):
            _drop(requests, name)


class ServerIndex:
    """The vectors of a generation; every method raises ``VectorsUnavailable`` when the server cannot be asked.

    Args:
        prefix: Of the names of its collections.
    """

    lost: str | None = None

    def __init__(self, requests: Requests, prefix: str) -> None:
        self._requests = requests
        self._prefix = prefix
        self._known: dict[str, str] = {}
        self._seals: dict[str, str] = {}

    def close(self) -> None:
        """Close the connections."""
        self._requests.close()

    def collections(self) -> list[str]:
        """The collections that have, or had, a vector."""
        names = _names(self._requests)
        return sorted(name.removeprefix(self._prefix) for name in names if name.startswith(self._prefix))

    def count(self, collection: str) -> int:
        """How many vectors a collection has; a collection that is not there has none."""
        return int(self._of(collection, 0, lambda at: self._requests.read("GET", f"{at}/count")))

    def keys(self, collection: str) -> set[str]:
        """The keys of a collection."""
        found: set[str] = set()
        while page := self._rows(collection, {"limit": _READ_BATCH, "offset": len(found), "include": []})["ids"]:
            found.update(page)
        return found

    def vectors(self, collection: str, keys: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of those ``keys`` that are there."""
        if not keys:
            return {}
        rows = self._rows(collection, {"ids": list(keys), "include": ["embeddings"]})
        return {
            key: np.asarray(row, dtype=np.float32)
            for key, row in zip(rows["ids"], rows.get("embeddings") or [], strict=True)
        }

    def add(
        self, collection: str, keys: Sequence[str], vectors: Vectors, give_way: Callable[[], None] = lambda: None
    ) -> None:
        """Store vectors, shape (len(keys), dimension), under keys that the collection does not have.

        Args:
            give_way: Called before each write.
        """
        for start in range(0, len(keys), _WRITE_BATCH):
            give_way()
            part = slice(start, start + _WRITE_BATCH)
            rows = {"ids": list(keys[part]), "embeddings": np.asarray(vectors[part], dtype=np.float32).tolist()}
            try:
                self._requests.write("POST", f"{self._made(collection)}/add", rows)
            except NotThere:  # it went since it was last used
                self._known.pop(collection, None)
                self._requests.write("POST", f"{self._made(collection)}/add", rows)

    def remove(self, collection: str, keys: Sequence[str]) -> None:
        """Remove keys; those that are not there are passed over."""
        for start in range(0, len(keys), _WRITE_BATCH):
            self._remove(collection, {"ids": list(keys[start : start + _WRITE_BATCH])})

    def _remove(self, collection: str, rows: Mapping[str, object]) -> None:
        self._of(collection, None, lambda at: self._requests.write("POST", f"{at}/delete", rows))

    def drop(self, collection: str) -> None:
        """Remove a collection with all its vectors, if it is there."""
        self._known.pop(collection, None)
        self._seals.pop(collection, None)
        _drop(self._requests, self._prefix + collection)

    def nearest(self, collection: str, vectors: Vectors) -> list[str | None]:
        """The key nearest to each row of ``vectors``, ``None`` where the collection is empty."""
        if not len(vectors):
            return []
        query = {"query_embeddings": vectors.tolist(), "n_results": 1, "include": []}
        return [ids[0] if ids else None for ids in self._query(collection, query, len(vectors))["ids"]]

    def search(
        self, collection: str, vector: Vectors, limit: int, among: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The nearest keys and their cosines to a unit vector, best first.

        Args:
            among: The keys to look at, all where it is not given; one that is not there is passed over.
        """
        query = {"query_embeddings": [vector.tolist()], "n_results": limit, "include": ["distances"]}
        if among is not None:
            query["ids"] = self._there(collection, among)
            if not query["ids"]:
                return []
        found = self._query(collection, query, 1)
        distances = np.asarray(found["distances"][0], dtype=np.float32)  # sent as the shortest decimals that mean them
        scored = [(key, 1.0 - float(far)) for key, far in zip(found["ids"][0], distances, strict=True)]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))

    def agreed(self) -> dict[str, str]:
        """What ``seal`` was given for each collection; nothing is what is left of a seal that was broken."""
        self._seals = self._found_seals()
        return dict(self._seals)

    def is_as_left(self) -> bool:
        """Whether every seal is the one that was last written, or seen: none is, once a server was put back."""
        left, found = dict(self._seals), self._found_seals()
        return all(found.get(name) == digest for name, digest in left.items())

    def break_seal(self, collection: str) -> None:
        """Remove the seal of a collection, if it has one, before something is written to it."""
        if self._seals.get(collection) != "":
            self._mark(collection, "")

    def seal(self, agreed: Mapping[str, str]) -> None:
        """Say of collections to which nothing is being written what stands for the keys that they hold."""
        for collection, digest in agreed.items():
            if self._seals.get(collection) != digest:
                self._mark(collection, digest)

    def _found_seals(self) -> dict[str, str]:
        return {
            one["name"].removeprefix(self._prefix): str((one.get("metadata") or {}).get(_AGREED, ""))
            for one in _listed(self._requests)
            if one["name"].startswith(self._prefix)
        }

    def _mark(self, collection: str, digest: str) -> None:
        metadata = {"new_metadata": {_AGREED: digest}}

        def written(at: str) -> bool:
            self._requests.write("PUT", at, metadata)
            return True

        if self._of(collection, False, written):
            self._seals[collection] = digest

    def _there(self, collection: str, keys: Collection[str]) -> list[str]:
        """Those of some keys that are there: Chroma fails as a whole on one that is not."""
        wanted, found = list(keys), []
        for start in range(0, len(wanted), _READ_BATCH):
            part = wanted[start : start + _READ_BATCH]
            found += self._rows(collection, {"ids": part, "include": []})["ids"]
        return found

    def _rows(self, collection: str, wanted: Mapping[str, object]) -> Any:
        return self._of(collection, {"ids": []}, lambda at: self._requests.read("POST", f"{at}/get", wanted))

    def _query(self, collection: str, query: Mapping[str, object], rows: int) -> Any:
        nothing: dict[str, list[list[Any]]] = {part: [[] for _ in range(rows)] for part in ("ids", "distances")}
        return self._of(collection, nothing, lambda at: self._requests.read("POST", f"{at}/query", query))

    def _of(self, collection: str, nothing: Any, ask: Callable[[str], Any]) -> Any:
        """What ``ask`` gives for the path of a collection, ``nothing`` where there is none."""
        for known in (True, False):  # one that was dropped and made again has another path
            at = self._path(collection, known=known)
            if at is None:
                return nothing
            try:
                return ask(at)
            except NotThere:
                self._known.pop(collection, None)
        return nothing

    def _path(self, collection: str, *, known: bool) -> str | None:
        if not known or collection not in self._known:
            try:
                found = self._requests.read("GET", f"/collections/{self._prefix}{collection}")
            except NotThere:
                return None
            self._known[collection] = f"/collections/{found['id']}"
        return self._known[collection]

    def _made(self, collection: str) -> str:
        """The path of a collection, which is made unless it is there."""
        if collection not in self._known:
            made = {"name": self._prefix + collection, "configuration": _CONFIGURATION, "get_or_create": True}
            try:
                found = self._requests.write("POST", "/collections", made)
            except NotThere:  # the server was emptied, and with it the database
                self._requests.ensure_database()
                found = self._requests.write("POST", "/collections", made)
            self._known[collection] = f"/collections/{found['id']}"
        return self._known[collection]


def _listed(requests: Requests) -> list[dict[str, Any]]:
    """What the server knows of every collection of the database."""
    found: list[dict[str, Any]] = []
    try:
        while page := requests.read("GET", f"/collections?limit={_READ_BATCH}&offset={len(found)}"):
            found += page
    except NotThere:  # no database, no collection
        return []
    return found


def _names(requests: Requests) -> list[str]:
    return [one["name"] for one in _listed(requests)]


def _drop(requests: Requests, name: str) -> None:
    try:
        requests.write("DELETE", f"/collections/{name}")
    except NotThere:
        return
