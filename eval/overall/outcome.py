"""What each question of any set was worth, on the measures that all sets share.

What the gold of a set is differs, so one notion holds for all: a statement *holds the fact* when it rests on a gold
quote or has an accepted answer; of a question with neither, when it cites a document that answers.
"""

from collections.abc import Iterator

from eval.measures.measures import contains_answer, success_at
from eval.run.judge import Judged, evidence_recall, rests_on_gold
from eval.run.ranking import STAGES
from eval.run.runner import Record
from rag.types import Citation, Statement

HOLDS, OVER_REFUSAL, REFUSED = "fact cited", "over-refusal", "refused"
STATEMENTS, FURTHER, RECALL = "statements", "further without the fact", "evidence recall"
_DEPTH = 10


def judged(record: Record) -> Judged:
    """The values of one record; ``right``: a statement holds the fact; ``None`` where only a reader can tell."""
    question, answer = record.question, record.answer
    values = {name: value for name, value in _values(record) if value is not None}
    return Judged(
        id=question.id,
        kind=question.kind,
        answerable=question.answerable,
        answered=answer.answered,
        right=values[HOLDS] > 0 if question.answerable and HOLDS in values else None,
        confidence=answer.confidence,
        values=values,
    )


def hit_at(stage: str) -> str:
    """The name of the measure whether a stage has a document that answers among its first ten."""
    return f"hit@{_DEPTH} {stage}"


def _values(record: Record) -> Iterator[tuple[str, float | None]]:
    question, answer = record.question, record.answer
    holding = [holds_fact(one, record) for one in answer.statements]
    if not question.expected:  # what is expected in words, only a reader can tell, the refusals beside it too
        yield HOLDS, float(any(holding))
        if answer.answered and has_one_fact(record):
            yield FURTHER, float(len(holding) > 1 and not all(holding))
    yield OVER_REFUSAL, float(not answer.answered) if question.answerable else None
    yield REFUSED, None if question.answerable else float(not answer.answered)
    yield STATEMENTS, float(len(answer.statements)) if answer.answered else None
    yield RECALL, evidence_recall(record) if question.answerable else None
    for stage in STAGES:
        documents = list(dict.fromkeys(one.partition("#")[0] for one in record.legs[stage]))
        yield hit_at(stage), success_at(documents, question.relevant_ids, _DEPTH)


def holds_fact(statement: Statement, record: Record) -> bool:
    """Whether a statement holds what was asked for; none does where nothing answers."""
    question = record.question
    cited = [one for one in record.answer.citations if one.number in statement.citations]
    if not question.answerable:
        return False
    if not record.gold and not question.answers:
        return any(one.document_id in question.relevant_ids for one in cited)
    return rests_on_gold(statement, record) or _has_answer(statement, cited, question.answers)


def _has_answer(statement: Statement, cited: list[Citation], answers: tuple[str, ...]) -> bool:
    return any(contains_answer(text, answers) for text in (statement.text, *(one.quote for one in cited)))


def has_one_fact(record: Record) -> bool:
    """Whether one statement can be all of the answer: one gold quote suffices, or a string from one document."""
    question = record.question
    needed = [one for one in question.gold if not one.context]
    if needed:
        return question.any_gold or len(needed) == 1
    return bool(question.answers) and len(question.relevant_ids) <= 1
