"""The connections to a catalog in PostgreSQL.

Reading takes a connection of the pool for one statement. Writers wait for each other, in whatever process they
are, as those of SQLite do; a question reads one moment of the database by repeatable read.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from rag.storage.catalog.postgres.leases import Leases
from rag.storage.catalog.postgres.pool import Pool
from rag.storage.catalog.postgres.schema import prepare
from rag.storage.catalog.postgres.session import Session, Statements
from rag.storage.catalog.sql import Connection

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('footnote'), hashtext(current_schema()))"
_FREEZE = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_KEYS = """
    SELECT nextval(pg_get_serial_sequence('passages', 'row')) AS key FROM generate_series(1, CAST(? AS BIGINT))
"""


class PostgreSQL:
    """A catalog in the database of a URL; safe to use from several threads, and processes.

    Raises:
        SettingsError: For what is no such URL.
        CatalogUnreachable: When the database does not answer.
        CatalogError: When its tables cannot be made.
        DataDirectoryError: When they are of another version.
    """

    def __init__(self, url: str) -> None:
        self._pool = Pool(url)
        self._reader = Statements(self._pool.run)
        self.leases = Leases(self.aside)
        try:
            with self.write() as connection:
                self.identity = prepare(connection)
        except BaseException:
            self.close()
            raise

    def read(self) -> Connection:
        """What reads outside any transaction, each statement on a connection of its own."""
        return self._reader

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed at the end of the block, undone if it raises; others wait, in every process.

        Raises:
            CatalogFull: When the server's disk cannot keep it.
            CatalogError: When it does not answer, or refuses.
        """
        with self._transaction("BEGIN", _LOCK) as session:
            yield session

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        """A transaction that waits for no other: of what it reads it locks the rows itself."""
        with self._transaction("BEGIN") as session:
            yield session

    @contextmanager
    def frozen(self) -> Iterator[Connection]:
        """A connection that sees the database as it is now until the block ends, in whatever thread that runs."""
        with self._transaction(_FREEZE, "SELECT 1 FROM collections LIMIT 1") as session:  # the reading freezes it
            yield session

    def new_keys(self, count: int) -> list[str]:
        """Numbers that were never a key of a passage, and will not be given again, to whatever process."""
        return [str(key) for key in sorted(row["key"] for row in self._reader.execute(_KEYS, (count,)))]

    def deleted(self, *, passages: bool = True) -> None:
        """What was deleted is left to the server's vacuum: it has the files."""

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    @contextmanager
    def _transaction(self, *begin: str) -> Iterator[Session]:
        def begun(session: Session) -> Session:
            for sql in begin:
                session.execute(sql)
            return session

        connection, session = self._pool.take(begun)
        try:
            yield session
            session.execute("COMMIT")
        except BaseException:
            with suppress(psycopg.Error):  # a connection that was lost has undone it
                connection.rollback()
            raise
        finally:
            self._pool.give(connection)
