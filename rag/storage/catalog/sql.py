"""What the SQL of the catalog runs on: what SQLite and PostgreSQL have in common, and where they differ.

Statements are written once, in the SQL that both read, with ``?`` for each value. What each does in its own way
is a method here: the search for words, the bytes of a source, the numbers of passages, what follows a deletion.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from rag.storage.catalog.scope import Scope
from rag.storage.catalog.statements import Statements


class Lexical(Protocol):
    """The lexical indexes: each collection has its own, and one for each of the two generations that there can be.

    Every function raises ``NotFound`` where there is no such collection.
    """

    def create_lexical(self, connection: Statements, collection: str) -> None:
        """Make the indexes of a new collection."""
        ...

    def drop_lexical(self, connection: Statements, collection: str) -> None:
        """Drop the indexes of a collection."""
        ...

    def add_lexical(
        self, connection: Statements, collection: str, generation: int, rows: Sequence[tuple[int, str]]
    ) -> None:
        """Index passages: (row, indexed text)."""
        ...

    def remove_lexical(
        self, connection: Statements, collection: str, generation: int, rows: Sequence[tuple[int, str]]
    ) -> None:
        """Remove passages with the text that they were indexed with: (row, indexed text)."""
        ...

    def search_lexical(
        self,
        connection: Statements,
        collection: str,
        generation: int,
        words: Collection[str],
        limit: int,
        without: Collection[str],
        scope: Scope,
    ) -> list[tuple[str, float]]:
        """The passages that have any of ``words``, best first: (id, BM25 score, higher is better)."""
        ...

    def has_phrase(
        self, connection: Statements, collection: str, generation: int, phrases: Collection[str], scope: Scope
    ) -> bool:
        """Whether any passage has any of ``phrases``, its words one after the other."""
        ...


class Connection(Statements, Protocol):
    """A connection to a catalog."""

    @property
    def lexical(self) -> Lexical:
        """How words are searched for here."""
        ...

    def put_source(self, document_id: str, content: bytes) -> None:
        """Store the bytes of a new document."""
        ...

    def find_source(self, document_id: str) -> bytes | None:
        """The bytes of a document, ``None`` where there is no such document."""
        ...


class Connections(Protocol):
    """A catalog that is open; safe to use from several threads."""

    @property
    def identity(self) -> str:
        """What tells this catalog's keys from those of another that the same vectors may have been opened with."""
        ...

    def read(self) -> Connection:
        """A connection outside any transaction of ``write``."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction: committed at the end of the block, undone if it raises; one at a time."""
        ...

    def frozen(self) -> AbstractContextManager[Connection]:
        """A connection that sees the catalog as it is now until the block ends, in whatever thread that runs."""
        ...

    def new_keys(self, count: int) -> list[str]:
        """Numbers that were never a key of a passage, and will not be given again."""
        ...

    def deleted(self, *, passages: bool = True) -> None:
        """Something was deleted; ``passages``, where those of a document were."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
