"""The whole answer, with everything that is needed to check it."""

import secrets
import time
from collections.abc import Iterable, Sequence

from rag.answer.cite import written_answer
from rag.answer.events import Event, Finished
from rag.answer.find.evidence import Hit
from rag.answer.question import Question, no_documents, not_answered
from rag.answer.read.generative import Written
from rag.answer.read.reader import Reading
from rag.answer.talk import GREETED, is_talk
from rag.answer.watch import Watch
from rag.types import Answer, Citation, CorpusState, ModelNames, RankedPassage, Statement

LISTED = 8
"""Passages that an answer lists."""


def answer_of(events: Iterable[Event]) -> Answer:
    """The answer that the events of ``Answering.answer`` end with."""
    return next(event.answer for event in events if isinstance(event, Finished))


def answer_from(
    question: Question,
    reading: Reading,
    statements: Sequence[Statement],
    citations: Sequence[Citation],
    *,
    typed: str,
    hits: Sequence[Hit],
    collection: str,
    corpus: CorpusState,
    models: ModelNames,
    written: Written | None,
    watch: Watch,
) -> Answer:
    """The answer to a question as it was ``typed``, of what was read, and written where a writer was asked."""
    complete = all(finding.complete for finding in reading.findings)
    text = written_answer(statements, citations, reading.conflicts, complete=complete)
    said = _said(question, reading, text, written)
    return Answer(
        id=new_id(),
        question=typed,
        understood=question.typed,
        collection=collection,
        answered=reading.answered,
        complete=complete,
        answer=said if corpus.documents else no_documents(collection),
        statements=tuple(statements),
        citations=tuple(citations),
        conflicts=reading.conflicts,
        confidence=reading.confidence,
        missing_terms=question.missing,
        passages=listed([hit for hit in hits if "rerank" in hit.scores][:LISTED]),
        corpus=corpus,
        models=models,
        usage=written.usage if written else None,
        writing=written.writing if written else None,
        degraded=watch.degraded,
        timings_ms=watch.timings(),
    )


def new_id() -> str:
    """The id of an answer; later ones come after earlier ones, and nobody can guess one."""
    return f"ans_{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"


def listed(hits: Sequence[Hit]) -> tuple[RankedPassage, ...]:
    """Hits as answers and searches list them."""
    return tuple(
        RankedPassage(
            document_id=hit.passage.document_id,
            start=hit.passage.span.start,
            end=hit.passage.span.end,
            text=hit.passage.text,
            score=round(hit.score, 4),
            rank=rank,
            scores=hit.scores,
        )
        for rank, hit in enumerate(hits, start=1)
    )


def _said(question: Question, reading: Reading, text: str, written: Written | None) -> str:
    """What is said: ``text``, the statements as one, where they answer."""
    if not reading.answered:
        return GREETED if is_talk(question) else not_answered(question)
    if written is None or written.writing.replaced is None:
        return text
    rest = ", the rest" if written.writing.shown else ""
    return f"{text} (In the sources' own words{rest}: {written.writing.replaced}.)"
