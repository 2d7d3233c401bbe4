"""Reading: the fewest source sentences that answer, or that nothing does.

What this does not do: write. Every word of an answer is a source's.
"""

import re
from collections.abc import Sequence

from rag.answerability import confidence, support
from rag.clean import display
from rag.conflicts import find_conflicts, with_sides
from rag.terms import content_words, stem
from rag.types import Candidate, Finding, Kind, Reading, Source, Span

_MARGIN = 3.0
_SAME = 0.8
_DANGLING = re.compile(
    r"(?:(?:he|she|it|they|this|these|those|that|his|her|hers|its|their|theirs|such|both|neither|some|others?|another"
    r"|however|but|and|so|yet|thus|therefore|moreover|furthermore|meanwhile|instead|nevertheless|nonetheless|still"
    r"|also|then|there|here|as a result|in addition|on the other hand|for example|for instance|the former|the latter"
    r"|conversely|consequently|similarly|likewise|secondly|thirdly|finally|the more than)\b|[-*•–])",
    re.IGNORECASE,
)


class ExtractiveReader:
    """Answers with the sentences that the reranker found most relevant.

    Args:
        threshold: The confidence, 0 to 1, from which a question counts as answered.
    """

    name = "extractive"

    def __init__(self, *, threshold: float) -> None:
        self._threshold = threshold

    def read(self, question: str, candidates: Sequence[Candidate], *, max_statements: int) -> Reading:
        """See ``Reader.read``; ``candidates`` come best first."""
        sure = confidence(candidates)
        if not candidates or sure < self._threshold:
            return Reading(answered=False, findings=(), confidence=sure)
        best = candidates[0].score
        near = [candidate for candidate in candidates if candidate.score >= best - _MARGIN]
        differ = find_conflicts(question, candidates)
        groups, conflicts = with_sides(_without_repeats(near), differ, candidates, most=max_statements)
        findings = tuple(_finding(group) for group in groups)
        return Reading(answered=True, findings=findings, confidence=sure, conflicts=conflicts)


def _without_repeats(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Candidates that say the same, in groups, the best first."""
    groups: list[list[Candidate]] = []
    for candidate in candidates:
        for group in groups:
            if _says_the_same(group[0], candidate):
                group.append(candidate)
                break
        else:
            groups.append([candidate])
    return groups


def _says_the_same(one: Candidate, other: Candidate) -> bool:
    """True where the sentences share most of their words (Jaccard index of the stems of content words)."""
    if Kind.BODY not in (one.sentence.kind, other.sentence.kind):
        return False
    first, second = ({stem(w) for w in content_words(c.sentence.text)} for c in (one, other))
    return len(first & second) >= _SAME * max(len(first | second), 1)


def _finding(group: Sequence[Candidate]) -> Finding:
    best = group[0]
    text, spans = _shown(best)
    repeats = [Source(document=repeat.document, span=repeat.sentence.span) for repeat in group[1:]]
    sources = [Source(document=best.document, span=span) for span in spans]
    return Finding(text=text, sources=(*sources, *repeats), support=support(best.score))


def _shown(candidate: Candidate) -> tuple[str, list[Span]]:
    """The text of a statement and the spans it is made of, with what a reader needs to understand it.

    A fact of the description comes after its document's title; a sentence that cannot stand alone
    comes with the one before.
    """
    sentence, previous, title = candidate.sentence, candidate.previous, candidate.title
    if sentence.kind is Kind.BODY:
        if previous is None or not _DANGLING.match(sentence.text):
            return display(sentence.text), [sentence.span]
        span = Span(start=previous.span.start, end=sentence.span.end)
        return f"{display(previous.text)} {display(sentence.text)}", [span]
    if title is None or sentence.kind is Kind.TITLE:
        return display(sentence.text), [sentence.span]
    return f"{display(title.text)} \u2014 {display(sentence.text)}", [title.span, sentence.span]
