"""Jobs: accepted files are ingested by two threads, one for those that take long; jobs take turns.

What was accepted is on disk, and in the catalog, before anyone is told so. A job that was interrupted
goes on at the next start with the files that it had not finished. The files of a job are taken in the
order in which they came, and a file waits for those of the same name that came earlier.
"""

import logging
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from rag.errors import CatalogUnreachable, DiskFull, NotFound
from rag.ingest.intake import Intake
from rag.ingest.parse import GivenUp, Lane, PutOff
from rag.ingest.pipeline import Outcome, SourceFile, Work, take_in
from rag.models.encode import Stopped
from rag.storage.catalog import Job, JobFile, JobSummary
from rag.storage.directory import SPOOL, worker_name
from rag.upkeep.leasing import Leasing
from rag.upkeep.spool import Spool
from rag.upkeep.turns import Turn, Turns

logger = logging.getLogger(__name__)

KEPT_JOBS = 1_000
LISTED_JOBS = 1_000
UPLOADED = "upload"
CANCELLED = "cancelled"
_LARGE_PASSAGES = 500
"""A document of more takes long: about five seconds of encoding on two cores."""
_STOP_SECONDS = 10.0
_ROOM_SECONDS = 5.0
_ELSEWHERE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """A job and its passages so far: found in the files that were read, and done."""

    job: Job
    passages_done: int
    passages_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _PutOff:
    """The file of a job that takes long, and the passages that were counted when that was found."""

    position: int
    done: int
    found: int


