"""The documents, passages, sentences and vectors of every collection."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from rag.catalog.answers import AnswerTable
from rag.catalog.jobs import JobTable
from rag.catalog.schema import Connections
from rag.errors import Conflict, NotFound
from rag.types import CorpusState, Description, Document, Kind, Passage, Sentence, Span, Vectors

_LISTED = """
    SELECT id, collection, title, author, publisher, published, media_type, path, sha256, characters, ingested_at,
           length(source) AS bytes,
           (SELECT count(*) FROM passages WHERE document_id = documents.id) AS passages
    FROM documents
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document with all that is derived from it, ready to be stored.

    ``vectors`` has one row a passage.
    """

    id: str
    collection: str
    path: str
    origin: str
    description: Description
    media_type: str
    sha256: str
    source: bytes
    text: str
    sentences: Sequence[Sentence]
    passages: Sequence[Passage]
    vectors: Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The keys of the passages that came and went when a document was stored."""

    added: Sequence[str]
    removed: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What is known of a document's source: enough to see whether a file has changed."""

    id: str
    origin: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """A collection and the fingerprint of what its vectors were made with."""

    collection: str
    fingerprint: str


class Catalog:
    """The catalog of a data directory; safe to use from several threads.

    Raises:
        DataDirectoryError: When the file is no catalog of this version.
    """

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)
        self.answers = AnswerTable(self._connections)
        self.jobs = JobTable(self._connections)

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    def collections(self) -> list[IndexState]:
        """Every collection, by id."""
        rows = self._connections.read().execute("SELECT id, fingerprint FROM collections ORDER BY id")
        return [IndexState(collection=row["id"], fingerprint=row["fingerprint"]) for row in rows]

    def ensure_collection(self, collection: str, fingerprint: str) -> bool:
        """Make a collection unless it is there; whether it was made."""
        with self._connections.write() as connection:
            sql = "INSERT OR IGNORE INTO collections (id, fingerprint) VALUES (?, ?)"
            return connection.execute(sql, (collection, fingerprint)).rowcount == 1

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
                      (SELECT count(*) FROM passages WHERE collection = collections.id) AS passages
               FROM collections WHERE id = ?""",
            collection,
        )
        if row is None:
            raise NotFound("collection", collection)
        return CorpusState(version=row["version"], documents=row["documents"], passages=row["passages"])

    def inventory(self, document_id: str) -> Inventory | None:
        """The source of a document, ``None`` where there is no such document."""
        row = self._one("SELECT id, origin, sha256 FROM documents WHERE id = ?", document_id)
        return Inventory(id=row["id"], origin=row["origin"], sha256=row["sha256"]) if row else None

    def replace(self, document: NewDocument) -> Replaced:
        """Store a document in one transaction, in place of one with its id."""
        with self._connections.write() as connection:
            removed = _delete(connection, document.id)
            _insert(connection, document)
            _touch(connection, document.collection)
            added = _keys(connection, document.id)
        return Replaced(added=added, removed=removed)

    def remove(self, document_id: str) -> list[str]:
        """Remove a document with all that is derived from it.

        Returns:
            The keys of its passages.

        Raises:
            NotFound: When there is no such document.
        """
        document = self.document(document_id)
        with self._connections.write() as connection:
            removed = _delete(connection, document_id)
            _touch(connection, document.collection)
        return removed

    def document(self, document_id: str) -> Document:
        """A document's record.

        Raises:
            NotFound: When there is no such document.
        """
        row = self._one(f"{_LISTED} WHERE id = ?", document_id)
        if row is None:
            raise NotFound("document", document_id)
        return _document(row)

    def documents(self, collection: str, *, limit: int, after: str = "") -> list[Document]:
        """The documents of a collection by id, at most ``limit`` of those whose id comes after ``after``."""
        rows = self._connections.read().execute(
            f"{_LISTED} WHERE collection = ? AND id > ? ORDER BY id LIMIT ?", (collection, after, limit)
        )
        return [_document(row) for row in rows]

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
            'SELECT "start", "end", kind, block, heading FROM sentences WHERE document_id = ? ORDER BY "start"',
            (document_id,),
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
            row = self._one('SELECT id, document_id, "start", "end", indexed FROM passages WHERE id = ?', identifier)
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
        sql = "SELECT row FROM passages WHERE collection = ? ORDER BY row"
        return [str(row["row"]) for row in self._connections.read().execute(sql, (collection,))]

    def ids(self, keys: Sequence[str]) -> dict[str, str]:
        """The passage id of each key; a key that is not there any more is left out."""
        found = {key: self._one("SELECT id FROM passages WHERE row = ?", key) for key in keys}
        return {key: row["id"] for key, row in found.items() if row is not None}

    def vectors(self, keys: Sequence[str]) -> Vectors:
        """The vectors of these keys, shape (len(keys), dimension), in the order of ``keys``."""
        rows = [self._one("SELECT vector FROM passages WHERE row = ?", key) for key in keys]
        return np.stack([np.frombuffer(row["vector"], dtype="<f4") for row in rows if row is not None])

    def search_words(self, collection: str, expression: str, limit: int) -> list[tuple[str, float]]:
        """The passages that match an FTS5 expression, best first: (id, BM25 score, higher is better)."""
        rows = self._connections.read().execute(
            """SELECT passages.id AS id, -bm25(lexical) AS score
               FROM lexical JOIN passages ON passages.row = lexical.rowid
               WHERE lexical MATCH ? AND passages.collection = ?
               ORDER BY bm25(lexical), passages.id LIMIT ?""",
            (expression, collection, limit),
        )
        return [(row["id"], float(row["score"])) for row in rows]

    def _column(self, column: str, document_id: str) -> bytes:
        row = self._one(f"SELECT {column} AS value FROM documents WHERE id = ?", document_id)
        if row is None:
            raise NotFound("document", document_id)
        value: bytes = row["value"]
        return value

    def _one(self, sql: str, key: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connections.read().execute(sql, (key,)).fetchone()
        return row


def _document(row: sqlite3.Row) -> Document:
    return Document(**dict(row))


def _delete(connection: sqlite3.Connection, document_id: str) -> list[str]:
    removed = _keys(connection, document_id)
    connection.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
    return removed


def _keys(connection: sqlite3.Connection, document_id: str) -> list[str]:
    sql = "SELECT row FROM passages WHERE document_id = ? ORDER BY row"
    return [str(row["row"]) for row in connection.execute(sql, (document_id,))]


def _touch(connection: sqlite3.Connection, collection: str) -> None:
    connection.execute("UPDATE collections SET version = version + 1 WHERE id = ?", (collection,))


def _insert(connection: sqlite3.Connection, document: NewDocument) -> None:
    described = document.description
    connection.execute(
        """INSERT INTO documents (id, collection, path, origin, title, author, publisher, published, media_type, sha256,
                                  source, text, characters, ingested_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            *(document.id, document.collection, document.path, document.origin),
            *(described.title, described.author, described.publisher, described.published),
            *(document.media_type, document.sha256, document.source, document.text.encode()),
            *(len(document.text), datetime.now(UTC).isoformat(timespec="seconds")),
        ),
    )
    connection.executemany(
        'INSERT INTO sentences (document_id, "start", "end", kind, block, heading) VALUES (?, ?, ?, ?, ?, ?)',
        [(document.id, s.span.start, s.span.end, s.kind, s.block, s.heading) for s in document.sentences],
    )
    connection.executemany(
        """INSERT INTO passages (id, document_id, collection, "start", "end", indexed, vector)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        list(_passage_rows(document)),
    )


def _passage_rows(document: NewDocument) -> Iterator[tuple[Any, ...]]:
    for passage, vector in zip(document.passages, document.vectors, strict=True):
        span = (passage.span.start, passage.span.end)
        yield (passage.id, document.id, document.collection, *span, passage.indexed, vector.astype("<f4").tobytes())
