"""What a generation has of a document: how it is stored, found and deleted, with its lexical index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from rag.storage.catalog.sql import Connection
from rag.storage.catalog.statements import Row
from rag.types import Kind, Passage, Sentence, Span, Vectors

_VALUES_AT_ONCE = 500
_OTHERS = "SELECT id FROM passages WHERE document_id = this.document_id AND generation = this.generation"
_BESIDE = f"""
    SELECT id, ({_OTHERS} AND row < this.row ORDER BY row DESC LIMIT 1) AS before,
           ({_OTHERS} AND row > this.row ORDER BY row LIMIT 1) AS after
    FROM passages AS this
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What a generation has of a document. ``vectors`` has one row a passage."""

    sentences: Sequence[Sentence]
    passages: Sequence[Passage]
    vectors: Vectors


def insert_derived(
    connection: Connection,
    generation: int,
    document_id: str,
    collection: str,
    derived: Derived,
    keys: Sequence[str],
) -> None:
    """Insert what a generation has of a document; ``keys`` are the rows of its passages."""
    connection.execute("INSERT INTO coverage (generation, document_id) VALUES (?, ?)", (generation, document_id))
    connection.executemany(
        """INSERT INTO sentences (generation, document_id, "start", "end", kind, block, heading)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        [
            (generation, document_id, one.span.start, one.span.end, one.kind, one.block, one.heading)
            for one in derived.sentences
        ],
    )
    connection.executemany(
        """INSERT INTO passages (row, generation, id, document_id, collection, "start", "end", indexed, vector)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (int(key), generation, one.id, document_id, collection, *_ends(one), one.indexed, _stored(vector))
            for key, one, vector in zip(keys, derived.passages, derived.vectors, strict=True)
        ],
    )
    rows = [(int(key), one.indexed) for key, one in zip(keys, derived.passages, strict=True)]
    connection.lexical.add_lexical(connection, collection, generation, rows)


def delete_derived(connection: Connection, document_id: str, generation: int | None = None) -> list[str]:
    """Delete what a generation, or by default every one, has of a document; gives the keys of its passages."""
    chosen = "document_id = ? AND generation = coalesce(?, generation)"
    values = (document_id, generation)
    rows = connection.execute(
        f"SELECT row, generation, collection, indexed FROM passages WHERE {chosen} ORDER BY generation, row", values
    ).fetchall()
    for (number, collection), group in groupby(rows, lambda row: (row["generation"], row["collection"])):
        connection.lexical.remove_lexical(
            connection, collection, number, [(row["row"], row["indexed"]) for row in group]
        )
    for table in ("passages", "sentences", "coverage"):
        connection.execute(f"DELETE FROM {table} WHERE {chosen}", values)
    return [str(row["row"]) for row in rows]


def find_passages(connection: Connection, generation: int, ids: Sequence[str]) -> dict[str, Passage]:
    """The passages with these ids; one that is not there is left out."""
    columns = 'id, document_id, "start", "end", indexed'
    rows = _by_value(connection, f"SELECT {columns} FROM passages WHERE generation = {generation} AND id IN", ids)
    found = list(rows)
    wanted = sorted({row["document_id"] for row in found})
    rows = _by_value(connection, "SELECT id, text FROM documents WHERE id IN", wanted)
    texts = {row["id"]: bytes(row["text"]).decode("utf-8") for row in rows}
    return {row["id"]: _passage(row, texts[row["document_id"]]) for row in found}


def find_beside(connection: Connection, generation: int, ids: Sequence[str]) -> dict[str, list[str]]:
    """The ids of the passages right before and right after each, in its document."""
    rows = _by_value(connection, f"{_BESIDE} WHERE generation = {generation} AND id IN", ids)
    return {row["id"]: [one for one in (row["before"], row["after"]) if one is not None] for row in rows}


def find_ids(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """The passage id of each key; a key that is not there is left out."""
    rows = _by_value(connection, "SELECT row, id FROM passages WHERE row IN", [int(key) for key in keys])
    return {str(row["row"]): row["id"] for row in rows}


def find_vectors(connection: Connection, keys: Sequence[str]) -> dict[str, Vectors]:
    """The vector of each key; a key that is not there is left out."""
    rows = _by_value(connection, "SELECT row, vector FROM passages WHERE row IN", [int(key) for key in keys])
    return {str(row["row"]): np.frombuffer(row["vector"], dtype="<f4") for row in rows}


def find_sentences(connection: Connection, generation: int, document_id: str, text: str) -> list[Sentence]:
    """The sentences of a document in order; ``text`` is the document's."""
    rows = connection.execute(
        """SELECT "start", "end", kind, block, heading FROM sentences
           WHERE document_id = ? AND generation = ? ORDER BY "start\"""",
        (document_id, generation),
    )
    return [_sentence(row, text) for row in rows]


def _by_value(connection: Connection, sql: str, values: Sequence[str | int]) -> Iterator[Row]:
    """The rows of ``sql``, which ends in IN, for any number of values."""
    for start in range(0, len(values), _VALUES_AT_ONCE):
        part = values[start : start + _VALUES_AT_ONCE]
        yield from connection.execute(f"{sql} ({', '.join('?' * len(part))})", part)


def _passage(row: Row, text: str) -> Passage:
    span = Span(start=row["start"], end=row["end"])
    return Passage(document_id=row["document_id"], span=span, text=span.of(text), indexed=row["indexed"])


def _sentence(row: Row, text: str) -> Sentence:
    span = Span(start=row["start"], end=row["end"])
    return Sentence(span=span, text=span.of(text), kind=Kind(row["kind"]), block=row["block"], heading=row["heading"])


def _ends(passage: Passage) -> tuple[int, int]:
    return passage.span.start, passage.span.end


def _stored(vector: Vectors) -> bytes:
    return vector.astype("<f4").tobytes()
