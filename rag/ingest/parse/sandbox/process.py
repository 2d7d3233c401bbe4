"""Parsing in processes of their own, so that no file can hang, crash or exhaust the one that answers.

A child, started with the first file and kept, reads one file at a time. It loads no model and no index,
may open no connection, and holds itself to the limits; the parent ends it when it does not answer. While
a file takes long, a second child reads the others; there are never more than two.
"""

import threading
from types import TracebackType

import msgspec

from rag.errors import DocumentRejected
from rag.ingest.parse.formats import suffix_of
from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.sandbox.lanes import QUICK_SECONDS, Claim, GivenUp, Lane, Lanes, PutOff
from rag.ingest.parse.sandbox.started import Child
from rag.ingest.parse.sandbox.wire import Reply

PATIENCE = 20
"""How many times its limit of processor time a file may take by the clock: a busy machine must not reject it."""


class ParserProcess:
    """Parses files in child processes; safe to use from several threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._children = _Children(limits)
        self._lanes = Lanes()
        self._route: tuple[Lane, ...] = (Lane.QUICK, Lane.SLOW)
        self._guard = threading.Lock()
        self._claims: set[Claim] = set()
        self._given_up = False

    def __enter__(self) -> "ParserProcess":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def seat(self, lane: Lane) -> "ParserProcess":
        """Another user of the same children, who parses in one lane alone, and whose files can be given up.

        In the quick lane a file that takes long is ``PutOff``; in the slow lane it may take all its time.
        """
        seat = ParserProcess(self._limits)
        seat._children, seat._lanes, seat._route = self._children, self._lanes, (lane,)
        return seat

    def parse(self, name: str, source: bytes) -> Parsed:
        """As ``rag.ingest.parse.parse``, within the limits.

        A child that fails for want of memory after it has read other files is replaced and asked
        once more, so the outcome does not depend on what came before.

        Raises:
            DocumentRejected: As ``rag.ingest.parse.parse``, and for a file that exceeds a limit or ends the child.
            ParserUnavailable: When the child does not start.
            PutOff: For a file that takes long, from a seat in the quick lane.
            GivenUp: After ``give_up``.
        """
        suffix = suffix_of(name).encode("utf-8", "replace")
        claim = self._claim()
        try:
            for lane in self._route:
                reply = self._attempt(claim, lane, suffix, source)
                if reply is not None:
                    return _parsed(reply)
        finally:
            with self._guard:
                self._claims.discard(claim)
        raise PutOff(f"not read within {QUICK_SECONDS:.0f} seconds")

    def give_up(self) -> None:
        """Give up the file that is parsed from this seat, at once, and every later one."""
        with self._guard:
            self._given_up = True
            claims = list(self._claims)
        for claim in claims:
            self._lanes.give_up(claim)

    def close(self) -> None:
        """End the children: one that reads a file when it has."""
        self._children.close()

    def _claim(self) -> Claim:
        claim = Claim(steps_aside=Lane.SLOW in self._route)
        with self._guard:
            claim.given_up = self._given_up
            self._claims.add(claim)
        return claim

    def _attempt(self, claim: Claim, lane: Lane, suffix: bytes, source: bytes) -> Reply | None:
        """What becomes of a file, ``None`` where it was broken off."""
        self._lanes.enter(claim, lane)
        try:
            for _ in range(2):
                child = self._children.take()
                fresh = not child.used
                reply = self._ask(claim, child, suffix, source)
                if fresh or reply is None or not reply.exhausted:
                    break
            return reply
        finally:
            self._lanes.leave(claim)

    def _ask(self, claim: Claim, child: Child, suffix: bytes, source: bytes) -> Reply | None:
        clocks = (
            threading.Timer(QUICK_SECONDS, self._lanes.step_aside, (claim,)),
            threading.Timer(self._limits.seconds * PATIENCE, self._lanes.time_out, (claim,)),
        )
        reply = None
        try:
            self._lanes.begin(claim, child)
            for clock in clocks:
                clock.start()
            reply = child.ask(suffix, source)
        except (OSError, EOFError, msgspec.DecodeError):
            pass
        finally:
            for clock in clocks:
                clock.cancel()
            alive = self._lanes.end(claim) and reply is not None and not reply.last
            self._children.put_back(child, alive=alive)
        if reply is not None or claim.broken_off:
            return reply
        if claim.given_up:
            raise GivenUp("the file was given up while it was read")
        return child.last_words(timed_out=claim.timed_out)


def _parsed(reply: Reply) -> Parsed:
    if reply.parsed is None:
        raise DocumentRejected(reply.reason)
    return reply.parsed


class _Children:
    """The children that are not at work, at most one; the others are with those who took them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._guard = threading.Lock()
        self._idle: Child | None = None
        self._closed = False

    def take(self) -> Child:
        """The one that is idle, or a new one."""
        with self._guard:
            idle, self._idle = self._idle, None
        return idle or Child(self._limits)

    def put_back(self, child: Child, *, alive: bool) -> None:
        """Keep a child for the next file, or end it."""
        with self._guard:
            if alive and self._idle is None and not self._closed:
                self._idle = child
                return
        child.end()

    def close(self) -> None:
        """End the one that is idle, and each that is put back from now on."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, None
        if idle is not None:
            idle.end()
