"""Asking the questions of sets: each part in a library of its own; what was asked, what was said, what it was worth."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.overall.outcome import judged
from eval.run.judge import Judged
from eval.run.runner import OnProgress, Record, ask_all, prepared
from eval.sets.load import QUESTIONS, load_set
from eval.sets.parted import PartedSet, parted_sets
from eval.sets.question import EvalSet, EvalSetError, Question, in_half
from eval.training.sets import LESSON_QUESTIONS, LESSONS, lesson_use
from rag.settings import SEEDS, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, what is accepted, what was said, and what that was worth.

    ``question`` has in brackets what it was understood as, where that is something else.
    """

    question: str
    accepted: str
    said: str
    judged: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class SetResult:
    """All questions of a set, and the seconds from its first document to its last answer."""

    name: str
    seconds: float
    questions: tuple[Asked, ...]

    @property
    def judged(self) -> list[Judged]:
        """What each question was worth."""
        return [one.judged for one in self.questions]


def own_sets() -> Iterator[PartedSet]:
    """The sets that come with the project, of each the questions that nothing learned from."""
    seeds = load_set(SEEDS, QUESTIONS)
    yield _one("seeds", seeds, [one for one in seeds.questions if in_half(one, test=True)])
    others = load_set(SEEDS, QUESTIONS.with_name("seeds-others.jsonl"))
    yield _one("seeds by another hand", others, others.questions)
    lessons = load_set(LESSONS, LESSON_QUESTIONS)
    yield _one("lessons", lessons, [one for one in lessons.questions if lesson_use(one) == "measures"])


def _one(name: str, whole: EvalSet, questions: Sequence[Question]) -> PartedSet:
    return PartedSet(name=name, parts=(replace(whole, questions=tuple(questions)),))


def all_sets(data: Path | None, *, only: Sequence[str] = ()) -> list[PartedSet]:
    """The project's own sets and those of a folder.

    Args:
        only: Names; every set where there is none.

    Raises:
        EvalSetError: When a set cannot be used, or there is none of a name.
    """
    found = [*own_sets(), *(parted_sets(data) if data else ())]
    unknown = set(only).difference(one.name for one in found)
    if unknown:
        raise EvalSetError(f"there is no set {min(unknown)!r}; there are {', '.join(one.name for one in found)}")
    return [one for one in found if not only or one.name in only]


def ask_set(whole: PartedSet, settings: Settings, on_progress: OnProgress) -> SetResult:
    """Ask every question of a set, of the documents of its part alone."""
    began = time.monotonic()
    asked: list[Asked] = []
    total = sum(len(part.questions) for part in whole.parts)
    for part in whole.parts:
        with prepared(part, settings, on_progress) as (engine, _):
            records = ask_all(engine, part, part.questions, _counting(on_progress, len(asked), total), stage=whole.name)
        asked += map(_asked, records)
    return SetResult(name=whole.name, seconds=round(time.monotonic() - began, 1), questions=tuple(asked))


def _counting(on_progress: OnProgress, before: int, total: int) -> OnProgress:
    return lambda stage, done, _: on_progress(stage, before + done, total)


def _asked(record: Record) -> Asked:
    question, answer = record.question, record.answer
    wanted = question.expected or " / ".join(question.answers or [one.quote for one in question.gold])
    asked = question.text if answer.understood == question.text else f"{question.text} [{answer.understood}]"
    return Asked(question=asked, accepted=wanted, said=answer.answer, judged=judged(record))
