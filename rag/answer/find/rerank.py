"""Reranking: the sentences of the retrieved passages, each judged by the cross-encoder.

The cross-encoder is the cost of a question, so it has a budget in word pieces. It is spent on single
sentences, each under its document's title: on SQuAD 2 the best sentence judged so holds the answer
for 0.85 of the questions, judged bare for 0.81. Which sentences are worth it, their words and the
rank of their passage decide: eight chosen so lose nothing against judging all.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rag.answer.find.candidates import candidates_of
from rag.answer.find.cells import cell_texts
from rag.answer.find.codes import of_asked_codes
from rag.answer.find.compared import with_compared
from rag.answer.find.crowding import crowding
from rag.answer.find.evidence import Candidate, Hit
from rag.answer.find.ticks import of_asked_side
from rag.answer.question import Question
from rag.language.english.words import overlap_scores
from rag.models.protocols import PairScorer
from rag.storage.protocols import CatalogView

_POOL_PASSAGES = 40
_OTHER_PASSAGES = 10
_DOCUMENT_SHARE = 2 / 3  # of the budget; with a half passages rank worse on ClapNQ (nDCG@10 -0.006)
_LEAST_CANDIDATES = 6
_FOR_CELLS = 200  # word pieces: five cells of 40
_RANK_WEIGHT = 0.15
_VALUE_REACH = 100
_BELOW_JUDGED = -20.0
_ANSWER_WEIGHT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranked:
    """Candidates by score, and the hits by that of their best candidate."""

    candidates: tuple[Candidate, ...]
    hits: tuple[Hit, ...]


def rerank(
    catalog: CatalogView, scorer: PairScorer, question: Question, hits: Sequence[Hit], *, budget: int
) -> Reranked:
    """Judge the most promising sentences of ``hits``.

    Args:
        hits: By rank, as ``retrieve`` gives them.
        budget: Word pieces of all pairs together; at least six sentences are judged, however long.

    Returns:
        Candidates sorted by (-score, document, start). Hits sorted by (-score, passage id); one of
        which no sentence was judged keeps its place after all others.
    """
    holds = cache(question.holds_value or _nothing)
    deeper = [hit for hit in hits[_POOL_PASSAGES:] if holds(hit.passage.text)]
    looked_at = {hit.passage.id: hit for hit in [*hits[:_POOL_PASSAGES], *deeper, *_of_others(hits)]}
    pool = of_asked_codes(question, candidates_of(catalog, question, [*looked_at.values()]))
    pool = of_asked_side(question, pool)
    promising = _most_promising(question, pool, hits, holds)
    kept = _FOR_CELLS if any(one.unit and one.unit.row for one in promising[:_LEAST_CANDIDATES]) else 0
    chosen = _within_budget(scorer, question.text, promising, budget - kept)
    judged = judge_pairs(scorer, question.text, chosen)
    compared = with_compared(catalog, question, judged)
    candidates = compared or [_with_asked_cell(scorer, question, one) for one in judged[:1]] + judged[1:]
    return Reranked(candidates=tuple(candidates), hits=tuple(_rank_hits(hits, judged)))


def _with_asked_cell(scorer: PairScorer, question: Question, candidate: Candidate) -> Candidate:
    """A row with the cell that is asked for: of those that the question does not give itself, the one judged best."""
    cells = cell_texts(question, candidate)
    if not cells or candidate.unit is None:
        return candidate
    scores = scorer.score(question.text, [text for _, text in cells], units=True)
    judged = [blend(*both) for both in zip(scores.relevance, scores.answerability, strict=True)]
    column = max(zip(judged, cells, strict=True), key=lambda pair: (pair[0], -pair[1][0]))[1][0]
    return replace(candidate, unit=replace(candidate.unit, asked=(column,)))


def reach(question: Question, limit: int) -> int:
    """How many passages a leg should give: more than ``limit`` where few sentences hold such a value as is asked."""
    return limit if question.holds_value is None else max(limit, _VALUE_REACH)


def _nothing(_: str) -> bool:
    return False


def judge_pairs(scorer: PairScorer, question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with what the pair scorer makes of them, sorted by (-score, document, start)."""
    judged: list[Candidate] = []
    for units in (False, True):
        texts = [candidate for candidate in candidates if (candidate.unit is not None) is units]
        judged += _judged(scorer, question, texts, units=units)
    return sorted(judged, key=lambda candidate: (-candidate.score, candidate.document.id, candidate.sentence.span))


