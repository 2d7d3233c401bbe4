"""Traces of questions, the one module that talks to OpenTelemetry, which is loaded where they are asked for.

A trace has a span for the question and one for each of its stages, with numbers and ids and no text. It goes to an
endpoint that speaks OTLP over HTTP; the variables ``OTEL_*`` of the standard hold for headers, sampling and time.
"""

import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from rag import __version__
from rag.errors import SettingsError, not_installed
from rag.types import Answer
from server.sight.questions import Outcome
from server.sight.requests import Incoming

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span, Tracer


def traces_to(url: str) -> "Traces":
    """Traces that are sent to an endpoint, in the background.

    Args:
        url: Of the traces, as ``http://127.0.0.1:4318/v1/traces``.

    Raises:
        SettingsError: Where the packages are not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as error:
        package = "opentelemetry-exporter-otlp-proto-http"
        raise SettingsError(not_installed("FOOTNOTE_TRACES_URL", package, "otel")) from error
    return Traces(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))


class Traces:
    """The traces of one application.

    Args:
        processor: Is given each span that ends.
    """

    def __init__(self, processor: "SpanProcessor") -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider

        resource = Resource.create({"service.name": "footnote", "service.version": __version__})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("footnote", __version__)

    def question(self, incoming: Incoming) -> "QuestionTrace":
        """The trace of a question that begins now; it goes on with that of its caller, where that has one."""
        return QuestionTrace(self._tracer, incoming)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


class QuestionTrace:
    """The trace of one question: its span began with the request, a first one below says how long it waited."""

    def __init__(self, tracer: "Tracer", incoming: Incoming) -> None:
        from opentelemetry.trace import set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        caller = TraceContextTextMapPropagator().extract({"traceparent": incoming.traceparent})
        attributes = {"footnote.request_id": incoming.id}
        self._tracer = tracer
        self._span = tracer.start_span("question", caller, attributes=attributes, start_time=incoming.began)
        self._below = set_span_in_context(self._span)
        tracer.start_span("wait", self._below, start_time=incoming.began).end(time.time_ns())

    def stage(self, name: str) -> AbstractContextManager["Span"]:
        """A span for a stage, while a block runs; what is raised may hold text, and is not told."""
        return self._tracer.start_as_current_span(
            name, self._below, record_exception=False, set_status_on_exception=False
        )

    def end(self, outcome: Outcome, answer: Answer | None) -> None:
        """The question is over."""
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("footnote.outcome", outcome)
        if outcome == "failed":
            self._span.set_status(StatusCode.ERROR)
        if answer is not None:
            self._span.set_attributes(
                {
                    "footnote.answer_id": answer.id,
                    "footnote.collection": answer.collection,
                    "footnote.confidence": answer.confidence,
                    "footnote.statements": len(answer.statements),
                    "footnote.reader": answer.models.reader,
                }
            )
        self._span.end()
