"""What becomes of each question, for the metrics, the traces and the log; nothing of what it says."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Literal, Protocol, Self

from rag.answer.watch import Watch
from rag.types import Answer

logger = logging.getLogger(__name__)

Outcome = Literal["answered", "refused", "failed", "left"]
"""``refused``: the sources do not answer; ``left``: nobody wanted the rest of it."""


class Trace(Protocol):
    """The trace of one question."""

    def stage(self, name: str) -> AbstractContextManager[object]:
        """A stage, to be traced while a block runs."""

    def end(self, outcome: Outcome, answer: Answer | None) -> None:
        """The question is over; ``answer`` where it came that far."""


class Seen(Watch):
    """The watch of one question, that tells what it sees.

    Args:
        tell: Is told how the question ended, with its answer where it came that far.
        begin: Called when the question begins, which a search does not; gives its trace, ``None`` for none.
    """

    def __init__(self, tell: Callable[[Outcome, Answer | None], None], begin: Callable[[], Trace | None]) -> None:
        super().__init__()
        self._tell = tell
        self._begin = begin
        self._trace: Trace | None = None
        self._answer: Answer | None = None

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """As ``Watch``, and as a span of the trace."""
        if self._trace is None:
            with super().measure(stage):
                yield
        else:
            with self._trace.stage(stage), super().measure(stage):
                yield

    def tell(self, answer: Answer) -> None:
        """As ``Watch``."""
        self._answer = answer

    def __enter__(self) -> Self:
        self._trace = self._begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        outcome = _outcome(kind, self._answer)
        self._tell(outcome, self._answer)
        if self._trace is not None:
            self._trace.end(outcome, self._answer)


def _outcome(kind: type[BaseException] | None, answer: Answer | None) -> Outcome:
    """How a question ended; whoever stops asking for its events has left, unless the answer was the last of them."""
    if answer is not None:
        return "answered" if answer.answered else "refused"
    return "failed" if kind is not None and issubclass(kind, Exception) else "left"


def log_question(outcome: Outcome, answer: Answer | None) -> None:
    """Log what became of a question."""
    fields: dict[str, object] = {"outcome": outcome}
    if answer is not None:
        fields |= {
            "answer_id": answer.id,
            "collection": answer.collection,
            "confidence": answer.confidence,
            "statements": len(answer.statements),
            "documents": answer.corpus.documents,
            "timings_ms": dict(answer.timings_ms),
        }
    logger.info("question", extra=fields)
