"""The documents of every collection, and the passages, sentences and vectors of one generation."""

import sqlite3
import threading
from collections.abc import Sequence
from copy import copy
from hashlib import sha256
from pathlib import Path

import numpy as np

from rag.catalog.answers import AnswerTable
from rag.catalog.documents import LISTED, Inventory, NewDocument, delete_document, document_of, insert_document, touch
from rag.catalog.generations import Generations, insert_derived, is_current
from rag.catalog.jobs import JobTable
from rag.catalog.schema import Connections
from rag.errors import Conflict, GenerationRetired, NotFound
from rag.types import CorpusState, Document, Kind, Passage, Sentence, Span, Vectors


class Catalog:
    """The catalog of a data directory; safe to use from several threads.

    Passages, sentences, vectors and searches are those of one generation: the one that was current
    when the catalog was opened, or that ``at`` names.

    Raises:
        DataDirectoryError: When the file is no catalog of this version.
    """

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)
        self.answers = AnswerTable(self._connections)
        self.jobs = JobTable(self._connections)
        self.generations = Generations(self._connections)
        current = self.generations.current()
        self._generation = current.number if current else 0
        self._keys = _Keys(self._highest_key())

    def at(self, generation: int) -> "Catalog":
        """The same catalog, read at the generation of another number."""
        other = copy(self)
        other._generation = generation
        return other

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    def collections(self) -> list[str]:
        """The id of every collection, in order."""
        return [row["id"] for row in self._connections.read().execute("SELECT id FROM collections ORDER BY id")]

    def ensure_collection(self, collection: str) -> bool:
        """Make a collection unless it is there; whether it was made."""
        with self._connections.write() as connection:
            sql = "INSERT OR IGNORE INTO collections (id) VALUES (?)"
            return connection.execute(sql, (collection,)).rowcount == 1

    def drop_collection(self, collection: str) -> None:
        """Remove a collection with everything in it.

        Raises:
            NotFound: When there is no such collection.
            Conflict: While a job of it is queued or running.
        """
        with self._connections.write() as connection:
            if connection.execute("SELECT 1 FROM collections WHERE id = ?", (collection,)).fetchone() is None:
                raise NotFound("collection", collection)
            unfinished = self.jobs.unfinished(collection)
            if unfinished:
                raise Conflict(f"collection {collection!r} has {unfinished} unfinished jobs; wait for them")
            for table in ("passages", "documents"):
                connection.execute(f"DELETE FROM {table} WHERE collection = ?", (collection,))
            connection.execute("DELETE FROM collections WHERE id = ?", (collection,))

    def state(self, collection: str) -> CorpusState:
        """The version and size of a collection.

        Raises:
            NotFound: When there is no such collection.
        """
        row = self._one(
            """SELECT version,
                      (SELECT count(*) FROM documents WHERE collection = collections.id) AS documents,
                      (SELECT count(*) FROM passages WHERE generation = ? AND collection = collections.id) AS passages
               FROM collections WHERE id = ?""",
            self._generation,
            collection,
        )
        if row is None:
            raise NotFound("collection", collection)
        return CorpusState(version=row["version"], documents=row["documents"], passages=row["passages"])

    def is_empty(self) -> bool:
        """Whether no collection has a document."""
        return self._one("SELECT 1 FROM documents LIMIT 1") is None

    def inventory(self, document_id: str) -> Inventory | None:
        """The source of a document, ``None`` where there is no such document."""
        row = self._one("SELECT id, origin, sha256 FROM documents WHERE id = ?", document_id)
        return Inventory(id=row["id"], origin=row["origin"], sha256=row["sha256"]) if row else None

    def replace(self, document: NewDocument, keys: Sequence[str]) -> list[str]:
        """Store a document in one transaction, in place of one with its id.

        Args:
            keys: One a passage, from ``new_keys``.

        Returns:
            The keys of the passages that it replaces.

        Raises:
            GenerationRetired: When this generation is no longer the current one.
        """
        with self._connections.write() as connection:
            if not is_current(connection, self._generation):
                raise GenerationRetired(f"generation {self._generation} no longer answers; derive the document again")
            removed = delete_document(connection, document.id)
            insert_document(connection, document)
            insert_derived(connection, self._generation, document.id, document.collection, document.derived, keys)
            touch(connection, document.collection)
        return removed

    def remove(self, document_id: str) -> list[str]:
        """Remove a document with all that is derived from it.

        Returns:
            The keys of its passages, of every generation.

        Raises:
            NotFound: When there is no such document.
        """
        document = self.document(document_id)
        with self._connections.write() as connection:
            removed = delete_document(connection, document_id)
            touch(connection, document.collection)
        return removed

    def document(self, document_id: str) -> Document:
        """A document's record.

        Raises:
            NotFound: When there is no such document.
        """
        row = self._one(f"{LISTED} WHERE id = ?", self._generation, document_id)
        if row is None:
            raise NotFound("document", document_id)
        return document_of(row)

    def documents(self, collection: str, *, limit: int, after: str = "") -> list[Document]:
        """The documents of a collection by id, at most ``limit`` of those whose id comes after ``after``."""
        rows = self._connections.read().execute(
            f"{LISTED} WHERE collection = ? AND id > ? ORDER BY id LIMIT ?",
            (self._generation, collection, after, limit),
        )
        return [document_of(row) for row in rows]

    def text(self, document_id: str) -> str:
        """The text that citations index.

        Raises:
            NotFound: When there is no such document.
        """
        return bytes(self._column("text", document_id)).decode("utf-8")

    def source(self, document_id: str) -> bytes:
        """The bytes as they were given.

        Raises:
            NotFound: When there is no such document.
        """
        return bytes(self._column("source", document_id))

    def sentences(self, document_id: str, text: str) -> list[Sentence]:
        """The sentences of a document in order; ``text`` is the document's."""
        rows = self._connections.read().execute(
            """SELECT "start", "end", kind, block, heading FROM sentences
               WHERE document_id = ? AND generation = ? ORDER BY "start\"""",
            (document_id, self._generation),
        )
        found = []
        for row in rows:
            span = Span(start=row["start"], end=row["end"])
            found.append(
                Sentence(
                    span=span, text=span.of(text), kind=Kind(row["kind"]), block=row["block"], heading=row["heading"]
                )
            )
        return found

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages with these ids; an id that is not there is left out."""
        found: dict[str, Passage] = {}
        texts: dict[str, str] = {}
        for identifier in ids:
            row = self._one(
                'SELECT document_id, "start", "end", indexed FROM passages WHERE generation = ? AND id = ?',
                self._generation,
                identifier,
            )
            if row is None:
                continue
            document_id = row["document_id"]
            if document_id not in texts:
                texts[document_id] = self.text(document_id)
            span = Span(start=row["start"], end=row["end"])
            found[identifier] = Passage(
                document_id=document_id, span=span, text=span.of(texts[document_id]), indexed=row["indexed"]
            )
        return found

    def passage_keys(self, collection: str) -> list[str]:
        """The keys of every passage of a collection, in the order in which they came.

        A key names one passage as it was stored once: the same span stored again has another key, so
        an index that missed a change can tell.
        """
        sql = "SELECT row FROM passages WHERE generation = ? AND collection = ? ORDER BY row"
        return [str(row["row"]) for row in self._connections.read().execute(sql, (self._generation, collection))]

    def key_digest(self, collection: str) -> str:
        """Stands for the keys of a collection: the same for the same keys."""
        return sha256(" ".join(self.passage_keys(collection)).encode()).hexdigest()

    def new_keys(self, count: int) -> list[str]:
        """Numbers that were never a key, and will not be given again."""
        return self._keys.take(count)

    def _highest_key(self) -> int:
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'passages'")
        return int(row["seq"]) if row else 0

    def ids(self, keys: Sequence[str]) -> dict[str, str]:
        """The passage id of each key; a key that is not there any more is left out."""
        found = {key: self._one("SELECT id FROM passages WHERE row = ?", key) for key in keys}
        return {key: row["id"] for key, row in found.items() if row is not None}

    def vectors(self, keys: Sequence[str]) -> Vectors:
        """The vectors of these keys, shape (len(keys), dimension), in the order of ``keys``."""
        return np.stack([*self.vectors_by_key(keys).values()])

    def vectors_by_key(self, keys: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those ``keys`` that are there, each of shape (dimension,), in the order of ``keys``."""
        rows = {key: self._one("SELECT vector FROM passages WHERE row = ?", key) for key in keys}
        return {key: np.frombuffer(row["vector"], dtype="<f4") for key, row in rows.items() if row is not None}

    def search_words(self, collection: str, expression: str, limit: int) -> list[tuple[str, float]]:
        """The passages that match an FTS5 expression, best first: (id, BM25 score, higher is better)."""
        lexical = f"lexical_{self._generation % 2}"
        rows = self._connections.read().execute(
            f"""SELECT passages.id AS id, -bm25({lexical}) AS score
               FROM {lexical} JOIN passages ON passages.row = {lexical}.rowid
               WHERE {lexical} MATCH ? AND passages.collection = ?
               ORDER BY bm25({lexical}), passages.id LIMIT ?""",
            (expression, collection, limit),
        )
        return [(row["id"], float(row["score"])) for row in rows]

    def _column(self, column: str, document_id: str) -> bytes:
        row = self._one(f"SELECT {column} AS value FROM documents WHERE id = ?", document_id)
        if row is None:
            raise NotFound("document", document_id)
        value: bytes = row["value"]
        return value

    def _one(self, sql: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connections.read().execute(sql, values).fetchone()
        return row


class _Keys:
    """The numbers after those that were ever keys."""

    def __init__(self, highest: int) -> None:
        self._highest = highest
        self._guard = threading.Lock()

    def take(self, count: int) -> list[str]:
        with self._guard:
            first = self._highest + 1
            self._highest += count
        return [str(number) for number in range(first, first + count)]
