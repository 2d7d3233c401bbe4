"""Pairs of documents of many genres, for the answerability model of running text.

A question goes with the sentences that the pipeline, as it judges at the time, takes for its best answers, and with the
one that its author meant to mislead: those that hold a gold quote answer, the others do not.
"""

import random
from collections.abc import Iterator, Sequence

from eval.measures.measures import contains_answer
from eval.run.looking import candidates_for
from eval.run.ranking import Place, gold_places
from eval.sets.question import Gold, Question
from eval.training.near_misses import names_in, swap
from eval.training.pairs import Pair, around, lies_in
from rag.answer.find.evidence import Candidate
from rag.library import Library
from rag.models.protocols import PairScorer
from rag.types import Kind

_POSITIVES = 2
_NEGATIVES = 4


def genre_pairs(library: Library, scorer: PairScorer, questions: Sequence[Question], *, seed: int) -> Iterator[Pair]:
    """The pairs of questions over documents that ``library`` holds, and near misses of the answerable ones.

    Args:
        scorer: The untouched reranker.
    """
    chance = random.Random(seed)
    names = names_in(one.text for one in questions)
    for question in questions:
        right, wrong = _sorted(library, question)
        right = [one for one in right if one.unit is None][:_POSITIVES]
        wrong = [one for one in wrong if one.unit is None][:_NEGATIVES]
        judged = [*right, *wrong]
        relevance = scorer.score(question.text, [one.judged for one in judged]).relevance if judged else ()
        for one, value in zip(judged, relevance, strict=True):
            yield _pair(question.text, one, one in right, float(value), "genres")
        for one in right[:1]:
            if other := swap(question.text, one.judged, names, chance):
                yield _pair(other.question, one, False, None, "near miss")


def _pair(question: str, one: Candidate, answerable: bool, relevance: float | None, source: str) -> Pair:
    return Pair(question=question, text=one.judged, answerable=answerable, relevance=relevance, source=source)


def _sorted(library: Library, question: Question) -> tuple[list[Candidate], list[Candidate]]:
    """The candidates that answer, and those that surely do not, best first; none where its evidence was not found."""
    gold = [place for one in question.gold for place in _places(library, one)]
    found = candidates_for(library, question.text)
    right = [one for one in found if _holds(one, gold)]
    if gold and not right:
        right = [one for one in around(library, question, question.gold) if _holds(one, gold)]
    if gold and not right:
        return [], []
    traps = [place for one in question.traps for place in _places(library, one)]
    misleading = [one for one in found if lies_in(one, traps)][:1]
    if traps and not misleading:
        misleading = [one for one in around(library, question, question.traps) if lies_in(one, traps)][:1]
    return right, [*misleading, *(one for one in found if _fails(question, one, gold) and one not in misleading)]


def _places(library: Library, gold: Gold) -> Sequence[Place]:
    return gold_places(gold, library.store.catalog.text(gold.document_id))


def _holds(one: Candidate, gold: Sequence[Place]) -> bool:
    """Whether a candidate answers: it has a gold quote, or lies in it."""
    return any(_has(one, place) for place in gold) or lies_in(one, gold)


def _has(one: Candidate, place: Place) -> bool:
    return one.document.id == place.document_id and one.span.start <= place.start and place.end <= one.span.end


def _fails(question: Question, one: Candidate, gold: Sequence[Place]) -> bool:
    if any(_shared(one, place) for place in gold):
        return False
    if not question.answerable:
        return True
    return one.sentence.kind is Kind.BODY and not contains_answer(one.judged, question.answers)


def _shared(one: Candidate, place: Place) -> int:
    """The characters of a candidate that lie in a place."""
    if one.document.id != place.document_id:
        return 0
    return max(0, min(one.span.end, place.end) - max(one.span.start, place.start))
