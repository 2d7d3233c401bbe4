"""Follow-up questions, measured: two turns over the seeds, ``footnote eval followups``.

Each case is a first question, a follow-up that leaves something out, and the same written out by hand.
The follow-up is asked three times: after the first question and its answer, alone (a lower bound), and
as written out (an upper bound). And every question of the seeds is asked after another one, drawn by a
fixed seed: what stands alone must stay as it is, and be answered as before.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.table import Table

from eval.run.judge import evidence_recall
from eval.run.progress import show_progress
from eval.run.runner import OnProgress, Record, ask_all, prepared
from eval.sets.load import load_set
from eval.sets.question import EvalSet, Question, in_half
from rag.cli.terminal import console
from rag.library import Library
from rag.settings import SEEDS, Settings
from rag.types import Answer, Turn

QUESTIONS = Path(__file__).resolve().parent.parent / "sets" / "questions"
CASES = QUESTIONS / "followups.jsonl"
ASKED = ("resolved", "alone", "written out")
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


def load_cases(file: Path = CASES) -> tuple[EvalSet, list[Case]]:
    """The two-turn cases, their gold quotes checked, and the set that their follow-ups are.

    Raises:
        EvalSetError: When the file cannot be used.
    """
    loaded = load_set(SEEDS, file)
    records = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return loaded, [
        Case(first=record["first"], question=question, written_out=record["standalone"])
        for question, record in zip(loaded.questions, records, strict=True)
    ]


def ask_cases(engine: Library, loaded: EvalSet, cases: Sequence[Case], on_progress: OnProgress) -> list[Outcome]:
    """Ask the follow-up of each case alone, then after its first question, then as written out."""
    alone = ask_all(engine, loaded, [one.question for one in cases], on_progress, stage="alone")
    outcomes = []
    for done, (case, record) in enumerate(zip(cases, alone, strict=True), start=1):
        outcomes.append(_ask_case(engine, case, record))
        on_progress("follow-ups", done, len(cases))
    return outcomes


def _ask_case(engine: Library, case: Case, alone: Record) -> Outcome:
    history = turns(case.first, engine.ask(case.first))
    answers = {
        "resolved": engine.ask(case.question.text, history=history),
        "alone": alone.answer,
        "written out": engine.ask(case.written_out),
    }
    return Outcome(
        case=case, answers=answers, recall={way: _worth(replace(alone, answer=answers[way])) for way in ASKED}
    )


def _worth(record: Record) -> float:
    """The evidence recall; of an unanswerable question, 1 where it is refused, else 0."""
    recall = evidence_recall(record)
    return float(not record.answer.answered) if recall is None else recall


def turns(question: str, answer: Answer) -> list[Turn]:
    """The history that a question and its answer make."""
    return [Turn(role="user", content=question), Turn(role="assistant", content=answer.answer)]


def measure_harm(engine: Library, questions: Sequence[str], on_progress: OnProgress) -> Unharmed:
    """Ask each of ``questions`` after another one, drawn by a fixed seed, and compare with asking it alone."""
    draw = random.Random(_SEED)
    unchanged = same = 0
    for done, question in enumerate(questions, start=1):
        first = draw.choice([one for one in questions if one != question])
        alone = engine.ask(question)
        after = engine.ask(question, history=turns(first, engine.ask(first)))
        unchanged += after.understood == alone.understood
        same += replace(after, id=alone.id, understood=alone.understood) == alone
        on_progress("questions that stand alone", done, len(questions))
    return Unharmed(asked=len(questions), unchanged=unchanged, same_answer=same)


@click.command()
@click.option("--half", type=click.Choice(["calibration", "test"]), help="Only this half of the cases.")
@click.option("--harm/--no-harm", default=True, show_default=True, help="Ask every question of the seeds as well.")
@click.option("--cases", "show", is_flag=True, help="List every case.")
def main(half: str | None, harm: bool, show: bool) -> None:
    """Measure how follow-up questions are understood."""
    shown = console(width=120)
    loaded, every = load_cases()
    cases = [one for one in every if half is None or in_half(one.question, test=half == "test")]
    with show_progress() as on_progress, prepared(loaded, Settings(), on_progress) as (engine, _):
        outcomes = ask_cases(engine, loaded, cases, on_progress)
        for name in [half] if half else ["calibration", "test"]:
            shown.print(_table(name, [one for one in outcomes if in_half(one.case.question, test=name == "test")]))
        if show:
            for outcome in outcomes:
                shown.print(_line(outcome), markup=False, highlight=False)
        if harm:
            questions = [one.text for one in load_set(SEEDS, QUESTIONS / "seeds.jsonl").questions]
            found = measure_harm(engine, questions, on_progress)
            shown.print(
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
