"""What the SQL of the catalog runs on: what SQLite and PostgreSQL have in common, and where they differ.

Statements are written once, in the SQL that both read, with ``?`` for each value. What each does in its own way
is a method here: the search for words, the bytes of a source, the numbers of passages, what follows a deletion.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
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

    def last_numbers(self) -> dict[str, int]:
        """The last number that was given, by the table that numbers its rows, where any was."""
        ...

    def go_on_from(self, numbers: Mapping[str, int]) -> None:
        """Give the numbers after these from now on; a catalog that is open has taken some before."""
        ...


class Leases(Protocol):
    """The jobs of a catalog on which several workers are: each takes some for a while, and says that it goes on.

    A worker is one process at a time, and has a name of its own.
    """

    def take(self, worker: str, limit: int, *, seconds: float, failed: bool = False) -> list[str]:
        """Take the first jobs that nobody works on, or that a worker had which did not say so in time; their ids.

        Args:
            failed: Those that failed too.
        """
        ...

    def renew(self, worker: str, *, seconds: float) -> set[str]:
        """Go on with every unfinished job that is still this worker's; their ids."""
        ...

    def give_back(self, worker: str) -> None:
        """The worker works on none any more."""
        ...

    def put_file(self, connection: Statements, job_id: str, file: Path) -> None:
        """Store a file of a new job, under its name in the spool."""
        ...

    def fetch_files(self, job_id: str, folder: Path) -> None:
        """Write the files of a job into a folder."""
        ...

    def drop_files(self) -> None:
        """Delete the files of jobs that are done."""
        ...


class Connections(Protocol):
    """A catalog that is open; safe to use from several threads."""

    @property
    def leases(self) -> Leases | None:
        """How jobs are shared out among processes; ``None`` where one process has the catalog."""
        ...

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
