"""Jobs of a catalog that several processes share: this one's part of them, and what keeps it.

Now and then it says that it goes on with what it has, lets go what was cancelled elsewhere or has been taken from
it, and takes more where it has room. A process that was stopped for longer than a lease may find that another goes
on with its jobs: a file that both take in is the same document, stored twice.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rag.errors import CatalogError, Overloaded
from rag.storage.catalog.sql import Connection, Leases
from rag.upkeep.spool import Spool
from rag.upkeep.turns import Turns

logger = logging.getLogger(__name__)

LEASE_SECONDS = 30.0
"""After so long without a word a job is another's."""
_LOOK_SECONDS = 2.0
_MOST = 4  # jobs at a time: two threads work on them, and others may be idle


class Leasing:
    """Takes jobs and keeps them; ``start`` it once, ``stop`` it before the catalog is closed.

    Args:
        worker: The name of this process, which no other has that runs.
        spool: Where their files are put.
        turns: What is told which jobs there are.
    """

    def __init__(self, leases: Leases, worker: str, spool: Spool, turns: Turns) -> None:
        self._leases = leases
        self._worker = worker
        self._spool = spool
        self._turns = turns
        self._held: set[str] = set()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def start(self) -> None:
        """Take jobs from now on, first those that were interrupted here, and those that failed once more."""
        self._leases.give_back(self._worker)  # what the process before this one had when it was killed
        self._spool.remove_others(())
        self._look(failed=True)
        self._thread.start()

    def stop(self) -> None:
        """Give every job back, once nothing works on one."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        with suppress(CatalogError, Overloaded):  # they are free when their time is over
            self._leases.give_back(self._worker)

    def stored(self, job_id: str, folder: Path) -> Callable[[Connection], None]:
        """What stores the files of a new job with it, so that any process can take it."""

        def store(connection: Connection) -> None:
            for file in sorted(folder.iterdir()):
                self._leases.put_file(connection, job_id, file)

        return store

    def wake(self) -> None:
        """There is a new job."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(_LOOK_SECONDS)
            self._wake.clear()
            try:
                self._look()
            except (CatalogError, Overloaded, OSError) as error:
                logger.warning("jobs are neither kept nor taken for now: %s", error)

    def _look(self, *, failed: bool = False) -> None:
        kept = self._leases.renew(self._worker, seconds=LEASE_SECONDS)
        for job_id in self._held - kept:
            self._turns.drop(job_id)
            self._spool.remove(job_id)
        self._held &= kept
        self._leases.drop_files()
        room = _MOST - len(self._held)
        for job_id in self._leases.take(self._worker, room, seconds=LEASE_SECONDS, failed=failed):
            self._take_up(job_id)

    def _take_up(self, job_id: str) -> None:
        self._spool.remove(job_id)
        self._leases.fetch_files(job_id, self._spool.open(job_id))
        self._held.add(job_id)
        self._turns.add(job_id)
