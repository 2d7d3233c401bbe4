"""``footnote eval``, and below it the commands that measure or fit one thing."""

import json
import sys
from importlib import import_module
from pathlib import Path

import click
from click.core import ParameterSource

from eval.measure import Result, measure
from eval.report.compare import Comparison, compare
from eval.report.gate import failures, write_baseline
from eval.report.page import render
from eval.report.result import Json, as_json, read_result
from eval.report.table import compared, tables
from eval.run.progress import show_progress
from eval.sets.load import QUESTIONS
from rag.cli.options import read_settings
from rag.cli.terminal import console, echo
from rag.errors import not_installed
from rag.settings import SEEDS

_EXISTING = click.Path(path_type=Path, exists=True)
_FILE = click.Path(path_type=Path, dir_okay=False)
_COMMANDS = {
    "ablate": ("eval.studies.ablate", "What each part of Footnote contributes."),
    "all": ("eval.overall.cli", "Every set beside each other: one command, one table."),
    "bench": ("eval.cost.bench", "What Footnote costs beside the bare models."),
    "calibrate": ("eval.training.calibrate", "Fit the confidence."),
    "conflicts": ("eval.studies.conflicts", "How many disagreements between sources are flagged."),
    "contexts": ("eval.studies.contexts", "How many answers are right over texts with tables, each alone."),
    "faults": ("eval.faults.cli", "Kill a real Footnote over and over; it must have lost nothing."),
    "followups": ("eval.studies.followups", "How well questions are completed from a conversation."),
    "load": ("eval.cost.load", "How a server bears more clients than it can answer."),
    "quotes": ("eval.verify.quotes", "How many quotes are classified right."),
    "scale": ("eval.cost.scale.cli", "Footnote with very many documents."),
    "stress": ("eval.cost.stress.cli", "The answers of many threads beside those of one."),
    "train": ("eval.training.train", "Train the answerability adapters."),
    "verify": ("eval.verify.cli", "How many changed statements the verifier catches."),
    "wikitables": ("eval.sets.wikitables", "Make contexts with tables out of WikiTableQuestions."),
}
"""The module of each command below ``footnote eval``, loaded only when it is run, and what its help says."""


class _Commands(click.Group):
    """The group of ``_COMMANDS``; its own help loads none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        try:
            command: click.Command = import_module(_COMMANDS[cmd_name][0]).main
        except ModuleNotFoundError as error:
            package = str(error.name).partition(".")[0]
            raise click.ClickException(not_installed(f"footnote eval {cmd_name}", package, "eval")) from error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group("eval", cls=_Commands, invoke_without_command=True)
@click.option("--corpus", type=_EXISTING, default=SEEDS, help="A folder of documents, or a set  [default: the seeds]")
@click.option("--questions", type=_EXISTING, help="Questions over a folder of documents, JSON Lines.")
@click.option(
    "--half",
    type=click.Choice(["test", "calibration", "both"]),
    help="Which questions, split by a fixed seed  [default: test for the seeds, else both]",
)
@click.option("--limit", type=click.IntRange(min=1), help="Draw N answerable and N unanswerable ones by a fixed seed.")
@click.option("--without-evidence", is_flag=True, help="Ask again without the documents that answer.")
@click.option("--name", help="Name of the result  [default: the set's]")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="eval/results", show_default=True)
@click.option("--compare", "earlier", type=_FILE, help="An earlier result, JSON: show what was fixed, broken, changed.")
@click.option("--gate", type=_FILE, help="Fail where the result is worse than this base line.")
@click.option("--write-baseline", "baseline", type=_FILE, help="Make the result the base line of --gate.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    corpus: Path,
    questions: Path | None,
    half: str | None,
    limit: int | None,
    without_evidence: bool,
    name: str | None,
    out: Path,
    earlier: Path | None,
    gate: Path | None,
    baseline: Path | None,
) -> None:
    """Measure answers against the source text; without options, on the seeds."""
    if ctx.invoked_subcommand is not None:
        _refuse_options(ctx)
        return
    seeds = questions is None and corpus == SEEDS
    with show_progress() as on_progress:
        result = measure(
            corpus,
            QUESTIONS if seeds else questions,
            half=half or ("test" if seeds else "both"),
            limit=limit,
            without_evidence=without_evidence,
            settings=read_settings(),
            on_progress=on_progress,
        )
    whole = as_json(result)
    comparison = compare(read_result(earlier), whole) if earlier is not None else None
    shown = console()
    for table in (*tables(result), *([compared(comparison)] if comparison else [])):
        shown.print(table)
    _write(whole, comparison, out, name or result.run.name)
    if baseline is not None:
        write_baseline(result, baseline)
        echo(f"base line: {baseline}", err=True)
    if gate is not None:
        _check(result, gate)


def _refuse_options(ctx: click.Context) -> None:
    """An option before a command would change nothing."""
    if any(ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in ctx.params):
        raise click.UsageError(f"options of {ctx.invoked_subcommand} go after its name")


def _write(whole: Json, comparison: Comparison | None, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    written = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    for file, text in ((f"{name}.json", written), (f"{name}.html", render(whole, comparison))):
        (folder / file).write_text(text, encoding="utf-8")
        echo(f"wrote {folder / file}", err=True)


def _check(result: Result, gate: Path) -> None:
    found = failures(result, gate)
    for line in found:
        echo(f"WORSE {line}", err=True)
    if found:
        sys.exit(1)
    echo(f"no worse than {gate}", err=True)
