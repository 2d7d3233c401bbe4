"""Pages of a collection's documents: in an order, and of those alone whose title or path has some words."""

import string
from dataclasses import dataclass
from enum import StrEnum

from rag.storage.catalog.documents import LISTED, document_of
from rag.storage.catalog.sql import Connection
from rag.types import Document


class Order(StrEnum):
    """What documents are listed by; ``-`` is the greatest, or latest, first. Those that are alike go by id."""

    ID = "id"
    TITLE = "title"
    INGESTED = "-ingested_at"
    PUBLISHED = "-published"


_KEYS = {
    Order.ID: "id",
    Order.TITLE: "lower(coalesce(title, path))",
    Order.INGESTED: "ingested_at",
    Order.PUBLISHED: "coalesce(published, '')",  # those without a date last
}

_FOLDED = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)  # as SQLite's ``lower`` does


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which documents are listed.

    Args:
        words: What the title or the path must have, upper and lower case of ASCII alike; empty for anything.
    """

    collection: str
    order: Order = Order.ID
    words: str = ""

    @property
    def condition(self) -> str:
        """Of a query."""
        return "collection = ? AND (lower(coalesce(title, '')) LIKE ? ESCAPE '\\' OR lower(path) LIKE ? ESCAPE '\\')"

    @property
    def values(self) -> tuple[str, str, str]:
        """Of the parameters of ``condition``."""
        literal = self.words.translate(_FOLDED).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return self.collection, f"%{literal}%", f"%{literal}%"


def listed_documents(
    connection: Connection, generation: int, wanted: Wanted, *, limit: int, after: tuple[str, str] | None
) -> list[tuple[str, Document]]:
    """Documents and the keys that they are ordered by, at most ``limit`` of those that come after a key and an id."""
    key, down = _KEYS[wanted.order], wanted.order.startswith("-")
    sql = f"SELECT {key} AS key, listed.* FROM ({LISTED}) AS listed WHERE {wanted.condition}"
    values: list[str | int] = [generation, *wanted.values]
    if after is not None:
        sql += f" AND ({key} {'<' if down else '>'} ? OR ({key} = ? AND id > ?))"
        values += [after[0], *after]
    sql += f" ORDER BY {key} {'DESC' if down else 'ASC'}, id LIMIT ?"
    found = []
    for row in connection.execute(sql, (*values, limit)):
        columns = dict(row)
        found.append((columns.pop("key"), document_of(columns)))
    return found


def count_documents(connection: Connection, wanted: Wanted) -> int:
    """How many documents there are of those that are wanted."""
    sql = f"SELECT count(*) FROM documents WHERE {wanted.condition}"
    found: int = connection.execute(sql, wanted.values).fetchone()[0]
    return found
