"""Composition: the fewest candidates that answer, grouped where several say the same."""

import re
from collections.abc import Sequence

from rag.context import stands_alone
from rag.terms import content_words, stem
from rag.types import Candidate, Kind

_MARGIN = 3.0
_SAME = 0.8
_SHORT = 10
_FACT_STATEMENTS = 3
_BROAD = re.compile(
    r"""\b(?:
        why | explain | describe | summari[sz]e | overview | tell\ me | compare | differences? | both | each
      | what\ (?:are|were)\ (?:\w+\ ){0,4}\w+s\b
      | (?:what|which)\ (?:\w+\ ){0,2}\w+s\ (?:are|were|do|did|have|has)\b
      | (?:what|which)\ (?:\w+\ ){0,2}?(?!is|was|has|does|this)\w+[^s\W]s\b
      | how\ (?:do|does|did|has|have|is|are|was|were|could|can|should|would|might|may)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def asks_for_several(question: str) -> bool:
    """True for a broad question, which several statements answer together.

    >>> asks_for_several("What are the main sticking points?"), asks_for_several("Who met Putin?")
    (True, False)
    """
    return _BROAD.search(question) is not None


def compose(question: str, candidates: Sequence[Candidate], *, limit: int) -> list[list[Candidate]]:
    """The candidates to state, the best first, each with those that say the same.

    Args:
        candidates: Best first.
        limit: Statements at most.
    """
    if not candidates:
        return []
    broad = asks_for_several(question)
    floor = candidates[0].score - _MARGIN
    groups: list[list[Candidate]] = []
    for candidate in candidates:
        if candidate.score >= floor:
            _join(question, groups, candidate)
    return groups[: limit if broad else min(limit, _FACT_STATEMENTS)]


def announces(question: str, candidate: Candidate) -> bool:
    """True where a short sentence only repeats what a broad question asks: the answer comes after it.

    "Key sticking points quickly emerged." announces what "What are the main sticking points?" asks.
    """
    if not asks_for_several(question) or len(candidate.sentence.text.split()) > _SHORT:
        return False
    asked = {stem(word) for word in content_words(question)}
    said = {stem(word) for word in content_words(candidate.sentence.text)}
    return 2 * len(asked & said) > len(asked)


def _join(question: str, groups: list[list[Candidate]], candidate: Candidate) -> None:
    """Add a candidate to the group that says the same, or as a group of its own; what is shown already is left out."""
    for group in groups:
        if _shows(question, group[0], candidate) or _shows(question, candidate, group[0]):
            return
        if says_the_same(group[0], candidate):
            group.append(candidate)
            return
    groups.append([candidate])


def says_the_same(one: Candidate, other: Candidate) -> bool:
    """True where the sentences share most of their words (Jaccard index of the stems of content words)."""
    if Kind.BODY not in (one.sentence.kind, other.sentence.kind):
        return False
    first, second = ({stem(word) for word in content_words(each.sentence.text)} for each in (one, other))
    return len(first & second) >= _SAME * max(len(first | second), 1)


def _shows(question: str, one: Candidate, other: Candidate) -> bool:
    """True where ``one`` is shown together with the sentence that ``other`` is."""
    if one.document.id != other.document.id:
        return False
    if announces(question, one) and other.sentence in one.following:
        return True
    return one.previous == other.sentence and not stands_alone(one.sentence.text)
