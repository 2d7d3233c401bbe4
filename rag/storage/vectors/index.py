"""Opening the vectors of a generation: in step with the catalog, whatever has happened to them.

A folder is called ``vectors-<generation>-<n>``; ``n`` grows when a damaged one is replaced, because
Chroma keeps a client that failed to open, by path. A folder without a seal is checked in a child
process first, which may crash in the place of this one.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from rag.errors import CatalogError, DataDirectoryError, VectorsUnavailable
from rag.storage.catalog import Catalog, Generation
from rag.storage.directory import remove_tree, vector_folders
from rag.storage.protocols import SealedVectors
from rag.storage.vectors.agreement import check, look, repair
from rag.storage.vectors.chroma import VectorIndex
from rag.storage.vectors.seal import break_seal, read_seal
from rag.types import Vectors

logger = logging.getLogger(__name__)

_CHECK_SECONDS = 3600

OnRepair = Callable[[str], None]


class Index:
    """A generation that is open: its part of the catalog, ``catalog``, and its ``vectors``.

    Whoever holds one may read it. What a failed write left behind is never found, because no passage
    has it; the next write tries again to remove it.
    """

    def __init__(self, generation: Generation, catalog: Catalog, vectors: SealedVectors) -> None:
        self.generation = generation
        self.catalog = catalog
        self.vectors = vectors
        self._left: dict[str, list[str]] = {}
        self._trusted = True

    def add(
        self, collection: str, keys: Sequence[str], vectors: Vectors, give_way: Callable[[], None] = lambda: None
    ) -> None:
        """Store vectors, shape (len(keys), dimension), under keys that the collection does not have.

        Args:
            give_way: Called before each write, which nothing can interrupt.
        """
        self.vectors.break_seal(collection)
        self.vectors.add(collection, keys, vectors, give_way)

    def forget(self, collection: str, keys: Sequence[str]) -> None:
        """Remove keys that no passage has, now or, where that fails as on a full disk, later."""
        self.vectors.break_seal(collection)
        left = [*self._left.pop(collection, []), *keys]
        try:
            self.vectors.remove(collection, left)
        except Exception as error:  # noqa: BLE001 - Chroma raises its own errors and more; the documents are right
            self._left[collection] = left
            self.distrust()
            logger.warning("%d vectors of %s stay for now: %s", len(left), collection, error)

    def drop(self, collection: str) -> None:
        """Remove a collection with all its vectors."""
        self.vectors.break_seal(collection)
        self._left.pop(collection, None)
        try:
            self.vectors.drop(collection)
        except Exception as error:  # noqa: BLE001 - as above
            self.distrust()
            logger.warning("the vectors of %s stay until the index is next opened: %s", collection, error)

    def distrust(self) -> None:
        """After a write that failed the files are checked when they are next opened: no seal from now on."""
        self._trusted = False

    def settle(self, agreeing: Collection[str] | None = None) -> None:
        """Say that the vectors, as they are on disk now, agree with the catalog; unless there is doubt.

        Args:
            agreeing: What ``agreeing`` gave before the vectors were closed, if they are.
        """
        if not self._trusted or self._left:
            return
        try:
            names = self.agreeing() if agreeing is None else agreeing
            self.vectors.seal({name: self.catalog.key_digest(name) for name in names})
        except OSError as error:
            logger.warning("the vector index is not sealed, so it is checked when next opened: %s", error)

    def lacks(self, collection: str) -> bool:
        """Whether the vectors are of other passages than those of a collection, as after another process changed it."""
        return self.vectors.keys(collection) != set(self.catalog.passage_keys(collection))

    def agreeing(self) -> list[str]:
        """The collections that no other process has changed: a seal must not name keys that one stored."""
        names = self.catalog.collections()
        if self.catalog.leases is None:
            return names
        try:
            return [name for name in names if not self.lacks(name)]
        except VectorsUnavailable:
            return []

    def miscounts(self) -> list[str]:
        """The collections of which there are not as many vectors as passages, a line each.

        What a failed write left behind is not missed by anyone, and not counted.
        """
        sizes = {name: self.catalog.state(name).passages for name in self.catalog.collections()}
        return [
            f"the vector index of {name} holds {held} of {expected} passages"
            for name, expected in sizes.items()
            if not expected <= (held := self.vectors.count(name)) <= expected + len(self._left.get(name, []))
        ]

    def disagreements(self) -> dict[str, str]:
        """Why the vectors do not agree with the catalog, by collection; empty when they do."""
        return _checked(self.catalog, self.vectors)

    def mend(self, disagreements: Mapping[str, str], on_repair: OnRepair) -> None:
        """Bring collections in step with the catalog; nothing is encoded.

        Raises:
            DataDirectoryError: When they still disagree: the index itself is damaged.
        """
        for collection, problem in disagreements.items():
            self.vectors.break_seal(collection)
            logger.warning("vector index of %s: %s: bringing it in step", collection, problem)
            repair(self.catalog, self.vectors, collection)
            on_repair(f"{collection}: {problem}; brought in step with the catalog")

    def bring_in_step(
        self, agreed: Mapping[str, str], on_repair: OnRepair, checked: Mapping[str, str] | None = None
    ) -> None:
        """Bring every collection in step with the catalog, remove those that are no more, and seal them.

        Args:
            agreed: What the seal says.
            checked: What a check has found already, by collection.

        Raises:
            DataDirectoryError: As ``mend``.
        """
        for collection in set(self.vectors.collections()).difference(self.catalog.collections()):
            self.vectors.drop(collection)
        self.mend(_disagreements(self, agreed, checked), on_repair)
        self.settle()

    def trust(self) -> None:
        """After a repair nothing is left behind, and nothing in doubt."""
        self._left.clear()
        self._trusted = True


def open_index(data_dir: Path, catalog: Catalog, generation: Generation, on_repair: OnRepair) -> Index:
    """Open the newest folder of a generation, in step with the catalog; a new one where that cannot be.

    Args:
        on_repair: Called with what was found, for everything that had to be put right.
    """
    folders = vector_folders(data_dir, generation.number)
    newest = folders[-1] if folders else data_dir / f"vectors-{generation.number}-1"
    try:
        index = _in_step(catalog, generation, newest, on_repair)
    except CatalogError:
        raise  # the catalog's own: the index is not to blame
    except Exception as error:  # noqa: BLE001 - Chroma raises its own errors and more for a damaged folder
        logger.warning("the vector index in %s is damaged (%s): rebuilding it from the catalog", newest, error)
        folders.append(newest)
        newest = data_dir / f"vectors-{generation.number}-{_attempt(newest) + 1}"
        index = _in_step(catalog, generation, newest, on_repair)
        on_repair(f"{folders[-1].name} was damaged ({error}); rebuilt from the catalog")
    for folder in folders:
        if folder != newest:
            remove_tree(folder)
    return index


def _in_step(catalog: Catalog, generation: Generation, folder: Path, on_repair: OnRepair) -> Index:
    """Open an index, bring it in step with the catalog and seal it.

    Raises:
        Exception: Whatever Chroma raises; the index is closed then.
    """
    agreed = read_seal(folder)
    checked = _check_in_child(folder, catalog, generation) if agreed is None and folder.is_dir() else None
    break_seal(folder)
    index = Index(generation, catalog.at(generation.number), VectorIndex(folder))
    try:
        index.bring_in_step(agreed or {}, on_repair, checked)
    except BaseException:
        index.vectors.close()
        raise
    return index


def _disagreements(index: Index, agreed: Mapping[str, str], checked: Mapping[str, str] | None) -> dict[str, str]:
    """What differs, by collection: a look is enough where the seal, or the child's check, says that they agree."""
    found = {}
    for collection in index.catalog.collections():
        sealed = agreed.get(collection) == index.catalog.key_digest(collection)
        agrees = sealed or (checked is not None and collection not in checked)
        problem = (look if agrees else check)(index.catalog, index.vectors, collection)
        if problem:
            found[collection] = problem
    return found


