"""A consistent copy of a catalog, also of one that another process is writing to, and what a copy holds."""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from rag.errors import DataDirectoryError
from rag.storage.catalog.lexical import create_lexical, rebuild_lexical
from rag.storage.catalog.schema import VERSION, create_tables, schema, upgrade
from rag.storage.catalog.values import check_values

_WAIT_SECONDS = 30.0
_OTHER_TABLES = "it has other tables than a catalog"
_CONTENTS = """
    SELECT id, sha256, coalesce(content, x'') AS content, text_sha256, text
    FROM documents LEFT JOIN sources ON document_id = id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a catalog holds. ``waiting`` names, by job and position, the accepted files that are not taken in yet."""

    collections: int
    documents: int
    passages: int
    answers: int
    waiting: tuple[tuple[str, int], ...]


def take_snapshot(catalog: Path, copy: Path) -> None:
    """Write the catalog as it is at this moment to ``copy``, compacted, without stopping whoever uses it.

    Raises:
        DataDirectoryError: When there is no catalog, or it cannot be read as a whole.
    """
    if not catalog.is_file():
        raise DataDirectoryError(f"there is no catalog at {catalog}; name the data directory")
    try:
        with closing(_open(catalog)) as connection:  # to read a log that is being written takes its lock file
            connection.execute("VACUUM INTO ?", (str(copy),))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise DataDirectoryError(f"{catalog} cannot be copied: {error}") from error


def bring_forward(copy: Path) -> None:
    """Give a copy of an older version the tables that this one has beside it; nothing else of it is looked at.

    Raises:
        DataDirectoryError: When it cannot be read as a catalog.
    """
    try:
        with closing(_open(copy)) as connection:
            upgrade(connection)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise DataDirectoryError(f"it cannot be read as a catalog: {error}") from error


def end_sessions(copy: Path) -> None:
    """Have a copy that was found sound forget who is signed in: a backup is no way to be that."""
    with closing(_open(copy)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("DELETE FROM sessions")


def examine(copy: Path) -> Contents:
    """What a copy holds, once every page, reference, document and value of it is found sound.

    Raises:
        DataDirectoryError: When it is not a catalog of this version, or is damaged; says where.
    """
    try:
        with closing(_open(copy)) as connection:
            connection.execute("PRAGMA query_only=ON")
            _check(connection)
            check_values(connection)
            return _contents(connection)
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        raise DataDirectoryError(f"it cannot be read as a catalog: {error}") from error


def index_again(copy: Path) -> None:
    """Make the lexical index of a copy anew: what is in it cannot be checked.

    Raises:
        DataDirectoryError: When it cannot be made.
    """
    try:
        with closing(_open(copy)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("BEGIN IMMEDIATE")
            rebuild_lexical(connection)
            connection.execute("COMMIT")
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise DataDirectoryError(f"its lexical index cannot be made again: {error}") from error


def _open(path: Path) -> sqlite3.Connection:
    """A connection to what is there; one that could only read would not look at CHECK constraints."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None, timeout=_WAIT_SECONDS
    )
    connection.row_factory = sqlite3.Row
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _check(connection: sqlite3.Connection) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version != VERSION:
        raise DataDirectoryError(f"it is a catalog of version {version}; this Footnote reads version {VERSION}")
    _check_tables(connection)
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise DataDirectoryError(f"it is damaged: {'; '.join(found)}")
    if row := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise DataDirectoryError(f"it is damaged: a row of {row[0]} refers to nothing")
    for row in connection.execute(_CONTENTS):
        for kind, expected in (("content", row["sha256"]), ("text", row["text_sha256"])):
            if hashlib.sha256(row[kind]).hexdigest() != expected:
                raise DataDirectoryError(f"it is damaged: the {kind} of document {row['id']} is not what was stored")


def _check_tables(connection: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(":memory:")) as other:
        other.row_factory = sqlite3.Row
        create_tables(other)
        if not schema(other) <= schema(connection):  # before anything is read: a table may be a view of any kind
            raise DataDirectoryError(_OTHER_TABLES)
        _add_lexical(other, connection)
        if schema(other) != schema(connection):
            raise DataDirectoryError(_OTHER_TABLES)


def _add_lexical(catalog: sqlite3.Connection, like: sqlite3.Connection) -> None:
    """Make the lexical indexes of the collections of another catalog."""
    for row in like.execute("SELECT number, id FROM collections"):
        catalog.execute("INSERT INTO collections (number, id) VALUES (?, ?)", (row["number"], row["id"]))
        create_lexical(catalog, row["id"])


def _contents(connection: sqlite3.Connection) -> Contents:
    counts = {
        table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        for table in ("collections", "documents", "answers")
    }
    passages = connection.execute(
        "SELECT count(*) FROM passages WHERE generation = (SELECT number FROM generations WHERE state = 'current')"
    ).fetchone()[0]
    waiting = connection.execute(
        """SELECT jobs.id, position FROM job_files JOIN jobs ON jobs.row = job_files.job
           WHERE jobs.state != 'done' AND job_files.outcome IS NULL ORDER BY jobs.row, position"""
    )
    return Contents(**counts, passages=int(passages), waiting=tuple((row[0], row[1]) for row in waiting))
