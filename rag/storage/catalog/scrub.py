"""Scrubbing: what was deleted goes from the catalog's files too, soon after.

SQLite overwrites what is deleted (``secure_delete``), but three things keep copies: the log, until it is
written back and emptied, which no reader may need then; the lexical index, which only marks what it
deletes until its segments are merged; and, now and then, the room between the rows of a page from which
some were moved, until the file is written anew. All cost too much to be done at every deletion, and the
last is done when the catalog is closed.
"""

import logging
import threading
import time

from rag.errors import CatalogError, Overloaded
from rag.storage.catalog.lexical import merge_lexical
from rag.storage.catalog.schema import Connections

logger = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.5
_PAUSES = 20  # the share of the time that it may take is one in so many


class Scrubber:
    """Scrubs a catalog on a thread of its own, from the first deletion on, and when it is closed."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._logged = self._unmerged = self._moved = False  # what still has something that was deleted

    def mark(self, *, passages: bool = True) -> None:
        """Something was deleted; ``passages``, where those of a document were, which the lexical index had too.

        Answers come and go in order: for them alone the file is not written anew.
        """
        with self._guard:
            self._logged = True
            if passages:
                self._unmerged = self._moved = True
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(target=self._run, name="scrub", daemon=True)
                self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """Scrub what is left, and have the file hold all of the catalog."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        try:
            self._scrub()
            if self._moved:
                self._connections.vacuum()
            self._connections.checkpoint()
        except (CatalogError, Overloaded) as error:
            _warn(error)

    def _run(self) -> None:
        pause = _PAUSE_SECONDS
        while not self._stop.is_set():
            self._wake.wait()
            if self._stop.wait(pause):
                return
            self._wake.clear()
            began = time.monotonic()
            try:
                self._scrub()
            except (CatalogError, Overloaded) as error:
                _warn(error)
            if self._logged or self._unmerged:
                self._wake.set()
            pause = max(_PAUSE_SECONDS, _PAUSES * (time.monotonic() - began))

    def _scrub(self) -> None:
        """Merge and empty what is marked; what a reader still needs stays marked."""
        if self._unmerged:
            self._unmerged = False
            try:
                merge_lexical(self._connections)
            except BaseException:
                self._unmerged = True
                raise
        if self._logged:
            self._logged = False
            emptied = False
            try:
                emptied = self._connections.checkpoint()
            finally:
                if not emptied:
                    self._logged = True


def _warn(error: Exception) -> None:
    logger.warning("what was deleted stays in the files of the catalog for now: %s", error)
