"""The sight of one application: its metrics, its traces and its log, put together."""

from collections.abc import Callable

from rag.answer.watch import Watch
from rag.types import Answer
from server.http.edge import App
from server.sight.metrics import Metrics
from server.sight.questions import Outcome, Seen, log_question
from server.sight.requests import Observed, log_request, request_id
from server.sight.state import State


class Sight:
    """What is seen of one application.

    Args:
        state: Gives how the server stands, when it is asked.
    """

    def __init__(self, state: Callable[[], State]) -> None:
        self.metrics = Metrics(state)

    def around(self, app: App) -> App:
        """``app``, each of whose requests is counted and logged."""
        return Observed(app, self.metrics.count_request, log_request)

    def watch(self) -> Watch:
        """The watch of a question that begins; those that are tried for suggestions are no request's, and not told."""
        return Seen(self._tell, None) if request_id.get() else Watch()

    def _tell(self, outcome: Outcome, answer: Answer | None) -> None:
        self.metrics.count_question(outcome, answer)
        log_question(outcome, answer)
