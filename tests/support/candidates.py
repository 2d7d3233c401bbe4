"""Candidates with chosen scores."""

from __future__ import annotations

from rag.answer.find.evidence import Candidate
from rag.types import Document, Kind, Sentence, Span

FACT = "Who built the lighthouse of Morvane?"


BROAD = "What are the main dangers of the coast?"


def document(name: str, published: str | None = None) -> Document:
    return Document(
        id=name,
        collection="default",
        title=None,
        author=None,
        publisher=None,
        published=published,
        media_type="text/plain",
        path=f"{name}.txt",
        sha256="",
        bytes=0,
        characters=0,
        passages=1,
        ingested_at="",
    )


def candidate(
    text: str,
    score: float,
    *,
    name: str = "one",
    start: int = 0,
    published: str | None = None,
    framed: bool = False,
) -> Candidate:
    sentence = Sentence(span=Span(start=start, end=start + len(text)), text=text, kind=Kind.BODY, block=0)
    return Candidate(
        document=document(name, published),
        sentence=sentence,
        previous=None,
        title=None,
        passage_id=f"{name}#{start}",
        judged=text,
        score=score,
        relevance=score,
        answerability=score,
        framed=framed,
    )


LIGHTHOUSE = candidate("Odo Harwick built the lighthouse of Morvane in 1847.", 6.0)


MAY = candidate("The mill burnt.", 3.0, name="may", published="2025-05-20")


JUNE = candidate("The mill was rebuilt.", 4.0, name="june", published="2025-06-02")
