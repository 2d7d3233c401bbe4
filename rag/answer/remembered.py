"""Answers that were given, for who asks the same of the same documents again.

An answer is remembered with all that it follows from: what the collection holds, the generation and the
models, the question as it was typed, the conversation and the options. One that was found without the
vector index, or for which a writer failed, is not remembered: the next may be better.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.answer.answers import new_id
from rag.answer.events import Event, Finished
from rag.answer.pipeline import Effort
from rag.types import Answer, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """All that an answer follows from; ``corpus`` as ``CatalogView.corpus``, ``models`` by their fingerprints."""

    collection: str
    corpus: str
    models: tuple[str, ...]
    effort: Effort
    threshold: float
    typed: str
    history: tuple[Turn, ...]
    document_ids: tuple[str, ...] | None
    max_statements: int


class Remembered:
    """The answers that were asked for last; safe to use from several threads.

    Args:
        most: How many there are at most.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._events: OrderedDict[Occasion, tuple[Event, ...]] = OrderedDict()
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._events)

    def through(self, occasion: Occasion, events: Iterator[Event]) -> Iterator[Event]:
        """The events of an answer: those that are remembered, else ``events``, remembered with the last."""
        started = time.perf_counter()
        known = self._find(occasion)
        if known is not None:
            for event in known:
                yield replace(event, answer=_again(event.answer, started)) if isinstance(event, Finished) else event
            return
        told: list[Event] = []
        for event in events:
            told.append(event)
            if isinstance(event, Finished) and _lasts(event.answer):  # who has the answer asks for nothing after it
                self._keep(occasion, tuple(told))
            yield event

    def forget(self, collection: str) -> None:
        """Forget the answers of a collection: what was removed from it must not be left in memory."""
        with self._guard:
            for occasion in [one for one in self._events if one.collection == collection]:
                del self._events[occasion]

    def _find(self, occasion: Occasion) -> tuple[Event, ...] | None:
        with self._guard:
            if occasion in self._events:
                self._events.move_to_end(occasion)
            return self._events.get(occasion)

    def _keep(self, occasion: Occasion, events: tuple[Event, ...]) -> None:
        with self._guard:
            self._events[occasion] = events
            self._events.move_to_end(occasion)
            while len(self._events) > self._most:
                self._events.popitem(last=False)


def _lasts(answer: Answer) -> bool:
    """Whether the same would be answered at any other time."""
    return answer.degraded is None and (answer.writing is None or answer.writing.replaced is None)


def _again(answer: Answer, started: float) -> Answer:
    """An answer as it is given another time: with a receipt and a time of its own."""
    total = round(1000 * (time.perf_counter() - started), 1)
    return replace(answer, id=new_id(), cached=True, timings_ms={"total": total})
