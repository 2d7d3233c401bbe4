"""Reindex: another generation of passages and vectors is built beside the one that answers, and takes over.

It is made from the documents in the catalog, not from their files. Whatever was finished stays: one
that was interrupted, by ``kill -9`` too, goes on with the documents that are missing. Documents that
come, change or go in the meantime are right in both generations.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from rag.errors import NotFound, PassageTooLong
from rag.ingest.derive import derive_again
from rag.ingest.recipe import Recipe
from rag.models.encode import Stopped, encode_in_steps
from rag.models.gate import Gate
from rag.storage.store import Store
from rag.types import Vectors

logger = logging.getLogger(__name__)

_AT_ONCE = 100


class Reindex:
    """One run.

    Args:
        recipe: What the new generation is made with.
        gate: Lets questions go first.
        on_progress: Called with how many documents the new generation has, and how many it is to have.
    """

    def __init__(
        self, store: Store, recipe: Recipe, gate: Gate, on_progress: Callable[[int, int], None] = lambda *_: None
    ) -> None:
        self._store = store
        self._recipe = recipe
        self._gate = gate
        self._on_progress = on_progress
        self._stop = threading.Event()

    def stop(self) -> None:
        """Have ``run`` end soon, wherever it is."""
        self._stop.set()

    def run(self) -> bool:
        """Build the generation, let it answer, delete the former one.

        Returns:
            Whether it answers now; not when it was stopped.

        Raises:
            PassageTooLong: When a document does not fit the encoder.
        """
        self._store.build(self._recipe.made_with)
        try:
            self._cover_all()
            while not self._store.take_over():
                self._cover_all()
        except Stopped:
            return False
        self._store.drop_former(self._stop)
        return True

    def _cover_all(self) -> None:
        while missing := self._store.uncovered(_AT_ONCE):
            for document_id in missing:
                if self._stop.is_set():
                    raise Stopped("indexing again was stopped")
                self._cover(document_id)
                self._on_progress(*self._store.coverage())

    def _cover(self, document_id: str) -> None:
        catalog = self._store.catalog
        try:
            document = catalog.document(document_id)
            derived = derive_again(document, catalog, self._recipe, self._encode)
            self._store.cover(document_id, document.sha256, derived)
        except NotFound:
            logger.info("document %s went while it was indexed again", document_id)
        except PassageTooLong as error:
            raise PassageTooLong(
                f"document {document_id} cannot be indexed so, the former index stays: {error}"
            ) from error

    def _encode(self, texts: Sequence[str]) -> Vectors:
        return encode_in_steps(self._recipe.encoder, texts, self._gate, self._stop)
