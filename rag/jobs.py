"""Jobs: accepted files are taken in by one thread, in the order in which they came.

What was accepted is on disk, and in the catalog, before anyone is told so. A job that was interrupted
goes on at the next start with the files that it had not finished.
"""

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.catalog import Job, JobFile
from rag.directory import SPOOL
from rag.encode import Stopped
from rag.engine import Engine
from rag.errors import DiskFull, NotFound
from rag.ingest import Outcome, SourceFile, Work, take_in
from rag.spool import Spool

logger = logging.getLogger(__name__)

KEPT_JOBS = 1_000
UPLOADED = "upload"
_STOP_SECONDS = 10.0
_ROOM_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """A job and its passages so far: found in the files that were read, and done."""

    job: Job
    passages_done: int
    passages_total: int


@dataclass(slots=True)
class _Current:
    """The job that is worked on. ``before`` counts the passages of an earlier process."""

    job_id: str = ""
    before: int = 0
    work: Work = field(default_factory=Work)


class Jobs:
    """The jobs of an engine's data directory. ``start`` it once, ``stop`` it before the engine is closed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._table = engine.store.catalog.jobs
        self._spool = Spool(engine.store.data_dir / SPOOL)
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._current = _Current()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Take up what was interrupted, then whatever comes."""
        self._spool.remove_others(self._table.resume())
        self._thread.start()

    def stop(self) -> bool:
        """Stop after the step that runs, within ten seconds; whether it did."""
        self._stop.set()
        self._current.work.stop.set()
        self._wake.set()
        self._thread.join(_STOP_SECONDS)
        return not self._thread.is_alive()

    def new_id(self) -> str:
        """An id that no job has."""
        return f"job_{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"

    def open(self, job_id: str) -> Path:
        """The folder for the files of a new job: each named by its position, from 0.

        Raises:
            OSError: When the disk has no room for it.
        """
        return self._spool.open(job_id)

    def abandon(self, job_id: str) -> None:
        """Delete the files of a job that was opened, or was to be, and not accepted."""
        self._spool.remove(job_id)

    def accept(self, job_id: str, collection: str, names: Sequence[str]) -> None:
        """Promise that the files of an opened job will be taken in, whatever happens to this process.

        Args:
            names: How answers name the files, by position.

        Raises:
            NotFound: When there is no such collection.
            OSError: When the disk cannot keep them.
        """
        self._spool.keep(job_id)
        self._table.add(job_id, collection, names, keep=KEPT_JOBS)
        self._wake.set()

    def status(self, job_id: str) -> JobStatus:
        """How far a job is.

        Raises:
            NotFound: When there is no such job, or it finished before the newest ``KEPT_JOBS``.
        """
        current = self._current
        job = self._table.find(job_id)
        if job.id == current.job_id and job.state == "running":
            done, found = current.before + current.work.encoded, current.before + current.work.found
        else:
            done = found = sum(file.passages for file in job.files)
        return JobStatus(job=job, passages_done=done, passages_total=found)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                if not self._work_on_next():
                    self._wake.wait()
            except Stopped:
                return
            except DiskFull as error:
                logger.warning("the jobs wait, and go on when there is room: %s", error)
                self._stop.wait(_ROOM_SECONDS)

    def _work_on_next(self) -> bool:
        """Work on the next job; whether there was one."""
        job = self._table.next()
        if job is None:
            return False
        try:
            self._work_on(job)
        except (Stopped, DiskFull):
            raise
        except Exception:
            logger.exception("job %s failed; its files are kept and tried again at the next start", job.id)
            self._table.finish(job.id, "failed")
        return True

    def _work_on(self, job: Job) -> None:
        work = Work()
        self._current = _Current(job_id=job.id, before=sum(file.passages for file in job.files), work=work)
        if self._stop.is_set():
            raise Stopped("the jobs are stopped")
        waiting = [file for file in job.files if file.outcome is None]
        try:
            self._take_in(job, waiting, work)
        except NotFound as error:  # the collection was deleted
            for file in waiting:
                self._finish_file(job, file, Outcome(path=file.name, outcome="rejected", reason=str(error)))
        self._table.finish(job.id, "done")
        self._spool.remove(job.id)

    def _take_in(self, job: Job, files: Sequence[JobFile], work: Work) -> None:
        sources = [
            SourceFile(file=self._spool.file(job.id, file.position), path=file.name, origin=UPLOADED) for file in files
        ]
        for index, outcome in take_in(self._engine, sources, collection=job.collection, work=work):
            self._finish_file(job, files[index], outcome)

    def _finish_file(self, job: Job, file: JobFile, outcome: Outcome) -> None:
        self._table.finish_file(
            job.id,
            file.position,
            outcome=outcome.outcome,
            document_id=outcome.document_id,
            reason=outcome.reason,
            passages=outcome.passages,
        )
