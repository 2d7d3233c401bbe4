"""Questions over documents of mixed forms, each alone: how many are answered right, by where the answer stands.

``footnote eval contexts`` asks over the project's own forms (``eval.sets.forms``); with files of JSON Lines, a context
each (``id``, ``markdown``, and ``questions`` with ``question``, ``answers`` and ``from``), over those. Each document is
a collection of its own, so what counts is reading, not finding.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.table import Table

from eval.measures.measures import contains_answer
from eval.measures.statistics import Rate
from eval.sets.forms import FormQuestion, FormSet, load_context_set, load_form_set
from eval.sets.question import EvalSetError
from rag.cli.terminal import console, echo
from rag.library import Library
from rag.types import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a question.

    ``right``: a statement has an accepted answer; or the statements together hold all that they must and nothing
    unwanted; or it is refused where the document does not answer. ``marked``: a marked cell is the answer. ``words``
    counts those of all statements.
    """

    asked: FormQuestion
    answered: bool
    right: bool
    marked: bool
    words: int
    statements: int
    shown: str


def ask_set(library: Library, folder: Path, chosen: FormSet) -> Iterator[Outcome]:
    """Ask each question of the collection that holds its document alone; files are written below ``folder``."""
    collections = {name: f"{chosen.name}-{place}" for place, name in enumerate(chosen.texts)}
    for name, collection in collections.items():
        (folder / collection).mkdir(parents=True)
        (folder / collection / name).write_text(chosen.texts[name], "utf-8")
        library.ingest([folder / collection], collection=collection)
    for one in chosen.questions:
        yield judged(one, library.ask(one.question, collection=collections[one.document]))


def judged(asked: FormQuestion, answer: Answer) -> Outcome:
    """What became of a question."""
    shown = [statement.text for statement in answer.statements]
    accepted = asked.answers or asked.holds
    return Outcome(
        asked=asked,
        answered=answer.answered,
        right=_is_right(asked, shown) if asked.answerable else not answer.answered,
        marked=any(contains_answer(cell, accepted) for cell in _marked(answer)),
        words=sum(len(text.split()) for text in shown),
        statements=len(shown),
        shown=f"{answer.confidence} {' / '.join(shown)}",
    )


def _is_right(asked: FormQuestion, shown: Sequence[str]) -> bool:
    if asked.answers:
        return any(contains_answer(text, asked.answers) for text in shown)
    whole = " ".join(shown)
    wrong = any(contains_answer(whole, [one]) for one in asked.unwanted)
    return not wrong and all(contains_answer(whole, [one]) for one in asked.holds)


def _marked(answer: Answer) -> Iterator[str]:
    """The marked cells of an answer's tables."""
    for statement in answer.statements:
        if statement.table is not None:
            for row, column in statement.table.marked:
                yield statement.table.rows[row][column]


def table(outcomes: Sequence[Outcome]) -> Table:
    """A row for each kind of question."""
    shown = Table("kind", "right", "marked", "answered", "words a statement", "statements an answer")
    for kind in sorted({one.asked.kind for one in outcomes}):
        group = [one for one in outcomes if one.asked.kind == kind]
        told = [one for one in group if one.answered]
        statements = sum(one.statements for one in told)
        shown.add_row(
            kind,
            str(Rate(hits=sum(one.right for one in group), n=len(group))),
            str(Rate(hits=sum(one.marked for one in group), n=len(group))),
            str(Rate(hits=len(told), n=len(group))),
            f"{sum(one.words for one in told) / max(statements, 1):.1f}",
            f"{statements / max(len(told), 1):.2f}",
        )
    return shown


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--wrong", is_flag=True, help="Print what was not answered rightly.")
def main(files: Sequence[Path], wrong: bool) -> None:
    """Ask the questions of FILES, or of the project's own forms, each of its own document alone."""
    try:
        sets = [load_context_set(file) for file in files] or [load_form_set()]
    except EvalSetError as error:
        sys.exit(f"Error: {error}")
    for chosen in sets:
        with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder, "data")) as library:
            outcomes = [*ask_set(library, Path(folder, "texts"), chosen)]
        if wrong:
            for one in outcomes:
                if not one.right:
                    accepted = [*(one.asked.answers or one.asked.holds)]
                    echo(f"{one.asked.id} [{one.asked.kind}] {one.asked.question} {accepted}: {one.shown}")
        echo(chosen.name)
        console().print(table(outcomes))
