"""The tables of the catalog, and the connections to them.

SQLite in WAL mode with full synchronisation: a committed transaction survives a killed process and
a power cut, and readers never wait for the writer. What is deleted is overwritten.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote
from weakref import finalize

from rag.errors import DataDirectoryError
from rag.storage.catalog.connection import Connection

VERSION = 4
_MOST_IDLE = 8  # connections that are kept for the next snapshot
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "trusted_schema=OFF")
_WAIT_SECONDS = 30.0

TABLES = """
CREATE TABLE generations (                   -- of passages, sentences and vectors; at most two at a time
    number INTEGER PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('building', 'current', 'retired')),
    fingerprint TEXT NOT NULL,               -- what it is made with
    encoder TEXT NOT NULL,                   -- the settings that give it
    passage_tokens INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_generation_a_state ON generations (state);

CREATE TABLE collections (
    number INTEGER PRIMARY KEY AUTOINCREMENT, -- names its lexical indexes; never used twice
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL DEFAULT 0       -- grows with every change of the corpus
) STRICT;

CREATE TABLE scales (                        -- how sure answers are, fitted to questions of one's own
    collection TEXT PRIMARY KEY REFERENCES collections (id) ON DELETE CASCADE,
    intercept REAL NOT NULL,
    slope REAL NOT NULL CHECK (slope > 0),
    questions INTEGER NOT NULL,              -- that it was fitted to
    created TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    collection TEXT NOT NULL REFERENCES collections (id),
    path TEXT NOT NULL,                      -- relative to what was ingested
    origin TEXT NOT NULL,                    -- where the file was read from
    title TEXT, author TEXT, publisher TEXT, published TEXT,
    media_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,                    -- of the source
    bytes INTEGER NOT NULL,                  -- of the source
    characters INTEGER NOT NULL,
    ingested_at TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    pages TEXT NOT NULL,                     -- JSON: the offset of each page's first character
    text BLOB NOT NULL                       -- UTF-8; what citations index; last, so that no list reads past it
) STRICT;
CREATE INDEX documents_by_collection ON documents (collection, id);
CREATE INDEX documents_by_origin ON documents (collection, origin);

CREATE TABLE sources (                       -- apart, so that reading a text does not read past its PDF
    document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    content BLOB NOT NULL
) STRICT;

CREATE TABLE structures (                    -- what a parser made of the source beside the text
    document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    layout INTEGER NOT NULL,                 -- of the parsers: an older one is made again from the source
    blocks BLOB NOT NULL                     -- MessagePack: the tree of blocks
) STRICT;

