"""A question becomes an answer: find, rerank, read, cite; each stage is timed and told as an event."""

import secrets
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from rag.answer.cite import cite, written_answer
from rag.answer.events import Drafting, Event, Finished, Judged, Retrieved, Stated
from rag.answer.find.evidence import Candidate, Hit
from rag.answer.find.frames import without_frames
from rag.answer.find.rerank import Reranked, reach, rerank
from rag.answer.find.retrieve import retrieve
from rag.answer.find.values import with_values
from rag.answer.question import Question, no_documents, not_answered, read_question, with_missing
from rag.answer.read.generative import GenerativeReader, Written
from rag.answer.read.reader import Finding, Reader, Reading
from rag.answer.talk import GREETED, is_talk, talked
from rag.language.spelling import as_spelled, corrected
from rag.language.text import display, without_footnotes
from rag.models.protocols import Encoder, PairScorer
from rag.storage.protocols import CatalogView, VectorSearch
from rag.types import Answer, Citation, ModelNames, RankedPassage, Statement

_LISTED_PASSAGES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is looked at for a question.

    Args:
        passages: What each leg gives, at least.
        word_pieces: What the pair scorer reads in all.
    """

    passages: int
    word_pieces: int


@dataclass(slots=True)
class Watch:
    """How long each stage took."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Time a stage while the block runs; one that runs again adds to its time."""
        start = time.perf_counter()
        yield
        self.stages[stage] = self.stages.get(stage, 0.0) + time.perf_counter() - start

    def timings(self) -> dict[str, float]:
        """Milliseconds a stage, and in total."""
        seconds = {**self.stages, "total": time.perf_counter() - self.started}
        return {stage: round(1000 * value, 1) for stage, value in seconds.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a question, as it stands to the collection, found, before and after judging, and what was made of it."""

    question: Question
    retrieved: Sequence[Hit]
    hits: Sequence[Hit]
    reading: Reading
    candidates: Sequence[Candidate] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What one question is answered from: the models, a collection, and the catalog as it was when it was asked.

    ``threshold`` is the confidence from which the reader counts a question as answered.
    """

    catalog: CatalogView
    vectors: VectorSearch
    collection: str
    encoder: Encoder
    scorer: PairScorer
    reader: Reader
    effort: Effort
    threshold: float
    watch: Watch = field(default_factory=Watch)

    def answer(
        self,
        readings: Sequence[Question],
        typed: str,
        *,
        max_statements: int,
        writer: GenerativeReader | None = None,
    ) -> Iterator[Event]:
        """The events of an answer; ``typed`` is what the asker typed.

        Args:
            readings: What it may mean, the likeliest first: another one counts only where that is not answered.
            writer: Writes the answer, where the sources do answer.
        """
        state = self.catalog.state(self.collection)
        talk = is_talk(readings[0])
        question, hits = (readings[0], []) if talk else self.find(readings[0])
        sure = talk or len(readings) == 1
        if sure:
            yield _retrieved(question, hits)
        if talk:
            reading = talked(question, self.catalog, self.collection)
            looked = Looked(question=question, retrieved=(), hits=(), reading=reading)
        else:
            looked = yield from self._first_answered(question, hits, readings[1:], max_statements)
        if not sure:
            yield _retrieved(looked.question, looked.retrieved)
        question, reading = looked.question, looked.reading
        with self.watch.measure("read"):
            text_of, written = cache(self.catalog.text), None
        if writer is not None and reading.answered and not talk:
            with self.watch.measure("write"):
                draft = writer.write(question, reading, looked.candidates, most=max_statements)
                written = yield from _writing(draft, text_of)
            reading = written.reading
        statements, citations = cite(reading.findings, text_of)
        for statement in statements[written.writing.shown if written else 0 :]:
            cited = tuple(citations[number - 1] for number in statement.citations)
            yield Stated(statement=statement, citations=cited)
        answer = Answer(
            id=f"ans_{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}",
            question=typed,
            understood=question.typed,
            collection=self.collection,
            answered=reading.answered,
            complete=all(finding.complete for finding in reading.findings),
            answer=_written(question, reading, statements, citations, written)
            if state.documents
            else no_documents(self.collection),
            statements=tuple(statements),
            citations=tuple(citations),
            conflicts=reading.conflicts,
            confidence=reading.confidence,
            missing_terms=question.missing,
            passages=listed([hit for hit in looked.hits if "rerank" in hit.scores][:_LISTED_PASSAGES]),
            corpus=state,
            models=ModelNames(
                encoder=self.encoder.name,
                reranker=self.scorer.name,
                reader=writer.name if writer and written and written.writing.shown else self.reader.name,
                writer=writer.writer if writer and written else None,
            ),
            usage=written.usage if written else None,
            writing=written.writing if written else None,
            timings_ms=self.watch.timings(),
        )
        yield Finished(answer=answer)

    def _first_answered(
        self, question: Question, hits: Sequence[Hit], others: Sequence[Question], max_statements: int
    ) -> Generator[Judged, None, Looked]:
        """What is made of a question, or where that has no answer of the first of the ``others`` that surely has one.

        Of 315 follow-ups that are answered 13 gain by it, of 61 that are not three lose; without the surety 24, and 15.
        """
        first = yield from self._look(question, hits, max_statements)
        if first.reading.answered:
            return first
        for other in others:
            looked = yield from self._look(*self.find(other), max_statements)
            if self._is_sure(looked.reading):
                return looked
        return first

    def _look(self, question: Question, hits: Sequence[Hit], max_statements: int) -> Generator[Judged, None, Looked]:
        found = self.rerank(question, hits)
        yield Judged()
        with self.watch.measure("read"):
            reading = self.read(question, found.candidates, max_statements=max_statements)
        return Looked(question=question, retrieved=hits, hits=found.hits, reading=reading, candidates=found.candidates)

    def find(self, question: Question, limit: int | None = None) -> tuple[Question, list[Hit]]:
        """The question as the sources spell it and with what none of them has, and the passages that match it.

        Args:
            limit: Of each leg, at least; that of the effort where it is not given.
        """
        wide = reach(question, max(limit or 0, self.effort.passages))
        hits = self.nearest(question, wide)
        question = with_missing(question, self.catalog, self.collection)
        meant = corrected(question.text, question.missing, _shown(hits), self._is_word)
        meant = as_spelled(meant, question.words, _shown(hits))
        if meant == question.text:
            return question, hits
        again = with_missing(read_question(meant, known=question.known), self.catalog, self.collection)
        return again, self.nearest(again, wide)

    def nearest(self, question: Question, limit: int) -> list[Hit]:
        """The passages that match a question as it is."""
        with self.watch.measure("encode"):
            vector = self.encoder.encode_query(question.text)
        with self.watch.measure("retrieve"):
            return retrieve(self.catalog, self.vectors, self.collection, question, vector, limit=limit)

    def rerank(self, question: Question, hits: Sequence[Hit], *, word_pieces: int | None = None) -> Reranked:
        """The judged sentences of ``hits``, and the hits in their order.

        Args:
            word_pieces: What may be read; as much as the effort says where it is not given.
        """
        with self.watch.measure("rerank"):
            budget = self.effort.word_pieces if word_pieces is None else word_pieces
            return rerank(self.catalog, self.scorer, question, hits, budget=budget)

    def read(self, question: Question, candidates: Sequence[Candidate], *, max_statements: int) -> Reading:
        """What the reader makes of the candidates that the answer before did not have."""
        left = without_frames(unsaid(question.known, candidates))
        if max_statements > 1:
            left = with_values(self.scorer, question, left)
        return self.reader.read(question, left, max_statements=max_statements)

    def answered_by(self, question: Question, hits: Sequence[Hit], *, word_pieces: int) -> bool:
        """Whether these passages alone answer a question, at a cost of so many word pieces.

        They must do so with confidence to spare: beside other passages the same sentence may be judged a little lower.
        """
        question = with_missing(question, self.catalog, self.collection)
        found = self.rerank(question, hits, word_pieces=word_pieces)
        reading = self.read(question, found.candidates, max_statements=1)
        return self._is_sure(reading)

    def _is_sure(self, reading: Reading) -> bool:
        """Whether it has an answer with confidence to spare, half of what lies above the threshold."""
        return reading.answered and reading.confidence >= (1 + self.threshold) / 2

    def _is_word(self, word: str) -> bool:
        """Whether the encoder's vocabulary has a word whole, as it has the frequent ones."""
        return self.encoder.count_tokens(word) - self.encoder.count_tokens("") == 1


def _writing(
    findings: Generator[Finding | None, None, Written], text_of: Callable[[str], str]
) -> Generator[Event, None, Written]:
    """The statements of what is written, as it is verified; gives what became of all of it."""
    told: list[Finding] = []
    try:
        while True:
            if (finding := next(findings)) is None:
                yield Drafting()
                continue
            told.append(finding)
            statements, citations = cite(told, text_of)
            cited = tuple(citations[number - 1] for number in statements[-1].citations)
            yield Stated(statement=statements[-1], citations=cited)
    except StopIteration as end:
        return cast(Written, end.value)
    finally:
        findings.close()


def _retrieved(question: Question, hits: Sequence[Hit]) -> Retrieved:
    return Retrieved(understood=question.typed, passages=listed(hits[:_LISTED_PASSAGES]))


def _shown(hits: Sequence[Hit]) -> Iterator[str]:
    """The words of the passages, made only as they are read: few questions have a slip or a code."""
    return (display(hit.passage.text) for hit in hits)


def unsaid(known: str, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates whose sentences are not part of what is ``known``."""
    return tuple(one for one in candidates if without_footnotes(display(one.sentence.text)) not in known)


def answer_of(events: Iterable[Event]) -> Answer:
    """The answer that the events of ``Answering.answer`` end with."""
    return next(event.answer for event in events if isinstance(event, Finished))


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


def _written(
    question: Question,
    reading: Reading,
    statements: Sequence[Statement],
    citations: Sequence[Citation],
    written: Written | None,
) -> str:
    if not reading.answered:
        return GREETED if is_talk(question) else not_answered(question)
    complete = all(finding.complete for finding in reading.findings)
    text = written_answer(statements, citations, reading.conflicts, complete=complete)
    if written is None or written.writing.replaced is None:
        return text
    rest = ", the rest" if written.writing.shown else ""
    return f"{text} (In the sources' own words{rest}: {written.writing.replaced}.)"
