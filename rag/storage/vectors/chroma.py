"""The vector index: unit vectors by key in Chroma, the one module that imports it.

It is disposable: the catalog holds every vector, and ``store`` rebuilds an index that is missing or
damaged. Why it is set up so:

- cosine must be chosen when a collection is made; the default is l2 and can never be changed;
- ``embedding_function=None``: the default one downloads a model;
- writes go in small batches, because Chroma holds the interpreter's lock while it writes;
- one thread builds the graph. It still is another one each time the index is opened, for Chroma draws at
  random where the last thousand vectors stand in it; with ``ef_search`` 200 three queries of a thousand then
  found another passage, with 800 none, for one millisecond more (``eval/README.md``, Stress).
"""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

import numpy as np

from rag.errors import DataDirectoryError, DiskFull
from rag.storage.vectors.seal import break_seal, seal
from rag.types import Vectors

_WRITE_BATCH = 32
_READ_BATCH = 10_000
_PREFIX = "footnote-"
_ROOM = 4_000_000  # bytes that must be free before a write is tried again
_FULL = ("database or disk is full", "disk I/O error", "No space left on device", "File too large")
_CONFIGURATION = {
    "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 800, "max_neighbors": 32, "num_threads": 1}
}


_Given = ParamSpec("_Given")
_Read = TypeVar("_Read")


def _reads(
    method: Callable[Concatenate["VectorIndex", _Given], _Read],
) -> Callable[Concatenate["VectorIndex", _Given], _Read]:
    """A method that reads: the client stays open meanwhile."""

    @wraps(method)
    def reading(self: "VectorIndex", /, *arguments: _Given.args, **options: _Given.kwargs) -> _Read:
        with self._reading():
            return method(self, *arguments, **options)

    return reading