CREATE TABLE coverage (                      -- the documents that a generation has, those without a passage too
    generation INTEGER NOT NULL,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    PRIMARY KEY (generation, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX coverage_by_document ON coverage (document_id);

CREATE TABLE passages (
    row INTEGER PRIMARY KEY AUTOINCREMENT,   -- names its vector in the index; never used twice
    generation INTEGER NOT NULL,
    id TEXT NOT NULL,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    collection TEXT NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    indexed TEXT NOT NULL,
    vector BLOB NOT NULL,                    -- float32, little endian
    UNIQUE (generation, id)
) STRICT;
CREATE INDEX passages_by_document ON passages (document_id, generation);
CREATE INDEX passages_by_collection ON passages (generation, collection);

CREATE TABLE sentences (
    generation INTEGER NOT NULL,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    kind TEXT NOT NULL,
    block INTEGER NOT NULL,
    heading TEXT,
    PRIMARY KEY (document_id, generation, "start")
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
    row INTEGER PRIMARY KEY AUTOINCREMENT,   -- in the order in which they were given
    id TEXT NOT NULL UNIQUE,
    question TEXT NOT NULL,
    created TEXT NOT NULL,
    body BLOB NOT NULL                       -- JSON, as it was sent
) STRICT;

CREATE TABLE feedback (
    answer_id TEXT PRIMARY KEY REFERENCES answers (id) ON DELETE CASCADE,
    helpful INTEGER NOT NULL,
    comment TEXT,
    created TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    row INTEGER PRIMARY KEY AUTOINCREMENT,   -- in the order in which they were accepted
    id TEXT NOT NULL UNIQUE,
    collection TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    created TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, row);

CREATE TABLE job_files (
    job INTEGER NOT NULL REFERENCES jobs (row) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    outcome TEXT, document_id TEXT, reason TEXT,
    passages INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE access_keys (                   -- who may ask: without any, everybody who reaches the server
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,             -- of the token, which nothing keeps
    scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    collections TEXT,                        -- JSON: those that it is bound to, NULL for all
    created TEXT NOT NULL,
    expires TEXT, revoked TEXT, used TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (                      -- of browsers in which somebody gave a key, in no backup
    sha256 TEXT PRIMARY KEY,                 -- of the cookie
    key_id TEXT NOT NULL REFERENCES access_keys (id) ON DELETE CASCADE,
    expires TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

ADDED: dict[int, tuple[str, ...]] = {1: ("structures",), 2: ("scales",), 3: ("access_keys", "sessions")}
"""The tables that a catalog of each older version lacks beside those of the next."""


class Connections:
    """One connection a thread to one database file, and one lock for the thread that writes.

    Raises:
        DataDirectoryError: When the file is no catalog, or one of another version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._opened: set[Connection] = set()
        self._idle: list[Connection] = []
        self._guard = threading.RLock()  # taken again where a thread's own connection goes while it is held
        self._writing = threading.Lock()
        self._prepare()

    def read(self) -> Connection:
        """This thread's connection, outside any transaction of ``write``; it is closed when the thread ends."""
        own: _Own | None = getattr(self._local, "own", None)
        if own is None:
            own = self._local.own = _Own(self._connect())
            finalize(own, self._close, own.connection)
        return own.connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: committed at the end of the block, undone if it raises.

        Raises:
            CatalogFull: When the disk cannot keep it.
        """
        with self._writing:
            connection = self.read()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite has undone it by itself when the disk is full
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def frozen(self) -> Iterator[Connection]:
        """A connection that sees the file as it is now until the block ends, in whatever thread that runs."""
        with self._guard:
            idle = self._idle.pop() if self._idle else None
        connection = idle or self._connect()
        connection.execute("BEGIN")
        try:
            connection.execute("SELECT 1 FROM collections").fetchone()  # the first reading is what freezes it
            yield connection
        finally:
            connection.execute("ROLLBACK")
            with self._guard:
                kept = len(self._idle) < _MOST_IDLE
                if kept:
                    self._idle.append(connection)
            if not kept:
                self._close(connection)

    def checkpoint(self) -> bool:
        """Write the log back into the file and empty it; whether that was possible: a reader may need it still.

        Raises:
            CatalogError: When the disk cannot keep it.
        """
        with self._writing, closing(Connection(self._path, uri=_existing(self._path), timeout=0.0)) as connection:
            return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]

    def vacuum(self) -> None:
        """Write the file anew, with nothing in the room that no row takes.

        Raises:
            CatalogError: When the disk cannot keep it twice, or another process is writing.
        """
        with self._writing:
            self.read().execute("VACUUM")

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._idle.clear()

    def _close(self, connection: Connection) -> None:
        with self._guard:
            self._opened.discard(connection)
            connection.close()

    def _connect(self) -> Connection:
        connection = Connection(self._path, isolation_level=None, check_same_thread=False, timeout=_WAIT_SECONDS)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        with self._guard:
            self._opened.add(connection)
        return connection

    def _prepare(self) -> None:
        """Make the catalog where there is none: before it has a log, so that the file alone is never half of it."""
        _make_private(self._path)
        with closing(Connection(self._path, isolation_level=None, timeout=_WAIT_SECONDS)) as connection:
            found = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if found == 0:
                connection.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version={VERSION}; COMMIT;")
            else:
                found = upgrade(connection)
        if found not in (0, VERSION):
            raise DataDirectoryError(
                f"{self._path} is a catalog of version {found}, this Footnote reads version {VERSION}; "
                "ingest the documents into a new data directory"
            )
        self.read()


def _make_private(path: Path) -> None:
    """Make a file that is not there, for its owner alone; SQLite's files beside it are as it is."""
    with suppress(OSError):  # SQLite says better what is wrong
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _existing(path: Path) -> str:
    return f"file:{quote(str(path))}?mode=rw"


class _Own:
    """The connection of a thread; it goes with the thread."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection


def schema(connection: sqlite3.Connection) -> set[tuple[str, str, str | None]]:
    """Type, name and SQL of every table, view and index."""
    return {(row[0], row[1], row[2]) for row in connection.execute("SELECT type, name, sql FROM sqlite_schema")}


def upgrade(connection: sqlite3.Connection) -> int:
    """Bring a catalog of an older version to this one, a version at a time; the version that it has then.

    The documents of one of version 1 have no blocks until they are made again.
    """
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    while found in ADDED:
        added = " ".join(map(table, ADDED[found]))
        found += 1
        connection.executescript(f"BEGIN IMMEDIATE; {added} PRAGMA user_version={found}; COMMIT;")
    return found


def table(name: str) -> str:
    """The SQL that makes a table."""
    start = TABLES.index(f"CREATE TABLE {name} ")
    return TABLES[start : TABLES.index(";", start) + 1]


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables that every catalog has."""
    connection.executescript(TABLES)
