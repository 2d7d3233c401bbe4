"""``footnote eval all``: every set, one table."""

from collections.abc import Iterator
from pathlib import Path

import click

from eval.overall.asking import SetResult, all_sets, ask_set
from eval.overall.cases import ask_cases
from eval.overall.changes import changes
from eval.overall.report import as_json, change_table, read_results, table, to_read
from eval.run.progress import show_progress
from rag.cli.options import read_settings
from rag.cli.terminal import console, echo

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_WIDTH = 180


@click.command()
@click.option("--data", type=_FOLDER, help="A folder of sets; without it, only the project's own.")
@click.option("--cases", type=_FOLDER, help="A folder of cases with the program that asks them, run.py.")
@click.option("--only", multiple=True, metavar="SET", help="Only this set; may be given more than once.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    help="Draw N answerable and N unanswerable questions of each set by a fixed seed.",
)
@click.option("--out", type=_FILE, default="eval/results/all.json", show_default=True, help="Where the result goes.")
@click.option("--compare", "earlier", type=_FILE, help="An earlier result: count what was fixed and what broke.")
def main(
    data: Path | None, cases: Path | None, only: tuple[str, ...], limit: int, out: Path, earlier: Path | None
) -> None:
    """Ask the questions of every set, and print one table.

    Beside the result it writes a Markdown file: the answers that only a reader can judge, and what changed.
    """
    before = read_results(earlier) if earlier else {}
    found: list[SetResult] = []
    out.parent.mkdir(parents=True, exist_ok=True)
    for one in _asked(data, cases, only, limit):
        found.append(one)
        out.write_text(as_json(found, {"limit": limit, "only": list(only)}), "utf-8")  # a later set may fail
    changed = changes(before, found)
    shown = console(width=_WIDTH)
    shown.print(table(found))
    if earlier:
        shown.print(change_table(changed))
    reading = out.with_suffix(".md")
    reading.write_text("\n".join(to_read(found, changed)), "utf-8")
    echo(f"wrote {out} and {reading}", err=True)


def _asked(data: Path | None, cases: Path | None, only: tuple[str, ...], limit: int) -> Iterator[SetResult]:
    settings = read_settings()
    with show_progress() as on_progress:
        for one in all_sets(data, only=only):
            yield ask_set(one.drawn(limit), settings, on_progress)
    if cases:
        yield ask_cases(cases)
