"""Opening a data directory: its lock, its catalog, and a vector index that agrees with the catalog.

<data_dir>/lock          held by the one process that owns the directory
<data_dir>/catalog.db    the truth (with -wal and -shm beside it)
<data_dir>/vectors-N/    the disposable index; N grows when a damaged one is replaced
"""

import logging
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from filelock import FileLock, Timeout

from rag.catalog import Catalog
from rag.errors import DataDirectoryError, DataDirectoryInUse, IndexMismatch
from rag.seal import break_seal, seal
from rag.types import Vectors
from rag.vectors import VectorIndex, remove_folder

logger = logging.getLogger(__name__)

_PROBES = 200
_BATCH = 512
_CLOSE = 1e-3


class Store:
    """A data directory that this process owns until ``close``.

    Args:
        fingerprint: Names the encoder and the passage settings; see ``engine.fingerprint``.

    Raises:
        DataDirectoryInUse: When another process owns the directory.
        IndexMismatch: When a collection was made with another encoder or other passage settings.
        DataDirectoryError: When the directory or its catalog cannot be used.
    """

    def __init__(self, data_dir: Path, *, fingerprint: str) -> None:
        self.data_dir = data_dir.resolve()
        self.fingerprint = fingerprint
        self.writing = threading.Lock()  # held while the catalog and the index are changed together
        with ExitStack() as undo:
            self._lock = _lock(self.data_dir)
            undo.callback(self._lock.release)
            self.catalog = undo.enter_context(closing(Catalog(self.data_dir / "catalog.db")))
            try:
                self._check_fingerprints()
                self.vectors = self._open_vectors()
            except sqlite3.DatabaseError as error:
                path = self.data_dir / "catalog.db"
                raise DataDirectoryError(
                    f"{path} is not a readable catalog: {error}; restore it from a backup"
                ) from error
            undo.pop_all()

    def close(self) -> None:
        """Give the directory back."""
        self.vectors.close()
        seal(self.vectors.folder)
        self.catalog.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def disagreements(self) -> list[str]:
        """Why the vector index does not agree with the catalog, a line a collection; empty when it does."""
        found = []
        for state in self.catalog.collections():
            problem = _disagreement(self.catalog, self.vectors, state.collection)
            if problem:
                found.append(f"{state.collection}: {problem}")
        return found

    def _check_fingerprints(self) -> None:
        for state in self.catalog.collections():
            if state.fingerprint != self.fingerprint:
                raise IndexMismatch(
                    f"collection {state.collection!r} in {self.data_dir} was made with {state.fingerprint}, "
                    f"the settings say {self.fingerprint}; set the former settings again, "
                    "or ingest the documents into a new FOOTNOTE_DATA_DIR"
                )

    def _open_vectors(self) -> VectorIndex:
        """The newest index folder, in step with the catalog; a new one where that cannot be."""
        folders = sorted(self.data_dir.glob("vectors-*"), key=_number)
        newest = folders[-1] if folders else self.data_dir / "vectors-1"
        try:
            vectors = self._in_step(newest)
        except sqlite3.DatabaseError:
            raise  # the catalog's own: the index is not to blame
        except Exception as error:  # noqa: BLE001 - Chroma raises its own errors and more for a damaged folder
            logger.warning("the vector index in %s is damaged (%s): rebuilding it from the catalog", newest, error)
            folders.append(newest)
            # Chroma keeps a client that failed to open, by path: the new index needs another folder.
            newest = self.data_dir / f"vectors-{_number(newest) + 1}"
            vectors = self._in_step(newest)
        for folder in folders:
            if folder != newest:
                remove_folder(folder)
        return vectors

    def _in_step(self, folder: Path) -> VectorIndex:
        """Open an index and bring it in step with the catalog.

        Raises:
            Exception: Whatever Chroma raises; the index is closed then.
        """
        break_seal(folder)
        vectors = VectorIndex(folder)
        try:
            for state in self.catalog.collections():
                problem = _disagreement(self.catalog, vectors, state.collection)
                if problem:
                    logger.warning("vector index of %s: %s: bringing it in step", state.collection, problem)
                    _repair(self.catalog, vectors, state.collection)
        except BaseException:
            vectors.close()
            raise
        return vectors


def _number(folder: Path) -> int:
    return int(folder.name.removeprefix("vectors-"))


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


def _disagreement(catalog: Catalog, vectors: VectorIndex, collection: str) -> str | None:
    """What differs: the keys, a stored vector, or what a passage's own vector finds."""
    keys = catalog.passage_keys(collection)
    held = vectors.keys(collection)
    if held != set(keys):
        return f"it holds {len(held)} vectors for {len(keys)} passages, {len(held & set(keys))} of them the same"
    if not keys:
        return None
    probes = sorted({*keys[:: max(1, len(keys) // _PROBES)], keys[-1]})
    truth = catalog.vectors(probes)
    stored = vectors.vectors(collection, probes)
    for key, vector in zip(probes, truth, strict=True):
        if key not in stored or not np.allclose(stored[key], vector, atol=_CLOSE):
            return f"the vector of passage {key} is another"
    return _unfound(catalog, vectors, collection, probes, truth)


def _unfound(
    catalog: Catalog, vectors: VectorIndex, collection: str, probes: Sequence[str], truth: Vectors
) -> str | None:
    """The first probe whose own vector finds a passage with another vector."""
    for key, vector, found in zip(probes, truth, vectors.nearest(collection, truth), strict=True):
        if found != key and (found is None or not np.allclose(catalog.vectors([found])[0], vector, atol=_CLOSE)):
            return f"a search for passage {key} does not find it"
    return None


def _repair(catalog: Catalog, vectors: VectorIndex, collection: str) -> None:
    """Add what is missing and remove what is too much.

    Raises:
        DataDirectoryError: When they still disagree: the index itself is damaged.
    """
    keys = catalog.passage_keys(collection)
    held = vectors.keys(collection)
    vectors.remove(collection, sorted(held - set(keys)))
    missing = [key for key in keys if key not in held]
    for start in range(0, len(missing), _BATCH):
        part = missing[start : start + _BATCH]
        vectors.add(collection, part, catalog.vectors(part))
    remaining = _disagreement(catalog, vectors, collection)
    if remaining:
        raise DataDirectoryError(remaining)
