"""The documents of every collection, and the passages, sentences and vectors of one generation."""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from hashlib import sha256
from pathlib import Path

import numpy as np

from rag.blocks import Block
from rag.errors import ChangeForbidden, GenerationRetired, NotFound
from rag.storage.catalog.access import KeyTable
from rag.storage.catalog.answers import AnswerTable
from rag.storage.catalog.copying import Copied, copy_catalog
from rag.storage.catalog.derived import (
    find_beside,
    find_ids,
    find_passages,
    find_sentences,
    find_vectors,
    insert_derived,
)
from rag.storage.catalog.documents import (
    LISTED,
    Inventory,
    NewDocument,
    delete_document,
    document_of,
    insert_document,
    touch,
)
from rag.storage.catalog.generations import Generations, is_current
from rag.storage.catalog.jobs import JobTable
from rag.storage.catalog.listing import Wanted, count_documents, listed_documents
from rag.storage.catalog.opening import connected
from rag.storage.catalog.openings import find_openings
from rag.storage.catalog.quoted import find_of_collection, forget_quoted
from rag.storage.catalog.scales import ScaleTable, find_scale
from rag.storage.catalog.scope import EVERYTHING, Scope, scope_of
from rag.storage.catalog.sizes import Sizes
from rag.storage.catalog.sql import Connection
from rag.storage.catalog.statements import Row
from rag.storage.catalog.structures import count_as_current, find_blocks, find_outdated
from rag.types import CorpusState, Document, Passage, Scale, Sentence, Vectors

_PAGE = 500  # documents


