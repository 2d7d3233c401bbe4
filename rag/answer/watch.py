"""How long each stage of an answer takes, and what it had to do without."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rag.types import Answer

WITHOUT_VECTORS = "found by words alone: the vector index cannot be asked now"


class Watch:
    """How long each stage of one question took, and in ``degraded`` what was missing, ``None`` where nothing was.

    A subclass may pass on what happens; ``with`` it the question ends.
    """

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.stages: dict[str, float] = {}
        self.degraded: str | None = None

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Time a stage while the block runs; one that runs again adds to its time."""
        start = time.perf_counter()
        yield
        self.stages[stage] = self.stages.get(stage, 0.0) + time.perf_counter() - start

    def without_vectors(self) -> None:
        """Note that the vector index could not be asked."""
        self.degraded = WITHOUT_VECTORS

    def timings(self) -> dict[str, float]:
        """Milliseconds a stage, and in total."""
        seconds = {**self.stages, "total": time.perf_counter() - self.started}
        return {stage: round(1000 * value, 1) for stage, value in seconds.items()}

    def tell(self, answer: Answer) -> None:
        """The answer is whole; nothing is made of it here."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """The question is over: answered where nothing was raised, else failed or given up."""
