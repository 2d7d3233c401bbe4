"""Stress of the whole: ``footnote eval stress``.

The lessons are ingested once, and questions about them answered by one thread of a fresh process: the base line. A
round answers the same questions in another fresh process, on a copy of the directory, by several threads at once: all
begin with the first question, when nothing has been cached. Every field of an answer but its id and times must be
that of the base line.

- ``engine``: threads ask the engine, and take turns 500 times as often as Python lets them;
- ``ingest``: the same, while the seeds are ingested into another collection, which is then dropped, over and over;
- ``server``: clients ask ``footnote serve`` from the moment its port is open;
- ``libraries``: each library that threads share, alone (``eval.cost.stress.shared``).
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from eval.cost.stress.answers import Answered, differences, read
from eval.cost.stress.serve import ask_server
from eval.cost.stress.shared import hammer_all
from rag.cli.terminal import echo
from rag.errors import FootnoteError
from rag.settings import SEEDS

SETS = Path(__file__).resolve().parents[2] / "sets"
LESSONS = SETS / "lessons"
QUESTIONS = SETS / "questions" / "lessons.jsonl"
WAYS = ("engine", "ingest", "server", "libraries")
_SHOWN = 5


class StressError(FootnoteError):
    """A process of a round failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of one round: how many results were compared, and a line for each that was wrong."""

    way: str
    compared: int
    errors: tuple[str, ...]
    differences: tuple[str, ...]
    seconds: float


@click.command()
@click.option("--rounds", default=10, show_default=True, type=click.IntRange(1), help="Of each way.")
@click.option("--questions", default=160, show_default=True, type=click.IntRange(1), help="Drawn by a fixed seed.")
@click.option("--documents", default=264, show_default=True, type=click.IntRange(1), help="Of the lessons, at most.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(2))
@click.option("--way", "ways", multiple=True, type=click.Choice(WAYS), help="One or more  [default: all]")
def main(rounds: int, questions: int, documents: int, threads: int, ways: tuple[str, ...]) -> None:
    """Play the rounds and print a table, in Markdown; exit status 1 where anything is wrong."""
    found = []
    with tempfile.TemporaryDirectory() as temporary:
        for one in play(Path(temporary), ways or WAYS, rounds, questions, documents, threads):
            found.append(one)
            wrong = f"{len(one.errors)} errors, {len(one.differences)} differences"
            echo(f"{one.way}: {one.compared} results in {one.seconds:.0f} s: {wrong}", err=True)
            for line in (*one.errors, *one.differences)[:_SHOWN]:
                echo(f"{one.way}: {line}", err=True)
    for line in table(found):
        echo(line)
    if any(one.errors or one.differences for one in found):
        sys.exit(1)


def play(
    folder: Path, ways: Sequence[str], rounds: int, questions: int, documents: int, threads: int
) -> Iterator[Found]:
    """The rounds, each way in turn."""
    if "libraries" in ways:
        yield _hammered(rounds, threads)
    whole = [way for way in WAYS if way in ways and way != "libraries"]
    if not whole:
        return
    site = _Site(folder, threads, *_chosen(folder / "documents", documents, questions))
    for number in range(rounds):
        for way in whole:
            yield site.round(way, number)


def _hammered(rounds: int, threads: int) -> Found:
    started = time.perf_counter()
    compared, errors, wrong = hammer_all(rounds, threads)
    return Found(
        way="libraries",
        compared=compared,
        errors=tuple(errors),
        differences=tuple(wrong),
        seconds=time.perf_counter() - started,
    )


def _chosen(folder: Path, documents: int, questions: int) -> tuple[Path, list[str]]:
    """A folder of so many lessons, and so many of the questions."""
    folder.mkdir()
    for file in sorted(LESSONS.glob("*.txt"))[:documents]:
        shutil.copy(file, folder)
    asked = [json.loads(line)["question"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    return folder, random.Random("stress").sample(asked, min(questions, len(asked)))


class _Site:
    """A data directory with the documents, and the base line."""

    def __init__(self, folder: Path, threads: int, documents: Path, questions: list[str]) -> None:
        self._folder = folder
        self._threads = threads
        self._first = folder / "first"
        self._questions = questions
        _run("-m", "rag", "ingest", str(documents), "--data-dir", str(self._first))
        self._expected = self._ask("base", self._first, questions, threads=1)
        if failures := [one.error for one in self._expected if one.error]:
            raise StressError(f"one thread alone fails: {failures[0]}")

    def round(self, way: str, number: int) -> Found:
        """One round, in an order of its own."""
        order = random.Random(f"stress {number}").sample(range(len(self._questions)), len(self._questions))
        questions = [self._questions[place] for place in order]
        data_dir = self._folder / "round"
        shutil.copytree(self._first, data_dir)
        started = time.perf_counter()
        ways: dict[str, Callable[[], list[Answered]]] = {
            "engine": lambda: self._ask("round", data_dir, questions, threads=self._threads),
            "ingest": lambda: self._ask("round", data_dir, questions, "--ingest", str(SEEDS), threads=self._threads),
            "server": lambda: ask_server(data_dir, questions, self._threads),
        }
        found = ways[way]()
        seconds = time.perf_counter() - started
        shutil.rmtree(data_dir)
        return Found(
            way=way,
            compared=len(found),
            errors=tuple(one.error for one in found if one.error),
            differences=tuple(differences(questions, [self._expected[place] for place in order], found)),
            seconds=seconds,
        )

    def _ask(self, name: str, data_dir: Path, questions: Sequence[str], *options: str, threads: int) -> list[Answered]:
        asked, out = self._folder / f"{name}.txt", self._folder / f"{name}.json"
        asked.write_text("\n".join(questions), encoding="utf-8")
        _run("-m", "eval.cost.stress.ask", str(data_dir), str(asked), str(out), "--threads", str(threads), *options)
        return read(out)


def _run(*arguments: str) -> None:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StressError(f"{' '.join(arguments[:3])} failed: {done.stderr.strip()[-2000:]}")


def table(found: Sequence[Found]) -> Iterator[str]:
    """The rounds by way, in Markdown."""
    yield "| way | rounds | results compared | errors | differences | seconds a round |"
    yield "|---|---:|---:|---:|---:|---:|"
    for way in WAYS:
        rounds = [one for one in found if one.way == way]
        if rounds:
            compared = sum(one.compared for one in rounds)
            wrong = sum(len(one.errors) for one in rounds), sum(len(one.differences) for one in rounds)
            seconds = sum(one.seconds for one in rounds) / len(rounds)
            yield f"| {way} | {len(rounds)} | {compared} | {wrong[0]} | {wrong[1]} | {seconds:.1f} |"
