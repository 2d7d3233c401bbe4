"""Whether every value of a catalog is one that Footnote writes: a copy may come from elsewhere.

SQLite itself sees to types, references and unique keys. Here is what it cannot know: what names a folder
or a model, which numbers are places in a text, what must be JSON, what a vector is.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import chain, pairwise
from typing import Any

import msgspec
import numpy as np

from rag.errors import DataDirectoryError
from rag.storage.catalog.structures import are_blocks, decode_blocks
from rag.storage.directory import JOB_ID
from rag.types import COLLECTION, LARGEST_SCALE, Kind

_LARGEST = 1 << 53
_UNIT = 0.01  # that the length of a vector may differ from 1
_SHOWN = 100
_KINDS = frozenset(Kind)
_NUMBERED = frozenset({"answers", "collections", "jobs", "passages"})
_DIMENSION = re.compile(r"\bdimension=([0-9]{1,6})\b")

_SIZES = """
    SELECT id, bytes, characters, pages, text, length(content) FROM documents LEFT JOIN sources ON document_id = id
"""

_Check = Callable[[Any], bool]


class _Corpus(msgspec.Struct):
    version: int


class _Quoted(msgspec.Struct):
    document_id: str
    sha256: str
    start: int
    end: int
    before: str
    quote: str
    after: str


class _Listed(msgspec.Struct):
    document_id: str
    start: int
    end: int
    text: str


class _Answer(msgspec.Struct):
    """What is read again of an answer; it has more."""

    id: str
    collection: str
    corpus: _Corpus
    citations: list[_Quoted]
    passages: list[_Listed]


def _shaped(pattern: str) -> _Check:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _optional(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


def _whole(low: int, high: int = _LARGEST) -> _Check:
    return lambda value: low <= value <= high


def _number(low: float, high: float) -> _Check:
    """Whether a number lies within two bounds, as one that is none does not."""
    return lambda value: low <= value <= high


def _read_by(read: Callable[[Any], object]) -> _Check:
    """Whether a value can be read so."""

    def check(value: Any) -> bool:
        try:
            read(value)
        except (ValueError, RecursionError, msgspec.MsgspecError):
            return False
        return True

    return check


def _any_text(value: str) -> bool:
    """Any that can be read: SQLite says where one is not UTF-8."""
    return True


def _is_count(value: object) -> bool:
    """Where SQLite does not see to the type."""
    return isinstance(value, int) and 0 <= value <= _LARGEST


_COLLECTION = _shaped(COLLECTION)
_DOCUMENT = _shaped(r"(?!\.)[A-Za-z0-9._~-]{1,1200}")
_NAME = _shaped(r"[^\x00-\x1f\x7f-\x9f]{1,4000}")  # of a model, or of its folder
_TIME = _read_by(datetime.fromisoformat)
_DATE = _shaped(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PATH = _shaped(r"[^\x00]{1,4000}")
_SHA256 = _shaped(r"[0-9a-f]{64}")
_MOMENT = _shaped(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+00:00")  # these are compared as texts

_COLUMNS: dict[str, dict[str, _Check]] = {
    "sqlite_sequence": {"name": _NUMBERED.__contains__, "seq": _is_count},
    "generations": {
        "number": _whole(1, 1 << 31),
        "fingerprint": _NAME,
        "encoder": _NAME,
        "passage_tokens": _whole(1, 100_000),
    },
    "collections": {"id": _COLLECTION, "number": _whole(1), "version": _whole(0)},
    "scales": {
        "collection": _COLLECTION,
        "intercept": _number(-LARGEST_SCALE, LARGEST_SCALE),
        "slope": _number(1 / LARGEST_SCALE, LARGEST_SCALE),
        "questions": _whole(1),
        "created": _TIME,
    },
    "documents": {
        "id": _DOCUMENT,
        "collection": _COLLECTION,
        "path": _PATH,
        "origin": _PATH,
        "title": _optional(_any_text),
        "author": _optional(_any_text),
        "publisher": _optional(_any_text),
        "published": _optional(lambda value: _DATE(value) and _read_by(date.fromisoformat)(value)),
        "media_type": _shaped(r"[a-z0-9]{1,20}/[a-z0-9.+-]{1,100}(?:; text=recognised)?"),
        "sha256": _SHA256,
        "text_sha256": _SHA256,
        "ingested_at": _TIME,
    },
    "answers": {"id": _shaped(r"[A-Za-z0-9_-]{1,100}"), "row": _whole(1), "question": _any_text, "created": _TIME},
    "feedback": {"answer_id": _any_text, "helpful": _whole(0, 1), "comment": _optional(_any_text), "created": _TIME},
    "jobs": {
        "id": lambda value: JOB_ID.fullmatch(value) is not None,
        "row": _whole(1),
        "collection": _COLLECTION,
        "created": _TIME,
    },
    "job_files": {
        "job": _whole(1),
        "position": _whole(0, 999_999_999),
        "name": _PATH,
        "outcome": _optional(_shaped(r"[a-z_]{1,40}")),
        "document_id": _optional(_DOCUMENT),
        "reason": _optional(_any_text),
        "passages": _whole(0),
    },
    "access_keys": {
        **{"id": _shaped(r"key_[0-9a-f]{16}"), "name": _any_text, "sha256": _SHA256, "created": _MOMENT},
        **dict.fromkeys(("expires", "revoked", "used"), _optional(_MOMENT)),
        "collections": _optional(_read_by(lambda value: msgspec.json.decode(value, type=tuple[str, ...]))),
    },
    "sessions": {"sha256": _SHA256, "key_id": _any_text, "expires": _MOMENT},
    "structures": {"document_id": _any_text, "layout": _whole(0, 1 << 31)},
    "passages": {"row": _whole(1), "indexed": _any_text},
    "sentences": {"kind": _KINDS.__contains__, "block": _whole(0), "heading": _optional(_any_text)},
}
"""What each value is, by table and column; the first column names the row. What depends on others is below."""

_NONE_SUCH: dict[str, str] = {
    "a document is in a generation that there is not": """
        SELECT document_id FROM (SELECT generation, document_id FROM coverage
                                 UNION SELECT generation, document_id FROM passages
                                 UNION SELECT generation, document_id FROM sentences)
        WHERE generation NOT IN (SELECT number FROM generations)""",
    "a document is not in the generation that answers": """
        SELECT id FROM documents WHERE id NOT IN
            (SELECT document_id FROM coverage JOIN generations ON number = generation WHERE state = 'current')""",
    "two generations have one lexical index": """
        SELECT max(number) FROM generations GROUP BY number % 2 HAVING count(*) > 1""",
    "a passage is not where it says": """
        SELECT passages.id FROM passages JOIN documents ON documents.id = document_id
        WHERE passages.collection != documents.collection OR "start" < 0 OR "start" >= "end" OR "end" > characters
              OR passages.id != document_id || '#' || "start" || '-' || "end\"""",
    "a sentence is not within its text": """
        SELECT document_id FROM sentences JOIN documents ON documents.id = document_id
        WHERE "start" < 0 OR "start" >= "end" OR "end" > characters""",
    "a sentence begins before the one before it ends": """
        SELECT document_id FROM (SELECT document_id, "start", lag("end", 1, 0) OVER
            (PARTITION BY document_id, generation ORDER BY "start") AS before FROM sentences) WHERE "start" < before""",
    "a number was given that is to be given again": """
        SELECT name FROM sqlite_sequence GROUP BY name HAVING count(*) > 1
        UNION ALL SELECT 'passages' FROM (SELECT max(row) AS most FROM passages)
            WHERE most > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'passages'), 0)""",
}
"""What no catalog has, and how it is found: the first column names where."""


