"""An index on a server that may go: who reads is told at once, who writes goes on, and the index catches up later.

After the first failure nothing is asked of the server any more, for the answer to a question must not
wait for it; the ``Keeper`` asks whether it is there again, and what it holds then.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from rag.errors import VectorsUnavailable
from rag.storage.vectors.server import ServerIndex
from rag.types import Vectors

logger = logging.getLogger(__name__)


class Guarded:
    """A vector index that is either right or not asked: ``lost`` says why it is not.

    Args:
        whole: What is asked.
        expected: How many vectors a collection must have.
        on_loss: Called when it is lost.
    """

    def __init__(self, whole: ServerIndex, expected: Callable[[str], int], on_loss: Callable[[], None]) -> None:
        self.whole = whole
        self._expected = expected
        self._on_loss = on_loss
        self._lost: str | None = None
        self._guard = threading.Lock()

    @property
    def lost(self) -> str | None:
        """Why the index is not asked; ``None`` while it is."""
        return self._lost

    def lose(self, reason: str) -> None:
        """Ask the index no more until it is ``found`` again."""
        with self._guard:
            if self._lost is None:
                logger.warning("the vector index is not asked for now, answers come from words alone: %s", reason)
            self._lost = reason
        self._on_loss()

    def find_again(self) -> None:
        """Ask it again: it agrees with the catalog."""
        with self._guard:
            if self._lost is not None:
                logger.warning("the vector index is asked again")
            self._lost = None

    def close(self) -> None:
        """Nothing: the connections stay, for the last seals; they are closed with ``whole``."""

    def collections(self) -> list[str]:
        """The collections that have, or had, a vector."""
        with self._asking():
            return self.whole.collections()

    def count(self, collection: str) -> int:
        """How many vectors a collection has; a collection that is not there has none."""
        with self._asking():
            return self.whole.count(collection)

    def keys(self, collection: str) -> set[str]:
        """The keys of a collection."""
        with self._asking():
            return self.whole.keys(collection)

    def vectors(self, collection: str, keys: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of those ``keys`` that are there."""
        with self._asking():
            return self.whole.vectors(collection, keys)

    def nearest(self, collection: str, vectors: Vectors) -> list[str | None]:
        """The key nearest to each row of ``vectors``, ``None`` where the collection is empty."""
        with self._asking():
            return self.whole.nearest(collection, vectors)

    def search(
        self, collection: str, vector: Vectors, limit: int, among: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """As ``VectorSearch``; a server that was emptied is noticed, for then it finds nothing.

        Raises:
            VectorsUnavailable: While the index is lost, and when it is found to be.
        """
        with self._asking():
            found = self.whole.search(collection, vector, limit, among)
            if not found and self._expected(collection) and not self.whole.count(collection):
                raise VectorsUnavailable("the vector index was emptied")
            return found

    def add(
        self, collection: str, keys: Sequence[str], vectors: Vectors, give_way: Callable[[], None] = lambda: None
    ) -> None:
        """Store vectors under new keys, or leave that to the ``Keeper``."""
        self._write(lambda: self.whole.add(collection, keys, vectors, give_way))

    def remove(self, collection: str, keys: Sequence[str]) -> None:
        """Remove keys, or leave that to the ``Keeper``."""
        self._write(lambda: self.whole.remove(collection, keys))

    def drop(self, collection: str) -> None:
        """Remove a collection, or leave that to the ``Keeper``."""
        self._write(lambda: self.whole.drop(collection))

    def break_seal(self, collection: str) -> None:
        """As ``SealedVectors``; a seal that stays is that of other keys than the catalog will have."""
        self._write(lambda: self.whole.break_seal(collection))

    def seal(self, agreed: Mapping[str, str]) -> None:
        """As ``SealedVectors``, unless the index is lost."""
        self._write(lambda: self.whole.seal(agreed))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        if self._lost is not None:
            raise VectorsUnavailable(self._lost)
        try:
            yield
        except VectorsUnavailable as error:
            self.lose(str(error))
            raise

    def _write(self, write: Callable[[], None]) -> None:
        if self._lost is None:
            with suppress(VectorsUnavailable), self._asking():
                write()
