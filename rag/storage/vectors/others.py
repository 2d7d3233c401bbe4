"""What other processes change in a catalog that they share: each has vectors of its own, which have to follow.

Another process may replace a document by one of as many passages: counts do not tell. So the keys are
compared once a collection rests, and not while something is written to it, which may take hours.
"""

from rag.storage.vectors.index import Index


class Others:
    """Of each generation and collection, what it was when it was last looked at, and last compared."""

    def __init__(self) -> None:
        self._looked: dict[tuple[int, str], str] = {}
        self._compared: dict[tuple[int, str], str] = {}

    def changed(self, index: Index) -> str | None:
        """A collection of which the index has other keys than the catalog; none where one process has the catalog.

        To be called now and then, while this process changes nothing.
        """
        if index.catalog.leases is None:
            return None
        return next((name for name in index.catalog.collections() if self._differs(index, name)), None)

    def _differs(self, index: Index, name: str) -> bool:
        at, corpus = (index.generation.number, name), index.catalog.corpus(name)
        if self._compared.get(at) == corpus:
            return False
        if self._looked.get(at) != corpus:
            self._looked[at] = corpus
            return False
        if index.lacks(name):
            return True
        self._compared[at] = corpus
        return False
