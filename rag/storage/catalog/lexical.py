"""The lexical index: FTS5 over the indexed text of passages, ranked by BM25.

Each collection has its own, and one for each of the two generations that there can be at a time: a
passage that a question cannot find must not weigh the words of those that it can. The tables are
written here, not by triggers: SQLite looks at every trigger at every insert.
"""

import re
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, closing
from typing import Protocol

from rag.errors import NotFound
from rag.storage.catalog.scope import EVERYTHING, Scope
from rag.storage.catalog.statements import Statements

_PART = re.compile(r"[^\W_]+")
_SURPLUS = 100  # passages beyond the limit: among equal scores the ids decide, not the order of ingest
_MERGED_PAGES = 200  # at a time: some ten milliseconds, in which nothing else is written
_PARTS = ("data", "idx", "docsize", "config")  # the tables in which SQLite keeps an index
TOKENIZE = "porter unicode61 remove_diacritics 2"
_CREATE = """
    CREATE VIRTUAL TABLE {table} USING fts5 (
        indexed, content='{table}_rows', content_rowid='row', tokenize='{tokenize}'
    )
"""
_ROWS = """
    CREATE VIEW {table}_rows AS
    SELECT row, indexed FROM passages WHERE generation % 2 = {parity} AND collection =
        (SELECT id FROM collections WHERE number = {number})
"""


def create_lexical(connection: Statements, collection: str) -> None:
    """Make the lexical indexes of a new collection."""
    number = _number(connection, collection)
    for parity in (0, 1):
        table = _name(number, parity)
        connection.execute(_ROWS.format(table=table, parity=parity, number=number))
        connection.execute(_CREATE.format(table=table, tokenize=TOKENIZE))


def drop_lexical(connection: Statements, collection: str) -> None:
    """Drop the lexical indexes of a collection."""
    for parity in (0, 1):
        table = _name(_number(connection, collection), parity)
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"DROP VIEW {table}_rows")


def add_lexical(connection: Statements, collection: str, generation: int, rows: Sequence[tuple[int, str]]) -> None:
    """Index passages: (row, indexed text)."""
    table = _name(_number(connection, collection), generation)
    connection.executemany(f"INSERT INTO {table} (rowid, indexed) VALUES (?, ?)", rows)


def remove_lexical(connection: Statements, collection: str, generation: int, rows: Sequence[tuple[int, str]]) -> None:
    """Remove passages with the text that they were indexed with: (row, indexed text)."""
    table = _name(_number(connection, collection), generation)
    connection.executemany(f"INSERT INTO {table} ({table}, rowid, indexed) VALUES ('delete', ?, ?)", rows)


def search_lexical(
    connection: Statements,
    collection: str,
    generation: int,
    words: Collection[str],
    limit: int,
    without: Collection[str] = (),
    scope: Scope = EVERYTHING,
) -> list[tuple[str, float]]:
    """The passages that have any of ``words``, best first: (id, BM25 score, higher is better).

    Args:
        without: Ids of documents whose passages are left out.

    Raises:
        NotFound: When there is no such collection.
    """
    table = _name(_number(connection, collection), generation)
    expression = match_any(words)
    if expression is None:
        return []
    only = scope.rows(generation)
    left_out = f"""AND rowid NOT IN (SELECT row FROM passages WHERE generation = {generation} AND document_id IN
                   ({", ".join("?" * len(without))}))"""
    rows = connection.execute(
        f"""SELECT passages.id AS id, -found.rank AS score
            FROM (SELECT rowid, rank FROM {table} WHERE {table} MATCH ? {left_out if without else ""} {only}
                  ORDER BY rank LIMIT ?) AS found
            JOIN passages ON passages.row = found.rowid
            ORDER BY found.rank, passages.id LIMIT ?""",
        (expression, *sorted(without), *scope.values, limit + _SURPLUS, limit),
    )
    return [(row["id"], float(row["score"])) for row in rows]


def has_phrase(
    connection: Statements,
    collection: str,
    generation: int,
    phrases: Collection[str],
    scope: Scope = EVERYTHING,
) -> bool:
    """Whether any passage has any of ``phrases``, its words one after the other.

    Raises:
        NotFound: When there is no such collection.
    """
    table = _name(_number(connection, collection), generation)
    expression = " OR ".join(map(_quoted, phrases))
    sql = f"SELECT 1 FROM {table} WHERE {table} MATCH ? {scope.rows(generation)} LIMIT 1"
    return connection.execute(sql, (expression, *scope.values)).fetchone() is not None


def match_any(words: Collection[str]) -> str | None:
    """An FTS5 expression that finds any of ``words``, or of the parts of one; ``None`` where there is nothing to find.

    Every word is quoted, so no operator of a question reaches FTS5.

    >>> match_any(["peace", "NEAR(", "U.S"])
    '"peace" OR "NEAR" OR "U" OR "S"'
    """
    return " OR ".join(map(_quoted, parts_of(words))) or None


def parts_of(words: Collection[str]) -> list[str]:
    """What is searched for where ``words`` are: each part once, in order."""
    return list(dict.fromkeys(part for word in words for part in _PART.findall(word)))


def _quoted(phrase: str) -> str:
    return '"{}"'.format(phrase.replace('"', '""'))


class _Connections(Protocol):
    """The connections to a file."""

    def read(self) -> sqlite3.Connection:
        """One outside any transaction."""
        ...

    def write(self) -> AbstractContextManager[sqlite3.Connection]:
        """A transaction."""
        ...


def merge_lexical(connections: _Connections) -> None:
    """Merge each index into one segment: one that has more of them still has the words of removed passages.

    In steps, between which others write. SQLite's own ``secure-delete`` would make indexes that versions
    before 3.42 cannot read.
    """
    for table in _tables(connections.read()):
        pages = -_MERGED_PAGES  # negative: segments of every size, however few
        while _merge(connections, table, pages):
            pages = _MERGED_PAGES


def rebuild_lexical(connection: Statements) -> None:
    """Make every lexical index again from the passages, without reading any of what it has."""
    with closing(sqlite3.connect(":memory:")) as other:
        other.execute(_CREATE.format(table="empty", tokenize=TOKENIZE))
        empty = {part: other.execute(f"SELECT * FROM empty_{part}").fetchall() for part in _PARTS}
    for table in _tables(connection):
        for part, rows in empty.items():
            connection.execute(f"DELETE FROM {table}_{part}")
            for row in rows:
                connection.execute(f"INSERT INTO {table}_{part} VALUES ({', '.join('?' * len(row))})", row)
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")


def _merge(connections: _Connections, table: str, pages: int) -> bool:
    """Take a step; whether there may be another."""
    with connections.write() as connection:
        if table not in _tables(connection):  # its collection was dropped
            return False
        before = connection.total_changes
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))
        return connection.total_changes - before > 1


def _tables(connection: Statements) -> list[str]:
    numbers = [row["number"] for row in connection.execute("SELECT number FROM collections ORDER BY number")]
    return [_name(number, parity) for number in numbers for parity in (0, 1)]


def _name(number: int, generation: int) -> str:
    return f"lexical_{number}_{generation % 2}"


def _number(connection: Statements, collection: str) -> int:
    row = connection.execute("SELECT number FROM collections WHERE id = ?", (collection,)).fetchone()
    if row is None:
        raise NotFound("collection", collection)
    return int(row["number"])
