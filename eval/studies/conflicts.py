"""How many disagreements between sources are flagged, and how many false alarms there are.

``footnote eval conflicts`` asks the real engine about pairs of short news items of our own
(``eval/sets/questions/conflicts.jsonl``): half of them disagree on the asked value, half agree in other
words. All items are one corpus, so each question also meets the items of the other pairs. The same with
everyday notes, menus and leaflets by another hand (``conflicts-everyday.jsonl``), where a third of what does
not disagree is about another thing. Then it asks the questions over the seeds, of which only those of kind
``conflict`` have sources that disagree.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from eval.measures.statistics import Rate
from eval.run.runner import Record, run_set
from eval.sets.load import load_set
from eval.sets.question import EvalSet, EvalSetError, Gold, Question, SourceText, in_half
from rag.cli.terminal import console
from rag.settings import SEEDS, Settings

FOLDER = Path(__file__).resolve().parent.parent / "sets" / "questions"
PAIRS = FOLDER / "conflicts.jsonl"
EVERYDAY = FOLDER / "conflicts-everyday.jsonl"
SEED_QUESTIONS = FOLDER / "seeds.jsonl"
_CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two documents and a question that both answer; ``values`` are the words that answer it in each."""

    question: Question
    documents: tuple[SourceText, SourceText]
    values: tuple[str, str]
    disagree: bool


def load_pairs(file: Path = PAIRS) -> list[Pair]:
    """The pairs of a JSON Lines file.

    Raises:
        EvalSetError: When a gold quote is not in its document, or its value not in the quote.
    """
    return [_pair(json.loads(line)) for line in file.read_text("utf-8").splitlines() if line.strip()]


def shown_together(record: Record, pair: Pair) -> bool:
    """True where one conflict has the statements of both documents."""
    wanted = {gold.document_id for gold in pair.question.gold}
    return any(wanted <= _documents(record, conflict.statements) for conflict in record.answer.conflicts)


def values_right(record: Record, pair: Pair) -> bool:
    """True where each document's value has, or is part of, the words that answer, case aside."""
    return any(
        all(any(_alike(value, wanted) for value in conflict.values) for wanted in pair.values)
        for conflict in record.answer.conflicts
    )


def ask_pairs(pairs: Sequence[Pair], settings: Settings) -> list[Record]:
    """One record a pair, from an engine that holds the documents of all of them."""
    documents = tuple(document for pair in pairs for document in pair.documents)
    questions = tuple(pair.question for pair in pairs)
    chosen = EvalSet(name="conflicts", documents=documents, questions=questions)
    return list(run_set(chosen, settings, questions).records)


def ask_seeds(settings: Settings) -> list[Record]:
    """One record a question over the seeds."""
    chosen = load_set(SEEDS, SEED_QUESTIONS)
    return list(run_set(chosen, settings, chosen.questions).records)


def report(pairs: Sequence[Pair], records: Sequence[Record], *, test: bool, name: str = "pairs") -> Table:
    """How many disagreements of a half were answered and flagged, and the false alarms on what agrees."""
    asked = [(pair, record) for pair, record in zip(pairs, records, strict=True) if in_half(pair.question, test=test)]
    half = "test" if test else "calibration"
    table = Table(
        "kind", "answered", "flagged", "both shown", "both values right", "false alarms", title=f"{name}, {half} half"
    )
    for kind in [*sorted({pair.question.kind for pair, _ in asked}), "all"]:
        table.add_row(
            kind, *(str(rate) for rate in _rates([one for one in asked if kind in (one[0].question.kind, "all")]))
        )
    return table


def cases(pairs: Sequence[Pair], records: Sequence[Record]) -> Iterator[str]:
    """The calibration half's misses and false alarms, a line each."""
    for pair, record in zip(pairs, records, strict=True):
        if in_half(pair.question, test=False) and pair.disagree != shown_together(record, pair):
            values = [conflict.values for conflict in record.answer.conflicts]
            yield f"{pair.question.id} {pair.question.kind}: {pair.question.text} {pair.values} got {values}"