class Catalog:
    """The catalog of a data directory; safe to use from several threads.

    Args:
        place: Its file, or the URL of a PostgreSQL database.

    Passages, sentences, vectors and searches are those of one generation: the one that was current
    when the catalog was opened, or that ``at`` names.

    Raises:
        DataDirectoryError: When the file is no catalog of this version.
    """

    def __init__(self, place: Path | str) -> None:
        self.place = place
        self._connections = connected(place)
        self._frozen: Connection | None = None
        self._scope: Scope = EVERYTHING
        self._sizes = Sizes()
        self.answers = AnswerTable(self._connections)
        self.jobs = JobTable(self._connections)
        self.leases = self._connections.leases
        self.scales = ScaleTable(self._connections)
        self.access = KeyTable(self._connections)
        self.generations = Generations(self._connections)
        current = self.generations.current()
        self._generation = current.number if current else 0

    def at(self, generation: int) -> "Catalog":
        """The same catalog, read at the generation of another number."""
        other = copy(self)
        other._generation = generation
        return other

    def within(self, document_ids: Collection[str]) -> "Catalog":
        """The same catalog, read as if no collection had other documents than these; versions stay."""
        other = copy(self)
        other._scope = scope_of(document_ids)
        return other

    @contextmanager
    def snapshot(self) -> Iterator["Catalog"]:
        """The catalog as it is now, to be read until the block ends, whatever is stored or removed meanwhile."""
        with self._connections.frozen() as connection:
            other = copy(self)
            other._frozen = connection
            yield other

    def scrub(self) -> None:
        """Have the files lose, soon, what an earlier process deleted; done by itself for what this one deletes."""
        self._connections.deleted()

    def close(self) -> None:
        """Close the file, which then holds all of the catalog and nothing that was deleted."""
        self._connections.close()

    def copy_to(self, empty: "Catalog") -> Copied:
        """Copy everything into an empty catalog, which is to be closed then; what was copied.

        Raises:
            DataDirectoryError: When it is not empty, or files wait to be taken in, which no copy would have.
            CatalogError: When the copy does not hold what was read.
        """
        return copy_catalog(self._connections, empty._connections)

    def collections(self) -> list[str]:
        """The id of every collection, in order."""
        return [row["id"] for row in self._read().execute("SELECT id FROM collections ORDER BY id")]

    def ensure_collection(self, collection: str) -> bool:
        """Make a collection unless it is there; whether it was made."""
        with self._connections.write() as connection:
            sql = "INSERT INTO collections (id) VALUES (?) ON CONFLICT DO NOTHING"
            made = connection.execute(sql, (collection,)).rowcount == 1
            if made:
                connection.lexical.create_lexical(connection, collection)
        return made

    def drop_collection(self, collection: str) -> None:
        """Remove a collection with everything in it.

        Raises:
            NotFound: When there is no such collection.
            ChangeForbidden: While a job of it is queued or running.
        """
        with self._connections.write() as connection:
            if connection.execute("SELECT 1 FROM collections WHERE id = ?", (collection,)).fetchone() is None:
                raise NotFound("collection", collection)
            unfinished = self.jobs.unfinished(collection)
            if unfinished:
                raise ChangeForbidden(f"collection {collection!r} has {unfinished} unfinished jobs; wait for them")
            connection.lexical.drop_lexical(connection, collection)
            forget_quoted(connection, find_of_collection(connection, collection))
            for table in ("passages", "documents"):
                connection.execute(f"DELETE FROM {table} WHERE collection = ?", (collection,))
            connection.execute("DELETE FROM collections WHERE id = ?", (collection,))
        self._connections.deleted()

    def state(self, collection: str) -> CorpusState:
        """The version and size of a collection.

        Raises:
            NotFound: When there is no such collection.
        """
        whole = self._sizes.find(self._read(), self._generation, collection)
        return self._scope.state(self._read(), self._generation, collection, whole)

    def scale(self, collection: str) -> Scale:
        """What log odds mean in a collection; in one that has no scale of its own, what they say.

        Raises:
            NotFound: When there is no such collection.
        """
        return find_scale(self._read(), collection)

    def corpus(self, collection: str) -> str:
        """Stands for what a collection holds, scale and all: another after every change, and never the same again.

        Raises:
            NotFound: When there is no such collection.
        """
        row = self._one("SELECT number, version FROM collections WHERE id = ?", collection)
        if row is None:
            raise NotFound("collection", collection)
        scale = self.scale(collection)
        return f"{self._generation}-{row['number']}-{row['version']}-{scale.intercept!r}-{scale.slope!r}"

    def is_empty(self) -> bool:
        """Whether no collection has a document."""
        return self._one("SELECT 1 FROM documents LIMIT 1") is None

    def inventory(self, document_id: str) -> Inventory | None:
        """The source of a document, ``None`` where there is no such document."""
        row = self._one("SELECT id, path, origin, sha256 FROM documents WHERE id = ?", document_id)
        return Inventory(**dict(row)) if row else None

    def from_below(self, collection: str, place: str) -> list[Inventory]:
        """The sources of the documents of a collection that came from a file, or from below a folder."""
        rows = self._read().execute(
            """SELECT id, path, origin, sha256 FROM documents
               WHERE collection = ? AND (origin = ? OR origin > ? AND origin < ?) ORDER BY id""",
            (collection, place, place + os.sep, place + chr(ord(os.sep) + 1)),
        )
        return [Inventory(**dict(row)) for row in rows]

    def replace(self, documents: Sequence[NewDocument], keys: Sequence[Sequence[str]]) -> list[str]:
        """Store documents of one collection in one transaction, each in place of one with its id.

        Args:
            keys: Of each document, one a passage, from ``new_keys``.

        Returns:
            The keys of the passages that they replace.

        Raises:
            GenerationRetired: When this generation is no longer the current one.
            NotFound: When the collection is gone.
        """
        removed, replaced = [], []
        with self._connections.write() as connection:
            if not is_current(connection, self._generation):
                raise GenerationRetired(f"generation {self._generation} no longer answers; derive the documents again")
            for document, own in zip(documents, keys, strict=True):
                if gone := delete_document(connection, document.id):
                    removed += gone
                    replaced.append(document.id)
                touch(connection, document.collection)
                insert_document(connection, document)
                insert_derived(connection, self._generation, document.id, document.collection, document.derived, own)
            forget_quoted(connection, replaced)
        if replaced:
            self._connections.deleted()
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
            forget_quoted(connection, [document_id])
        self._connections.deleted()
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
        rows = self._read().execute(
            f"{LISTED} WHERE collection = ? AND id > ? {self._scope.condition('id')} ORDER BY id LIMIT ?",
            (self._generation, collection, after, *self._scope.values, limit),
        )
        return [document_of(row) for row in rows]

    def list_documents(
        self, wanted: Wanted, *, limit: int, after: tuple[str, str] | None = None
    ) -> list[tuple[str, Document]]:
        """A page of documents, each with the key that it is ordered by; ``after`` is a key and the id that it is of."""
        return listed_documents(self._read(), self._generation, wanted, limit=limit, after=after)

    def count_documents(self, wanted: Wanted) -> int:
        """How many documents there are of those that are wanted."""
        return count_documents(self._read(), wanted)

    def openings(self, document_ids: Sequence[str]) -> dict[str, str]:
        """What each document begins with, in a line; nothing for one without words."""
        return find_openings(self._read(), self._generation, document_ids)

    def all_documents(self, collection: str) -> Iterator[Document]:
        """The documents of a collection by id, read a page at a time; those that come meanwhile may be among them."""
        after = ""
        while page := self.documents(collection, limit=_PAGE, after=after):
            yield from page
            after = page[-1].id

    def text(self, document_id: str) -> str:
        """The text that citations index.

        Raises:
            NotFound: When there is no such document.
        """
        row = self._one("SELECT text FROM documents WHERE id = ?", document_id)
        if row is None:
            raise NotFound("document", document_id)
        return bytes(row["text"]).decode("utf-8")

    def source(self, document_id: str) -> bytes:
        """The bytes as they were given.

        Raises:
            NotFound: When there is no such document.
        """
        content = self._read().find_source(document_id)
        if content is None:
            raise NotFound("document", document_id)
        return content

    def blocks(self, document_id: str) -> list[Block]:
        """The blocks of a document in order, none where it was stored without."""
        return find_blocks(self._read(), document_id)

    def outdated(self, limit: int) -> list[str]:
        """The ids of the first documents that are to be made again from their sources, in order."""
        return find_outdated(self._read(), limit)

    def keep_layout(self, document_id: str) -> None:
        """Count a document as made of the present layout, with the blocks that it has."""
        with self._connections.write() as connection:
            count_as_current(connection, document_id)

    def sentences(self, document_id: str, text: str) -> list[Sentence]:
        """The sentences of a document in order; ``text`` is the document's."""
        return find_sentences(self._read(), self._generation, document_id, text)

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """The passages with these ids; an id that is not there is left out."""
        return find_passages(self._read(), self._generation, ids)

    def beside(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """The ids of the passages right before and right after each of these, in its document."""
        return find_beside(self._read(), self._generation, ids)

    def passage_keys(self, collection: str) -> list[str]:
        """The keys of every passage of a collection, in the order in which they came.

        A key names one passage as it was stored once: the same span stored again has another key, so
        an index that missed a change can tell.
        """
        sql = f"""SELECT row FROM passages WHERE generation = ? AND collection = ?
                  {self._scope.condition("document_id")} ORDER BY row"""
        rows = self._read().execute(sql, (self._generation, collection, *self._scope.values))
        return [str(row["row"]) for row in rows]

    def key_digest(self, collection: str) -> str:
        """Stands for the keys of a collection: the same for the same keys."""
        return sha256((self._connections.identity + " ".join(self.passage_keys(collection))).encode()).hexdigest()

    def new_keys(self, count: int) -> list[str]:
        """Numbers that were never a key, and will not be given again."""
        return self._connections.new_keys(count)

    def ids(self, keys: Sequence[str]) -> dict[str, str]:
        """The passage id of each key; a key that is not there any more is left out."""
        return find_ids(self._read(), keys)

    def vectors(self, keys: Sequence[str]) -> Vectors:
        """The vectors of these keys, shape (len(keys), dimension), in the order of ``keys``."""
        return np.stack([*self.vectors_by_key(keys).values()])

    def vectors_by_key(self, keys: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those ``keys`` that are there, each of shape (dimension,), in the order of ``keys``."""
        found = find_vectors(self._read(), keys)
        return {key: found[key] for key in keys if key in found}

    def search_words(
        self, collection: str, words: Collection[str], limit: int, without: Collection[str] = ()
    ) -> list[tuple[str, float]]:
        """The passages that have any of ``words``, best first: (id, BM25 score, higher is better).

        Args:
            without: Ids of documents whose passages are left out.

        Raises:
            NotFound: When there is no such collection.
        """
        connection = self._read()
        return connection.lexical.search_lexical(
            connection, collection, self._generation, words, limit, without, self._scope
        )

    def mentions(self, collection: str, phrases: Collection[str]) -> bool:
        """Whether any passage of a collection has any of ``phrases``.

        Raises:
            NotFound: When there is no such collection.
        """
        connection = self._read()
        return connection.lexical.has_phrase(connection, collection, self._generation, phrases, self._scope)

    def _read(self) -> Connection:
        return self._frozen or self._connections.read()

    def _one(self, sql: str, *values: object) -> Row | None:
        row: Row | None = self._read().execute(sql, values).fetchone()
        return row
