"""A date in a question narrows the sources to those of that date; a wish for the latest or first orders them."""

import re
from collections.abc import Sequence

from rag.answer.find.evidence import Candidate
from rag.answer.question import Question
from rag.language.english.values.dates import may_be_published
from rag.types import Document

_WRITING = r"(?:article|report|story|news|piece|post|coverage|update|text|document|source|dispatch)s?"
_OF_WRITING = re.compile(rf"\b{_WRITING}\b|\b(?:published|written|reported|according|dated)\b", re.IGNORECASE)
_ONE_OF_THEM = r"(?:\w+ ){0,2}(?:article|report|story|piece|post|document|source)s?"  # "latest news" is a phrase
_NEWEST = re.compile(rf"\b(?:latest|newest|most recent) {_ONE_OF_THEM}\b", re.IGNORECASE)
_OLDEST = re.compile(rf"\b(?:earliest|oldest) {_ONE_OF_THEM}\b", re.IGNORECASE)


def in_time(question: Question, candidates: Sequence[Candidate], answering: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates of the documents that a question's words about time leave, in their order; all where none fit.

    "The article of 2 June 2025" leaves documents published that day, "reports of May 2025" those of that
    month, "the latest article" the newest of the dated ones. A date that is not about the writing leaves all, and
    a document that says that it was published after it was ingested has no date.

    Args:
        answering: Those of ``candidates`` of which the latest or oldest is taken: it must speak of what is asked.
    """
    wanted = _wanted(question, [day for one in answering if (day := _published(one.document))])
    if wanted is None:
        return candidates
    return [one for one in candidates if _published(one.document).startswith(wanted)] or candidates


def _published(document: Document) -> str:
    """When a document was published, empty where it does not say or cannot be believed."""
    day = document.published or ""
    return day if may_be_published(day, document.ingested_at) else ""


def _wanted(question: Question, published: Sequence[str]) -> str | None:
    """How an ISO date must begin, ``None`` where the question does not say."""
    if published and _NEWEST.search(question.text):
        return max(published)
    if published and _OLDEST.search(question.text):
        return min(published)
    return question.date if _OF_WRITING.search(question.text) else None
