"""Keeping the documents of a server in step with folders, on a thread of its own."""

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from rag.ingest.pipeline import Work
from rag.library import Library
from rag.models.encode import Stopped
from rag.types import DEFAULT_COLLECTION
from rag.upkeep.follow import Follower

logger = logging.getLogger(__name__)

_STOP_SECONDS = 10.0
_RETRY_SECONDS = 10.0


class BackgroundFollow:
    """Follows folders from now on, until it is stopped.

    Raises:
        InvalidRequest: For a path that is no folder.
    """

    def __init__(self, engine: Library, folders: Sequence[Path]) -> None:
        self._follower = Follower(engine, folders, collection=DEFAULT_COLLECTION)
        self._stop = threading.Event()
        self._work = Work()
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """Stop after the step that runs, within ten seconds; whether it did."""
        self._stop.set()
        self._work.stop.set()
        self._thread.join(_STOP_SECONDS)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._work = Work()
            if self._stop.is_set():
                return
            try:
                self._follow(self._work)
            except Stopped:
                return
            except Exception:
                logger.exception("following the folders failed; trying again in %d s", _RETRY_SECONDS)
                self._stop.wait(_RETRY_SECONDS)

    def _follow(self, work: Work) -> None:
        for outcome in self._follower.follow(work):
            if self._stop.is_set():
                return
            if outcome.outcome == "rejected":
                logger.warning("rejected %r: %s", outcome.path, outcome.reason)
            elif outcome.outcome != "unchanged":
                logger.info("%s %r", outcome.outcome, outcome.path)
