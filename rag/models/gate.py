"""Questions go first: an ingest waits between its small steps while any is being answered."""

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar

_Step = TypeVar("_Step")

_LONGEST_WAIT_SECONDS = 1.0
_TURN_SECONDS = 0.25


class Gate:
    """Counts the questions that are being answered; safe to use from several threads."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._questions = 0
        self._turn_ends = 0.0

    @contextmanager
    def question(self) -> Iterator[None]:
        """Count a question while the block runs."""
        with self._free:
            self._questions += 1
        try:
            yield
        finally:
            with self._free:
                self._questions -= 1
                self._free.notify_all()

    def ahead(self, steps: Iterator[_Step]) -> Generator[_Step]:
        """``steps``, counted as a question from the first on until the last was taken, or no more are wanted."""
        with self.question():
            yield from steps

    def give_way(self, seconds: float) -> None:
        """Wait until no question is being answered, at most ``seconds``: no load of questions stops an ingest."""
        with self._free:
            self._free.wait_for(self._is_free, timeout=seconds)

    def take_turn(self) -> None:
        """Give way before a step of an ingest, however small it is.

        Where questions do not end for a second, a quarter of a second is its own: the number of
        questions, not that of the steps, says how much slower an ingest gets.
        """
        with self._free:
            if time.monotonic() < self._turn_ends:
                return
            if not self._free.wait_for(self._is_free, timeout=_LONGEST_WAIT_SECONDS):
                self._turn_ends = time.monotonic() + _TURN_SECONDS

    def _is_free(self) -> bool:
        return self._questions == 0