@click.command()
@click.option("--cases", "show", is_flag=True, help="Show the calibration half's misses and false alarms.")
@click.option("--only", type=click.Choice(["pairs", "seeds"]), help="Ask about one of the two.")
def main(show: bool, only: str | None) -> None:
    """Measure how well disagreements between sources are found."""
    shown = console(width=120)
    if only != "seeds":
        for file in (PAIRS, EVERYDAY):
            _show_pairs(shown, file, show=show)
    if only != "pairs":
        shown.print(_seeds_report(ask_seeds(Settings())))


def _show_pairs(shown: Console, file: Path, *, show: bool) -> None:
    pairs = load_pairs(file)
    records = ask_pairs(pairs, Settings())
    for test in (False, True):
        shown.print(report(pairs, records, test=test, name="pairs" if file == PAIRS else "everyday pairs"))
    for line in cases(pairs, records) if show else ():
        shown.print(line)


def _seeds_report(records: Sequence[Record]) -> Table:
    table = Table("half", "flagged, of the disagreements", "false conflicts", title="questions over the seeds")
    for test in (False, True):
        half = [record for record in records if in_half(record.question, test=test)]
        flags = [(record.question.kind == _CONFLICT, bool(record.answer.conflicts)) for record in half]
        table.add_row("test" if test else "calibration", *(str(_rate(flags, real)) for real in (True, False)))
    return table


def _rate(flags: Sequence[tuple[bool, bool]], real: bool) -> Rate:
    found = [flagged for truth, flagged in flags if truth is real]
    return Rate(hits=sum(found), n=len(found))


def _rates(asked: Sequence[tuple[Pair, Record]]) -> Iterator[Rate]:
    differ = [(pair, record) for pair, record in asked if pair.disagree]
    yield Rate(hits=sum(record.answer.answered for _, record in differ), n=len(differ))
    yield Rate(hits=sum(bool(record.answer.conflicts) for _, record in differ), n=len(differ))
    yield Rate(hits=sum(shown_together(record, pair) for pair, record in differ), n=len(differ))
    yield Rate(hits=sum(values_right(record, pair) for pair, record in differ), n=len(differ))
    alike = [record for pair, record in asked if not pair.disagree]
    yield Rate(hits=sum(bool(record.answer.conflicts) for record in alike), n=len(alike))


def _pair(record: dict[str, object]) -> Pair:
    identifier, texts = str(record["id"]), record["documents"]
    if not isinstance(texts, list) or len(texts) != 2:
        raise EvalSetError(f"{PAIRS}: pair {identifier} needs two documents")
    gold, documents = [], []
    for letter, one in zip("ab", texts, strict=True):
        if one["quote"] not in one["text"] or one["value"] not in one["quote"]:
            raise EvalSetError(f"{PAIRS}: pair {identifier}: {one['value']!r} or its quote is not in the document")
        documents.append(SourceText(path=f"{identifier}-{letter}.txt", content=one["text"].encode("utf-8")))
        gold.append(Gold(document_id=f"{identifier}-{letter}", quote=one["quote"]))
    question = Question(
        id=identifier,
        text=str(record["question"]),
        kind=str(record["kind"]),
        group=identifier,
        answerable=True,
        gold=tuple(gold),
        any_gold=False,
        relevant_ids=tuple(one.document_id for one in gold),
    )
    values = (texts[0]["value"], texts[1]["value"])
    return Pair(
        question=question, documents=(documents[0], documents[1]), values=values, disagree=bool(record["disagree"])
    )


def _documents(record: Record, places: Sequence[int]) -> set[str]:
    answer = record.answer
    cited = [answer.citations[number - 1] for place in places for number in answer.statements[place].citations]
    return {citation.document_id for citation in cited}


def _alike(value: str, wanted: str) -> bool:
    one, other = value.casefold(), wanted.casefold()
    return one in other or other in one
