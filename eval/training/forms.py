"""Pairs of documents with tables, lists, steps, records and code, for the answerability model.

A question goes with every unit that the pipeline judges for it. The smallest unit that holds all that a right
answer must hold answers it; one that holds only a part does not, for the smallest complete one is to win. Of a row
that answers, the cells are pairs of their own.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.measures.measures import contains_answer, normalised
from eval.sets.forms import FormQuestion, FormSet
from eval.training.near_misses import names_in, swap
from eval.training.pairs import Pair
from rag.answer.find.cells import cell_texts
from rag.answer.find.evidence import Candidate
from rag.answer.question import read_question
from rag.language.english.words import content_words, stem, words
from rag.library import Library
from rag.models.protocols import PairScorer

_WORD_PIECES = 2_500
_NEGATIVES = 4
_UNANSWERABLE = 3
_SHARE_OF_LABEL = 0.6


def form_pairs(library: Library, scorer: PairScorer, chosen: FormSet, folder: Path, seed: int) -> Iterator[Pair]:
    """The pairs of a set's questions, and a near miss of each answerable one that has one.

    Args:
        scorer: The untouched reranker.
        folder: The texts are written below it.
    """
    chance = random.Random(seed)
    names = names_in(one.question for one in chosen.questions)
    collections = dict(ingested(library, chosen, folder))
    for question in chosen.questions:
        judged = _candidates(library, collections[question.document], question.question)
        right = _answering(question, judged)
        if right is None and question.answerable:
            continue
        wrong = [one for one in judged if one is not right and not may_answer(question, one)]
        count = _NEGATIVES if right else _UNANSWERABLE
        for one in [*([right] if right else []), *wrong[:count]]:
            yield _pair(question, one.judged, one is right, one.relevance)
        if right is not None:
            yield from _cells(question, right, scorer)
            if other := swap(question.question, right.judged, names, chance):
                yield Pair(
                    question=other.question, text=right.judged, answerable=False, relevance=None, source="near miss"
                )


def ingested(library: Library, chosen: FormSet, folder: Path) -> Iterator[tuple[str, str]]:
    """Put each document into a collection of its own; gives both names."""
    for place, (name, text) in enumerate(chosen.texts.items()):
        collection = f"{chosen.name}-{place}"
        (folder / collection).mkdir(parents=True)
        (folder / collection / name).write_text(text, "utf-8")
        library.ingest([folder / collection], collection=collection)
        yield name, collection


def _candidates(library: Library, collection: str, text: str) -> Sequence[Candidate]:
    with library.answering(collection) as answering:
        found, hits = answering.find(read_question(text))
        return answering.rerank(found, hits, word_pieces=_WORD_PIECES).candidates


def _answering(question: FormQuestion, candidates: Sequence[Candidate]) -> Candidate | None:
    """The smallest candidate that holds all that is asked for; of equal rows the one that the question names."""
    holding = [one for one in candidates if _complete(question, one)]
    if question.table:
        holding = [one for one in holding if one.unit is not None and one.unit.kind == "table"] or holding
        holding = [one for one in holding if _named(question, one)] or holding
        if len({one.span for one in holding}) > 1 and not question.holds:
            return None
    return min(holding, key=lambda one: (len(one.shown), one.span), default=None)


def _complete(question: FormQuestion, candidate: Candidate) -> bool:
    if question.holds:
        return all(contains_answer(candidate.shown, [part]) for part in question.holds)
    if not question.answers:
        return False
    if question.table and candidate.unit is not None and candidate.unit.row is not None:
        row = candidate.unit.row
        said = {normalised(text) for pair in row.pairs for text in (pair.value, pair.name)}
        return any(normalised(answer) in said for answer in question.answers)
    return bool(contains_answer(candidate.shown, question.answers)) and not question.table


def _named(question: FormQuestion, candidate: Candidate) -> bool:
    """Whether a question says most of what the label of a row does."""
    if candidate.unit is None or candidate.unit.row is None:
        return False
    asked = {stem(word) for word in words(question.question)}
    label = {stem(word) for word in content_words(candidate.unit.row.pairs[0].value)}
    return bool(label) and len(label & asked) >= _SHARE_OF_LABEL * len(label)


def may_answer(question: FormQuestion, candidate: Candidate) -> bool:
    """Whether nothing sure can be said: another unit that holds an accepted answer, or all of it at more length."""
    if question.holds:
        return _complete(question, candidate)
    return bool(question.answers) and bool(contains_answer(candidate.shown, question.answers))


def _cells(question: FormQuestion, right: Candidate, scorer: PairScorer) -> Iterator[Pair]:
    """The cells of the row that answers, where one of them alone is the answer."""
    if right.unit is None or right.unit.row is None:
        return
    accepted = {normalised(one) for one in (question.holds or question.answers)}
    asked = [pair.column for pair in right.unit.row.pairs if normalised(pair.value) in accepted]
    if len(asked) != 1:
        return
    texts = cell_texts(read_question(question.question), right)
    if asked[0] not in [column for column, _ in texts]:
        return
    relevance = scorer.score(question.question, [text for _, text in texts]).relevance
    for (column, text), value in zip(texts, relevance, strict=True):
        yield _pair(question, text, column == asked[0], float(value))


def _pair(question: FormQuestion, text: str, answerable: bool, relevance: float) -> Pair:
    return Pair(
        question=question.question, text=text, answerable=answerable, relevance=relevance, source=question.source
    )
