"""How many documents and passages a collection has: counted once a version, not once a question."""

from rag.errors import NotFound
from rag.storage.catalog.sql import Connection
from rag.types import CorpusState

_VERSION = """
    SELECT number, version, (SELECT number FROM generations WHERE number = ? AND state = 'current') AS generation
    FROM collections WHERE id = ?
"""
_SIZE = """
    SELECT number, version, (SELECT number FROM generations WHERE number = ? AND state = 'current') AS generation,
           (SELECT count(*) FROM documents WHERE collection = collections.id) AS documents,
           (SELECT count(*) FROM passages WHERE generation = ? AND collection = collections.id) AS passages
    FROM collections WHERE id = ?
"""


class Sizes:
    """The versions and sizes of collections; safe to use from several threads.

    Every change of what a collection has in the current generation changes its version, and no two
    collections ever have one number, so a size that was counted stays right. That of a generation which
    is being built, or dropped, is counted every time.
    """

    def __init__(self) -> None:
        self._counted: dict[int, tuple[tuple[int, int, int], CorpusState]] = {}

    def find(self, connection: Connection, generation: int, collection: str) -> CorpusState:
        """The version and size of a collection in a generation.

        Raises:
            NotFound: When there is no such collection.
        """
        row = connection.execute(_VERSION, (generation, collection)).fetchone()
        if row is None:
            raise NotFound("collection", collection)
        known = self._counted.get(row["number"])
        return (
            known[1]
            if known is not None and known[0] == tuple(row)
            else self._count(connection, generation, collection)
        )

    def _count(self, connection: Connection, generation: int, collection: str) -> CorpusState:
        row = connection.execute(_SIZE, (generation, generation, collection)).fetchone()
        if row is None:
            raise NotFound("collection", collection)
        found = CorpusState(version=row["version"], documents=row["documents"], passages=row["passages"])
        if row["generation"] is not None:
            self._counted[row["number"]] = ((row["number"], row["version"], row["generation"]), found)
        return found
