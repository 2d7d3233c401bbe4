"""Judging one record: what it was worth on every measure that is a mean over questions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from eval.measures.measures import contains_answer, covered, ndcg, recall_at, reciprocal_rank, success_at, token_f1
from eval.run.ranking import STAGES, Place
from eval.run.runner import Record
from rag.types import Citation, Statement

DEPTHS = (1, 5, 10)
CONFLICT = "conflict"
"""The kind of a question whose sources disagree."""
_COVERED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A question's scores: all that baselines and comparisons need.

    ``values`` has the measures that apply to it. ``right`` is ``None`` where nothing tells. The last
    two are of the answer without the documents that answer, where it was asked for.
    """

    id: str
    kind: str
    answerable: bool
    answered: bool
    right: bool | None
    confidence: float
    values: Mapping[str, float] = field(default_factory=dict)
    answered_without: bool | None = None
    confidence_without: float | None = None

    @property
    def outcome(self) -> str:
        """``right``, ``wrong`` or ``missed`` (answerable); ``refused`` or ``unfounded`` (not); else ``unjudged``."""
        if not self.answerable:
            return "unfounded" if self.answered else "refused"
        if not self.answered:
            return "missed"
        return "unjudged" if self.right is None else "right" if self.right else "wrong"


def judge(record: Record) -> Judged:
    """The scores of one record."""
    values = {name: round(value, 4) for name, value in _values(record) if value is not None}
    return Judged(
        id=record.question.id,
        kind=record.question.kind,
        answerable=record.question.answerable,
        answered=record.answer.answered,
        right=is_right(record),
        confidence=record.answer.confidence,
        values=values,
        answered_without=record.without.answered if record.without else None,
        confidence_without=record.without.confidence if record.without else None,
    )


def is_right(record: Record) -> bool | None:
    """Whether an answer cites all needed gold; without gold an accepted string; without those a relevant document.

    ``None`` where the question is unanswerable or none of these is known.
    """
    if not record.question.answerable:
        return None
    for measure in (evidence_recall, answer_in_citations, relevant_document_cited):
        value = measure(record)
        if value is not None:
            return value >= 1.0
    return None


def evidence_recall(record: Record) -> float | None:
    """The share of needed gold quotes that are covered: at least half of a quote's characters cited.

    Where any single quote suffices, 1 if one is covered. Quotes that are only context do not count.
    """
    needed = [
        places for gold, places in zip(record.question.gold, record.gold, strict=True) if places and not gold.context
    ]
    if not needed:
        return None
    hits = [any(_coverage(place, record.answer.citations) >= _COVERED for place in places) for places in needed]
    return float(any(hits)) if record.question.any_gold else sum(hits) / len(hits)


def evidence_precision(record: Record) -> float | None:
    """The share of statements that cite gold: half of a gold quote, or half of a citation within gold."""
    if not record.question.answerable or not record.gold or not record.answer.statements:
        return None
    return sum(rests_on_gold(one, record) for one in record.answer.statements) / len(record.answer.statements)


def answer_in_citations(record: Record) -> float | None:
    """1 where an accepted string stands in a citation, 0 where it does not or nothing is cited."""
    if not record.question.answerable or not record.question.answers:
        return None
    return float(any(contains_answer(one.quote, record.question.answers) for one in record.answer.citations))


def relevant_document_cited(record: Record) -> float | None:
    """1 where a relevant document is cited."""
    if not record.question.answerable or not record.question.relevant_ids:
        return None
    return float(any(one.document_id in record.question.relevant_ids for one in record.answer.citations))


def uncited_statements(record: Record) -> float | None:
    """How many statements have no citation, or one that is not there."""
    known = {one.number for one in record.answer.citations}
    bad = [one for one in record.answer.statements if not one.citations or not known.issuperset(one.citations)]
    return float(len(bad)) if record.answer.answered else None


def _values(record: Record) -> Iterator[tuple[str, float | None]]:
    answer, question = record.answer, record.question
    said = " ".join(statement.text for statement in answer.statements)
    disagree = question.kind == CONFLICT
    flagged = float(bool(answer.conflicts))
    yield "citation exactness", float(record.exact) if answer.citations else None
    yield "uncited statements", uncited_statements(record)
    yield "evidence recall", evidence_recall(record) if question.answerable else None
    yield "evidence precision", evidence_precision(record)
    yield "answer in citations", answer_in_citations(record)
    yield "relevant document cited", relevant_document_cited(record)
    yield "answer token F1", token_f1(said, question.answers) if question.answerable else None
    yield "statements of an answer", float(len(answer.statements)) if answer.answered else None
    yield "words of an answer", float(len(said.split())) if answer.answered else None
    yield "over-refusal", float(not answer.answered) if question.answerable else None
    yield "refused", None if question.answerable else float(not answer.answered)
    yield "refused without evidence", float(not record.without.answered) if record.without else None
    yield "conflicts flagged", flagged if disagree else None
    yield "false conflicts", None if disagree else flagged
    yield from _retrieval(record)


def _retrieval(record: Record) -> Iterator[tuple[str, float | None]]:
    relevant = record.relevant if record.question.answerable else ()
    recall = success_at if record.gold and record.question.any_gold else recall_at
    for stage in STAGES:
        ranked = record.legs[stage]
        for depth in DEPTHS:
            yield f"recall@{depth} {stage}", recall(ranked, relevant, depth)
        yield f"MRR@10 {stage}", reciprocal_rank(ranked, relevant)
        yield f"nDCG@10 {stage}", ndcg(ranked, relevant)


def rests_on_gold(statement: Statement, record: Record) -> bool:
    """Whether a statement cites half of a gold quote, or half of a citation of it is within gold."""
    places = [place for one in record.gold for place in one]
    cited = [citation for citation in record.answer.citations if citation.number in statement.citations]
    return any(
        _coverage(place, [citation]) >= _COVERED or _inside(citation, places) >= _COVERED
        for citation in cited
        for place in places
    )


def _coverage(place: Place, citations: Sequence[Citation]) -> float:
    cited = [(one.start, one.end) for one in citations if one.document_id == place.document_id]
    return covered((place.start, place.end), cited)


def _inside(citation: Citation, places: Sequence[Place]) -> float:
    gold = [(place.start, place.end) for place in places if place.document_id == citation.document_id]
    return covered((citation.start, citation.end), gold)
