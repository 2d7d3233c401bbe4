"""``footnote eval verify``: how many changed statements are caught, and how many true ones raise a false alarm."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from eval.run.progress import show_progress
from eval.verify.fit import fit, is_supported, left_out
from eval.verify.lessons import lessons
from eval.verify.measure import Judged, judged
from eval.verify.pairs import Pair, load_pairs
from rag.answer.verify.judge import PARAMETERS, ClaimJudge, Parameters
from rag.cli.options import read_settings
from rag.cli.terminal import console, echo
from rag.models import load_encoder, load_reranker


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="A folder with the sets.")
@click.option("--most", default=60, show_default=True, help="Pairs of a kind and set.")
@click.option("--fit", "fits", is_flag=True, help="Fit the verifier's parameters to all of it, and write them.")
@click.option("--missed", help="List the pairs of this kind that are judged wrong.")
def main(data: Path | None, most: int, fits: bool, missed: str | None) -> None:
    """How many changed statements are caught, and how many true ones raise a false alarm.

    The lessons are always there; with --data, statements are made of squad2, tatqa, policyqa and mtrag_un. Each set is
    judged with parameters that were fitted on the others, the lessons' test half with those fitted on everything else.
    """
    pairs = [*lessons(), *(load_pairs(data, most=most) if data else [])]
    found, seconds = _judged(pairs)
    if fits:
        fitted = fit([one for one in found if one.pair.set != "lessons (test)"])
        PARAMETERS.write_text(json.dumps(asdict(fitted)) + "\n", encoding="utf-8")
    by_set = left_out(found) if data else {}
    console().print(table(found, by_set))
    if missed:
        _list(found, by_set, missed)
    echo(f"{len(pairs)} pairs, {1000 * seconds / max(len(pairs), 1):.0f} ms a claim")


def _judged(pairs: Sequence[Pair]) -> tuple[list[Judged], float]:
    settings = read_settings()
    encoder = load_encoder(settings.encoder, threads=settings.worker_threads)
    judge = ClaimJudge(load_reranker(settings.reranker, threads=settings.worker_threads))
    found: list[Judged] = []
    with show_progress() as show:
        started = time.perf_counter()
        for one in judged(pairs, judge, encoder):
            found.append(one)
            show("claims", len(found), len(pairs))
    return found, time.perf_counter() - started


def _parameters(one: Judged, by_set: Mapping[str, Parameters]) -> Parameters:
    return by_set.get(one.pair.set) or Parameters(**json.loads(PARAMETERS.read_text("utf-8")))


def table(found: Sequence[Judged], by_set: Mapping[str, Parameters]) -> Table:
    """A row a kind, a column a set: the share that is caught of changed claims, that raises an alarm of true ones."""
    sets = sorted({one.pair.set for one in found})
    made = Table(title="Not supported, of changed claims (to be 1) and of true ones (to be 0)")
    for name in ("", "Kind", "All", *sets):
        made.add_column(name, justify="left" if name in ("", "Kind") else "right")
    for holds in (False, True):
        of_side = [one for one in found if one.pair.holds is holds]
        for kind in sorted({one.pair.kind for one in of_side}):
            rows = [one for one in of_side if one.pair.kind == kind]
            made.add_row("true" if holds else "changed", kind, *_shares(rows, sets, by_set))
        counted = [one for one in of_side if one.pair.counts]
        made.add_row("true" if holds else "changed", "all", *_shares(counted, sets, by_set), end_section=True)
    return made


def _shares(rows: Sequence[Judged], sets: Sequence[str], by_set: Mapping[str, Parameters]) -> list[str]:
    columns = [list(rows), *([one for one in rows if one.pair.set == name] for name in sets)]
    return [_share(column, by_set) for column in columns]


def _share(rows: Sequence[Judged], by_set: Mapping[str, Parameters]) -> str:
    alarms = sum(not is_supported(one, _parameters(one, by_set)) for one in rows)
    return f"{alarms / len(rows):.3f} ({len(rows)})" if rows else "-"


def _list(found: Sequence[Judged], by_set: Mapping[str, Parameters], kind: str) -> None:
    for one in found:
        if one.pair.kind == kind and is_supported(one, _parameters(one, by_set)) is not one.pair.holds:
            echo(f"{one.pair.set}, holds: {one.pair.holds}: {one.pair.claim}")
            for evidence in one.compared.evidence:
                echo(f"    {evidence.text[:300]}")
            for difference in one.compared.differences:
                echo(f"    {difference}")
