"""The tables of a result, for a terminal."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from eval.measure import Result
from eval.measures.statistics import Score
from eval.report.compare import Comparison
from eval.report.result import latencies
from eval.run.judge import DEPTHS
from eval.run.ranking import STAGES
from eval.run.score import ANSWERS, REFUSALS

_RANKINGS = (*(f"recall@{depth}" for depth in DEPTHS), "MRR@10", "nDCG@10")


def tables(result: Result) -> Iterator[Table]:
    """Answers and refusals with intervals, retrieval by stage, kinds of question, latency."""
    yield _measures(result, "answers", ANSWERS)
    yield _measures(result, "refusals and confidence", REFUSALS)
    yield _retrieval(result)
    yield _kinds(result)
    yield _latency(result)


def compared(comparison: Comparison) -> Table:
    """What changed since an earlier result: measures, then the questions that broke or were fixed."""
    counts = ", ".join(
        f"{len(comparison.having(change))} {change}" for change in ("fixed", "broken", "changed", "same")
    )
    table = Table("measure", "before", "now", "95 % interval of the difference", "", title=f"compared: {counts}")
    for one in comparison.measures:
        verdict = "worse" if one.worse else "better" if one.better else ""
        low, high = one.difference.low or 0.0, one.difference.high or 0.0
        table.add_row(one.measure, f"{one.before:.3f}", f"{one.after:.3f}", f"{low:+.3f} to {high:+.3f}", verdict)
    for change in ("fixed", "broken"):
        table.add_row(change, "", "", ", ".join(comparison.having(change)), "")
    return table


def written(score: Score) -> str:
    """A value to three digits; a dash where it is undefined."""
    return "–" if score.value is None else f"{score.value:.3f}"


def written_interval(score: Score) -> str:
    """The interval to three digits; a dash where it is undefined."""
    return "–" if score.low is None or score.high is None else f"{score.low:.3f} to {score.high:.3f}"


def _measures(result: Result, title: str, names: Sequence[str]) -> Table:
    asked = len(result.questions)
    table = Table("measure", "value", "95 % interval", "n", title=f"{result.run.name}, {asked} asked: {title}")
    for name in names:
        score = result.scores[name]
        table.add_row(name, written(score), written_interval(score), str(score.n))
    return table


def _retrieval(result: Result) -> Table:
    table = Table("stage", *_RANKINGS, "n", title="retrieval")
    for stage in STAGES:
        scores = [result.scores[f"{name} {stage}"] for name in _RANKINGS]
        table.add_row(stage, *[written(score) for score in scores], str(scores[0].n))
    return table


def _kinds(result: Result) -> Table:
    table = Table("kind", "asked", "evidence recall", "answer in citations", "refused", title="kinds of question")
    for kind, answerable in sorted({(one.kind, one.answerable) for one in result.questions}):
        asked = sum(one.kind == kind and one.answerable == answerable for one in result.questions)
        names = ("evidence recall", "answer in citations", "over-refusal") if answerable else ("", "", "refused")
        cells = [written(result.scores[f"{name}: {kind}"]) if name else "" for name in names]
        table.add_row(kind, str(asked), *cells)
    return table


def _latency(result: Result) -> Table:
    table = Table("stage", "p50", "p90", "p99", title="milliseconds a question")
    for stage, found in latencies(result).items():
        table.add_row(stage, *[f"{value:.1f}" for value in found.values()])
    return table
