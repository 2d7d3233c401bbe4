"""Progress bars of a run, one a stage, drawn by rich on the error stream."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rag.cli.terminal import console


@contextmanager
def show_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Bars while the block runs; gives the callback to feed with a stage, what is done, and the total."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(err=True)) as progress:
        tasks = {stage: progress.add_task(stage, total=None) for stage in ("documents",)}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage)
            progress.update(tasks[stage], completed=done, total=total)

        yield show