class Jobs:
    """The jobs of a data directory. ``start`` it once, ``stop`` it before the directory is closed."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._table = intake.store.catalog.jobs
        self._spool = Spool(intake.store.data_dir / SPOOL)
        self._turns = Turns()
        leases = intake.store.catalog.leases
        worker = worker_name(intake.store.data_dir) if leases else ""
        self._leasing = Leasing(leases, worker, self._spool, self._turns) if leases else None
        self._put_off: dict[str, _PutOff] = {}
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(slow,), name="slow jobs" if slow else "jobs", daemon=True)
            for slow in (False, True)
        ]

    def start(self) -> None:
        """Take up what was interrupted, then whatever comes."""
        if self._leasing:
            self._leasing.start()
        else:
            self._resume()
        for thread in self._threads:
            thread.start()

    def _resume(self) -> None:
        interrupted = self._table.resume()
        self._spool.remove_others(interrupted)
        for job_id in interrupted:
            self._turns.add(job_id)

    def stop(self) -> bool:
        """Stop after the step that runs, within ten seconds; whether it did. A file that is read is given up."""
        self._stop.set()
        self._turns.stop()
        until = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        if self._leasing:
            self._leasing.stop()
        return not any(thread.is_alive() for thread in self._threads)

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

    def accept(self, job_id: str, collection: str, names: Sequence[str], origins: Sequence[str] = ()) -> None:
        """Promise that the files of an opened job will be taken in, whatever happens to this process.

        Args:
            names: How answers name the files, by position.
            origins: Where each comes from; none where they were uploaded under their names.

        Raises:
            NotFound: When there is no such collection.
            OSError: When the disk cannot keep them.
        """
        self._spool.note_origins(job_id, origins)
        self._spool.keep(job_id)
        if self._leasing:
            stored = self._leasing.stored(job_id, self._spool.folder(job_id))
            self._table.add(job_id, collection, names, keep=KEPT_JOBS, also=stored)
            self._leasing.wake()
        else:
            self._table.add(job_id, collection, names, keep=KEPT_JOBS)
            self._turns.add(job_id)

    def cancel(self, job_id: str) -> None:
        """Ingest no more files of a job: those without an outcome are rejected, and deleted; documents stay.

        The file that is being read is given up. What is being stored, if anything, is stored before this
        returns, or after ten seconds. A job that is done stays as it is.

        Raises:
            NotFound: When there is no such job.
            DiskFull: When the disk cannot keep it.
        """
        self._table.cancel(job_id, CANCELLED)
        if self._turns.drop(job_id):
            self._put_off.pop(job_id, None)
            self._spool.remove(job_id)

    def status(self, job_id: str) -> JobStatus:
        """How far a job is.

        Raises:
            NotFound: When there is no such job, or it finished before the newest ``KEPT_JOBS``.
        """
        turn, before = self._turns.at_work(job_id), self._put_off.get(job_id)
        job = self._table.find(job_id)
        done = found = sum(file.passages for file in job.files)
        if turn is not None and turn.before is not None and job.state == "running":
            done, found = turn.before + turn.work.encoded, turn.before + turn.work.found
        if before is not None:  # what was encoded and not stored, because of a slow file, is encoded again
            done, found = max(done, before.done), max(found, before.found)
        return JobStatus(job=job, passages_done=done, passages_total=found)

    def newest(self, state: str | None = None) -> list[JobSummary]:
        """The newest jobs, of one state or all, newest first; at most ``LISTED_JOBS``."""
        return self._table.newest(state, LISTED_JOBS)

    def _run(self, slow: bool) -> None:
        while (turn := self._turns.take(slow=slow, begin=lambda job_id: self._turn(job_id, slow))) is not None:
            try:
                self._take_turn(turn)
            except (Stopped, GivenUp):  # the job was cancelled, or all of them are stopped
                self._again(turn, slow=slow)
            except (DiskFull, CatalogUnreachable) as error:
                logger.warning("the jobs wait, and go on when they can: %s", error)
                self._stop.wait(_ROOM_SECONDS)
                self._again(turn, slow=slow)

    def _turn(self, job_id: str, slow: bool) -> Turn:
        most = None if slow else _LARGE_PASSAGES
        return Turn(
            job_id=job_id,
            slow=slow,
            parser=self._intake.parser.seat(Lane.SLOW if slow else Lane.QUICK),
            work=Work(most_passages=most),
        )

    def _take_turn(self, turn: Turn) -> None:
        try:
            self._work_on(turn)
        except (Stopped, GivenUp, DiskFull, CatalogUnreachable):
            raise
        except Exception:
            logger.exception("job %s failed; its files are kept and tried again at the next start", turn.job_id)
            self._table.finish(turn.job_id, "failed")
            self._forget(turn)

    def _work_on(self, turn: Turn) -> None:
        job = self._table.begin(turn.job_id)
        turn.before = before = sum(file.passages for file in job.files)
        waiting = [file for file in job.files if file.outcome is None]
        blocked = {} if turn.slow else self._table.earlier(job)
        files = self._at_once(turn, waiting, blocked)
        if waiting and not files:
            self._let_others_go_first(turn, waiting[0], blocked)
            return
        try:
            self._take_in(turn, job, files)
        except PutOff:
            self._put_off[job.id] = _PutOff(
                position=turn.position, done=before + turn.work.encoded, found=before + turn.work.found
            )
        except NotFound as error:  # the collection was deleted
            for file in waiting:
                self._finish_file(job, file, Outcome(path=file.name, outcome="rejected", reason=str(error)))
        if all(file.outcome for file in self._table.find(job.id).files):
            self._table.finish(job.id, "done")
            self._spool.remove(job.id)
            self._forget(turn)
        else:
            self._again(turn)

    def _at_once(self, turn: Turn, waiting: Sequence[JobFile], blocked: Mapping[str, str]) -> list[JobFile]:
        """The files that may be taken one after the other now: a slow one by itself, one that is blocked not yet."""
        if turn.slow:
            return list(waiting[:1])
        slow = self._put_off.get(turn.job_id)
        return list(
            takewhile(lambda file: file.name not in blocked and not (slow and slow.position == file.position), waiting)
        )

    def _let_others_go_first(self, turn: Turn, file: JobFile, blocked: Mapping[str, str]) -> None:
        if file.name in blocked and self._leasing and not self._turns.has(blocked[file.name]):
            self._stop.wait(_ELSEWHERE_SECONDS)  # another process has it
            self._again(turn)
        elif file.name in blocked:
            self._clear_away(turn, wanted=self._turns.wait_behind(turn, blocked[file.name]))
        else:
            self._again(turn, slow=True)

    def _take_in(self, turn: Turn, job: Job, files: Sequence[JobFile]) -> None:
        sources = self._sources(turn, job.id, files)
        for index, outcome in take_in(
            self._intake, sources, collection=job.collection, work=turn.work, parser=turn.parser
        ):
            self._finish_file(job, files[index], outcome)

    def _sources(self, turn: Turn, job_id: str, files: Sequence[JobFile]) -> Iterator[SourceFile]:
        """Those of the files that are begun before the turn is over."""
        origins = self._spool.origins(job_id)
        for number, file in enumerate(files):
            turn.work.check()
            if number and self._turns.is_over(turn):
                return
            turn.position = file.position
            origin = origins[file.position] if origins else UPLOADED
            yield SourceFile(file=self._spool.file(job_id, file.position), path=file.name, origin=origin)

    def _finish_file(self, job: Job, file: JobFile, outcome: Outcome) -> None:
        self._table.finish_file(
            job.id,
            file.position,
            outcome=outcome.outcome,
            document_id=outcome.document_id,
            reason=outcome.reason,
            passages=outcome.passages,
        )

    def _again(self, turn: Turn, *, slow: bool = False) -> None:
        self._clear_away(turn, wanted=self._turns.again(turn, slow=slow))

    def _clear_away(self, turn: Turn, *, wanted: bool) -> None:
        """Delete what is left of a job that was cancelled while it worked."""
        if not wanted:
            self._put_off.pop(turn.job_id, None)
            self._spool.remove(turn.job_id)

    def _forget(self, turn: Turn) -> None:
        self._put_off.pop(turn.job_id, None)
        self._turns.finish(turn)
