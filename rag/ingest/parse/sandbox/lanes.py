"""Two lanes for the files that are parsed, so that one which takes long does not hold up the others.

A file starts in the quick lane. One that is not done within ``QUICK_SECONDS`` steps aside: into the slow
lane if that is free, where it goes on; else its parse is broken off, to be begun again when its turn in
the slow lane comes. In each lane there is one file at a time, and who came first goes first.
"""

import threading
from collections import deque
from enum import Enum

from rag.errors import FootnoteError
from rag.ingest.parse.sandbox.started import Child

QUICK_SECONDS = 2.0
"""By the clock: what the next file waits at most for the one before it."""


class PutOff(FootnoteError):
    """A file that takes long was not read to its end, to let others go first; it has no outcome yet."""


class GivenUp(FootnoteError):
    """A file was given up while it was read, or before; it has no outcome."""


class Lane(Enum):
    """Where a file is parsed."""

    QUICK = "quick"
    SLOW = "slow"


class Claim:
    """One file that is to be parsed.

    Args:
        steps_aside: Whether it takes the slow lane, if that is free, when it takes long; else it is broken off.
    """

    def __init__(self, *, steps_aside: bool) -> None:
        self.steps_aside = steps_aside
        self.child: Child | None = None
        self.broken_off = self.timed_out = self.given_up = False


class Lanes:
    """Who is in which lane; safe to use from several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holder: dict[Lane, Claim | None] = dict.fromkeys(Lane)
        self._waiting: dict[Lane, deque[Claim]] = {lane: deque() for lane in Lane}

    def enter(self, claim: Claim, lane: Lane) -> None:
        """Wait for a lane, in turn.

        Raises:
            GivenUp: When the claim is given up.
        """
        with self._changed:
            waiting = self._waiting[lane]
            waiting.append(claim)
            try:
                self._changed.wait_for(lambda: claim.given_up or (not self._holder[lane] and waiting[0] is claim))
            finally:
                waiting.remove(claim)
                self._changed.notify_all()
            _check(claim)
            self._holder[lane] = claim

    def leave(self, claim: Claim) -> None:
        """Free the lane that a claim is in."""
        with self._changed:
            for lane in Lane:
                if self._holder[lane] is claim:
                    self._holder[lane] = None
            self._changed.notify_all()

    def begin(self, claim: Claim, child: Child) -> None:
        """From now on a child reads the file, and is killed when that takes too long, or it is given up.

        Raises:
            GivenUp: When it was given up already.
        """
        with self._changed:
            _check(claim)
            claim.child, claim.broken_off, claim.timed_out = child, False, False

    def end(self, claim: Claim) -> bool:
        """From now on no child reads the file; whether the one that did is alive, for all that we did to it."""
        with self._changed:
            claim.child = None
            return not (claim.broken_off or claim.timed_out or claim.given_up)

    def step_aside(self, claim: Claim) -> None:
        """The file takes long: clear the quick lane, if it is there and not done, whatever becomes of it."""
        with self._changed:
            if claim.child is None or self._holder[Lane.QUICK] is not claim:
                return
            if claim.steps_aside and not self._holder[Lane.SLOW] and not self._waiting[Lane.SLOW]:
                self._holder[Lane.QUICK], self._holder[Lane.SLOW] = None, claim
                self._changed.notify_all()
            else:
                claim.broken_off = True
                claim.child.kill()

    def time_out(self, claim: Claim) -> None:
        """The file has had all its time."""
        with self._changed:
            if claim.child is not None:
                claim.timed_out = True
                claim.child.kill()

    def give_up(self, claim: Claim) -> None:
        """Nobody wants the file any more."""
        with self._changed:
            claim.given_up = True
            if claim.child is not None:
                claim.child.kill()
            self._changed.notify_all()


def _check(claim: Claim) -> None:
    if claim.given_up:
        raise GivenUp("the file was given up before it was read")
