"""What the tools return: what a language model needs to use a source, and to say where it is.

None has slots: the SDK would take them for defaults, and say nothing of what is returned.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.types import Answer, Citation, Difference, Document, RankedPassage, Verification


@dataclass(frozen=True, kw_only=True)
class Source:
    """A quote and where it is: `read_document` with `start` and `end` returns exactly it."""

    number: int
    document_id: str
    title: str | None
    path: str
    page: int | None
    published: str | None
    start: int
    end: int
    quote: str


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer whose `[n]` are the numbers of `sources`; not answered where the documents do not say."""

    answered: bool
    answer: str
    complete: bool
    confidence: float
    sources: list[Source]
    missing_terms: list[str]
    receipt: str


@dataclass(frozen=True, kw_only=True)
class FoundPassage:
    """A passage, its document, and where it is in its text."""

    document_id: str
    title: str | None
    path: str
    published: str | None
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """Passages, best first."""

    passages: list[FoundPassage]


@dataclass(frozen=True, kw_only=True)
class ReadText:
    """The characters `start` to `end` of a document, of which it has `characters`."""

    document_id: str
    title: str | None
    path: str
    published: str | None
    characters: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class CheckedSentence:
    """A sentence, whether the documents say it, and what they say otherwise."""

    text: str
    verdict: str
    support: float
    sources: list[int]
    differences: list[Difference]


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A text, sentence by sentence; `supported` is the share that the documents say."""

    supported: float
    sentences: list[CheckedSentence]
    sources: list[Source]


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What became of a document: added, updated, unchanged, removed, or rejected with the reason."""

    document_id: str | None
    outcome: str
    reason: str | None = None


def answered(answer: Answer) -> Answered:
    """An answer as a tool returns it."""
    return Answered(
        answered=answer.answered,
        answer=answer.answer,
        complete=answer.complete,
        confidence=answer.confidence,
        sources=_sources(answer.citations),
        missing_terms=list(answer.missing_terms),
        receipt=answer.id,
    )


def found(passages: Sequence[RankedPassage], document: Callable[[str], Document]) -> Found:
    """Passages with what is known of their documents."""
    records = {identifier: document(identifier) for identifier in {one.document_id for one in passages}}
    return Found(passages=[_passage(one, records[one.document_id]) for one in passages])


def read(document: Document, text: str, *, start: int, end: int) -> ReadText:
    """A part of a document's text."""
    part = text[start:end]
    first = min(start, len(text))
    return ReadText(
        document_id=document.id,
        title=document.title,
        path=document.path,
        published=document.published,
        characters=len(text),
        start=first,
        end=first + len(part),
        text=part,
    )


def checked(verification: Verification) -> Checked:
    """A verification as a tool returns it."""
    sentences = [
        CheckedSentence(
            text=one.text,
            verdict=one.verdict,
            support=one.support,
            sources=list(one.citations),
            differences=list(one.differences),
        )
        for one in verification.sentences
    ]
    return Checked(supported=verification.supported, sentences=sentences, sources=_sources(verification.citations))


def _sources(citations: Sequence[Citation]) -> list[Source]:
    return [
        Source(
            number=one.number,
            document_id=one.document_id,
            title=one.title,
            path=one.path,
            page=one.page,
            published=one.published,
            start=one.start,
            end=one.end,
            quote=one.quote,
        )
        for one in citations
    ]


def _passage(passage: RankedPassage, document: Document) -> FoundPassage:
    return FoundPassage(
        document_id=document.id,
        title=document.title,
        path=document.path,
        published=document.published,
        start=passage.start,
        end=passage.end,
        text=passage.text,
    )
