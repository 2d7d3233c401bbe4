"""A data directory that this process owns: its lock, its catalog, and the vectors that agree with it.

<data_dir>/lock            held by the one process that owns the directory
<data_dir>/catalog.db      the truth (with -wal and -shm beside it)
<data_dir>/vectors-G-N/    the disposable vectors of generation G; N grows when a damaged folder is replaced
"""

import logging
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from rag.catalog import Catalog, Generation, NewDocument
from rag.errors import DataDirectoryError, DataDirectoryInUse, IndexMismatch
from rag.index import Index, open_index
from rag.types import MadeWith
from rag.vectors import VectorIndex

logger = logging.getLogger(__name__)


class Store:
    """A data directory that this process owns until ``close``.

    Args:
        made_with: What its passages and vectors must be made with.
        any_generation: Open it as it is, even when it was made with something else.

    Raises:
        DataDirectoryInUse: When another process owns the directory.
        IndexMismatch: When it was made with another encoder or other passage settings.
        DataDirectoryError: When the directory or its catalog cannot be used.
    """

    def __init__(self, data_dir: Path, *, made_with: MadeWith, any_generation: bool = False) -> None:
        self.data_dir = data_dir.resolve()
        self.repairs: list[str] = []
        self._left: dict[str, list[str]] = {}
        self._trusted = True
        self._writing = threading.Lock()  # held while the catalog and the index are changed together
        with ExitStack() as undo:
            self._lock = _lock(self.data_dir)
            undo.callback(self._lock.release)
            path = self.data_dir / "catalog.db"
            try:
                self._catalog = undo.enter_context(closing(Catalog(path)))
                generation = self._choose(made_with, any_generation)
                self.index = open_index(self.data_dir, self._catalog, generation, self.repairs.append)
            except sqlite3.DatabaseError as error:
                raise DataDirectoryError(
                    f"{path} is not a readable catalog: {error}; restore it from a backup"
                ) from error
            undo.pop_all()
        self._keys = _Keys(self._catalog.highest_key())

    @property
    def catalog(self) -> Catalog:
        """The catalog at the generation that answers."""
        return self.index.catalog

    @property
    def vectors(self) -> VectorIndex:
        """The vectors of the generation that answers."""
        return self.index.vectors

    def put(self, document: NewDocument, index: Index) -> None:
        """Store a document in place of one with its id; searchable, or unchanged, when this returns or raises.

        The vectors go first: one that no passage has is never found, a passage without its vector would
        be found by its words alone.

        Args:
            index: Whose encoder and settings made the document.

        Raises:
            GenerationRetired: When another generation has taken over since.
        """
        keys = self._keys.take(len(document.passages))
        with self._writing:
            try:
                index.vectors.add(document.collection, keys, document.vectors)
                removed = index.catalog.replace(document, keys)
            except BaseException:
                self._trusted = False
                self._forget(document.collection, keys)
                raise
            self._forget(document.collection, removed)

    def remove(self, document_id: str) -> None:
        """Remove a document from the catalog and every index.

        Raises:
            NotFound: When there is no such document.
        """
        with self._writing:
            collection = self.catalog.document(document_id).collection
            self._forget(collection, self.catalog.remove(document_id))

    def drop_collection(self, collection: str) -> None:
        """Remove a collection with all its documents from the catalog and every index.

        Raises:
            NotFound: When there is no such collection.
            Conflict: While a job of it is queued or running.
        """
        with self._writing:
            self.catalog.drop_collection(collection)
            self.vectors.drop(collection)

    def disagreements(self) -> list[str]:
        """Why the vectors do not agree with the catalog, a line a collection; empty when they do."""
        return self.index.disagreements()

    def close(self) -> None:
        """Give the directory back; once more does nothing."""
        if not self._lock.is_locked:
            return
        self.index.close(in_step=self._trusted and not self._left)
        self._catalog.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _choose(self, made_with: MadeWith, any_generation: bool) -> Generation:
        """The generation to open; a catalog without documents takes the settings of this process."""
        current = self._catalog.generations.current()
        if current is None or (current.made_with != made_with and self._catalog.is_empty()):
            return self._catalog.generations.start(made_with)
        if current.made_with.fingerprint != made_with.fingerprint and not any_generation:
            raise IndexMismatch(
                f"{self.data_dir} was made with {current.made_with.fingerprint}, the settings say "
                f"{made_with.fingerprint}; set the former settings again, or run `footnote reindex` "
                "(`footnote serve --reindex` answers in the meantime)"
            )
        return current

    def _forget(self, collection: str, keys: Sequence[str]) -> None:
        """Remove vectors whose passages are gone, and those that an earlier removal left.

        Those that stay are never shown. A full disk keeps them; the next change tries again.
        """
        left = [*self._left.pop(collection, []), *keys]
        try:
            self.index.vectors.remove(collection, left)
        except Exception as error:  # noqa: BLE001 - Chroma raises its own errors and more; the documents are right
            self._left[collection], self._trusted = left, False
            logger.warning("%d vectors of %s stay for now: %s", len(left), collection, error)


class _Keys:
    """Numbers that were never a key, for the passages to be stored."""

    def __init__(self, highest: int) -> None:
        self._highest = highest
        self._guard = threading.Lock()

    def take(self, count: int) -> list[str]:
        with self._guard:
            first = self._highest + 1
            self._highest += count
        return [str(number) for number in range(first, first + count)]


def _lock(data_dir: Path) -> FileLock:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data_dir / "lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise DataDirectoryInUse(
            f"{data_dir} is in use by another Footnote process; stop that one, ask it over HTTP, "
            "or set another FOOTNOTE_DATA_DIR"
        ) from None
    except OSError as error:
        raise DataDirectoryError(f"{data_dir} cannot be used as a data directory: {error}") from error
    return lock
