"""A connection to the catalog's file whose errors are those of ``rag.errors``: no other module sees one of SQLite's."""

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Self

from rag.errors import CatalogError, CatalogFull, FootnoteError, Overloaded
from rag.storage.catalog import lexical
from rag.storage.catalog.sql import Lexical

_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_CLOSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
_TAKEN = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_PRIMARY = 0xFF  # of an extended result code


class Connection(sqlite3.Connection):
    """A connection to the catalog at ``path``, whose rows are read by name.

    Args:
        uri: How SQLite is to open it, where that is not just the path.
        options: Those of ``sqlite3.connect``.

    Raises:
        CatalogError: When SQLite cannot open it; so do all of its methods that run a statement.
        Overloaded: When the process has no descriptor for it.
    """

    def __init__(self, path: Path, *, uri: str | None = None, **options: Any) -> None:
        self._path = path
        try:
            super().__init__(uri or str(path), uri=uri is not None, **options)
        except sqlite3.Error as error:
            raise explained(path, error) from error
        self.row_factory = sqlite3.Row

    @property
    def lexical(self) -> Lexical:
        """FTS5."""
        return lexical

    def put_source(self, document_id: str, content: bytes) -> None:
        """Store the bytes of a new document."""
        self.execute("INSERT INTO sources (document_id, content) VALUES (?, ?)", (document_id, content))

    def find_source(self, document_id: str) -> bytes | None:
        """The bytes of a document, ``None`` where there is no such document."""
        row = self.execute("SELECT content FROM sources WHERE document_id = ?", (document_id,)).fetchone()
        return bytes(row["content"]) if row else None

    def last_numbers(self) -> dict[str, int]:
        """The last number that was given, by the table that numbers its rows, where any was."""
        return {row["name"]: row["seq"] for row in self.execute("SELECT name, seq FROM sqlite_sequence")}

    def go_on_from(self, numbers: Mapping[str, int]) -> None:
        """Give the numbers after these from now on; a catalog that is open has taken some before."""
        self.execute("DELETE FROM sqlite_sequence")
        self.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", sorted(numbers.items()))

    def cursor(self, _factory: object = None) -> "_Cursor":  # type: ignore[override]  # SQLite asks for no other
        """What every statement runs in."""
        return super().cursor(partial(_Cursor, path=self._path))

    def execute(self, sql: str, parameters: Any = (), /) -> "_Cursor":
        """Run a statement; SQLite's own would not pass through the cursor's method."""
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> "_Cursor":
        """Run a statement for each of several rows."""
        return self.cursor().executemany(sql, parameters)

    def executescript(self, sql: str, /) -> sqlite3.Cursor:
        """Run several statements."""
        return self.cursor().executescript(sql)


class _Cursor(sqlite3.Cursor):
    """Runs statements and reads rows."""

    def __init__(self, connection: sqlite3.Connection, *, path: Path) -> None:
        super().__init__(connection)
        self._path = path

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            raise explained(self._path, error) from error

    def executemany(self, sql: str, parameters: Any, /) -> Self:
        try:
            return super().executemany(sql, parameters)
        except sqlite3.Error as error:
            raise explained(self._path, error) from error

    def executescript(self, sql: str, /) -> sqlite3.Cursor:
        try:
            return super().executescript(sql)
        except sqlite3.Error as error:
            raise explained(self._path, error) from error

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except sqlite3.Error as error:
            raise explained(self._path, error) from error

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except sqlite3.Error as error:
            raise explained(self._path, error) from error

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # the rows, one after the other
        return iter(self.fetchone, None)


def explained(path: Path, error: sqlite3.Error) -> FootnoteError:
    """What SQLite says of the catalog at ``path``, and what to do about it."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & _PRIMARY
    if code in _FULL:
        return CatalogFull(f"{path} cannot be written: {error}; make room on the disk of {path.parent}")
    if code == sqlite3.SQLITE_CANTOPEN and _out_of_descriptors(path):
        return Overloaded(f"{path} cannot be opened once more: too many files are open")
    if code in _CLOSED:
        return CatalogError(
            f"{path} cannot be written: {error}; make {path.parent} and all in it writable, or set another "
            "FOOTNOTE_DATA_DIR"
        )
    if code in _TAKEN:
        return CatalogError(f"{path} is held by another process: {error}; end it, or wait for it, and try again")
    return CatalogError(
        f"{path} is not a readable catalog: {error}; restore it from a backup into a new directory with "
        "`footnote restore`"
    )


def _out_of_descriptors(path: Path) -> bool:
    """Whether a file that is there cannot be opened because so many are."""
    try:
        with path.open("rb"), path.open("rb"), path.open("rb"):  # SQLite opens its log and index beside it
            return False
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
