"""``footnote eval``."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from eval.runner import Run, run_set
from eval.score import Score, score_run
from eval.sets import EvalSet, Question, in_half, load_set
from rag.cli import read_settings
from rag.settings import SEEDS

_SEED = "footnote"
QUESTIONS = Path(__file__).resolve().parent / "questions" / "seeds.jsonl"


@click.command("eval")
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), default=SEEDS, help="Documents, or a set.")
@click.option("--questions", type=click.Path(path_type=Path, exists=True), help="Questions over a folder, JSON Lines.")
@click.option("--half", type=click.Choice(["test", "calibration", "both"]), default="test", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), help="Draw N answerable and N unanswerable ones by a fixed seed.")
@click.option("--out", type=click.Path(path_type=Path), help="Write settings, scores and every answer as JSON.")
def evaluate(corpus: Path, questions: Path | None, half: str, limit: int | None, out: Path | None) -> None:
    """Measure answers against the source text; without options, on the seeds."""
    if questions is None and corpus == SEEDS:
        questions = QUESTIONS
    chosen = load_set(corpus, questions)
    with _progress() as on_progress:
        run = run_set(chosen, read_settings(), _chosen(chosen, half, limit), on_progress=on_progress)
    scores = score_run(run)
    _print(run, scores)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(_result(run, scores), ensure_ascii=False, indent=1), encoding="utf-8")


def _chosen(chosen: EvalSet, half: str, limit: int | None) -> list[Question]:
    kept = [one for one in chosen.questions if half == "both" or in_half(one, test=half == "test")]
    if limit is None:
        return kept
    drawn = sorted(kept, key=lambda one: hashlib.sha256(f"{_SEED}/{one.id}".encode()).digest())
    return [
        *[one for one in drawn if one.answerable][:limit],
        *[one for one in drawn if not one.answerable][:limit],
    ]


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    with Progress(console=Console(stderr=True)) as progress:
        tasks = {stage: progress.add_task(stage, total=None) for stage in ("documents", "questions")}
        yield lambda stage, done, total: progress.update(tasks[stage], completed=done, total=total)


def _print(run: Run, scores: dict[str, Score]) -> None:
    table = Table("measure", "value", "95 % interval", "n", title=f"{run.name}: {len(run.records)} questions")
    for name, score in scores.items():
        table.add_row(name, f"{score.value:.3f}", f"{score.low:.3f} to {score.high:.3f}", str(score.n))
    Console().print(table)


def _result(run: Run, scores: dict[str, Score]) -> dict[str, object]:
    """The whole run as JSON; two runs of one commit differ in answer ids and timings alone."""
    return {**asdict(run), "scores": {name: asdict(score) for name, score in scores.items()}}
