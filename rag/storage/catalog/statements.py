"""Running SQL: what the connections and results of every database have."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol


class Row(Protocol):
    """A row, by the names of its columns and by their places."""

    def __getitem__(self, key: Any, /) -> Any:
        """The value of a column."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """The values in order."""
        ...

    def keys(self) -> list[str]:
        """The names of the columns in order."""
        ...


class Result(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""
        ...

    def fetchone(self) -> Any:
        """The next row, ``None`` after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """The rows, one after the other."""
        ...


class Statements(Protocol):
    """What runs statements, in which ``?`` stands for a value."""

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Result:
        """Run a statement."""
        ...

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Result:
        """Run a statement for each of several rows of values."""
        ...
