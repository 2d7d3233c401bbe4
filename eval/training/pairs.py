"""What the answerability model learns from: questions with the candidate sentences that the pipeline finds.

Every pair is what the reranker sees when a question is asked: a sentence under its title and heading. It
is answerable where the sentence holds the gold answer in a document that answers. Pairs come from the
pipeline's own candidates, so that the model trains on what it will judge; only evidence that retrieval
did not find is added, or questions in other words than their source's would teach nothing.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from eval.measures.measures import contains_answer, covered
from eval.run.looking import candidates_for, nearest_to
from eval.run.ranking import Place, gold_places
from eval.sets.question import EvalSet, Gold, Question
from eval.training.near_misses import names_in, swap
from rag.answer.find.candidates import judged_text
from rag.answer.find.evidence import Candidate
from rag.answer.question import read_question
from rag.language.english.words import content_words
from rag.language.text import display
from rag.library import Library
from rag.types import Document, Kind

_POSITIVES = 2
_NEGATIVES = 2
_UNANSWERABLE = 3
_BESIDE = 3
_COLLECTION = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question and a text; ``relevance`` is the untouched reranker's logit, ``None`` where it did not see it."""

    question: str
    text: str
    answerable: bool
    relevance: float | None
    source: str


def pairs_of(
    engine: Library, chosen: EvalSet, questions: Sequence[Question], seed: int, on_done: Callable[[], None]
) -> Iterator[Pair]:
    """The pairs of a set's questions, and a near miss of each answerable one that has one.

    Args:
        engine: Holds the documents of ``chosen``.
    """
    chance = random.Random(seed)
    names = names_in(question.text for question in questions)
    for question in questions:
        candidates = candidates_for(engine, question.text)
        holds = answers_of(engine, question)
        positive = [one for one in candidates if question.answerable and holds(one)][:_POSITIVES]
        if question.answerable and not positive and question.any_gold:
            needed = [one for one in question.gold if not one.context]
            positive = [one for one in around(engine, question, needed) if holds(one)][:_POSITIVES]
        on_done()
        if question.answerable and not positive:
            continue  # its evidence answers only with other sentences: no label is sure
        limit = _NEGATIVES if question.answerable else _UNANSWERABLE
        negative = [one for one in candidates if one not in positive and _is_negative(question, one)][:limit]
        for one in [*positive, *negative]:
            yield _pair(question.text, one, one in positive, chosen.name)
        for one in positive[:1]:
            other = swap(question.text, one.judged, names, chance)
            if other:
                yield Pair(
                    question=other.question, text=one.judged, answerable=False, relevance=None, source="near miss"
                )


def _pair(question: str, candidate: Candidate, answerable: bool, source: str) -> Pair:
    return Pair(
        question=question, text=candidate.judged, answerable=answerable, relevance=candidate.relevance, source=source
    )


def answers_of(engine: Library, question: Question) -> Callable[[Candidate], bool]:
    """Whether a candidate answers: it lies in a gold quote, or it holds an accepted answer in a relevant document."""
    needed = [one for one in question.gold if not one.context]
    gold = [place for one in needed for place in gold_places(one, engine.store.catalog.text(one.document_id))]
    if gold:
        return lambda candidate: lies_in(candidate, gold)

    def holds(candidate: Candidate) -> bool:
        relevant = candidate.document.id in question.relevant_ids
        return relevant and bool(contains_answer(display(candidate.sentence.text), question.answers))

    return holds


def around(engine: Library, question: Question, quotes: Sequence[Gold]) -> Sequence[Candidate]:
    """The judged sentences of the passages nearest to some quotes: retrieval may not have found them."""
    hits = {hit.passage.id: hit for one in quotes for hit in nearest_to(engine, one.quote, limit=_BESIDE)}
    with engine.answering() as answering:
        return answering.rerank(read_question(question.text), [*hits.values()]).candidates


def lies_in(candidate: Candidate, gold: Sequence[Place]) -> bool:
    """Whether at least half of a candidate lies in some places of its document."""
    span = candidate.sentence.span
    ranges = [(place.start, place.end) for place in gold if place.document_id == candidate.document.id]
    return covered((span.start, span.end), ranges) >= 0.5


def _is_negative(question: Question, candidate: Candidate) -> bool:
    """A text that holds the answer by chance, elsewhere or in the sentence before, is neither."""
    if candidate.sentence.kind is not Kind.BODY:
        return not question.answerable
    return not contains_answer(candidate.judged, question.answers)


_ASKED = {
    Kind.PUBLISHED: ("When was the article about {topic} published?", "What is the date of “{title}”?"),
    Kind.AUTHOR: ("Who wrote the article about {topic}?", "Who is the author of “{title}”?"),
    Kind.PUBLISHER: ("Which outlet published the article about {topic}?", "What is the source of “{title}”?"),
}
_TOPIC_WORDS = 5


def description_pairs(engine: Library, questions: Sequence[Question], seed: int, limit: int) -> Iterator[Pair]:
    """Questions about author, date and publisher of documents, each with what answers and what not.

    The documents are at most ``limit`` of those that answer ``questions``, so that others stay unseen.

    Not answering: the same fact of another document, another fact of the same one.
    """
    chance = random.Random(seed)
    catalog = engine.store.catalog
    answering = {document_id for question in questions for document_id in question.relevant_ids}
    documents = [one for one in catalog.documents(_COLLECTION, limit=10_000) if one.title and one.id in answering]
    chosen = chance.sample(documents, min(limit, len(documents)))
    facts = [_facts(engine, document) for document in chosen]
    for document, own, others in zip(chosen, facts, [*facts[1:], *facts[:1]], strict=True):
        topic = " ".join(content_words(document.title or "")[:_TOPIC_WORDS])
        for kind, wordings in _ASKED.items():
            question = chance.choice(wordings).format(topic=topic, title=document.title)
            wrong = [text for other, text in [*own.items(), *others.items()] if text != own.get(kind)]
            yield from _about(question, own.get(kind), chance.sample(wrong, min(2, len(wrong))))


def _about(question: str, right: str | None, wrong: Sequence[str]) -> Iterator[Pair]:
    for text in [*([right] if right else []), *wrong]:
        yield Pair(question=question, text=text, answerable=text == right, relevance=None, source="description")


def _facts(engine: Library, document: Document) -> dict[Kind, str]:
    """The text that the reranker sees of each fact that a document's own lines state."""
    text = engine.store.catalog.text(document.id)
    sentences = engine.store.catalog.sentences(document.id, text)
    return {one.kind: judged_text(document, one, display(one.text)) for one in sentences if one.kind in _ASKED}
