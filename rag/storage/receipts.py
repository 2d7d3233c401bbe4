"""Receipts: every answer that was given can be read again, and its citations checked against today's documents.

An answer is written behind its reader's back: a commit waits for the disk, and for a document that is
just being stored. A killed process may lose the answers of its last moment, a full disk those that
came while it was full; the documents are not affected by either.
"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

import msgspec

from rag.errors import CatalogError, NotFound, Overloaded
from rag.storage.catalog import AnswerTable, Catalog, StoredAnswer, now
from rag.types import Answer

logger = logging.getLogger(__name__)


class Standing(StrEnum):
    """Whether a citation still holds."""

    HOLDS = "holds"
    CHANGED = "changed"
    REMOVED = "removed"


class Receipts:
    """The answers of a data directory; safe to use from several threads.

    Args:
        keep: How many of the newest answers stay.
    """

    def __init__(self, answers: AnswerTable, *, keep: int) -> None:
        self._answers = answers
        self._keep = keep
        self._waiting: dict[str, StoredAnswer] = {}
        self._guard = threading.Lock()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="receipts")

    def keep(self, answer: Answer) -> bytes:
        """Store an answer, soon, and give its JSON, the exact bytes that are stored. Never fails an answer."""
        body = msgspec.json.encode(answer)
        stored = StoredAnswer(id=answer.id, question=answer.question, created=now(), body=body)
        with self._guard:
            self._waiting[answer.id] = stored
        self._writer.submit(self._write, stored)
        return body

    def find(self, answer_id: str) -> StoredAnswer:
        """An answer that was kept.

        Raises:
            NotFound: When it never was, or is no longer among the newest.
        """
        with self._guard:
            waiting = self._waiting.get(answer_id)
        return waiting or self._answers.find(answer_id)

    def rate(self, answer_id: str, *, helpful: bool, comment: str | None) -> None:
        """Store feedback to an answer, in place of any before.

        Raises:
            NotFound: When there is no such answer.
        """
        self._writer.submit(self._answers.rate, answer_id, helpful=helpful, comment=comment).result()

    def close(self) -> None:
        """Wait until everything is written."""
        self._writer.shutdown()

    def _write(self, stored: StoredAnswer) -> None:
        try:
            self._answers.add(stored, keep=self._keep)
        except (CatalogError, Overloaded) as error:
            logger.warning("the answer %s cannot be stored: %s", stored.id, error)
        finally:
            with self._guard:
                del self._waiting[stored.id]


def standing(catalog: Catalog, document_id: str, *, sha256: str, start: int, end: int, quote: str) -> Standing:
    """Whether a document still is the one of ``sha256`` and has ``quote`` at ``start`` to ``end``."""
    try:
        document, text = catalog.document(document_id), catalog.text(document_id)
    except NotFound:
        return Standing.REMOVED
    unchanged = document.sha256 == sha256 and text[start:end] == quote
    return Standing.HOLDS if unchanged else Standing.CHANGED
