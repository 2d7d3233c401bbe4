"""Reading: the fewest source sentences that answer, or that nothing does.

What this does not do: write. Every word of an answer is a source's.
"""

from collections.abc import Sequence

from rag.answerability import confidence, signals, support
from rag.clean import display
from rag.compose import announces, compose
from rag.conflicts import find_conflicts, with_sides
from rag.context import stands_alone
from rag.dating import in_time
from rag.types import Candidate, Finding, Kind, Reading, Source, Span


class ExtractiveReader:
    """Answers with the sentences that the reranker found most relevant.

    Args:
        threshold: The confidence, 0 to 1, from which a question counts as answered.
    """

    name = "extractive"

    def __init__(self, *, threshold: float) -> None:
        self._threshold = threshold

    def read(
        self, question: str, candidates: Sequence[Candidate], missing_terms: Sequence[str], *, max_statements: int
    ) -> Reading:
        """See ``Reader.read``."""
        sure = confidence(signals(question, candidates, missing_terms))
        if not candidates or sure < self._threshold:
            return Reading(answered=False, findings=(), confidence=sure)
        left = in_time(question, candidates)
        groups = compose(question, left, limit=max_statements)
        shown, conflicts = with_sides(groups, find_conflicts(question, left), left, most=max_statements)
        findings = tuple(_finding(question, group) for group in shown)
        return Reading(answered=True, findings=findings, confidence=sure, conflicts=conflicts)


def _finding(question: str, group: Sequence[Candidate]) -> Finding:
    best = group[0]
    text, spans = _announced(best) if announces(question, best) else _shown(best)
    repeats = [Source(document=repeat.document, span=repeat.sentence.span) for repeat in group[1:]]
    sources = [Source(document=best.document, span=span) for span in spans]
    return Finding(text=text, sources=(*sources, *repeats), support=support(best))


def _announced(candidate: Candidate) -> tuple[str, list[Span]]:
    """A sentence that only announces, with those that it announces."""
    whole = [candidate.sentence, *candidate.following]
    span = Span(start=whole[0].span.start, end=whole[-1].span.end)
    return " ".join(display(one.text) for one in whole), [span]


def _shown(candidate: Candidate) -> tuple[str, list[Span]]:
    """The text of a statement and the spans it is made of, with what a reader needs to understand it.

    A fact of the description comes after its document's title; a sentence that cannot stand alone
    comes with the one before.
    """
    sentence, previous, title = candidate.sentence, candidate.previous, candidate.title
    if sentence.kind is Kind.BODY:
        if previous is None or stands_alone(sentence.text):
            return display(sentence.text), [sentence.span]
        span = Span(start=previous.span.start, end=sentence.span.end)
        return f"{display(previous.text)} {display(sentence.text)}", [span]
    if title is None or sentence.kind is Kind.TITLE:
        return display(sentence.text), [sentence.span]
    return f"{display(title.text)} \u2014 {display(sentence.text)}", [title.span, sentence.span]
