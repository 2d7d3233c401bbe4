"""What a reader makes of what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.answer.find.evidence import Candidate
from rag.answer.question import Question
from rag.types import Conflict, Difference, Document, Span, TableRows

READERS = ("extractive", "generative")
"""In the sources' own words, or in those of a language model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A span of a document that a statement rests on."""

    document: Document
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPart:
    """A part of a finding that is cited by itself; its sources are among those of the finding."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A statement before its citations are numbered: display text, sources (never empty) and support (0 to 1).

    ``kind``, ``parts``, ``table``, ``verdict`` and ``differences`` are as ``Statement`` has them."""

    text: str
    sources: tuple[Source, ...]
    support: float
    kind: str = "sentence"
    parts: tuple[FoundPart, ...] = ()
    table: TableRows | None = None
    complete: bool = True
    verdict: str = "supported"
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader made of the candidates: findings in the order of the answer, and its confidence.

    ``conflicts`` names findings by position.
    """

    answered: bool
    findings: tuple[Finding, ...]
    confidence: float
    conflicts: tuple[Conflict, ...] = ()


class Reader(Protocol):
    """Makes an answer of candidates."""

    @property
    def name(self) -> str: ...

    def read(self, question: Question, candidates: Sequence[Candidate], *, max_statements: int) -> Reading:
        """Choose what answers ``question``; an unanswerable one is a value, never an error.

        Args:
            candidates: Best first.
        """
        ...
