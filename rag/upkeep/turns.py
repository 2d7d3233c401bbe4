"""Whose turn it is: jobs take turns, so that one of many files, or of slow ones, does not hold up the others.

There are two lines. A job stands in the quick one, works for a while when its turn comes, and goes to the
end again. A job whose next file takes long goes to the slow line with that file, and comes back after it.
A job is in one line, or at work, or behind another job, so its files are taken one after the other.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from rag.ingest.batches import Work
from rag.ingest.parse import ParserProcess

TURN_SECONDS = 2.0
"""After so long a job begins no further file while others wait."""
_LEAVE_SECONDS = 10.0


@dataclass(slots=True, eq=False, kw_only=True)
class Turn:
    """A job at work. ``stop`` it and it ends after a small step, the file that is being read with it.

    ``position`` is that of the file that is read, ``before`` counts the passages that the job had done:
    ``None`` until it is known.
    """

    job_id: str
    slow: bool
    parser: ParserProcess
    work: Work
    position: int = 0
    before: int | None = None
    started: float = field(default_factory=time.monotonic)

    def stop(self) -> None:
        """Have it end without another outcome."""
        self.work.stop.set()
        self.parser.give_up()


class Turns:
    """The lines of unfinished jobs; safe to use from several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lines: dict[bool, deque[str]] = {slow: deque() for slow in (False, True)}
        self._behind: dict[str, list[str]] = {}
        self._at_work: dict[str, Turn] = {}
        self._unfinished: set[str] = set()
        self._stopped = False

    def add(self, job_id: str) -> None:
        """Put a new job at the end of the quick line."""
        with self._changed:
            self._unfinished.add(job_id)
            self._stand(job_id, slow=False)

    def take(self, *, slow: bool, begin: Callable[[str], Turn]) -> Turn | None:
        """Wait for a job in one of the lines; the turn that ``begin`` makes of its id, ``None`` after ``stop``."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._lines[slow])
            if self._stopped:
                return None
            job_id = self._lines[slow].popleft()
            self._at_work[job_id] = begin(job_id)
            return self._at_work[job_id]

    def is_over(self, turn: Turn) -> bool:
        """Whether the job has worked for long enough: others wait, and do not take so long."""
        with self._changed:
            return bool(self._lines[False]) and time.monotonic() - turn.started >= TURN_SECONDS

    def again(self, turn: Turn, *, slow: bool = False) -> bool:
        """The job goes to the end of a line; whether it is still wanted."""
        return self._leave(turn, lambda: self._stand(turn.job_id, slow=slow))

    def wait_behind(self, turn: Turn, other: str) -> bool:
        """The job waits until another one is finished; whether it is still wanted."""
        return self._leave(turn, lambda: self._stand_behind(turn.job_id, other))

    def finish(self, turn: Turn) -> None:
        """The job has no file left."""
        self._leave(turn, lambda: self._forget(turn.job_id))

    def drop(self, job_id: str) -> bool:
        """Take a job out, in the middle of its work too; whether it has ended that, within ten seconds."""
        with self._changed:
            for line in (*self._lines.values(), *self._behind.values()):
                if job_id in line:
                    line.remove(job_id)
            self._forget(job_id)
            if job_id in self._at_work:
                self._at_work[job_id].stop()
            return self._changed.wait_for(lambda: job_id not in self._at_work, timeout=_LEAVE_SECONDS)

    def has(self, job_id: str) -> bool:
        """Whether a job is one of these, and not finished."""
        with self._changed:
            return job_id in self._unfinished

    def at_work(self, job_id: str) -> Turn | None:
        """The turn of a job, ``None`` where it waits for one."""
        with self._changed:
            return self._at_work.get(job_id)

    def stop(self) -> None:
        """No more turns; those that there are end after a small step."""
        with self._changed:
            self._stopped = True
            for turn in self._at_work.values():
                turn.stop()
            self._changed.notify_all()

    def _leave(self, turn: Turn, to: Callable[[], None]) -> bool:
        with self._changed:
            del self._at_work[turn.job_id]
            wanted = turn.job_id in self._unfinished
            if wanted:
                to()
            self._changed.notify_all()
            return wanted

    def _stand(self, job_id: str, *, slow: bool) -> None:
        self._lines[slow].append(job_id)
        self._changed.notify_all()

    def _stand_behind(self, job_id: str, other: str) -> None:
        if other in self._unfinished:
            self._behind.setdefault(other, []).append(job_id)
        else:  # it has finished in the meantime
            self._stand(job_id, slow=False)

    def _forget(self, job_id: str) -> None:
        """A job is finished: those go on that wait behind it."""
        self._unfinished.discard(job_id)
        for waiting in self._behind.pop(job_id, ()):
            self._stand(waiting, slow=False)
