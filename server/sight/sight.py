"""The sight of one application: its metrics, its traces and its log, put together."""

import time
from collections.abc import Callable
from functools import partial

from rag.answer.watch import Watch
from rag.types import Answer
from server.http.edge import App
from server.sight.metrics import Metrics
from server.sight.questions import Outcome, Seen, log_question
from server.sight.requests import Incoming, Observed, incoming, log_request
from server.sight.state import State
from server.sight.traces import QuestionTrace, Traces


class Sight:
    """What is seen of one application.

    Args:
        state: Gives how the server stands, when it is asked.
        traces: ``None`` where none are kept.
    """

    def __init__(self, state: Callable[[], State], traces: Traces | None = None) -> None:
        self.metrics = Metrics(state)
        self._traces = traces

    def around(self, app: App) -> App:
        """``app``, each of whose requests is counted and logged."""
        return Observed(app, self.metrics.count_request, log_request)

    def watch(self) -> Watch:
        """The watch of a question that begins; those that are tried for suggestions are no request's, and not told."""
        request = incoming.get()
        if request is None:
            return Watch()
        return Seen(self._tell, partial(self._begin, request))

    def _begin(self, request: Incoming) -> QuestionTrace | None:
        self.metrics.observe_wait(time.time_ns() - request.began)
        return None if self._traces is None else self._traces.question(request)

    def close(self) -> None:
        """Send what is left of the traces."""
        if self._traces is not None:
            self._traces.close()

    def _tell(self, outcome: Outcome, answer: Answer | None) -> None:
        self.metrics.count_question(outcome, answer)
        log_question(outcome, answer)
