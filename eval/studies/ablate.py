"""What each part of Footnote contributes: ``footnote eval ablate``, a table in Markdown.

A ``*`` marks what differs from the whole by more than chance: the paired 95 % interval of the
difference leaves 0 out.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from eval.report.gate import changes
from eval.run.judge import Judged, judge
from eval.run.progress import show_progress
from eval.run.runner import OnProgress, ask_all, prepared
from eval.run.score import Table
from eval.sets.load import QUESTIONS, chosen, load_set
from eval.studies.variants import VARIANTS, WHOLE
from rag.cli.options import read_settings
from rag.cli.terminal import echo
from rag.settings import SEEDS, Settings

MEASURES = (
    "recall@5 rerank",
    "nDCG@10 rerank",
    "evidence recall",
    "evidence precision",
    "answer in citations",
    "relevant document cited",
    "statements of an answer",
    "over-refusal",
    "refused",
    "AUROC of confidence",
    "coverage at 5 % risk",
    "expected calibration error",
    "Brier score",
)


def ablate(
    corpus: Path, questions: Path | None, settings: Settings, *, half: str, limit: int | None, on_progress: OnProgress
) -> dict[str, list[Judged]]:
    """Ask the same questions of every variant of one engine.

    Args:
        corpus: As ``questions``, ``half`` and ``limit``, what ``eval.measure`` takes.

    Returns:
        The judged questions of each variant, by its name; the whole comes first.
    """
    loaded = load_set(corpus, questions)
    asked = chosen(loaded.questions, half=half, limit=limit)
    with prepared(loaded, settings, on_progress, remember=False) as (engine, _):
        return {
            name: [judge(record) for record in ask_all(vary(engine), loaded, asked, on_progress, stage=name)]
            for name, vary in VARIANTS.items()
        }


def table(found: Mapping[str, Sequence[Judged]]) -> Iterator[str]:
    """A row a measure that is defined, a column a variant, as lines of Markdown."""
    whole = found[WHOLE]
    yield f"| measure | {' | '.join(found)} |"
    yield f"|---|{'---:|' * len(found)}"
    for measure in MEASURES:
        columns = [_cell(measure, whole, judged) for judged in found.values()]
        if any(columns):
            yield f"| {measure} | {' | '.join(columns)} |"


def _cell(measure: str, whole: Sequence[Judged], judged: Sequence[Judged]) -> str:
    of_variant = Table(judged)
    value = of_variant.measure(measure)[0](of_variant.all)
    if value is None:
        return ""
    differs = any(change.worse or change.better for change in changes(whole, judged, [measure]))
    return f"{value:.3f}{' *' if differs else ''}"


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), default=SEEDS, help="As of footnote eval.")
@click.option("--questions", type=click.Path(path_type=Path, exists=True), help="As of footnote eval.")
@click.option("--half", type=click.Choice(["test", "calibration", "both"]), default="both", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), help="Draw N answerable and N unanswerable questions.")
def main(corpus: Path, questions: Path | None, half: str, limit: int | None) -> None:
    """Measure the engine without each of its parts; without options, on the seeds."""
    own = QUESTIONS if questions is None and corpus == SEEDS else questions
    with show_progress() as on_progress:
        found = ablate(corpus, own, read_settings(), half=half, limit=limit, on_progress=on_progress)
    for line in table(found):
        echo(line)
