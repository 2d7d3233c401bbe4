"""Faults: a real Footnote is killed over and over, and must have lost nothing: ``footnote eval faults``.

A round asks something of a server or a command, kills the process (``kill -9``) at a random or a chosen
moment, starts a server again and checks everything: every document that was promised is listed, read
and found, every removed one is not, counts agree, nothing was encoded to get there. The last process of
a chain of rounds is ``footnote doctor``. Exit status 1 when anything is wrong.
"""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import click

from eval.faults.check import Found
from eval.faults.kinds import FullTmpfs, cut_catalog, full_disk, mounted, read_only, remount_read_only
from eval.faults.rounds import AIMS, OPERATIONS, Outcome, plan, prepare, run
from eval.faults.site import Broken, Site
from rag.cli.terminal import echo

_KINDS: dict[str, Callable[[Site, Random], Found]] = {
    "full-disk": lambda site, random: _fill_disk(site, random),
    "read-only": lambda site, _: read_only(site, remount_read_only),
    "cut-catalog": lambda site, _: cut_catalog(site),
}
KINDS = ("kill", *_KINDS)
_COLUMNS = ("lost", "left over", "counts", "encoded")
_DOCUMENTS = 20
_FEW_DOCUMENTS = 5


@click.command()
@click.option("--rounds", default=200, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
@click.option("--only", type=int, help="Play this round alone.")
@click.option("--chain", default=8, show_default=True, help="Rounds on one data directory, one after the other.")
@click.option("--parallel", default=1, show_default=True, help="Chains at the same time.")
@click.option("--toy", is_flag=True, help="Word models in the place of the bundled ones: faster.")
@click.option("--kind", type=click.Choice(KINDS), default="kill", show_default=True, help="Other faults, as root.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to work; what went wrong stays there.")
def main(
    rounds: int, seed: int, only: int | None, chain: int, parallel: int, toy: bool, kind: str, folder: Path | None
) -> None:
    """Play the rounds and print a table by operation and aim, in Markdown."""
    if kind != "kill":
        with tempfile.TemporaryDirectory() as temporary:
            sys.exit(_play_kind(kind, folder or Path(temporary), seed=seed, toy=toy))
    numbers = [only] if only is not None else list(range(rounds))
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        outcomes = [*play(place, numbers, seed=seed, chain=chain, toy=toy, parallel=parallel)]
    for line in table(outcomes):
        echo(line)
    if any(outcome.found.said for outcome in outcomes):
        sys.exit(1)


def play(folder: Path, numbers: Sequence[int], *, seed: int, chain: int, toy: bool, parallel: int) -> Iterator[Outcome]:
    """Play rounds in chains, each on a copy of one prepared directory, ``parallel`` chains at a time."""
    first = Site(folder / "first", toy=toy)
    prepare(first, Random(f"{seed} first"), _DOCUMENTS)
    chains = [numbers[start : start + chain] for start in range(0, len(numbers), chain)]
    with ThreadPoolExecutor(parallel) as pool:
        for outcomes in pool.map(lambda part: _play_copy(first, part, seed), chains):
            yield from outcomes


def _play_copy(first: Site, numbers: Sequence[int], seed: int) -> list[Outcome]:
    site = first.copy(first.folder.parent / f"from-{numbers[0]}")
    outcomes = []
    for outcome in _play_chain(site, numbers, seed):
        _say(outcome)
        outcomes.append(outcome)
    if not outcomes[-1].found.said:
        shutil.rmtree(site.folder)
    return outcomes


def _play_chain(site: Site, numbers: Sequence[int], seed: int) -> Iterator[Outcome]:
    """Rounds on one directory, until one goes wrong."""
    site.serve()
    try:
        for number in numbers:
            outcome = run(site, plan(seed, number), Random(f"{seed} {number} papers"))
            yield outcome
            if outcome.found.said:
                return
    finally:
        site.stop()
    _examine(site)


def _play_kind(kind: str, folder: Path, *, seed: int, toy: bool) -> int:
    """Another fault on a small file system of its own; the exit status."""
    folder.mkdir(parents=True, exist_ok=True)
    with mounted(folder):
        site = Site(folder, toy=toy)
        prepare(site, Random(f"{seed} first"), _FEW_DOCUMENTS)
        try:
            found = _KINDS[kind](site, Random(f"{seed} {kind}"))
        finally:
            site.end()
    for line in found.said or [f"{kind}: nothing lost, nothing left over"]:
        echo(line)
    return 1 if found.said else 0


def _fill_disk(site: Site, random: Random) -> Found:
    site.serve()
    return full_disk(site, FullTmpfs(site), random)


def _examine(site: Site) -> None:
    """Compare every vector with the catalog.

    Raises:
        Broken: When ``footnote doctor`` is not content.
    """
    site.finish("doctor")
    if "repaired" in site.log():
        raise Broken(f"a directory that was closed politely needed repair: {site.log()}")


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The outcomes by operation and aim, in Markdown."""
    yield "| operation | aim | rounds | killed in time | graph torn | mended | rebuilt | " + (
        "lost | left over | counts wrong | re-encoded | restart, median s |"
    )
    yield "|---|---|" + "---:|" * 10
    for operation in OPERATIONS:
        for aim in AIMS:
            group = [one for one in outcomes if (one.plan.operation, one.plan.aim) == (operation, aim)]
            if group:
                yield _row(operation, aim, group)
    yield _row("all", "", outcomes)


def _row(operation: str, aim: str, group: Sequence[Outcome]) -> str:
    happened = [sum(getattr(one, name) for one in group) for name in ("killed", "torn", "mended", "rebuilt")]
    wrong = [sum(one.found.wrong[kind] for one in group) for kind in _COLUMNS]
    restart = statistics.median(one.restart for one in group)
    cells = [operation, aim, len(group), *happened, *wrong, f"{restart:.1f}"]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _say(outcome: Outcome) -> None:
    signs = [name for name in ("killed", "torn", "mended", "rebuilt") if getattr(outcome, name)]
    echo(f"{outcome.plan}: {', '.join(signs) or 'too late'}; ready in {outcome.restart:.1f} s", err=True)
    for line in outcome.found.said:
        echo(f"  WRONG {line}", err=True)
