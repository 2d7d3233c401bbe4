"""The answers that were given, and what people thought of them."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from rag.errors import NotFound
from rag.storage.catalog.quoted import without_removed
from rag.storage.catalog.schema import Connections
from rag.storage.catalog.scrub import Scrubber

_LATEST = "9"  # after every year
_FEEDBACK = """
    SELECT answer_id, json_extract(CAST(body AS TEXT), '$.collection') AS collection, question,
           json_extract(CAST(body AS TEXT), '$.answered') AS answered, helpful, comment, feedback.created AS created
    FROM feedback JOIN answers ON answers.id = answer_id
    WHERE (feedback.created, answer_id) < (?, ?) AND (? IS NULL OR collection IN (SELECT value FROM json_each(?)))
    ORDER BY feedback.created DESC, answer_id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """An answer as it was given: ``body`` is its JSON in UTF-8, ``created`` an ISO 8601 time in UTC."""

    id: str
    question: str
    created: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody thought of an answer; ``created`` is an ISO 8601 time in UTC."""

    answer_id: str
    collection: str
    question: str
    answered: bool
    helpful: bool
    comment: str | None
    created: str


class AnswerTable:
    """The newest answers, and the feedback to them."""

    def __init__(self, connections: Connections, scrubber: Scrubber) -> None:
        self._connections = connections
        self._scrubber = scrubber

    def add(self, answer: StoredAnswer, *, keep: int) -> None:
        """Store an answer; only the newest ``keep`` stay, the others go with their feedback.

        Of a document that has changed or gone since the answer was made, it keeps what it quotes.
        """
        with self._connections.write() as connection:
            body = without_removed(connection, answer.body)
            row = connection.execute(
                "INSERT INTO answers (id, question, created, body) VALUES (?, ?, ?, ?)",
                (answer.id, answer.question, answer.created, body),
            ).lastrowid
            dropped = connection.execute("DELETE FROM answers WHERE row <= ?", ((row or 0) - keep,)).rowcount
        if dropped:
            self._scrubber.mark(passages=False)

    def find(self, answer_id: str) -> StoredAnswer:
        """A stored answer.

        Raises:
            NotFound: When it was never stored, or is no longer among the newest.
        """
        sql = "SELECT id, question, created, body FROM answers WHERE id = ?"
        row = self._connections.read().execute(sql, (answer_id,)).fetchone()
        if row is None:
            raise NotFound("answer", answer_id)
        return StoredAnswer(**dict(row))

    def rate(self, answer_id: str, *, helpful: bool, comment: str | None) -> None:
        """Store feedback to an answer, in place of any before.

        Raises:
            NotFound: When there is no such answer.
        """
        with self._connections.write() as connection:
            if connection.execute("SELECT 1 FROM answers WHERE id = ?", (answer_id,)).fetchone() is None:
                raise NotFound("answer", answer_id)
            connection.execute(
                "INSERT OR REPLACE INTO feedback (answer_id, helpful, comment, created) VALUES (?, ?, ?, ?)",
                (answer_id, int(helpful), comment, now()),
            )
        self._scrubber.mark(passages=False)  # of feedback that was given before

    def feedback(
        self, *, limit: int, before: tuple[str, str] | None = None, among: Collection[str] | None = None
    ) -> list[Feedback]:
        """The latest feedback to answers that are kept, at most ``limit``.

        Args:
            before: Time and id of an answer: only what comes after it in this order.
            among: Ids of collections: only what is of one of them.
        """
        bound = None if among is None else json.dumps(sorted(among))
        rows = self._connections.read().execute(_FEEDBACK, (*(before or (_LATEST, "")), bound, bound, limit))
        return [
            Feedback(**{**dict(row), "answered": bool(row["answered"]), "helpful": bool(row["helpful"])})
            for row in rows
        ]


def now() -> str:
    """The time, to the second, in UTC: ``2026-01-31T09:30:00+00:00``."""
    return datetime.now(UTC).isoformat(timespec="seconds")
