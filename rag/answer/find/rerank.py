"""Reranking: the sentences of the retrieved passages, each judged by the cross-encoder.

The cross-encoder is the cost of a question, so it has a budget in word pieces. It is spent on single
sentences, each under its document's title: on SQuAD 2 the best sentence judged so holds the answer
for 0.85 of the questions, judged bare for 0.81. Which sentences are worth it, their words and the
rank of their passage decide: eight chosen so lose nothing against judging all.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rag.answer.find.crowding import crowding
from rag.answer.read.compose import announced_text, announces
from rag.language.english.context import stands_alone, understood
from rag.language.english.values.claims import value_test
from rag.language.english.words import overlap_scores
from rag.language.text import display
from rag.models.protocols import PairScorer
from rag.storage.catalog import Catalog
from rag.types import Candidate, Document, Hit, Kind, Passage, Sentence

_POOL_PASSAGES = 40
_OTHER_PASSAGES = 10
_DOCUMENT_SHARE = 2 / 3  # of the budget; with a half passages rank worse on ClapNQ (nDCG@10 -0.006)
_LEAST_CANDIDATES = 6
_LEAST_WORDS = 3
_FOLLOWING = 2
_RANK_WEIGHT = 0.15
_VALUE_REACH = 100
_NEVER = (Kind.BOILERPLATE, Kind.HEADING)
_BELOW_JUDGED = -20.0
_ANSWER_WEIGHT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reranked:
    """Candidates by score, and the hits by that of their best candidate."""

    candidates: tuple[Candidate, ...]
    hits: tuple[Hit, ...]


def rerank(catalog: Catalog, scorer: PairScorer, question: str, hits: Sequence[Hit], *, budget: int) -> Reranked:
    """Judge the most promising sentences of ``hits``.

    Args:
        hits: By rank, as ``retrieve`` gives them.
        budget: Word pieces of all pairs together; at least six sentences are judged, however long.

    Returns:
        Candidates sorted by (-score, document, start). Hits sorted by (-score, passage id); one of
        which no sentence was judged keeps its place after all others.
    """
    holds = cache(value_test(question) or _nothing)
    deeper = [hit for hit in hits[_POOL_PASSAGES:] if holds(hit.passage.text)]
    looked_at = {hit.passage.id: hit for hit in [*hits[:_POOL_PASSAGES], *deeper, *_of_others(hits)]}
    pool = _each_once(_with_announced(question, one) for one in _pool(catalog, looked_at.values()))
    chosen = _within_budget(scorer, question, _most_promising(question, pool, hits, holds), budget)
    judged = judge_pairs(scorer, question, chosen)
    return Reranked(candidates=tuple(judged), hits=tuple(_rank_hits(hits, judged)))


def reach(question: str, limit: int) -> int:
    """How many passages a leg should give: more than ``limit`` where few sentences hold such a value as is asked."""
    return limit if value_test(question) is None else max(limit, _VALUE_REACH)


def _nothing(_: str) -> bool:
    return False


def judge_pairs(scorer: PairScorer, question: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with what the pair scorer makes of them, sorted by (-score, document, start)."""
    scores = scorer.score(question, [candidate.judged for candidate in candidates])
    judged = [
        replace(candidate, score=_blend(relevance, answers), relevance=float(relevance), answerability=float(answers))
        for candidate, relevance, answers in zip(candidates, scores.relevance, scores.answerability, strict=True)
    ]
    return sorted(judged, key=lambda candidate: (-candidate.score, candidate.document.id, candidate.sentence.span))


def _blend(relevance: float, answerability: float) -> float:
    return round(float(relevance + _ANSWER_WEIGHT * answerability) / (1 + _ANSWER_WEIGHT), 4)


