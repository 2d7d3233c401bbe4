"""A catalog copied into another, of whatever kind: every row, and the numbers from which it goes on.

The lexical index is made anew. What the copy holds is compared with what was read, row by row, by hashes.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import msgspec

from rag.errors import CatalogError, DataDirectoryError
from rag.storage.catalog.schema import create_tables
from rag.storage.catalog.sql import Connection, Connections

_AT_ONCE = 200  # rows: of passages some 400 kB
_SOURCES = "sources"  # each database keeps them in its own way

_Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table: its columns, and those that name a row."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """How many rows each table has that has any, and what all of them hash to."""

    rows: dict[str, int]
    sha256: str


def copy_catalog(source: Connections, target: Connections) -> Copied:
    """Copy everything into a catalog that is empty, all at once; it is to be opened again before it is used.

    Raises:
        DataDirectoryError: When it is not empty, or files wait to be taken in, which are in no catalog alone.
        CatalogError: When the copy does not hold what was read.
    """
    tables = _tables()
    with source.frozen() as read:
        _check_settled(read)
        with target.write() as write:
            _check_empty(write, tables)
            copied = _hashed((table, _copied_rows(read, write, table)) for table in tables)
            write.go_on_from(read.last_numbers())
        found = _hashed((table, _rows(target.read(), table)) for table in tables)
    if found != copied:
        raise CatalogError("the copy does not hold what was read; delete it, and try again")
    return copied


def _tables() -> list[_Table]:
    """The tables that every catalog has, each after those that it refers to."""
    with closing(sqlite3.connect(":memory:")) as like:
        create_tables(like)
        names = [row[0] for row in like.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")]
        return [_table(name, like) for name in names if not name.startswith("sqlite_")]


def _table(name: str, like: sqlite3.Connection) -> _Table:
    columns = like.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
    key = sorted((place, column) for column, place in columns if place)
    return _Table(name=name, columns=tuple(one for one, _ in columns), key=tuple(column for _, column in key))


def _check_settled(connection: Connection) -> None:
    if waiting := connection.execute("SELECT count(*) FROM jobs WHERE state != 'done'").fetchone()[0]:
        raise DataDirectoryError(
            f"{waiting} jobs have files that are not taken in yet; let `footnote serve` do it first"
        )


def _check_empty(connection: Connection, tables: Sequence[_Table]) -> None:
    for table in tables:
        if connection.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone():
            raise DataDirectoryError(f"the catalog to copy to is not empty, it has {table.name}; name an empty one")


def _copied_rows(read: Connection, write: Connection, table: _Table) -> Iterator[_Row]:
    """The rows of a table, each stored before it is yielded."""
    names = ", ".join(f'"{column}"' for column in table.columns)
    sql = f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(table.columns))})"
    for page in _pages(read, table):
        if table.name == _SOURCES:
            for row in page:
                write.put_source(row["document_id"], row["content"])
        else:
            write.executemany(sql, [list(row.values()) for row in page])
        _index(write, table, page)
        yield from page


def _index(write: Connection, table: _Table, page: Sequence[_Row]) -> None:
    """Make the lexical indexes of collections, and index passages."""
    if table.name == "collections":
        for row in page:
            write.lexical.create_lexical(write, row["id"])
    if table.name == "passages":
        for (collection, generation), rows in groupby(page, lambda row: (row["collection"], row["generation"])):
            write.lexical.add_lexical(write, collection, generation, [(row["row"], row["indexed"]) for row in rows])


def _rows(connection: Connection, table: _Table) -> Iterator[_Row]:
    for page in _pages(connection, table):
        yield from page


def _pages(connection: Connection, table: _Table) -> Iterator[list[_Row]]:
    """The rows of a table in the order of its key, some at a time; a source is one with all of its bytes."""
    whole = table.name == _SOURCES
    names = ", ".join(f'"{column}"' for column in (table.key if whole else table.columns))
    key = ", ".join(f'"{column}"' for column in table.key)
    after = ""
    last: tuple[object, ...] = ()
    while rows := connection.execute(
        f"SELECT {names} FROM {table.name} {after} ORDER BY {key} LIMIT {1 if whole else _AT_ONCE}", last
    ).fetchall():
        page = [dict(row) for row in rows]
        yield [{**row, "content": connection.find_source(row["document_id"])} for row in page] if whole else page
        after = f"WHERE ({key}) > ({', '.join('?' * len(table.key))})"
        last = tuple(page[-1][column] for column in table.key)


def _hashed(tables: Iterable[tuple[_Table, Iterator[_Row]]]) -> Copied:
    digest = hashlib.sha256()
    counts: dict[str, int] = {}
    for table, rows in tables:
        for row in rows:
            digest.update(msgspec.msgpack.encode([table.name, [_told(value) for value in row.values()]]))
            counts[table.name] = counts.get(table.name, 0) + 1
    return Copied(rows=counts, sha256=digest.hexdigest())


def _told(value: object) -> object:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value  # PostgreSQL's texts hold no NUL
