"""What each stage of the retrieval ranked for a question, and what it should have found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.measures.measures import covered
from eval.run.looking import found_for
from eval.sets.question import Gold, Question
from rag.answer.find.evidence import Hit
from rag.library import Library
from rag.storage.catalog import Catalog

STAGES = ("dense", "lexical", "fused", "rerank")
_HALF = 0.5

Spans = Mapping[str, Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Characters of a document."""

    document_id: str
    start: int
    end: int


def gold_places(gold: Gold, text: str) -> tuple[Place, ...]:
    """Everywhere a gold quote stands in its document, whose text is ``text``."""
    places = []
    start = text.find(gold.quote)
    while start >= 0:
        places.append(Place(document_id=gold.document_id, start=start, end=start + len(gold.quote)))
        start = text.find(gold.quote, start + 1)
    return tuple(places)


def passage_spans(catalog: Catalog, collection: str) -> dict[str, list[tuple[int, int]]]:
    """The (start, end) of every passage, by document."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for identifier in catalog.ids(catalog.passage_keys(collection)).values():
        document_id, _, span = identifier.rpartition("#")
        start, _, end = span.partition("-")
        spans.setdefault(document_id, []).append((int(start), int(end)))
    return spans


def relevant_items(question: Question, gold: Sequence[Sequence[Place]], spans: Spans) -> tuple[str, ...]:
    """The ids that a ranking should find: passages with gold, or documents where there are no gold quotes.

    A passage has gold where it holds at least half of a gold quote, or half of it is gold. A quote
    that is in no passage counts as one that is never found.
    """
    if not question.gold:
        return question.relevant_ids
    needed = [places for one, places in zip(question.gold, gold, strict=True) if not one.context]
    return tuple(dict.fromkeys(item for places in needed for place in places for item in _passages(place, spans)))


def _passages(place: Place, spans: Spans) -> list[str]:
    quote = (place.start, place.end)
    found = [
        span
        for span in spans.get(place.document_id, ())
        if covered(quote, [span]) >= _HALF or covered(span, [quote]) >= _HALF
    ]
    return [f"{place.document_id}#{start}-{end}" for start, end in found or [quote]]


def legs_of(engine: Library, question: str, *, by_document: bool) -> dict[str, list[str]]:
    """The ids that each stage ranked, best first, as deep as the engine itself looks.

    Args:
        by_document: Give documents in the order of their best passages, instead of passages.
    """
    _, hits = found_for(engine, question)
    legs = {stage: _ranked(hits, stage) for stage in STAGES[:-1]}
    reranked = engine.search(question, limit=engine.settings.retrieve_limit)
    legs[STAGES[-1]] = [f"{one.document_id}#{one.start}-{one.end}" for one in reranked]
    return {stage: _documents(ids) if by_document else ids for stage, ids in legs.items()}


def _ranked(hits: Sequence[Hit], stage: str) -> list[str]:
    found = [hit for hit in hits if stage in hit.scores]
    found.sort(key=lambda hit: (-hit.scores[stage], hit.passage.id))
    return [hit.passage.id for hit in found]


def _documents(passage_ids: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(identifier.rpartition("#")[0] for identifier in passage_ids))
