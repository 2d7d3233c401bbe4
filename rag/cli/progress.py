"""The progress of an ingest on a terminal, drawn by rich."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from rag.cli.terminal import console, one_line
from rag.ingest.pipeline import Outcome, Work


class _Throughput(ProgressColumn):
    """Passages encoded a second so far: also while one large file keeps the bar where it is."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work

    def render(self, task: Task) -> Text:
        return Text(f"{self._work.encoded / max(task.elapsed or 0.0, 0.1):.0f} passages/s")


@contextmanager
def show_ingest(total: int | None, work: Work) -> Iterator[Callable[[Outcome], None]]:
    """A bar over ``total`` files while the block runs, then a summary; gives the callback to feed.

    ``total`` is ``None`` where it is not known.

    Everything goes to the error stream. A rejected file is named, with its reason, as it happens.

    Args:
        work: What the ingest counts its passages in.
    """
    shown = console(err=True)
    counts: dict[str, int] = {}
    passages = 0
    started = time.perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, _Throughput(work), console=shown) as progress:
        task = progress.add_task("Reading documents", total=total)

        def show(outcome: Outcome) -> None:
            nonlocal passages
            counts[outcome.outcome] = counts.get(outcome.outcome, 0) + 1
            passages += outcome.passages
            if outcome.outcome == "rejected":
                shown.print(Text(one_line(f"rejected {outcome.path}: {outcome.reason}"), "red"), soft_wrap=True)
            progress.advance(task)

        yield show
    seconds = time.perf_counter() - started
    named = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "no files"
    rate = f" ({passages / seconds:.0f} passages/s)" if passages else ""
    shown.print(f"{named}; {passages} passages in {seconds:.1f} s{rate}", soft_wrap=True)


@contextmanager
def show_documents(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar while the block runs; gives the callback to feed with how many documents are done, and of how many."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(err=True)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
