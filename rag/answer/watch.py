"""How long each stage of an answer takes, and what it had to do without."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

WITHOUT_VECTORS = "found by words alone: the vector index cannot be asked now"


@dataclass(slots=True)
class Watch:
    """How long each stage took, and in ``degraded`` what was missing; ``None`` where nothing was."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)
    degraded: str | None = None

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
