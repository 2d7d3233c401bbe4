"""Of a list and its items the one that answers: the smallest unit that does so completely."""

from collections.abc import Iterator, Sequence

from rag.answer.find.evidence import Candidate
from rag.answer.question import Question

_HOLDERS = frozenset({"list", "steps", "record"})
_BROAD_MARGIN = 1.5


def sized(question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without those that are part of a better one, or have a part that is better.

    A list gives way to its best item, unless it is judged better itself; where several statements answer together,
    it may be a little worse.

    Args:
        candidates: Best first.
    """
    margin = _BROAD_MARGIN if question.broad else 0.0
    dropped: set[int] = set()
    for place, whole in enumerate(candidates):
        parts = [number for number in _parts(candidates, place) if number not in dropped]
        if not parts or place in dropped:
            continue
        best = candidates[parts[0]]
        if whole.score >= best.score - margin:
            dropped.update(parts)
        else:
            dropped.add(place)
    kept = [one for place, one in enumerate(candidates) if place not in dropped]
    return sorted(kept, key=lambda one: -one.score)


def holds(whole: Candidate, part: Candidate) -> bool:
    """Whether a list or record has another candidate in it."""
    if (
        whole.unit is None
        or whole.unit.kind not in _HOLDERS
        or not whole.unit.whole
        or whole.document.id != part.document.id
    ):
        return False
    return whole != part and whole.span.start <= part.span.start and part.span.end <= whole.span.end


def _parts(candidates: Sequence[Candidate], place: int) -> Iterator[int]:
    """The places of what a candidate holds, best first."""
    return (number for number, one in enumerate(candidates) if number != place and holds(candidates[place], one))
