"""What a claim is held against."""

from dataclasses import dataclass

from rag.answer.find.evidence import Candidate
from rag.language.text import display
from rag.types import Document, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A sentence or unit of a document: its place, and its display text with what it needs to be understood.

    What it needs is what leads to an item, the names of a row's columns, or the sentence that "it" refers to; of that
    sentence ``leant_on`` is the place. ``above`` are the title and the heading that it stands under.
    """

    document: Document
    span: Span
    text: str
    leant_on: Span | None = None
    above: tuple[str, ...] = ()


def above(candidate: Candidate) -> tuple[str, ...]:
    """The title and the heading that a candidate stands under, as they are shown."""
    return tuple(display(one.text) for one in (candidate.title, candidate.heading) if one is not None)