class VectorIndex:
    """An embedded Chroma database in a folder of its own.

    Args:
        folder: Made when it is missing. It must belong to this process alone.

    Raises:
        DataDirectoryError: When Chroma cannot open the folder.
    """

    lost: str | None = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()  # the same folder spelled in two ways would be two engines
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._client: Any = _connect(self.folder)
        self._opened: dict[str, Any] = {}
        self._readers = 0
        self._quiet = threading.Condition()
        self._taken = self._failed = self._closed = False

    def close(self) -> None:
        """Free the files."""
        self._closed = True
        self._client.close()

    @_reads
    def collections(self) -> list[str]:
        """The collections that have, or had, a vector."""
        names = [collection.name for collection in self._client.list_collections()]
        return sorted(name.removeprefix(_PREFIX) for name in names)

    @_reads
    def count(self, collection: str) -> int:
        """How many vectors a collection has; a collection that is not there has none."""
        opened = self._open(collection)
        return int(opened.count()) if opened else 0

    @_reads
    def keys(self, collection: str) -> set[str]:
        """The keys of a collection."""
        found: set[str] = set()
        if opened := self._open(collection):
            while page := opened.get(limit=_READ_BATCH, offset=len(found), include=[])["ids"]:
                found.update(page)
        return found

    @_reads
    def vectors(self, collection: str, keys: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of those ``keys`` that are there."""
        opened = self._open(collection)
        if opened is None:
            return {}
        rows = opened.get(ids=list(keys), include=["embeddings"])
        return {key: np.asarray(row) for key, row in zip(rows["ids"], rows["embeddings"], strict=True)}

    def add(
        self, collection: str, keys: Sequence[str], vectors: Vectors, give_way: Callable[[], None] = lambda: None
    ) -> None:
        """Store vectors, shape (len(keys), dimension), under keys that the collection does not have.

        Args:
            give_way: Called before each write, which nothing can interrupt.

        Raises:
            DiskFull: When the disk cannot keep them; some may be there.
        """
        for start in range(0, len(keys), _WRITE_BATCH):
            give_way()
            part = slice(start, start + _WRITE_BATCH)
            with self._writing(), self._reading():
                self._made(collection).add(ids=list(keys[part]), embeddings=vectors[part])

    def remove(self, collection: str, keys: Sequence[str]) -> None:
        """Remove keys; those that are not there are passed over."""
        for start in range(0, len(keys), _WRITE_BATCH):
            with self._writing(), self._reading():
                if opened := self._open(collection):
                    opened.delete(ids=list(keys[start : start + _WRITE_BATCH]))

    def drop(self, collection: str) -> None:
        """Remove a collection with all its vectors, if it is there."""
        with self._writing(), self._alone():  # who reads a collection that goes gets an error of Chroma's
            if self._open(collection):
                del self._opened[collection]
                self._client.delete_collection(_name(collection))

    @_reads
    def nearest(self, collection: str, vectors: Vectors) -> list[str | None]:
        """The key nearest to each row of ``vectors``, ``None`` where the collection is empty."""
        opened = self._open(collection)
        if opened is None or not len(vectors) or opened.count() == 0:
            return [None] * len(vectors)
        found = opened.query(query_embeddings=vectors, n_results=1, include=[])
        return [ids[0] if ids else None for ids in found["ids"]]

    @_reads
    def search(
        self, collection: str, vector: Vectors, limit: int, among: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The nearest keys and their cosines to a unit vector, best first.

        Args:
            among: The keys to look at, all where it is not given; one that is not there is passed over.
        """
        opened = self._open(collection)
        ids = _there(opened, among)
        there = len(ids) if ids is not None else opened.count() if opened else 0
        if opened is None or there == 0:
            return []
        found = opened.query(
            query_embeddings=vector.reshape(1, -1), ids=ids, n_results=min(limit, there), include=["distances"]
        )
        scored = [
            (identifier, 1.0 - float(d)) for identifier, d in zip(found["ids"][0], found["distances"][0], strict=True)
        ]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))

    def break_seal(self, _: str) -> None:
        """Remove the seal, which is that of every collection."""
        break_seal(self.folder)

    def seal(self, agreed: Mapping[str, str]) -> None:
        """Write the seal of an index to which nothing is being written."""
        seal(self.folder, agreed)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Counts a reader, or a writer, for whom the client must stay open and every collection there."""
        with self._quiet:
            self._quiet.wait_for(lambda: not self._taken)
            self._readers += 1
        try:
            yield
        finally:
            with self._quiet:
                self._readers -= 1
                self._quiet.notify_all()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Waits until nobody reads, and lets nobody begin to until the block ends."""
        with self._quiet:
            self._taken = True
            try:
                self._quiet.wait_for(lambda: self._readers == 0)
                yield
            finally:
                self._taken = False
                self._quiet.notify_all()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self._failed and not self._closed:
            self._recover()
        try:
            yield
        except Exception as error:  # Chroma has no class of its own for a full disk
            self._failed = True
            if any(sign in str(error) for sign in _FULL):
                raise DiskFull(f"{self.folder} cannot be written: {error}; make room on its disk") from error
            raise

    def _recover(self) -> None:
        """Open the client again: after a failed write it keeps a transaction that the next one would wait for for ever.

        Raises:
            DiskFull: When there is no room yet; a client that fails to open could not be opened again.
        """
        _check_room(self.folder)
        with self._alone():
            self._client.close()
            self._opened.clear()
            self._client = _connect(self.folder)
            self._failed = False

    def _open(self, collection: str) -> Any | None:
        """A collection, ``None`` where there is none: to read must not write."""
        if collection not in self._opened:
            from chromadb.errors import NotFoundError

            try:
                opened = self._client.get_collection(_name(collection), embedding_function=None)
            except NotFoundError:
                return None
            opened.count()  # before the first write, or a later one replays the whole log
            self._opened[collection] = opened
        return self._opened[collection]

    def _made(self, collection: str) -> Any:
        """A collection, made unless it is there."""
        if self._open(collection) is None:
            self._client.create_collection(_name(collection), configuration=_CONFIGURATION, embedding_function=None)
        return self._open(collection)


def _connect(folder: Path) -> Any:
    import chromadb

    try:
        _remove_orphans(folder)
        return chromadb.PersistentClient(folder)
    except Exception as error:
        raise DataDirectoryError(f"Chroma cannot open {folder}: {error}") from error


def _check_room(folder: Path) -> None:
    file = folder / "room"
    try:
        file.write_bytes(bytes(_ROOM))
    except OSError as error:
        raise DiskFull(f"{folder} cannot be written: {error.strerror}; make room on its disk") from error
    finally:
        file.unlink(missing_ok=True)


def _there(opened: Any | None, keys: Collection[str] | None) -> list[str] | None:
    """Those of some keys that are there: Chroma fails as a whole on one that is not; ``None`` for no keys named."""
    if keys is None:
        return None
    return list(opened.get(ids=list(keys), include=[])["ids"]) if opened and keys else []


def _name(collection: str) -> str:
    return _PREFIX + collection


def _remove_orphans(folder: Path) -> None:
    """Delete the folders of collections that are no more: Chroma leaves them."""
    database = folder / "chroma.sqlite3"
    if not database.is_file():
        return
    with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)) as connection:
        kept = {row[0] for row in connection.execute("SELECT id FROM segments WHERE scope = 'VECTOR'")}
    for path in folder.iterdir():
        if path.is_dir() and path.name not in kept:
            shutil.rmtree(path)
