"""The scales of collections: what log odds mean in each, fitted to questions of its own."""

from dataclasses import dataclass

from rag.errors import NotFound
from rag.storage.catalog.sql import Connection, Connections
from rag.storage.catalog.statements import Row
from rag.types import UNSCALED, Scale

_SCALE = """
    SELECT intercept, slope, questions, created FROM collections LEFT JOIN scales ON collection = id WHERE id = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedScale:
    """A scale, how many questions it was fitted to, and when: an ISO 8601 time in UTC."""

    scale: Scale
    questions: int
    created: str


class ScaleTable:
    """The scale of each collection that has one."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def find(self, collection: str) -> FittedScale | None:
        """The scale of a collection, ``None`` where it has none.

        Raises:
            NotFound: When there is no such collection.
        """
        row = _row(self._connections.read(), collection)
        if row["slope"] is None:
            return None
        return FittedScale(scale=_scale_of(row), questions=row["questions"], created=row["created"])

    def put(self, collection: str, fitted: FittedScale) -> None:
        """Give a collection a scale, in place of any before.

        Raises:
            NotFound: When there is no such collection.
        """
        scale = fitted.scale
        with self._connections.write() as connection:
            _row(connection, collection)
            connection.execute(
                """INSERT INTO scales (collection, intercept, slope, questions, created) VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT (collection) DO UPDATE SET intercept = excluded.intercept, slope = excluded.slope,
                       questions = excluded.questions, created = excluded.created""",
                (collection, scale.intercept, scale.slope, fitted.questions, fitted.created),
            )

    def remove(self, collection: str) -> bool:
        """Take the scale of a collection away; whether it had one.

        Raises:
            NotFound: When there is no such collection.
        """
        with self._connections.write() as connection:
            _row(connection, collection)
            return connection.execute("DELETE FROM scales WHERE collection = ?", (collection,)).rowcount == 1


def find_scale(connection: Connection, collection: str) -> Scale:
    """What log odds mean in a collection; in one that has no scale of its own, what they say.

    Raises:
        NotFound: When there is no such collection.
    """
    row = _row(connection, collection)
    return UNSCALED if row["slope"] is None else _scale_of(row)


def _row(connection: Connection, collection: str) -> Row:
    row: Row | None = connection.execute(_SCALE, (collection,)).fetchone()
    if row is None:
        raise NotFound("collection", collection)
    return row


def _scale_of(row: Row) -> Scale:
    return Scale(intercept=row["intercept"], slope=row["slope"])