def check_values(connection: sqlite3.Connection) -> None:
    """See that every value is one that Footnote writes; the tables themselves are checked before.

    Raises:
        DataDirectoryError: When one is not; names it.
    """
    for problem in chain.from_iterable(find(connection) for find in _FINDERS):
        raise DataDirectoryError(f"it is damaged, or was not made by Footnote: {problem}")


def _wrong_columns(connection: sqlite3.Connection) -> Iterator[str]:
    for table, checks in _COLUMNS.items():
        names = ", ".join(f'"{name}"' for name in checks)
        for row in connection.execute(f"SELECT {names} FROM {table}"):
            for (column, check), value in zip(checks.items(), row, strict=True):
                if not check(value):
                    yield f"{column} of {table} {_shown(row[0])} is {_shown(value)}"


def _wrong_relations(connection: sqlite3.Connection) -> Iterator[str]:
    for problem, sql in _NONE_SUCH.items():
        for row in connection.execute(sql):
            yield f"{problem}: {_shown(row[0])}"


def _wrong_documents(connection: sqlite3.Connection) -> Iterator[str]:
    for name, size, characters, pages, text, held in connection.execute(_SIZES):
        if size != held or not _has_length(text, characters):
            yield f"document {_shown(name)} is not {size} bytes that are {characters} characters of UTF-8"
        if not _are_places(pages, characters):
            yield f"pages of document {_shown(name)} are {_shown(pages)}"


def _wrong_structures(connection: sqlite3.Connection) -> Iterator[str]:
    rows = connection.execute(
        "SELECT document_id, characters, blocks FROM structures JOIN documents ON id = document_id"
    )
    for name, characters, blob in rows:
        try:
            right = are_blocks(decode_blocks(blob), characters)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            right = False
        if not right:
            yield f"blocks of document {_shown(name)} are {_shown(blob)}"


def _wrong_answers(connection: sqlite3.Connection) -> Iterator[str]:
    for name, body in connection.execute("SELECT id, body FROM answers"):
        try:
            right = msgspec.json.decode(body, type=_Answer).id == name
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            right = False
        if not right:
            yield f"body of answer {_shown(name)} is not that answer: {_shown(body)}"


def _wrong_vectors(connection: sqlite3.Connection) -> Iterator[str]:
    dimensions: dict[int, int] = {}
    for number, fingerprint in connection.execute("SELECT number, fingerprint FROM generations"):
        if found := _DIMENSION.search(fingerprint):
            dimensions[number] = int(found[1])
    for name, generation, vector in connection.execute("SELECT id, generation, vector FROM passages"):
        if not _is_unit(vector, dimensions.setdefault(generation, len(vector) // 4)):
            yield f"vector of passage {_shown(name)} is no unit vector of {dimensions[generation]} numbers"


_FINDERS = (_wrong_columns, _wrong_relations, _wrong_documents, _wrong_structures, _wrong_answers, _wrong_vectors)


def _has_length(text: bytes, characters: int) -> bool:
    try:
        return len(text.decode("utf-8")) == characters
    except UnicodeDecodeError:
        return False


def _are_places(pages: str, characters: int) -> bool:
    """Whether they are a JSON list of offsets in order."""
    try:
        places = msgspec.json.decode(pages, type=list[int])
    except (msgspec.MsgspecError, RecursionError):
        return False
    return all(one <= other for one, other in pairwise([0, *places, characters]))


def _is_unit(vector: bytes, dimension: int) -> bool:
    """Whether these are so many finite numbers, the length of which is 1."""
    if dimension < 1 or len(vector) != 4 * dimension:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        length = float(np.linalg.norm(np.frombuffer(vector, dtype="<f4").astype(np.float64)))
    return abs(length - 1) < _UNIT  # not so for NaN either


def _shown(value: object) -> str:
    said = repr(value)
    return said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
