"""How long each stage of an answer takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Watch:
    """How long each stage took."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Time a stage while the block runs; one that runs again adds to its time."""
        start = time.perf_counter()
        yield
        self.stages[stage] = self.stages.get(stage, 0.0) + time.perf_counter() - start

    def timings(self) -> dict[str, float]:
        """Milliseconds a stage, and in total."""
        seconds = {**self.stages, "total": time.perf_counter() - self.started}
        return {stage: round(1000 * value, 1) for stage, value in seconds.items()}
