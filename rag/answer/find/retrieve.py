"""Retrieval: the passages that may answer, from the dense and the lexical leg, fused."""

from collections.abc import Callable, Mapping, Sequence, Set

from rag.answer.find.crowding import crowding
from rag.answer.find.evidence import Hit
from rag.answer.question import Question
from rag.storage.protocols import CatalogView, VectorSearch
from rag.types import Vectors

_SPREAD = 0.3
_WIDER = (8, 64)  # times as deep the dense leg looks for other documents than those that crowd it
_WIDEST = 3_000
_BEHIND = 3.0

Ranked = Sequence[tuple[str, float]]


def retrieve(
    catalog: CatalogView, vectors: VectorSearch, collection: str, question: Question, vector: Vectors, *, limit: int
) -> list[Hit]:
    """The passages of both legs, by fused score, each with the score of every leg that found it.

    Where few documents hold most of what a leg found, the best passages of the others come after them, with
    negative scores.

    Args:
        vector: The encoded question, shape (dimension,).
        limit: Passages a leg returns; at most seven times as many come back, those beside them included.
    """

    def dense(most: int) -> Ranked:
        nearest = vectors.search(collection, vector, most)
        ids = catalog.ids([key for key, _ in nearest])
        return [(ids[key], score) for key, score in nearest if key in ids]

    def lexical(most: int, without: Set[str] = frozenset()) -> Ranked:
        return catalog.search_words(collection, question.sought, most, without)

    legs: dict[str, Ranked] = {"dense": dense(limit), "lexical": lexical(limit)}
    fused = spread(fuse(*legs.values()), catalog.beside)
    crowd = frozenset().union(*(crowding(document_of(one) for one, _ in leg) for leg in legs.values()))
    if crowd and catalog.state(collection).documents > len(crowd):
        more = {"dense": _others(dense, crowd, limit), "lexical": lexical(limit // 2, crowd)}
        known = {one for one, _ in fused}
        fused += [(one, score - _BEHIND) for one, score in fuse(*more.values()) if one not in known]
        legs = {name: [*dict([*leg, *more[name]]).items()] for name, leg in legs.items()}
    passages = catalog.passages([identifier for identifier, _ in fused])
    scores = _scores_by_id({**legs, "fused": fused})
    kept = [(identifier, score) for identifier, score in fused if identifier in passages]
    return [
        Hit(passage=passages[identifier], score=score, rank=rank, scores=scores[identifier])
        for rank, (identifier, score) in enumerate(kept, start=1)
    ]


def document_of(passage_id: str) -> str:
    """The id of the document that a passage is of."""
    return passage_id.rpartition("#")[0]


def _others(search: Callable[[int], Ranked], crowd: Set[str], limit: int) -> Ranked:
    """The best passages of a leg, half its limit at most, that are not of those documents."""
    found: Ranked = []
    for wider in _WIDER:
        depth = min(wider * limit, _WIDEST)
        looked_at = search(depth)
        found = [one for one in looked_at if document_of(one[0]) not in crowd][: limit // 2]
        if len(found) == limit // 2 or len(looked_at) < depth:
            break
    return found


def fuse(*legs: Ranked) -> list[tuple[str, float]]:
    """Min-max fusion: each leg's scores scaled to 0..1, added up; best first, ties by id.

    A passage that a leg did not find gets nothing from it.

    >>> fuse([("a", 0.9), ("b", 0.5)], [("b", 12.0), ("c", 2.0)])
    [('a', 1.0), ('b', 1.0), ('c', 0.0)]
    """
    total: dict[str, float] = {}
    for leg in legs:
        scores = [score for _, score in leg]
        low, width = (min(scores), max(scores) - min(scores)) if scores else (0.0, 0.0)
        for identifier, score in leg:
            total[identifier] = total.get(identifier, 0.0) + ((score - low) / width if width else 1.0)
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))


def spread(fused: Ranked, beside: Callable[[Sequence[str]], Mapping[str, Sequence[str]]]) -> list[tuple[str, float]]:
    """Each passage's score and a share of that of the better one beside it, found or not; order as ``fuse``.

    What answers often stands beside what is about the question: in "It had been down for eleven hours"
    nothing tells what had.

    Args:
        beside: Gives the passages right before and after each, as ``CatalogView.beside``.

    >>> spread([("a", 1.0), ("c", 0.2)], lambda ids: {"a": ["b"], "c": []})
    [('a', 1.0), ('b', 0.3), ('c', 0.2)]
    """
    scores = dict(fused)
    gained: dict[str, float] = {}
    for identifier, neighbours in beside(list(scores)).items():
        for neighbour in neighbours:
            gained[neighbour] = max(gained.get(neighbour, 0.0), _SPREAD * scores[identifier])
    total = {one: scores.get(one, 0.0) + gained.get(one, 0.0) for one in {**scores, **gained}}
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))


def _scores_by_id(legs: Mapping[str, Ranked]) -> dict[str, dict[str, float]]:
    scores: dict[str, dict[str, float]] = {}
    for name, leg in legs.items():
        for identifier, score in leg:
            scores.setdefault(identifier, {})[name] = round(score, 4)
    return scores
