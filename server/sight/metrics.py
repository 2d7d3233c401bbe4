"""Counts and times for Prometheus, the one module that talks to its client.

A registry for each application, none for the process. The values of labels are bounded: routes are those of the
application, and no collection, document or question is one.
"""

from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from rag import __version__
from rag.types import Answer
from server.sight.questions import Outcome
from server.sight.requests import Ended
from server.sight.state import State

MEDIA_TYPE = CONTENT_TYPE_LATEST
STAGES = ("wait", "encode", "retrieve", "rerank", "read", "write", "total")
OUTCOMES = ("answered", "refused", "failed", "left")
DROPPED = ("unsupported", "contradicted", "address")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
"""From a statement that costs nothing to the longest time that a writer is given by default, 90 s."""
_CONFIDENCES = tuple(step / 20 for step in range(1, 21))
"""Steps of .05: the default threshold, .55, is one."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # else every series comes with another one that says when it began


class Metrics:
    """The metrics of one application.

    Args:
        state: Gives how the server stands, when it is asked.
    """

    def __init__(self, state: Callable[[], State]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Standing(state))
        self._requests = self._counter("requests", "Requests that ended", "method", "route", "status")
        self._times = self._histogram("request_seconds", "Seconds to the last byte of a response", _SECONDS, "route")
        self._questions = self._counter("questions", "Questions by how they ended", "outcome")
        self._stages = self._histogram("stage_seconds", "Seconds of each stage of a question", _SECONDS, "stage")
        self._confidences = self._histogram("confidence", "How sure it was that the sources answer", _CONFIDENCES)
        self._tokens = self._counter("writer_tokens", "Tokens of the writer, shown to it and written by it", "kind")
        self._written = self._counter("writer_sentences", "Sentences of the writer by what became of them", "verdict")
        self._replaced = self._counter("writer_replaced", "Answers for which the sources' own words stand in")
        for outcome in OUTCOMES:
            self._questions.labels(outcome)
        for stage in STAGES:
            self._stages.labels(stage)
        for kind in ("prompt", "completion"):
            self._tokens.labels(kind)
        for verdict in ("shown", *DROPPED):
            self._written.labels(verdict)

    def text(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self._registry)

    def count_request(self, ended: Ended) -> None:
        """Count a request."""
        self._requests.labels(ended.method, ended.route, str(ended.status)).inc()
        self._times.labels(ended.route).observe(ended.seconds)

    def observe_wait(self, nanoseconds: int) -> None:
        """Count how long a question waited for its turn."""
        self._stages.labels("wait").observe(max(0, nanoseconds) / 1e9)

    def count_question(self, outcome: Outcome, answer: Answer | None) -> None:
        """Count a question, and what its answer says of itself."""
        self._questions.labels(outcome).inc()
        if answer is None:
            return
        self._confidences.observe(answer.confidence)
        for stage, milliseconds in answer.timings_ms.items():
            if stage in STAGES:
                self._stages.labels(stage).observe(milliseconds / 1000)
        self._count_writing(answer)

    def _count_writing(self, answer: Answer) -> None:
        if answer.usage is not None:
            self._tokens.labels("prompt").inc(answer.usage.prompt)
            self._tokens.labels("completion").inc(answer.usage.completion)
        if answer.writing is not None:
            self._written.labels("shown").inc(answer.writing.shown)
            for dropped in answer.writing.dropped:
                self._written.labels(dropped.verdict if dropped.verdict in DROPPED else DROPPED[0]).inc()
            if answer.writing.replaced is not None:
                self._replaced.inc()

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"footnote_{name}", meaning, labels, registry=self._registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"footnote_{name}", meaning, labels, registry=self._registry, buckets=buckets)


class _Standing(Collector):
    """How the server stands at the moment that it is asked."""

    def __init__(self, state: Callable[[], State]) -> None:
        self._state = state

    def describe(self) -> list[Metric]:
        """Nothing: a server that loads is not asked at its start."""
        return []

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        state = self._state()
        yield _gauge("build_info", "The version that runs", {__version__: 1}, "version")
        yield _gauge("ready", "1 where it can answer", int(state.ready))
        yield _gauge("queue", "Questions that are answered, and that wait", state.queue, "state")
        yield _gauge("queue_places", "Questions that may be answered or wait at a time", state.places)
        yield _gauge("collections", "Collections", state.collections)
        yield _gauge("documents", "Documents of all collections", state.documents)
        yield _gauge("passages", "Passages of all collections", state.passages)
        yield _gauge("index_agrees", "1 where catalog and index hold as many passages", int(state.agrees))
        yield _gauge("index_rebuilding", "1 while another index is built", int(state.rebuilding))
        yield _gauge("jobs", "Uploads that are not done, at most 1000 of each", state.jobs, "state")
        yield _counted("ingested_files", "Files that were read, by what became of them", state.files, "outcome")
        yield _counted("ingested_passages", "Passages of files that were added or updated", state.ingested_passages)
        yield _counted("ingest_seconds", "Seconds in which files were read", state.ingest_seconds)


def _gauge(name: str, meaning: str, values: Any, *labels: str) -> Metric:
    return _filled(GaugeMetricFamily(f"footnote_{name}", meaning, labels=labels), values)


def _counted(name: str, meaning: str, values: Any, *labels: str) -> Metric:
    return _filled(CounterMetricFamily(f"footnote_{name}", meaning, labels=labels), values)


def _filled(family: Any, values: Any) -> Metric:
    """A family with one value, or with one for each value of its label."""
    for label, value in values.items() if isinstance(values, dict) else [(None, values)]:
        family.add_metric([] if label is None else [label], value)
    filled: Metric = family
    return filled
