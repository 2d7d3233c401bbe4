"""Statements on a connection of psycopg, with rows that are read by name as SQLite's are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

import psycopg

from rag.storage.catalog.postgres import lexical
from rag.storage.catalog.sql import Lexical

_PART_BYTES = 16_000_000  # of a source: a value is sent whole, and held several times on its way
_PARTS = """
    SELECT 0 AS part, content FROM sources WHERE document_id = ?
    UNION ALL SELECT part, content FROM source_parts WHERE document_id = ? ORDER BY part
"""
_NUMBERED = {"collections": "number", "passages": "row", "answers": "row", "jobs": "row"}
_NUMBERS = " UNION ALL ".join(
    f"SELECT '{table}' AS name, pg_sequence_last_value(pg_get_serial_sequence('{table}', '{column}')) AS last"
    for table, column in _NUMBERED.items()
)
_Told = Callable[[], AbstractContextManager[None]]


class Row:
    """A row: its values by name and by place."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: Sequence[Any]) -> None:
        self._places = places
        self._values = values

    def __getitem__(self, key: str | int) -> Any:
        return self._values[key if isinstance(key, int) else self._places[key]]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def keys(self) -> list[str]:
        """The names of the columns in order."""
        return list(self._places)


class Result:
    """What a statement gave, all of it."""

    def __init__(self, rows: Sequence[Row], rowcount: int) -> None:
        self._rows = iter(rows)
        self.rowcount = rowcount

    def fetchone(self) -> Row | None:
        """The next row, ``None`` after the last."""
        return next(self._rows, None)

    def fetchall(self) -> list[Row]:
        """The rows that are left."""
        return list(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return self._rows


class Statements:
    """What runs statements with ``run``, which gives a session to who asks."""

    def __init__(self, run: "Callable[[Callable[[Session], Result]], Result]") -> None:
        self._run = run

    @property
    def lexical(self) -> Lexical:
        """Words by a ``tsvector`` index."""
        return lexical

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Result:
        """Run a statement, in which ``?`` stands for a value."""
        return self._run(lambda session: session.execute(sql, parameters))

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Result:
        """Run a statement for each of several rows of values."""
        return self._run(lambda session: session.executemany(sql, parameters))

    def put_source(self, document_id: str, content: bytes) -> None:
        """Store the bytes of a new document, in parts."""
        self.execute("INSERT INTO sources (document_id, content) VALUES (?, ?)", (document_id, content[:_PART_BYTES]))
        for part, start in enumerate(range(_PART_BYTES, len(content), _PART_BYTES), start=1):
            self.execute(
                "INSERT INTO source_parts (document_id, part, content) VALUES (?, ?, ?)",
                (document_id, part, content[start : start + _PART_BYTES]),
            )

    def find_source(self, document_id: str) -> bytes | None:
        """The bytes of a document, ``None`` where there is no such document."""
        parts = self.execute(_PARTS, (document_id, document_id)).fetchall()
        return b"".join(row["content"] for row in parts) if parts else None

    def last_numbers(self) -> dict[str, int]:
        """The last number that was given, by the table that numbers its rows, where any was."""
        return {row["name"]: row["last"] for row in self.execute(_NUMBERS) if row["last"] is not None}

    def go_on_from(self, numbers: Mapping[str, int]) -> None:
        """Give the numbers after these from now on."""
        for name, last in numbers.items():
            self.execute("SELECT setval(pg_get_serial_sequence(?, ?), ?)", (name, _NUMBERED[name], last))


class Session(Statements):
    """A connection that is held for some statements; ``told`` turns the errors of psycopg into those of Footnote."""

    def __init__(self, connection: psycopg.Connection, told: _Told) -> None:
        super().__init__(lambda work: work(self))
        self._connection = connection
        self._told = told

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Result:
        """Run a statement, in which ``?`` stands for a value."""
        with self._told(), self._connection.cursor(binary=True) as cursor:
            cursor.execute(_translated(sql), _storable(parameters))
            if cursor.description is None:
                return Result((), cursor.rowcount)
            places = {column.name: place for place, column in enumerate(cursor.description)}
            return Result([Row(places, values) for values in cursor.fetchall()], cursor.rowcount)

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Result:
        """Run a statement for each of several rows of values."""
        with self._told(), self._connection.cursor() as cursor:
            cursor.executemany(_translated(sql), [_storable(one) for one in parameters])
            return Result((), cursor.rowcount)


@lru_cache(maxsize=1024)
def _translated(sql: str) -> bytes:
    """A statement as psycopg has it.

    >>> _translated("SELECT 7 % 2 WHERE a = ?")
    b'SELECT 7 %% 2 WHERE a = %s'
    """
    return sql.replace("%", "%%").replace("?", "%s").encode()


def _storable(values: Sequence[Any]) -> list[Any]:
    """Values as PostgreSQL can store them: its texts hold no NUL."""
    return [value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values]
