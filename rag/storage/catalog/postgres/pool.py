"""The pool of connections to a database. Of psycopg's errors no other module sees one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from rag.errors import CatalogError, CatalogFull, CatalogUnreachable, FootnoteError, Overloaded, SettingsError
from rag.storage.catalog.postgres.session import Session

_SCHEMES = ("postgresql://", "postgres://")
_MOST = 16  # connections a process: PostgreSQL allows 100 in all, unless it is told otherwise
_WAIT_SECONDS = 10
_RECONNECT_SECONDS = 1.0  # that the pool tries by itself: later it is asked to

_Given = TypeVar("_Given")


class Pool:
    """Connections to the database of a URL; safe to use from several threads.

    Raises:
        SettingsError: For what is no such URL.
        CatalogUnreachable: When the database does not answer.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._place = _named(url)
        self._lost = False
        self._reach()
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=_MOST,
            timeout=_WAIT_SECONDS,
            reconnect_timeout=_RECONNECT_SECONDS,
            open=True,
            kwargs={"autocommit": True},
        )

    def run(self, work: Callable[[Session], _Given]) -> _Given:
        """What ``work`` gives, which may be done twice."""
        connection, given = self.take(work)
        self.give(connection)
        return given

    def take(self, begin: Callable[[Session], _Given]) -> tuple[psycopg.Connection, _Given]:
        """A connection, and what ``begin`` gave on it; another where that one had died, as after a restart."""
        again = True
        while True:
            if self._lost:
                self._reach()  # says at once what is wrong, where the pool would wait
            with self.told():
                connection = self._pool.getconn()
            try:
                return connection, begin(Session(connection, self.told))
            except BaseException as error:
                again = again and connection.closed and isinstance(error, CatalogError)
                self.give(connection)
                if not again:
                    raise
            again = False
            self._lost = True
            self._pool.check()  # lets go what has died like this one

    def give(self, connection: psycopg.Connection) -> None:
        """Give a connection back."""
        self._pool.putconn(connection)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turns the errors of psycopg into those of Footnote."""
        try:
            yield
        except PoolTimeout as error:
            self._reach()
            raise Overloaded(f"all {_MOST} connections to {self._place} are taken") from error
        except psycopg.Error as error:
            raise _explained(self._place, error) from error

    def _reach(self) -> None:
        """See that the database can be reached."""
        self._lost = True
        try:
            psycopg.connect(self._url, connect_timeout=_WAIT_SECONDS).close()
            self._lost = False
        except psycopg.Error as error:
            raise _explained(self._place, error) from error


def _explained(place: str, error: psycopg.Error) -> FootnoteError:
    """What PostgreSQL says, and what to do about it."""
    said = " ".join(str(error).split())
    match error:
        case errors.DiskFull():
            return CatalogFull(f"{place} cannot be written: {said}; make room on the disk of its server")
        case errors.TooManyConnections():
            return Overloaded(f"{place} cannot be opened once more: {said}")
        case errors.InsufficientPrivilege() | errors.ReadOnlySqlTransaction():
            return CatalogError(f"{place} cannot be written: {said}; see what its role may do")
        case psycopg.OperationalError():
            return CatalogUnreachable(f"{place} cannot be reached: {said}; see that it runs, and FOOTNOTE_CATALOG_URL")
        case _:
            return CatalogError(f"{place} is not a readable catalog: {said}")


def _named(url: str) -> str:
    """What a database is called in messages: without its password.

    Raises:
        SettingsError: For what is no URL of a database.
    """
    try:
        parts = conninfo_to_dict(url) if url.startswith(_SCHEMES) else {}
    except psycopg.Error:
        parts = {}
    if not parts:
        raise SettingsError("FOOTNOTE_CATALOG_URL cannot be used: write postgresql://USER@HOST/DATABASE")
    return f"PostgreSQL database {parts.get('dbname', '')!r} at {parts.get('host', 'this machine')}"
