"""Generations: the passages, sentences and vectors of every document, as one encoder and one budget make them.

One generation is current: it answers. Another may be building beside it; when it has every document
it takes over in one transaction, and the former is retired until the last of it is deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.storage.catalog.derived import Derived, delete_derived, insert_derived
from rag.storage.catalog.sql import Connection, Connections
from rag.types import MadeWith

_MISSING = """
    SELECT id FROM documents
    WHERE NOT EXISTS (SELECT 1 FROM coverage WHERE document_id = documents.id AND generation = ?)
"""
_DROPPED_AT_ONCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A generation; its parity chooses its lexical index."""

    number: int
    made_with: MadeWith


class Generations:
    """The generations of a catalog: at most one building, one current, one retired."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def current(self) -> Generation | None:
        """The one that answers; ``None`` in a new catalog."""
        return self._in_state("current")

    def building(self) -> Generation | None:
        """The one that is to take over."""
        return self._in_state("building")

    def retired(self) -> Generation | None:
        """The one that is being dropped."""
        return self._in_state("retired")

    def start(self, made_with: MadeWith) -> Generation:
        """The first generation of a new catalog, or what a catalog without documents is to be made with."""
        with self._connections.write() as connection:
            before = _find(connection, "current")
            number = before.number + 1 if before else 1
            connection.execute("DELETE FROM generations")
            _add(connection, number, "current", made_with)
        return Generation(number=number, made_with=made_with)

    def rename_encoder(self, made_with: MadeWith) -> None:
        """Remember where the encoder of the current generation is found now."""
        with self._connections.write() as connection:
            connection.execute(
                "UPDATE generations SET encoder = ? WHERE state = 'current' AND fingerprint = ?",
                (made_with.encoder, made_with.fingerprint),
            )

    def build(self, made_with: MadeWith) -> Generation:
        """The generation to build: the one begun with the same settings, or a new one after the current."""
        with self._connections.write() as connection:
            begun, current = _find(connection, "building"), _find(connection, "current")
            if begun is not None and begun.made_with == made_with:
                return begun
            if current is None or begun is not None or _find(connection, "retired"):
                raise ValueError("a generation is built beside a current one, after any other is dropped")
            _add(connection, current.number + 1, "building", made_with)
        return Generation(number=current.number + 1, made_with=made_with)

    def missing(self, generation: Generation, limit: int) -> list[str]:
        """The ids of documents that a generation does not have, in order, at most ``limit``."""
        rows = self._connections.read().execute(_MISSING + " ORDER BY id LIMIT ?", (generation.number, limit))
        return [row["id"] for row in rows]

    def covered(self, generation: Generation) -> int:
        """How many documents a generation has."""
        sql = "SELECT count(*) FROM coverage WHERE generation = ?"
        return int(self._connections.read().execute(sql, (generation.number,)).fetchone()[0])

    def add(self, generation: Generation, document_id: str, sha256: str, derived: Derived, keys: Sequence[str]) -> bool:
        """Store what a generation has of a document, unless the document has changed or gone.

        Args:
            sha256: Of the source that ``derived`` was made from.
            keys: One a passage, never used before.

        Returns:
            Whether it was stored.
        """
        with self._connections.write() as connection:
            sql = "SELECT collection FROM documents WHERE id = ? AND sha256 = ?"
            row = connection.execute(sql, (document_id, sha256)).fetchone()
            if row is None:
                return False
            insert_derived(connection, generation.number, document_id, row["collection"], derived, keys)
        return True

    def switch(self, generation: Generation) -> bool:
        """Make a generation the current one, unless it lacks a document.

        Returns:
            Whether it is the current one now.
        """
        with self._connections.write() as connection:
            if connection.execute(_MISSING + " LIMIT 1", (generation.number,)).fetchone():
                return False
            connection.execute("UPDATE generations SET state = 'retired' WHERE state = 'current'")
            connection.execute("UPDATE generations SET state = 'current' WHERE number = ?", (generation.number,))
        return True

    def drop(self, generation: Generation) -> None:
        """Delete a generation, in transactions short enough to let others write in between."""
        while self._drop_documents(generation.number):
            pass
        with self._connections.write() as connection:
            connection.execute("DELETE FROM generations WHERE number = ?", (generation.number,))
        self._connections.deleted()

    def _drop_documents(self, number: int) -> int:
        """Delete what a generation has of a few documents; how many they were."""
        with self._connections.write() as connection:
            sql = "SELECT document_id FROM coverage WHERE generation = ? LIMIT ?"
            found = [row["document_id"] for row in connection.execute(sql, (number, _DROPPED_AT_ONCE))]
            for document_id in found:
                delete_derived(connection, document_id, number)
        return len(found)

    def _in_state(self, state: str) -> Generation | None:
        return _find(self._connections.read(), state)


def is_current(connection: Connection, number: int) -> bool:
    """Whether a generation is the one that answers."""
    current = _find(connection, "current")
    return current is not None and current.number == number


def _find(connection: Connection, state: str) -> Generation | None:
    sql = "SELECT number, fingerprint, encoder, passage_tokens FROM generations WHERE state = ?"
    row = connection.execute(sql, (state,)).fetchone()
    if row is None:
        return None
    made_with = MadeWith(fingerprint=row["fingerprint"], encoder=row["encoder"], passage_tokens=row["passage_tokens"])
    return Generation(number=row["number"], made_with=made_with)


def _add(connection: Connection, number: int, state: str, made_with: MadeWith) -> None:
    connection.execute(
        "INSERT INTO generations (number, state, fingerprint, encoder, passage_tokens) VALUES (?, ?, ?, ?, ?)",
        (number, state, made_with.fingerprint, made_with.encoder, made_with.passage_tokens),
    )