class _Reading:
    """The sentences of a document, each with what is needed to judge it."""

    def __init__(self, document: Document, sentences: Sequence[Sentence]) -> None:
        self._document = document
        self._sentences = sentences
        self._starts = [sentence.span.start for sentence in sentences]
        self._title = next((sentence for sentence in sentences if sentence.kind is Kind.TITLE), None)
        self._headings: list[Sentence | None] = []
        self._firsts: dict[tuple[str, str | None, Kind], int] = {}
        heading = None
        for place, sentence in enumerate(sentences):
            heading = sentence if sentence.kind is Kind.HEADING else heading
            self._headings.append(heading)
            self._firsts.setdefault((sentence.text, sentence.heading, sentence.kind), place)

    def candidates(self, passage: Passage) -> Iterator[Candidate]:
        """The sentences of a passage that may answer; one that says what was said before stands where that does."""
        for place in range(bisect_left(self._starts, passage.span.start), len(self._sentences)):
            sentence = self._sentences[place]
            if sentence.span.end > passage.span.end:
                break
            if sentence.kind in _NEVER or (sentence.kind is Kind.BODY and _is_scrap(sentence)):
                continue
            alone = sentence.kind is Kind.BODY and stands_alone(sentence.text)
            first = self._firsts[sentence.text, sentence.heading, sentence.kind]
            yield self._candidate(first if alone else place, passage.id)

    def _candidate(self, place: int, passage_id: str) -> Candidate:
        sentence, document = self._sentences[place], self._document
        before = self._sentences[place - 1] if place else None
        previous = before if before is not None and before.block == sentence.block else None
        after = self._sentences[place + 1 : place + 1 + _FOLLOWING]
        return Candidate(
            document=document,
            sentence=sentence,
            previous=previous,
            following=tuple(one for one in after if one.block == sentence.block),
            heading=self._headings[place] if sentence.heading else None,
            title=self._title,
            passage_id=passage_id,
            judged=judged_text(document, sentence, understood(sentence, previous)),
        )


def _is_scrap(sentence: Sentence) -> bool:
    return len(display(sentence.text).split()) < _LEAST_WORDS


def _pool(catalog: Catalog, hits: Iterable[Hit]) -> Iterator[Candidate]:
    """Every sentence of the hits' passages that may be an answer."""
    read: dict[str, _Reading] = {}
    for hit in hits:
        document_id = hit.passage.document_id
        if document_id not in read:
            sentences = catalog.sentences(document_id, catalog.text(document_id))
            read[document_id] = _Reading(catalog.document(document_id), sentences)
        yield from read[document_id].candidates(hit.passage)


def _with_announced(question: str, candidate: Candidate) -> Candidate:
    """A sentence that only announces what is asked is judged as it is shown: with what it announces."""
    if not announces(question, candidate):
        return candidate
    return replace(candidate, judged=judged_text(candidate.document, candidate.sentence, announced_text(candidate)))


def judged_text(document: Document, sentence: Sentence, shown: str) -> str:
    """What the reranker sees: the sentence under title and heading; a fact of the description as a sentence."""
    name = document.title or document.path
    origin = f" of {document.publisher}" if document.publisher else ""
    match sentence.kind:
        case Kind.TITLE:
            return f"The title of the article{origin} is: {shown}"
        case Kind.AUTHOR:
            return f"The author who wrote the article {name} is {document.author}."
        case Kind.PUBLISHER:
            return f"The publisher of the article {name} is {document.publisher}."
        case Kind.PUBLISHED:
            return f"The article {name}{origin} was published on the date {document.published}: {shown}"
        case _:
            heading = display(sentence.heading) if sentence.heading else None
            return ". ".join(part for part in (document.title, heading, shown) if part)


def _most_promising(
    question: str, pool: Sequence[Candidate], hits: Sequence[Hit], holds: Callable[[str], bool]
) -> list[Candidate]:
    """By shared words and the rank of the passage; that of a sentence that ``holds`` a value is among such passages."""
    overlaps = overlap_scores(question, [candidate.judged for candidate in pool])
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


def _each_once(pool: Iterable[Candidate]) -> list[Candidate]:
    """The candidates without those that say, word for word and in the same context, what their document said before.

    The place that comes first in the document stands for all, and for the passage that was found first.
    """
    found: dict[tuple[str, str], Candidate] = {}
    for one in pool:
        said = one.document.id, " ".join(one.judged.casefold().split())
        first = found.get(said)
        if first is None:
            found[said] = one
        elif one.sentence.span < first.sentence.span:
            found[said] = replace(one, passage_id=first.passage_id)
    return list(found.values())


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
