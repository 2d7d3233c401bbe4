"""Reading: the fewest source sentences that answer, or that nothing does.

What this does not do: write. Every word of an answer is a source's.
"""

from collections.abc import Sequence

from rag.answer.confidence import confidence, signals, support
from rag.answer.find.candidates import announced_text, announces
from rag.answer.find.evidence import Candidate
from rag.answer.question import Question
from rag.answer.read.compose import compose
from rag.answer.read.conflicts import find_conflicts, with_sides
from rag.answer.read.dating import in_time
from rag.answer.read.reader import Finding, Reading, Source
from rag.answer.read.sizes import sized
from rag.answer.read.structure import adds, date_line, findings_of, with_tables
from rag.language.english.context import leans, stands_alone
from rag.language.text import display
from rag.types import Kind, Sentence, Span

_MAY_ANSWER = 0.3


class ExtractiveReader:
    """Answers with the sentences that the reranker ranked first.

    Args:
        threshold: The confidence, 0 to 1, from which a question counts as answered.
    """

    name = "extractive"

    def __init__(self, *, threshold: float) -> None:
        self._threshold = threshold

    def read(self, question: Question, candidates: Sequence[Candidate], *, max_statements: int) -> Reading:
        """See ``Reader.read``."""
        left = sized(considered(question, candidates))
        sure = confidence(signals(question, left))
        if not left or sure < self._threshold:
            return Reading(answered=False, findings=(), confidence=sure)
        groups = compose(question, left, limit=max_statements, confidence=sure)
        shown, conflicts = with_sides(groups, find_conflicts(question, left), left, most=max_statements)
        findings = findings_of(question, shown if conflicts else with_tables(shown), _finding)
        return Reading(answered=True, findings=findings, confidence=sure, conflicts=conflicts)


def considered(question: Question, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates of the time that a question names; its latest or oldest article is one that may answer."""
    least = _MAY_ANSWER * max((support(one) for one in candidates), default=0.0)
    return in_time(question, candidates, [one for one in candidates if one.rival or support(one) >= least])


def _finding(question: Question, group: Sequence[Candidate]) -> Finding:
    best = group[0]
    text, spans = _announced(best) if announces(question, best) else _shown(question, best)
    if (dated := date_line(question, best)) is not None:
        text, spans = f"{display(dated.text)} \u2014 {text}", [dated.span, *spans]
    repeats = [Source(document=repeat.document, span=repeat.sentence.span) for repeat in group[1:]]
    sources = [Source(document=best.document, span=span) for span in spans]
    return Finding(text=text, sources=(*sources, *repeats), support=support(best))


def _announced(candidate: Candidate) -> tuple[str, list[Span]]:
    """A sentence that only announces, with those that it announces."""
    whole = [candidate.sentence, *candidate.following]
    span = Span(start=whole[0].span.start, end=whole[-1].span.end)
    return announced_text(candidate), [span]


def _shown(question: Question, candidate: Candidate) -> tuple[str, list[Span]]:
    """The text of a statement and the spans it is made of, with what a reader needs to understand it.

    A fact of the description comes after its document's title; a sentence that leans on the one before comes with
    that; one that points back to nothing, or lacks a word of the question that its heading has, after its heading.
    """
    sentence, previous = candidate.sentence, candidate.previous
    text, span = display(sentence.text), sentence.span
    if sentence.kind is Kind.BODY and previous is not None and leans(sentence, previous):
        text, span = f"{display(previous.text)} {text}", Span(start=previous.span.start, end=span.end)
        back = False
    else:
        back = not stands_alone(sentence.text)
    above = _above(candidate)
    if above is None or (sentence.kind is Kind.BODY and not back and not adds(question, above, text)):
        return text, [span]
    return f"{display(above.text)} \u2014 {text}", [above.span, span]


def _above(candidate: Candidate) -> Sentence | None:
    """The line that says what a sentence is about: its heading, or of a fact of the description its title."""
    match candidate.sentence.kind:
        case Kind.BODY:
            return candidate.heading
        case Kind.TITLE:
            return None
        case _:
            return candidate.title
