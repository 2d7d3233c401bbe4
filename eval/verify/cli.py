"""``footnote eval verify``: how many changed statements are caught, and how many true ones raise a false alarm."""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table
from sklearn.metrics import balanced_accuracy_score

from eval.run.progress import show_progress
from eval.sets.question import EvalSetError
from eval.verify.fit import fit, is_supported, left_out
from eval.verify.given import given_pairs
from eval.verify.lessons import lessons
from eval.verify.measure import Judged, judged
from eval.verify.pairs import Pair, load_pairs
from rag.answer.verify.judge import PARAMETERS, ClaimJudge, Parameters
from rag.cli.options import read_settings
from rag.cli.terminal import console, echo
from rag.models import load_encoder, load_reranker


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="A folder with the sets.")
@click.option(
    "--claims",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Judge the claims of a file, JSON Lines with claim, passages and holds, and nothing else.",
)
@click.option("--most", default=60, show_default=True, help="Pairs of a kind and set.")
@click.option("--fit", "fits", is_flag=True, help="Fit the verifier's parameters to all of it, and write them.")
@click.option("--missed", help="List the pairs of this kind that are judged wrong.")
def main(data: Path | None, claims: Path | None, most: int, fits: bool, missed: str | None) -> None:
    """How many changed statements are caught, and how many true ones raise a false alarm.

    The lessons are always there; with --data, statements are made of squad2, tatqa, policyqa and mtrag_un. Each set is
    judged with parameters that were fitted on the others, the lessons' test half with those fitted on everything else.
    """
    try:
        pairs = [*(given_pairs(claims, most=most) if claims else _made(data, most))]
    except EvalSetError as error:
        sys.exit(f"Error: {error}")
    found, seconds = _judged(pairs)
    if fits and not claims:
        fitted = fit([one for one in found if one.pair.set != "lessons (test)"])
        PARAMETERS.write_text(json.dumps(asdict(fitted)) + "\n", encoding="utf-8")
    by_set = left_out(found) if data and not claims else {}
    console().print(table(found, by_set))
    if missed:
        _list(found, by_set, missed)
    echo(f"balanced accuracy {_balanced(found, by_set):.3f}")
    echo(f"{len(pairs)} pairs, {1000 * seconds / max(len(pairs), 1):.0f} ms a claim")


def _made(data: Path | None, most: int) -> Iterator[Pair]:
    """The lessons, and with ``data`` the pairs that are made of its sets."""
    yield from lessons()
    if data:
        yield from load_pairs(data, most=most)


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


def _balanced(found: Sequence[Judged], by_set: Mapping[str, Parameters]) -> float:
    """The mean of the shares of true and of changed claims that are judged right."""
    counted = [one for one in found if one.pair.counts]
    said = [is_supported(one, _parameters(one, by_set)) for one in counted]
    return float(balanced_accuracy_score([one.pair.holds for one in counted], said))


def _list(found: Sequence[Judged], by_set: Mapping[str, Parameters], kind: str) -> None:
    for one in found:
        if one.pair.kind == kind and is_supported(one, _parameters(one, by_set)) is not one.pair.holds:
            echo(f"{one.pair.set}, holds: {one.pair.holds}: {one.pair.claim}")
            for evidence in one.compared.evidence:
                echo(f"    {evidence.text[:300]}")
            for difference in one.compared.differences:
                echo(f"    {difference}")
