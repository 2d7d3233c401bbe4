"""What stored answers keep of documents that are removed or replaced: their quotes, and nothing around them.

An answer lists passages, and shows what stands before and after a quote. When their document goes, the
texts of these go too: they are empty from then on. Statements, quotes and places stay, and so does the
shape of the answer.
"""

import re
from collections.abc import Callable, Collection
from typing import Any

import msgspec

from rag.storage.catalog.sql import Connection

_NAMED = re.compile(rb'"document_id":"([^"\\]+)"')
_AROUND = ("before", "after")
_PAGE = "SELECT row, body FROM answers WHERE row > ? ORDER BY row LIMIT 200"  # some 20 kB each

_Gone = Callable[[dict[str, Any]], bool]


def forget_quoted(connection: Connection, document_ids: Collection[str]) -> None:
    """Take the texts of documents that are removed, or replaced, from the stored answers."""
    gone = {document_id.encode() for document_id in document_ids}
    if not gone:
        return
    after = 0
    while rows := connection.execute(_PAGE, (after,)).fetchall():
        after = rows[-1]["row"]
        found = [(row["row"], row["body"]) for row in rows if not gone.isdisjoint(_NAMED.findall(row["body"]))]
        for number, body in found:
            kept = _emptied(body, lambda entry: entry["document_id"].encode() in gone)
            connection.execute("UPDATE answers SET body = ? WHERE row = ?", (kept, number))


def find_of_collection(connection: Connection, collection: str) -> list[str]:
    """The ids of the documents of a collection."""
    return [row["id"] for row in connection.execute("SELECT id FROM documents WHERE collection = ?", (collection,))]


def without_removed(connection: Connection, body: bytes) -> bytes:
    """An answer that is to be stored, without the texts of documents that have changed or gone since it was made."""
    made_of = msgspec.json.decode(body, type=_Made)
    sql = "SELECT 1 FROM collections WHERE id = ? AND version = ?"
    if connection.execute(sql, (made_of.collection, made_of.corpus.version)).fetchone():
        return body
    return _emptied(body, lambda entry: not _still_there(connection, entry))


class _Corpus(msgspec.Struct):
    version: int


class _Made(msgspec.Struct):
    """What an answer says of the documents that it was made of."""

    collection: str
    corpus: _Corpus


def _still_there(connection: Connection, entry: dict[str, Any]) -> bool:
    """Whether a citation's document is the one of its sha256, or a passage's still has its text there."""
    sql = "SELECT sha256, text FROM documents WHERE id = ?"
    row = connection.execute(sql, (entry["document_id"],)).fetchone()
    if row is None:
        return False
    if "sha256" in entry:
        return bool(row["sha256"] == entry["sha256"])
    text = bytes(row["text"]).decode("utf-8")
    return bool(text[entry["start"] : entry["end"]] == entry["text"])


def _emptied(body: bytes, gone: _Gone) -> bytes:
    answer = msgspec.json.decode(body)
    for passage in answer["passages"]:
        if gone(passage):
            passage["text"] = ""
    for citation in answer["citations"]:
        if gone(citation):
            citation.update(dict.fromkeys(_AROUND, ""))
    return msgspec.json.encode(answer)
