"""Follow-up questions, measured: two turns over the seeds, ``python -m eval.followups``.

Each case is a first question, a follow-up that leaves something out, and the same written out by hand.
The follow-up is asked three times: after the first question and its answer, alone (a lower bound), and
as written out (an upper bound). And every question of the seeds is asked after another one, drawn by a
fixed seed: what stands alone must stay as it is, and be answered as before.
"""

import json
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from eval.measures import covered
from eval.question import Question, in_half
from eval.ranking import gold_places
from eval.remembering import remembering_encoder, remembering_scorer
from eval.sets import load_set
from rag.engine import DEFAULT_COLLECTION, Engine, assemble
from rag.ingest import find_files, ingest
from rag.models import load_encoder, load_reranker
from rag.settings import SEEDS, Settings
from rag.types import Answer, Turn

QUESTIONS = Path(__file__).resolve().parent / "questions"
ASKED = ("resolved", "alone", "written out")
_COVERED = 0.5
_SEED = "followups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Two turns: ``question`` is the follow-up with its gold, ``written_out`` what it means."""

    first: str
    question: Question
    written_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a case got, by the way that it was asked."""

    case: Case
    answers: Mapping[str, Answer]
    recall: Mapping[str, float]

    @property
    def rewritten(self) -> bool:
        """Whether the follow-up was changed."""
        return self.answers["resolved"].understood != self.case.question.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Unharmed:
    """Of ``asked`` questions that stand alone, how many stayed as they were and got the same answer."""

    asked: int
    unchanged: int
    same_answer: int


def load_cases(file: Path = QUESTIONS / "followups.jsonl") -> list[Case]:
    """The two-turn cases, their gold quotes checked.

    Raises:
        EvalSetError: When the file cannot be used.
    """
    questions = load_set(SEEDS, file).questions
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [
        Case(first=record["first"], question=question, written_out=record["standalone"])
        for question, record in zip(questions, records, strict=True)
    ]


@contextmanager
def seeds_engine() -> Iterator[Engine]:
    """An engine that holds the seeds and remembers what its models said."""
    settings = Settings()
    encoder = remembering_encoder(load_encoder(settings.encoder, threads=settings.worker_threads))
    scorer = remembering_scorer(load_reranker(settings.reranker, threads=settings.worker_threads))
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        local = replace(settings, data_dir=Path(folder, "data"))
        with closing(assemble(local, encoder, scorer)) as engine:
            ingest(engine, find_files([SEEDS]), collection=DEFAULT_COLLECTION)
            yield engine


def ask_case(engine: Engine, case: Case) -> Outcome:
    """Ask the first question, then the follow-up in each way."""
    text = case.question.text
    answers = {
        "resolved": engine.ask(text, history=turns(case.first, engine.ask(case.first))),
        "alone": engine.ask(text),
        "written out": engine.ask(case.written_out),
    }
    return Outcome(case=case, answers=answers, recall={way: _recall(engine, case, answers[way]) for way in ASKED})


def turns(question: str, answer: Answer) -> list[Turn]:
    """The history that a question and its answer make."""
    return [Turn(role="user", content=question), Turn(role="assistant", content=answer.answer)]


def measure_harm(engine: Engine, questions: Sequence[str]) -> Unharmed:
    """Ask each of ``questions`` after another one, drawn by a fixed seed, and compare with asking it alone."""
    draw = random.Random(_SEED)
    unchanged = same = 0
    for question in track(questions, "questions that stand alone", console=Console(stderr=True)):
        first = draw.choice([one for one in questions if one != question])
        alone = engine.ask(question)
        after = engine.ask(question, history=turns(first, engine.ask(first)))
        unchanged += after.understood == alone.understood
        same += replace(after, id=alone.id, understood=alone.understood) == alone
    return Unharmed(asked=len(questions), unchanged=unchanged, same_answer=same)


def _recall(engine: Engine, case: Case, answer: Answer) -> float:
    """1 where half of a gold quote is cited, else 0; for an unanswerable question, 1 where it is refused."""
    if not case.question.answerable:
        return float(not answer.answered)
    for gold in case.question.gold:
        cited = [(one.start, one.end) for one in answer.citations if one.document_id == gold.document_id]
        for place in gold_places(gold, engine.store.catalog.text(gold.document_id)):
            if covered((place.start, place.end), cited) >= _COVERED:
                return 1.0
    return 0.0


@click.command()
@click.option("--half", type=click.Choice(["calibration", "test"]), help="Only this half of the cases.")
@click.option("--harm/--no-harm", default=True, show_default=True, help="Ask every question of the seeds as well.")
@click.option("--cases", "show", is_flag=True, help="List every case.")
def main(half: str | None, harm: bool, show: bool) -> None:
    """Measure how follow-up questions are understood."""
    console = Console(width=120)
    with seeds_engine() as engine:
        cases = [
            one for one in load_cases() if half in (None, "test" if in_half(one.question, test=True) else "calibration")
        ]
        outcomes = [ask_case(engine, one) for one in track(cases, "follow-ups", console=Console(stderr=True))]
        for name in [half] if half else ["calibration", "test"]:
            console.print(_table(name, [one for one in outcomes if in_half(one.case.question, test=name == "test")]))
        if show:
            for outcome in outcomes:
                console.print(_line(outcome), markup=False, highlight=False)
        if harm:
            questions = [one.text for one in load_set(SEEDS, QUESTIONS / "seeds.jsonl").questions]
            found = measure_harm(engine, questions)
            console.print(
                f"standing alone: {found.unchanged / found.asked:.3f} of {found.asked} unchanged, "
                f"{found.same_answer / found.asked:.3f} answered as before"
            )


def _table(half: str, outcomes: Sequence[Outcome]) -> Table:
    table = Table("kind", "n", *ASKED, "rewritten", title=f"follow-ups, {half} half")
    answerable = [one for one in outcomes if one.case.question.answerable]
    others = [one for one in outcomes if not one.case.question.answerable]
    for kind in sorted({one.case.question.kind for one in answerable}):
        _row(table, kind, [one for one in answerable if one.case.question.kind == kind])
    table.add_section()
    _row(table, "evidence recall, all", answerable)
    _row(table, "refused, unanswerable", others)
    return table


def _row(table: Table, name: str, outcomes: Sequence[Outcome]) -> None:
    if outcomes:
        values = [sum(one.recall[way] for one in outcomes) / len(outcomes) for way in ASKED]
        values.append(sum(one.rewritten for one in outcomes) / len(outcomes))
        table.add_row(name, str(len(outcomes)), *(f"{value:.3f}" for value in values))


def _line(outcome: Outcome) -> str:
    case, got = outcome.case, outcome.answers["resolved"]
    marks = " ".join(f"{way}={outcome.recall[way]:.0f}" for way in ASKED)
    return (
        f"{case.question.id} {case.question.kind} [{marks}] {case.first} | {case.question.text}\n"
        f"    understood: {got.understood}\n    meant:      {case.written_out}"
    )


if __name__ == "__main__":
    main()