def _check_in_child(folder: Path, catalog: Catalog, generation: Generation) -> Mapping[str, str]:
    """The disagreements of an index that may be damaged, by collection.

    Raises:
        DataDirectoryError: When the child process fails on it.
    """
    command = [sys.executable, "-m", "rag.storage.vectors.index", str(folder), str(generation.number)]
    done = subprocess.run(
        command, input=str(catalog.place), capture_output=True, text=True, timeout=_CHECK_SECONDS, check=False
    )
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or [f"status {done.returncode}"]
        raise DataDirectoryError(f"it was not closed, and opening it fails: {last[0]}")
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _checked(catalog: Catalog, vectors: SealedVectors) -> dict[str, str]:
    found = ((name, check(catalog, vectors, name)) for name in catalog.collections())
    return {name: problem for name, problem in found if problem}


def _check_for_parent(folder: Path, number: int, place: str) -> None:
    catalog = Catalog(place if "://" in place else Path(place)).at(number)
    vectors = VectorIndex(folder)
    sys.stdout.write(json.dumps(_checked(catalog, vectors)))
    vectors.close()
    catalog.close()


def _attempt(folder: Path) -> int:
    return int(folder.name.rpartition("-")[2])


if __name__ == "__main__":
    _check_for_parent(Path(sys.argv[1]), int(sys.argv[2]), sys.stdin.read())  # a URL may have a password
