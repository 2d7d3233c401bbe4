"""Questions go first: an ingest waits between its small steps while any is being answered."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar

_Step = TypeVar("_Step")


class Gate:
    """Counts the questions that are being answered; safe to use from several threads."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._questions = 0

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
            self._free.wait_for(lambda: self._questions == 0, timeout=seconds)
