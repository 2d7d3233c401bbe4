"""The blocks of documents: a tree each, which is read as a whole."""

from collections.abc import Sequence

import msgspec

from rag.blocks import Block
from rag.storage.catalog.sql import Connection

LAYOUT = 3
"""Of what parsers make of a source. A document with a lower one is read again by ``footnote reindex``."""

_decoder = msgspec.msgpack.Decoder(list[Block])


def insert_blocks(connection: Connection, document_id: str, blocks: Sequence[Block]) -> None:
    """Insert the blocks of a document, in order."""
    connection.execute(
        "INSERT INTO structures (document_id, layout, blocks) VALUES (?, ?, ?)",
        (document_id, LAYOUT, msgspec.msgpack.encode(list(blocks))),
    )


def find_blocks(connection: Connection, document_id: str) -> list[Block]:
    """The blocks of a document, in order; none where it was stored by a Footnote that kept none."""
    row = connection.execute("SELECT blocks FROM structures WHERE document_id = ?", (document_id,)).fetchone()
    return _decoder.decode(row["blocks"]) if row else []


def find_outdated(connection: Connection, limit: int) -> list[str]:
    """The ids of the first documents that another layout was made of, in order."""
    rows = connection.execute(
        """SELECT id FROM documents LEFT JOIN structures ON document_id = id
           WHERE layout IS NULL OR layout < ? ORDER BY id LIMIT ?""",
        (LAYOUT, limit),
    )
    return [row["id"] for row in rows]


def count_as_current(connection: Connection, document_id: str) -> None:
    """Count what is stored of a document as made of the present layout."""
    connection.execute(
        """INSERT INTO structures (document_id, layout, blocks) SELECT id, ?, ? FROM documents WHERE id = ?
           ON CONFLICT (document_id) DO UPDATE SET layout = excluded.layout
               WHERE structures.layout < excluded.layout""",
        (LAYOUT, msgspec.msgpack.encode([]), document_id),
    )


def are_blocks(blocks: Sequence[Block], characters: int) -> bool:
    """Whether they can be the blocks of a text of so many characters: each within it and after its parent."""
    return all(
        block.span.end <= characters
        and (block.parent is None or 0 <= block.parent < place)
        and all(0 <= cell.start < cell.end <= characters and cell.column >= 0 for cell in block.cells)
        for place, block in enumerate(blocks)
    )


def decode_blocks(blob: bytes) -> list[Block]:
    """The blocks that were stored so.

    Raises:
        msgspec.DecodeError: When they were not.
    """
    return _decoder.decode(blob)