def _judged(scorer: PairScorer, question: str, candidates: Sequence[Candidate], *, units: bool) -> Iterator[Candidate]:
    if not candidates:
        return
    scores = scorer.score(question, [candidate.judged for candidate in candidates], units=units)
    for candidate, relevance, answers in zip(candidates, scores.relevance, scores.answerability, strict=True):
        score = blend(relevance, answers)
        yield replace(candidate, score=score, relevance=float(relevance), answerability=float(answers))


def blend(relevance: float, answerability: float) -> float:
    """The score that ranks, of the logits of both heads."""
    return round(float(relevance + _ANSWER_WEIGHT * answerability) / (1 + _ANSWER_WEIGHT), 4)


def _most_promising(
    question: Question, pool: Sequence[Candidate], hits: Sequence[Hit], holds: Callable[[str], bool]
) -> list[Candidate]:
    """By shared words and the rank of the passage; that of a sentence that ``holds`` a value is among such passages."""
    overlaps = overlap_scores(question.stems, [candidate.judged for candidate in pool])
    highest = max(overlaps, default=0.0) or 1.0
    ranks = {hit.passage.id: hit.rank for hit in hits}
    valued = [hit.passage.id for hit in hits if holds(hit.passage.text)]
    among = {passage_id: rank for rank, passage_id in enumerate(valued, start=1)}
    promise = []
    for overlap, candidate in zip(overlaps, pool, strict=True):
        rank = ranks[candidate.passage_id]
        if holds(candidate.sentence.text):
            rank = min(rank, among.get(candidate.passage_id, rank))
        promise.append(overlap / highest - _RANK_WEIGHT * rank)
    order = sorted(range(len(pool)), key=lambda position: (-promise[position], pool[position].passage_id, position))
    return [pool[position] for position in order]


def _of_others(hits: Sequence[Hit]) -> list[Hit]:
    """Where few documents hold most of the pool: the best hits below it of other documents."""
    crowd = crowding(hit.passage.document_id for hit in hits[:_POOL_PASSAGES])
    below = hits[_POOL_PASSAGES:] if crowd else ()
    return [hit for hit in below if hit.passage.document_id not in crowd][:_OTHER_PASSAGES]


def _within_budget(scorer: PairScorer, question: str, candidates: Sequence[Candidate], budget: int) -> list[Candidate]:
    """The candidates that are judged: the first that the budget has room for, at least six.

    A document gets its share first, and what is left when each has had its own.
    """
    cost = cache(lambda place: scorer.count_tokens(question, candidates[place].judged))
    spent = 0
    for taken, place in enumerate(order := _shared_out(candidates, cost, budget)):
        spent += cost(place)
        if spent > budget and taken >= _LEAST_CANDIDATES:
            return [candidates[one] for one in order[:taken]]
    return [candidates[one] for one in order]


def _shared_out(candidates: Sequence[Candidate], cost: Callable[[int], int], budget: int) -> list[int]:
    """The places of the candidates, those within their document's share of the budget first, else in their order."""
    within: list[int] = []
    beyond: list[int] = []
    spent: Counter[str] = Counter()
    for place, candidate in enumerate(candidates):
        full = spent.total() > budget and len(within) > _LEAST_CANDIDATES
        if full or spent[candidate.document.id] > _DOCUMENT_SHARE * budget:
            beyond.append(place)
        else:
            within.append(place)
            spent[candidate.document.id] += cost(place)
    return within + beyond


def _rank_hits(hits: Sequence[Hit], judged: Sequence[Candidate]) -> list[Hit]:
    best: dict[str, float] = {}
    for candidate in judged:
        best[candidate.passage_id] = max(candidate.score, best.get(candidate.passage_id, candidate.score))
    scored = [_with_rerank(hit, best.get(hit.passage.id)) for hit in hits]
    scored.sort(key=lambda hit: (-hit.score, hit.passage.id))
    return [replace(hit, rank=rank) for rank, hit in enumerate(scored, start=1)]


def _with_rerank(hit: Hit, score: float | None) -> Hit:
    if score is None:
        return replace(hit, score=_BELOW_JUDGED + hit.score)
    return replace(hit, score=score, scores={**hit.scores, "rerank": round(score, 4)})
