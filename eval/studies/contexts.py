"""Questions over documents of mixed forms, each alone: how many are answered right, by where the answer stands.

``footnote eval contexts`` asks over the project's own forms (``eval.sets.forms``); with files of JSON Lines, a context
each (``id``, ``markdown``, and ``questions`` with ``question``, ``answers`` and ``from``), over those. Each document is
a collection of its own, so what counts is reading, not finding. ``--as`` writes the documents in another format before.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.table import Table

from eval.measures.measures import contains_answer
from eval.measures.statistics import Rate
from eval.sets.forms import STRUCTURED, FormQuestion, FormSet, load_context_set, load_form_set
from eval.sets.office import FORMATS, write_documents
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


def ask_set(library: Library, files: Mapping[str, Path], chosen: FormSet) -> Iterator[Outcome]:
    """Ask each question of the collection that holds its document alone, read from its file."""
    collections = {name: f"{chosen.name}-{place}" for place, name in enumerate(chosen.texts)}
    for name, collection in collections.items():
        library.ingest([files[name]], collection=collection)
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
@click.option(
    "--as",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    default=FORMATS[:1],
    show_default=True,
    help="Have the documents written in a format, by LibreOffice; may be given several times.",
)
@click.option("--wrong", is_flag=True, help="Print what was not answered rightly.")
def main(files: Sequence[Path], formats: Sequence[str], wrong: bool) -> None:
    """Ask the questions of FILES, or of the project's own forms, each of its own document alone."""
    try:
        sets = [load_context_set(file) for file in files] or _own()
        for chosen in sets:
            for suffix in formats:
                _measure(chosen if suffix == FORMATS[0] else chosen.in_markdown(), suffix, wrong=wrong)
    except EvalSetError as error:
        sys.exit(f"Error: {error}")


def _own() -> list[FormSet]:
    """The 40 documents, of which a quarter taught nothing, and of the many others those that taught nothing."""
    return [load_form_set(), load_form_set(STRUCTURED).part("measures")]


def _measure(chosen: FormSet, suffix: str, *, wrong: bool) -> None:
    """Ask the questions of a set whose documents are written in a format, and print what became of them."""
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder, "data")) as library:
        texts = Path(folder, "texts")
        texts.mkdir()
        outcomes = [*ask_set(library, write_documents(chosen, suffix, texts), chosen)]
    if wrong:
        for one in outcomes:
            if not one.right:
                accepted = [*(one.asked.answers or one.asked.holds)]
                echo(f"{one.asked.id} [{one.asked.kind}] {one.asked.question} {accepted}: {one.shown}")
    echo(f"{chosen.name}, .{suffix}")
    console().print(table(outcomes))
