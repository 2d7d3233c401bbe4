"""Questions over short texts with tables, each text alone: how many are answered, from tables and from running text.

``footnote eval contexts FILE`` reads JSON Lines, a context each: ``id``, ``markdown``, and ``questions`` with
``question``, ``answers`` and ``from`` (``"table"`` or ``"text"``). Each context is a collection of its own, so what
counts is reading, not finding. An answer is right where an accepted string occurs, both normalised, in a statement.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.table import Table

from eval.measures.measures import contains_answer
from eval.measures.statistics import Rate
from eval.sets.question import EvalSetError
from rag.cli.terminal import console, echo
from rag.library import Library
from rag.types import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question over a context; ``source`` says whether its answer stands in a table or in running text."""

    context: str
    question: str
    answers: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a question; ``words`` counts those of all statements, ``marked`` says a marked cell is the answer."""

    asked: Asked
    answered: bool
    right: bool
    marked: bool
    words: int
    statements: int
    shown: str = ""


def load_contexts(file: Path) -> tuple[dict[str, str], list[Asked]]:
    """The Markdown of each context by its id, and the questions in their order.

    Raises:
        EvalSetError: When a line lacks a field.
    """
    texts: dict[str, str] = {}
    asked: list[Asked] = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        record = json.loads(line)
        try:
            texts[record["id"]] = record["markdown"]
            asked += [
                Asked(context=record["id"], question=one["question"], answers=tuple(one["answers"]), source=one["from"])
                for one in record["questions"]
            ]
        except KeyError as error:
            raise EvalSetError(f"{file}, line {number}: there is no {error}") from error
    return texts, asked


def ask_contexts(library: Library, folder: Path, texts: dict[str, str], asked: Sequence[Asked]) -> Iterator[Outcome]:
    """Ask each question of the collection that holds its context alone; files are written below ``folder``."""
    collections = {context: f"context-{place}" for place, context in enumerate(texts)}
    for context, collection in collections.items():
        (folder / collection).mkdir(parents=True)
        (folder / collection / "context.md").write_text(texts[context], "utf-8")
        library.ingest([folder / collection], collection=collection)
    for one in asked:
        yield judged(one, library.ask(one.question, collection=collections[one.context]))


def judged(asked: Asked, answer: Answer) -> Outcome:
    """What became of a question."""
    shown = [statement.text for statement in answer.statements]
    return Outcome(
        asked=asked,
        answered=answer.answered,
        right=any(contains_answer(text, asked.answers) for text in shown),
        marked=any(contains_answer(cell, asked.answers) for cell in _marked(answer)),
        words=sum(len(text.split()) for text in shown),
        statements=len(shown),
        shown=f"{answer.confidence} {answer.missing_terms} {' / '.join(shown)}",
    )


def _marked(answer: Answer) -> Iterator[str]:
    """The marked cells of an answer's tables."""
    for statement in answer.statements:
        if statement.table is not None:
            for row, column in statement.table.marked:
                yield statement.table.rows[row][column]


def table(outcomes: Sequence[Outcome]) -> Table:
    """A row for each place that answers stand in."""
    shown = Table("answers stand in", "right", "marked", "answered", "words a statement", "statements an answer")
    for source in sorted(Counter(one.asked.source for one in outcomes)):
        group = [one for one in outcomes if one.asked.source == source]
        told = [one for one in group if one.answered]
        shown.add_row(
            source,
            str(Rate(hits=sum(one.right for one in group), n=len(group))),
            str(Rate(hits=sum(one.marked for one in group), n=len(group))),
            str(Rate(hits=len(told), n=len(group))),
            f"{sum(one.words for one in told) / max(sum(one.statements for one in told), 1):.1f}",
            f"{sum(one.statements for one in told) / max(len(told), 1):.2f}",
        )
    return shown


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--wrong", is_flag=True, help="Print what was not answered rightly.")
def main(file: Path, wrong: bool) -> None:
    """Ask the questions of FILE, each of its own context alone."""
    try:
        texts, asked = load_contexts(file)
    except EvalSetError as error:
        sys.exit(f"Error: {error}")
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder, "data")) as library:
        outcomes = [*ask_contexts(library, Path(folder, "texts"), texts, asked)]
    if wrong:
        for one in outcomes:
            if not one.right:
                echo(f"{one.asked.context}: {one.asked.question} {list(one.asked.answers)}: {one.shown or 'refused'}")
    console().print(table(outcomes))
