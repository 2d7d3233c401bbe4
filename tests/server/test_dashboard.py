"""The dashboard for Grafana asks only for metrics, and values of labels, that a server has."""

import json
import re
from collections.abc import Iterator
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from rag.types import Answer, CorpusState, DroppedSentence, ModelNames, Usage, Writing
from server.sight.metrics import Metrics
from server.sight.requests import Ended
from server.sight.state import State
from tests.support.places import ROOT

DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "footnote.json").read_text("utf-8"))
METRIC = re.compile(r"\b((?:footnote|process)_[a-z0-9_]+)(\{[^}]*\})?")
LABEL = re.compile(r'(\w+)(=~?)"([^"]*)"')
OF_PROMETHEUS = {"instance", "job", "le"}
ANSWER = Answer(
    id="ans_1",
    question="",
    understood="",
    collection="default",
    answered=True,
    answer="",
    statements=(),
    citations=(),
    conflicts=(),
    confidence=0.9,
    missing_terms=(),
    passages=(),
    corpus=CorpusState(version=1, documents=1, passages=1),
    models=ModelNames(encoder="e", reranker="r", reader="generative", writer="w"),
    usage=Usage(prompt=300, completion=40),
    writing=Writing(
        shown=2, dropped=(DroppedSentence(text="", verdict="address"),), replaced="it failed", prompt_sha256=""
    ),
    timings_ms={"encode": 7.0, "write": 900.0, "total": 1200.0, "unheard of": 1.0},
)


def metrics() -> Metrics:
    queue = {"running": 1, "waiting": 0}
    made = Metrics(lambda: State(ready=True, queue=queue, places=4))
    made.count_request(Ended(method="POST", route="/v1/ask", status=503, seconds=0.1))
    made.count_request(Ended(method="POST", route="/v1/ask", status=429, seconds=0.1))
    made.count_question("answered", ANSWER)
    return made


def samples() -> dict[str, list[dict[str, str]]]:
    """The labels of each sample by its name."""
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(metrics().text().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


def queries() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (one["query"] for one in DASHBOARD["templating"]["list"] if one["type"] == "query")


def lacking(query: str, there: dict[str, list[dict[str, str]]]) -> Iterator[str]:
    """What a query names and is not there."""
    for name, selected in METRIC.findall(query):
        if name not in there:
            yield name
            continue
        for label, how, value in LABEL.findall(selected):
            values = [labels.get(label) for labels in there[name]]
            wanted = re.compile(value if how == "=~" else re.escape(value))
            if label not in OF_PROMETHEUS and not any(one and wanted.fullmatch(one) for one in values):
                yield f"{name} {label}={value}"
    for grouped in re.findall(r"by \(([^)]*)\)", query):
        known = {label for labels in there.values() for one in labels for label in one} | OF_PROMETHEUS
        yield from (label for label in grouped.split(", ") if label not in known)


def test_what_is_not_there_is_found() -> None:
    there = {"footnote_jobs": [{"state": "failed"}]}
    assert list(lacking('sum by (state) (footnote_jobs{state="failed"})', there)) == []
    assert list(lacking('sum by (kind) (footnote_jobs{state="lost"}) / footnote_nothing', there)) == [
        *("footnote_jobs state=lost", "footnote_nothing", "kind"),
    ]


def test_every_query_names_what_there_is() -> None:
    there, asked = samples(), list(queries())
    assert len(asked) > 25
    assert [one for query in asked for one in lacking(query, there)] == []


def test_every_metric_is_on_the_dashboard() -> None:
    asked = {name for query in queries() for name, _ in METRIC.findall(query)}
    shown = {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in asked}
    own = {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in samples() if name.startswith("footnote_")}
    assert own - shown == set()


def test_writer_is_counted() -> None:
    text = metrics().text().decode()
    for line in (
        'footnote_writer_tokens_total{kind="prompt"} 300.0',
        'footnote_writer_tokens_total{kind="completion"} 40.0',
        'footnote_writer_sentences_total{verdict="shown"} 2.0',
        'footnote_writer_sentences_total{verdict="address"} 1.0',
        "footnote_writer_replaced_total 1.0",
        'footnote_stage_seconds_sum{stage="write"} 0.9',
    ):
        assert f"{line}\n" in text
    assert "unheard of" not in text
