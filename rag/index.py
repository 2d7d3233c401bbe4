"""Opening the vectors of a generation: in step with the catalog, whatever has happened to them.

A folder is called ``vectors-<generation>-<n>``; ``n`` grows when a damaged one is replaced, because
Chroma keeps a client that failed to open, by path.
"""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.agreement import check, look, repair
from rag.catalog import Catalog, Generation
from rag.seal import break_seal, seal
from rag.vectors import VectorIndex, remove_folder

logger = logging.getLogger(__name__)

OnRepair = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Index:
    """A generation that is open: its part of the catalog and its vectors. Whoever holds one may read it."""

    generation: Generation
    catalog: Catalog
    vectors: VectorIndex

    def disagreements(self) -> list[str]:
        """Why the vectors do not agree with the catalog, a line a collection; empty when they do."""
        found = ((name, check(self.catalog, self.vectors, name)) for name in self.catalog.collections())
        return [f"{name}: {problem}" for name, problem in found if problem]

    def close(self, *, in_step: bool) -> None:
        """Close the vectors, with a seal when they are in step with the catalog."""
        self.vectors.close()
        if in_step:
            seal(self.vectors.folder, {name: self.catalog.key_digest(name) for name in self.catalog.collections()})


def open_index(data_dir: Path, catalog: Catalog, generation: Generation, on_repair: OnRepair) -> Index:
    """Open the newest folder of a generation, in step with the catalog; a new one where that cannot be.

    Args:
        on_repair: Called with what was found, for everything that had to be put right.
    """
    pinned = catalog.at(generation)
    folders = generation_folders(data_dir, generation.number)
    newest = folders[-1] if folders else data_dir / f"vectors-{generation.number}-1"
    try:
        vectors = _in_step(pinned, newest, on_repair)
    except sqlite3.DatabaseError:
        raise  # the catalog's own: the index is not to blame
    except Exception as error:  # noqa: BLE001 - Chroma raises its own errors and more for a damaged folder
        logger.warning("the vector index in %s is damaged (%s): rebuilding it from the catalog", newest, error)
        on_repair(f"{newest.name} was damaged ({error}): rebuilt from the catalog")
        folders.append(newest)
        newest = data_dir / f"vectors-{generation.number}-{_attempt(newest) + 1}"
        vectors = _in_step(pinned, newest, on_repair)
    for folder in folders:
        if folder != newest:
            remove_folder(folder)
    return Index(generation=generation, catalog=pinned, vectors=vectors)


def generation_folders(data_dir: Path, number: int) -> list[Path]:
    """The folders of a generation, the newest last."""
    return sorted(data_dir.glob(f"vectors-{number}-*"), key=_attempt)


def _in_step(catalog: Catalog, folder: Path, on_repair: OnRepair) -> VectorIndex:
    """Open an index and bring it in step with the catalog.

    Raises:
        Exception: Whatever Chroma raises; the index is closed then.
    """
    agreed = break_seal(folder)
    vectors = VectorIndex(folder)
    try:
        for collection in catalog.collections():
            sealed = agreed.get(collection) == catalog.key_digest(collection)
            problem = (look if sealed else check)(catalog, vectors, collection)
            if problem:
                logger.warning("vector index of %s: %s: bringing it in step", collection, problem)
                repair(catalog, vectors, collection)
                on_repair(f"{collection}: {problem}: brought in step with the catalog")
    except BaseException:
        vectors.close()
        raise
    return vectors


def _attempt(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])
