"""What documents begin with, in a line each."""

from collections.abc import Sequence

from rag.storage.catalog.statements import Statements
from rag.types import Kind

_READ_BYTES = 4_000  # of a text: a line needs no more, and a long text is not read whole for it
_SENTENCES = 40
_LEAST_WORDS = 5  # fewer are a label, a date or a name
_MOST_CHARACTERS = 240


def find_openings(connection: Statements, generation: int, ids: Sequence[str]) -> dict[str, str]:
    """The first whole sentence of each document, or its headings where it has none; nothing for an empty one."""
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    texts = connection.execute(
        f"SELECT id, substr(text, 1, {_READ_BYTES}) AS opening FROM documents WHERE id IN ({marks})", tuple(ids)
    )
    openings = {row["id"]: bytes(row["opening"]).decode("utf-8", "ignore") for row in texts}
    rows = connection.execute(
        f"""SELECT document_id, "start", "end", kind FROM sentences
            WHERE generation = ? AND "start" < {_READ_BYTES} AND document_id IN ({marks})
            ORDER BY document_id, "start\"""",
        (generation, *ids),
    )
    parts: dict[str, list[tuple[str, Kind]]] = {}
    for row in rows:
        said = " ".join(openings[row["document_id"]][row["start"] : row["end"]].split())
        parts.setdefault(row["document_id"], []).append((said, Kind(row["kind"])))
    return {one: line for one, said in parts.items() if (line := _line(said[:_SENTENCES]))}


def _line(said: Sequence[tuple[str, Kind]]) -> str:
    for words, kind in said:
        if kind is Kind.BODY and len(words.split()) >= _LEAST_WORDS:
            return _shortened(words)
    return _shortened(" · ".join(words for words, kind in said if kind in (Kind.HEADING, Kind.BODY) and words))


def _shortened(words: str) -> str:
    if len(words) <= _MOST_CHARACTERS:
        return words
    return words[: _MOST_CHARACTERS - 1].rpartition(" ")[0].rstrip(" ,;:") + "…"
