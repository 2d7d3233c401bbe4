"""A data directory that this process owns: its lock, its catalog, and the vectors that agree with it."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self
from weakref import finalize

import numpy as np

from rag.errors import IndexMismatch, VectorsUnavailable
from rag.storage.catalog import Catalog, Derived, Generation, NewDocument
from rag.storage.directory import CATALOG, SCRATCH, check_complete, make_private, remove_tree, was_closed
from rag.storage.lock import lock_directory
from rag.storage.protocols import SealedVectors
from rag.storage.vectors.address import ServerAddress
from rag.storage.vectors.index import Index
from rag.storage.vectors.places import place_of
from rag.types import MadeWith

logger = logging.getLogger(__name__)

_RELEASE_SECONDS = 0.5
_RELEASE_POLLS = 600


class Store:
    """A data directory that this process owns until ``close``.

    Args:
        made_with: What its passages and vectors must be made with.
        any_generation: Open it as it is, even when it was made with something else.
        catalog_url: The PostgreSQL database that has its catalog; none for the file in the directory.
        server: The Chroma server that has the vectors; without one they are in the directory.

    Raises:
        DataDirectoryInUse: When another process owns the directory.
        IndexMismatch: When it was made with another encoder or other passage settings.
        DataDirectoryError: When the directory or its catalog cannot be used.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        made_with: MadeWith,
        any_generation: bool = False,
        catalog_url: str = "",
        server: ServerAddress | None = None,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.repairs: list[str] = []
        self.building: Index | None = None
        self._former: SealedVectors | None = None
        self._released = threading.Event()
        self.on_change: Callable[[str], None] = lambda _: None
        self._closed, self._closing = False, threading.Lock()
        self._writing = threading.Lock()  # held while the catalog and the index are changed together
        with ExitStack() as undo:
            self._lock = lock_directory(self.data_dir)
            undo.callback(self._lock.release)
            closed = bool(catalog_url) or _is_closed(self.data_dir)
            self._catalog = undo.enter_context(closing(Catalog(catalog_url or self.data_dir / CATALOG)))
            generation = self._choose(made_with, any_generation)
            self._place = undo.enter_context(closing(place_of(server, self.data_dir, self._writing, self._open)))
            self.index = self._place.open(self._catalog, generation, self.repairs.append)
            self._tidy()
            if not closed:
                self._catalog.scrub()
            undo.pop_all()

    @property
    def catalog(self) -> Catalog:
        """The catalog at the generation that answers."""
        return self.index.catalog

    @property
    def vectors(self) -> SealedVectors:
        """The vectors of the generation that answers."""
        return self.index.vectors

    def put(self, documents: Sequence[NewDocument], index: Index, give_way: Callable[[], None] = lambda: None) -> None:
        """Store documents of one collection, each in place of one with its id, all at once.

        They are searchable when this returns, and nothing has changed when it raises. The vectors go
        first: one that no passage has is never found, a passage without its vector would be found by
        its words alone.

        Args:
            documents: At least one; no id twice.
            index: Whose encoder and settings made them.
            give_way: Called before each step, to let others go first.

        Raises:
            GenerationRetired: When another generation has taken over since.
            NotFound: When the collection is gone.
        """
        collection = documents[0].collection
        keys = [self._catalog.new_keys(len(document.passages)) for document in documents]
        every = [key for own in keys for key in own]
        with self._writing:
            try:
                vectors = np.concatenate([document.vectors for document in documents])
                index.add(collection, every, vectors, give_way)
                give_way()
                removed = index.catalog.replace(documents, keys)
            except BaseException:
                index.distrust()
                index.forget(collection, every)
                raise
            self._forget(collection, removed)
        self.on_change(collection)

    def remove(self, document_id: str) -> None:
        """Remove a document from the catalog and every index.

        Raises:
            NotFound: When there is no such document.
        """
        with self._writing:
            collection = self.catalog.document(document_id).collection
            self._forget(collection, self.catalog.remove(document_id))
        self.on_change(collection)

    def drop_collection(self, collection: str) -> None:
        """Remove a collection with all its documents from the catalog and every index.

        Raises:
            NotFound: When there is no such collection.
            ChangeForbidden: While a job of it is queued or running.
        """
        with self._writing:
            self.catalog.drop_collection(collection)
            for index in self._open():
                index.drop(collection)
        self.on_change(collection)

    def settle(self) -> None:
        """Seal the index after a piece of work, so that a process killed later has nothing to check."""
        with self._writing:
            self.index.settle()

    def build(self, made_with: MadeWith) -> Index:
        """Open the generation that is to take over: one that was begun with these settings, or a new one."""
        generations = self._catalog.generations
        remove_tree(self.data_dir / SCRATCH)
        begun = generations.building()
        if begun is not None and begun.made_with != made_with:
            self._drop(begun)
        self.building = self._place.open(self._catalog, generations.build(made_with), self.repairs.append)
        return self.building

    def abandon(self) -> None:
        """Drop a generation that was begun and is no longer wanted, if there is one."""
        if begun := self._catalog.generations.building():
            self._drop(begun)

    def cover(self, document_id: str, sha256: str, derived: Derived) -> None:
        """Store what the generation that is being built has of a document, unless that has changed or gone.

        Args:
            sha256: Of the source that ``derived`` was made from.
        """
        index = self._built()
        collection = self.catalog.document(document_id).collection
        keys = self._catalog.new_keys(len(derived.passages))
        try:
            index.add(collection, keys, derived.vectors)
            stored = self._catalog.generations.add(index.generation, document_id, sha256, derived, keys)
        except BaseException:
            index.distrust()
            index.forget(collection, keys)
            raise
        if not stored:
            index.forget(collection, keys)

    def uncovered(self, limit: int) -> list[str]:
        """The ids of at most ``limit`` documents that the generation which is being built does not have."""
        return self._catalog.generations.missing(self._built().generation, limit)

    def coverage(self) -> tuple[int, int]:
        """How many documents the generation that is being built has, and how many there are."""
        generations = self._catalog.generations
        return generations.covered(self._built().generation), generations.covered(self.index.generation)

    def take_over(self) -> bool:
        """Let the generation that was built answer from now on, unless it lacks a document; whether it does."""
        building = self._built()
        found = building.disagreements()
        with self._writing:
            if found:  # a document that went in the meantime looks like a disagreement: look again
                building.mend(building.disagreements(), self.repairs.append)
            if not self._catalog.generations.switch(building.generation):
                return False
            former, self.index, self.building = self.index, building, None
            self._released.clear()
            self._former = former.vectors
            finalize(former, self._released.set)
            building.settle()
        for collection in self.catalog.collections():
            self.on_change(collection)
        return True

    def drop_former(self, stop: threading.Event) -> None:
        """Delete the generation that answered before, once no question reads it any more.

        Where one does for minutes, or ``stop`` is set, it goes when the directory is next opened.
        """
        for _ in range(_RELEASE_POLLS):
            if stop.is_set():
                return
            if self._released.wait(_RELEASE_SECONDS):
                break
        retired = self._catalog.generations.retired()
        if retired is not None and self._released.is_set():
            self._close_former()
            self._drop(retired)

    def miscounts(self) -> list[str]:
        """The collections of which the index does not hold as many vectors as there are passages.

        Empty while a change is under way: they differ then, and nobody can see it; and while the index is lost.
        """
        if self.index.vectors.lost or not self._writing.acquire(blocking=False):
            return []
        try:
            return self.index.miscounts()
        finally:
            self._writing.release()

    def disagreements(self) -> list[str]:
        """Why the vectors do not agree with the catalog, a line a collection; empty when they do."""
        try:
            return [f"{collection}: {problem}" for collection, problem in self.index.disagreements().items()]
        except VectorsUnavailable as error:
            return [str(error)]

    def close(self) -> None:
        """Give the directory back, from whatever thread; once more does nothing.

        Its catalog is whole in one file then, and nothing that was removed is left in it.
        """
        with self._closing:
            if self._closed:
                return
            self._closed = True
        try:
            self._close_former()
            for index in self._open():
                agreeing = index.agreeing()
                index.vectors.close()
                index.settle(agreeing)
            self._place.close()
            self._catalog.close()
            make_private(self.data_dir)
        finally:
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
        if current.made_with.fingerprint == made_with.fingerprint:
            self._catalog.generations.rename_encoder(made_with)
        elif not any_generation:
            raise IndexMismatch(
                f"{self.data_dir} was made with {current.made_with.fingerprint}, the settings say "
                f"{made_with.fingerprint}; set the former settings again, or run `footnote reindex` "
                "(`footnote serve --reindex` answers in the meantime)"
            )
        return current

    def _tidy(self) -> None:
        """Drop what an interrupted change of generations left."""
        generations = self._catalog.generations
        if retired := generations.retired():
            self._drop(retired)
        remove_tree(self.data_dir / SCRATCH)
        self._place.tidy(self.index, generations.building())

    def _open(self) -> list[Index]:
        return [self.index] + ([self.building] if self.building else [])

    def _built(self) -> Index:
        if self.building is None:
            raise ValueError("no generation is being built")
        return self.building

    def _forget(self, collection: str, keys: Sequence[str]) -> None:
        """Remove the vectors of passages that are gone, whichever index has them."""
        for index in self._open():
            index.forget(collection, keys)

    def _drop(self, generation: Generation) -> None:
        self._catalog.generations.drop(generation)
        self._place.drop(generation)

    def _close_former(self) -> None:
        if self._former is not None:
            self._former.close()
            self._former = None


def _is_closed(data_dir: Path) -> bool:
    """Whether the process that last had the catalog of a directory open closed it.

    Raises:
        DataDirectoryError: When the catalog is not whole.
    """
    check_complete(data_dir)
    return was_closed(data_dir)
