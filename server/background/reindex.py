"""Indexing again on a thread of its own, while the server answers from the former index."""

import logging
import threading

from rag.ingest.batches import Work
from rag.library import Library
from rag.models.encode import Stopped
from rag.upkeep.reindex import Reindex
from rag.upkeep.renew import renew

logger = logging.getLogger(__name__)

_SAID_EVERY = 100
_STOP_SECONDS = 10.0


class BackgroundReindex:
    """Indexes an engine's documents again with the wanted settings, and reads those again that an older one read."""

    def __init__(self, engine: Library) -> None:
        self._engine = engine
        self._renewing = Work()
        self._store = engine.store
        self._made_with = engine.wanted.made_with
        self._work = Reindex(engine.store, engine.wanted, engine.gate, self._say)
        self._thread = threading.Thread(target=self._run, name="reindex", daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """Stop after the step that runs, within ten seconds; whether it did. The next start goes on with it."""
        self._work.stop()
        self._renewing.stop.set()
        self._thread.join(_STOP_SECONDS)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self._index()
        try:
            done = renew(self._engine, self._renewing)
        except Stopped:
            logger.info("reading documents again was stopped; the next start goes on")
        except Exception:
            logger.exception("reading documents again failed; they answer as they were")
        else:
            if done:
                logger.info("%d documents were read again from their sources", done)

    def _index(self) -> None:
        if self._store.index.generation.made_with.fingerprint == self._made_with.fingerprint:
            logger.info("the documents are indexed with these settings already")
            return
        try:
            done = self._work.run()
        except Exception:
            logger.exception("indexing again failed; the former index goes on answering")
            return
        logger.info("the new index answers" if done else "indexing again was stopped; the next start goes on")

    def _say(self, done: int, documents: int) -> None:
        if done % _SAID_EVERY == 0 or done == documents:
            logger.info("indexed again: %d of %d documents", done, documents)
