"""The seams of a data directory: what a catalog and a vector index must do, whoever keeps them.

``tests/storage/test_catalog_contract.py``, for a catalog in SQLite and in PostgreSQL, and
``test_vectors_contract.py`` say it in examples: another implementation is one more parameter there. What the
contracts leave to an implementation: in which order equal scores of a search for words come beyond that of the
ids, and where it keeps its files.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from rag.blocks import Block
from rag.types import CorpusState, Document, Passage, Scale, Sentence, Vectors


class DocumentView(Protocol):
    """Documents as they are read: each method raises ``NotFound`` for an id that is not there."""

    def document(self, document_id: str) -> Document:
        """A document's record."""
        ...

    def text(self, document_id: str) -> str:
        """The text that citations index."""
        ...

    def blocks(self, document_id: str) -> list[Block]:
        """The blocks of a document in order, none where it was stored without."""
        ...

    def sentences(self, document_id: str, text: str) -> list[Sentence]:
        """The sentences of a document in order; ``text`` is the document's."""
        ...


class CatalogView(DocumentView, Protocol):
    """A catalog as a question reads it: one generation, as it was at one moment.

    Every method that takes a collection, or the id of a document, raises ``NotFound`` where there is none;
    ids of passages that are not there are left out.
    """

    def scale(self, collection: str) -> Scale:
        """What log odds mean in a collection; in one that has no scale of its own, what they say."""
        ...

    def state(self, collection: str) -> CorpusState:
        """The version and size of a collection."""
        ...

    def corpus(self, collection: str) -> str:
        """Stands for what a collection holds, scale and all: another after every change, and never the same again."""
        ...

    def documents(self, collection: str, *, limit: int, after: str = "") -> list[Document]:
        """The documents of a collection by id, at most ``limit`` of those whose id comes after ``after``."""
        ...

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages with these ids."""
        ...

    def beside(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """The ids of the passages right before and right after each of these, in its document."""
        ...

    def ids(self, keys: Sequence[str]) -> dict[str, str]:
        """The passage id of each key; a key that is not there any more is left out."""
        ...

    def search_words(
        self, collection: str, words: Collection[str], limit: int, without: Collection[str] = ()
    ) -> list[tuple[str, float]]:
        """The passages that have any of ``words``, best first: (id, score, higher is better).

        Args:
            without: Ids of documents whose passages are left out.
        """
        ...

    def mentions(self, collection: str, phrases: Collection[str]) -> bool:
        """Whether any passage of a collection has any of ``phrases``."""
        ...


class VectorTruth(Protocol):
    """A catalog as its vector index reads it: the keys and the vectors that the index must hold."""

    def passage_keys(self, collection: str) -> list[str]:
        """The keys of every passage of a collection, in the order in which they came."""
        ...

    def vectors(self, keys: Sequence[str]) -> Vectors:
        """The vectors of these keys, shape (len(keys), dimension), in the order of ``keys``."""
        ...

    def vectors_by_key(self, keys: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those ``keys`` that are there, each of shape (dimension,), in the order of ``keys``."""
        ...


class VectorSearch(Protocol):
    """A vector index as a question reads it."""

    def search(
        self, collection: str, vector: Vectors, limit: int, among: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """The nearest keys and their cosines to a unit vector, best first; none where there is no collection.

        Args:
            among: The keys to look at, all where it is not given; one that is not there is passed over.
        """
        ...


class VectorStore(VectorSearch, Protocol):
    """A vector index: unit vectors by key, in collections that are made by the first ``add``."""

    def collections(self) -> list[str]:
        """The collections that have, or had, a vector."""
        ...

    def count(self, collection: str) -> int:
        """How many vectors a collection has; a collection that is not there has none."""
        ...

    def keys(self, collection: str) -> set[str]:
        """The keys of a collection."""
        ...

    def vectors(self, collection: str, keys: Sequence[str]) -> dict[str, Vectors]:
        """The stored vectors of those ``keys`` that are there."""
        ...

    def add(
        self, collection: str, keys: Sequence[str], vectors: Vectors, give_way: Callable[[], None] = lambda: None
    ) -> None:
        """Store vectors, shape (len(keys), dimension), under keys that the collection does not have.

        Args:
            give_way: Called before each write, which nothing can interrupt.

        Raises:
            DiskFull: When the disk cannot keep them; some may be there.
        """
        ...

    def remove(self, collection: str, keys: Sequence[str]) -> None:
        """Remove keys; those that are not there are passed over."""
        ...

    def drop(self, collection: str) -> None:
        """Remove a collection with all its vectors, if it is there."""
        ...

    def nearest(self, collection: str, vectors: Vectors) -> list[str | None]:
        """The key nearest to each row of ``vectors``, ``None`` where the collection is empty."""
        ...

    def close(self) -> None:
        """Free the files."""
        ...


class SealedVectors(VectorStore, Protocol):
    """A vector index that keeps a seal beside its vectors: it says which keys it agreed on with the catalog.

    One without a whole seal belonged to a process that ended, or lost its server, while it wrote.
    """

    @property
    def lost(self) -> str | None:
        """Why it cannot be asked now; ``None`` where it can."""
        ...

    def break_seal(self, collection: str) -> None:
        """Remove the seal of a collection, if it has one, before something is written to it."""
        ...

    def seal(self, agreed: Mapping[str, str]) -> None:
        """Say of collections to which nothing is being written what stands for the keys that they hold."""
        ...
