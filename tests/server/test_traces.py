"""Traces of questions: sent by a real server to a real collector, and what they say of questions that fail."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from rag.answer.watch import Watch
from server.http.line import Line
from server.sight.requests import Incoming, incoming
from server.sight.sight import Sight
from server.sight.state import State
from server.sight.traces import Traces
from tests.support.collector import collecting
from tests.support.places import ROOT
from tests.support.processes import serve

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
QUESTION = "How many prisoners of war will be exchanged in Quzzarvane?"
LACKING = """
import sys
sys.modules["opentelemetry.exporter"] = None
from rag.errors import SettingsError
from server.sight.traces import traces_to
try:
    traces_to("http://127.0.0.1:9/v1/traces")
except SettingsError as error:
    print(error)
"""


def attributes(span: Span) -> dict[str, object]:
    return {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes}


def below(spans: Sequence[Span], parent: Span) -> list[str]:
    return [span.name for span in spans if span.parent_span_id == parent.span_id]


def test_server_sends_a_trace_of_each_question_without_its_text(tmp_path: Path) -> None:
    with collecting() as (collector, url):
        log = tmp_path / "log"
        with serve(tmp_path / "data", log=log, FOOTNOTE_TRACES_URL=url) as address:
            for headers in ({"X-Request-ID": "one", "traceparent": CALLER}, {"X-Request-ID": "two"}):
                answered = httpx.post(f"{address}/v1/ask", json={"question": QUESTION}, headers=headers, timeout=60)
                assert answered.status_code == 200
            for path, body in (("search", {"query": QUESTION}), ("verify", {"text": QUESTION})):
                assert httpx.post(f"{address}/v1/{path}", json=body, timeout=60).status_code == 200
        spans, bodies = collector.spans, b"".join(collector.bodies)
    assert {span.name for span in spans} == {"question", "wait", "encode", "retrieve", "rerank", "read"}
    questions = [span for span in spans if span.name == "question"]
    assert [attributes(one)["footnote.request_id"] for one in questions] == ["one", "two"]
    assert len({span.trace_id for span in spans}) == 2  # of a search and a verification there is none
    first, second = questions
    assert first.trace_id.hex() == CALLER.split("-")[1]
    assert first.parent_span_id.hex() == CALLER.split("-")[2]
    assert second.parent_span_id == b""
    for question in questions:
        stages = below(spans, question)
        assert stages[0] == "wait"
        assert {"encode", "retrieve", "rerank", "read"} == set(stages[1:])
        own = [span for span in spans if span.trace_id == question.trace_id and span is not question]
        assert all(question.start_time_unix_nano <= one.start_time_unix_nano for one in own)
        assert all(one.end_time_unix_nano <= question.end_time_unix_nano for one in own)
    assert attributes(second)["footnote.answer_id"] == answered.json()["id"]
    assert attributes(second)["footnote.confidence"] == answered.json()["confidence"]
    assert b"Quzzarvane" not in bodies
    assert b"prisoners" not in bodies
    assert set(collector.paths) == {"/v1/traces"}
    said = log.read_text("utf-8")
    assert "Ready: 5 documents" in said
    assert "server.sight" not in said  # requests and questions are records of JSON alone


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def sight(exporter: InMemorySpanExporter) -> Sight:
    line = Line(running=1, waiting=0)
    state = State(ready=False, queue={"running": line.running}, places=line.places)
    return Sight(lambda: state, Traces(SimpleSpanProcessor(exporter)))


def watched(sight: Sight) -> Watch:
    token = incoming.set(Incoming(id="x", traceparent="", began=1))
    try:
        return sight.watch()
    finally:
        incoming.reset(token)


def test_failed_question_is_an_error_and_its_message_stays_here(sight: Sight, exporter: InMemorySpanExporter) -> None:
    with pytest.raises(RuntimeError, match="Quzzarvane"), watched(sight) as watch, watch.measure("rerank"):
        raise RuntimeError("Quzzarvane")
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert sorted(spans) == ["question", "rerank", "wait"]
    assert spans["question"].status.status_code.name == "ERROR"
    assert (spans["question"].attributes or {})["footnote.outcome"] == "failed"
    assert "Quzzarvane" not in "".join(span.to_json() for span in spans.values())
    assert b'footnote_questions_total{outcome="failed"} 1.0' in sight.metrics.text()


def test_question_that_nobody_waits_for_has_left(sight: Sight, exporter: InMemorySpanExporter) -> None:
    with pytest.raises(GeneratorExit), watched(sight):
        raise GeneratorExit
    (question,) = [span for span in exporter.get_finished_spans() if span.name == "question"]
    assert (question.attributes or {})["footnote.outcome"] == "left"
    assert question.status.status_code.name == "UNSET"


def test_question_of_no_request_is_not_told(sight: Sight, exporter: InMemorySpanExporter) -> None:
    with sight.watch() as watch, watch.measure("encode"):
        pass
    assert exporter.get_finished_spans() == ()
    assert b'footnote_questions_total{outcome="left"} 0.0' in sight.metrics.text()


def test_applications_share_no_counts() -> None:
    line = Line(running=1, waiting=0)
    one, other = (Sight(lambda: State(ready=False, queue={}, places=line.places)) for _ in range(2))
    with watched(one):
        pass
    assert b'footnote_questions_total{outcome="left"} 1.0' in one.metrics.text()
    assert b'footnote_questions_total{outcome="left"} 0.0' in other.metrics.text()


def test_an_address_without_the_extra_fails_with_what_installs_it() -> None:
    done = subprocess.run([sys.executable, "-c", LACKING], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.stdout == (
        "FOOTNOTE_TRACES_URL needs opentelemetry-exporter-otlp-proto-http, which is not installed: "
        "pip install 'footnote[otel]'\n"
    ), done.stderr
