"""The rows of documents: how they are listed, stored and deleted."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rag.blocks import Block
from rag.errors import NotFound
from rag.storage.catalog.derived import Derived, delete_derived
from rag.storage.catalog.sql import Connection
from rag.storage.catalog.statements import Row
from rag.storage.catalog.structures import insert_blocks
from rag.types import Description, Document, Passage, Sentence, Vectors

LISTED = """
    SELECT id, collection, title, author, publisher, published, media_type, path, sha256, characters, ingested_at,
           pages, bytes,
           (SELECT count(*) FROM passages
            WHERE document_id = documents.id AND generation = ?) AS passages
    FROM documents
"""
"""The columns of ``Document``; the first parameter is a generation's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """A document with all that is derived from it, ready to be stored.

    ``vectors`` has one row a passage; ``pages`` is as ``Document`` has it.
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
    pages: Sequence[int] = ()
    blocks: Sequence[Block] = ()

    @property
    def derived(self) -> Derived:
        """What a generation has of it."""
        return Derived(sentences=self.sentences, passages=self.passages, vectors=self.vectors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What is known of a document's source: enough to see whether a file has changed."""

    id: str
    path: str
    origin: str
    sha256: str


def document_of(row: Row | Mapping[str, Any]) -> Document:
    """The document that a row of ``LISTED`` is."""
    return Document(**{**dict(row), "pages": tuple(json.loads(row["pages"]))})


def delete_document(connection: Connection, document_id: str) -> list[str]:
    """Delete a document with all that is derived from it; gives the keys of its passages."""
    removed = delete_derived(connection, document_id)
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
    return removed


def touch(connection: Connection, collection: str) -> None:
    """Count one more change of a collection.

    Raises:
        NotFound: When there is no such collection.
    """
    if connection.execute("UPDATE collections SET version = version + 1 WHERE id = ?", (collection,)).rowcount == 0:
        raise NotFound("collection", collection)


def insert_document(connection: Connection, document: NewDocument) -> None:
    """Insert a document, without what is derived from it."""
    described, text = document.description, document.text.encode()
    connection.execute(
        """INSERT INTO documents (id, collection, path, origin, title, author, publisher, published, media_type, sha256,
                                  bytes, characters, ingested_at, text_sha256, pages, text)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            *(document.id, document.collection, document.path, document.origin),
            *(described.title, described.author, described.publisher, described.published),
            *(document.media_type, document.sha256, len(document.source), len(document.text)),
            *(datetime.now(UTC).isoformat(timespec="seconds"), hashlib.sha256(text).hexdigest()),
            *(json.dumps(list(document.pages)), text),
        ),
    )
    connection.put_source(document.id, document.source)
    insert_blocks(connection, document.id, document.blocks)
