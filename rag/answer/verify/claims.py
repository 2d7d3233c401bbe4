"""The sentences of a text that claim something.

Headings, questions, code and what only leads to a list claim nothing that a source could say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer.find.units import leaf_unit
from rag.blocks import Form
from rag.language.english.context import leans
from rag.language.outline import Outline
from rag.language.text import display
from rag.types import Kind, Sentence, Span

_MARKS = re.compile(r"\s?\[\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,9}\]")
_LEAST_WORDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence of a text: its place, its own words as they are judged, and the sentence that they lean on.

    ``text`` has what a row or an item needs to be understood, and no marks of citations.
    """

    span: Span
    text: str
    before: str = ""


def claims_of(outline: Outline, sentences: Sequence[Sentence]) -> Iterator[Claim]:
    """The claims of a text, in order.

    >>> from rag.types import Kind, Sentence
    >>> said = "It rained [1]. Did it?"
    >>> spans = [Span(start=0, end=14), Span(start=15, end=22)]
    >>> sentences = [Sentence(span=one, text=one.of(said), kind=Kind.BODY, block=0) for one in spans]
    >>> [one.text for one in claims_of(Outline(said, []), sentences)]
    ['It rained.']
    """
    previous: Sentence | None = None
    for sentence in sentences:
        before = previous if previous is not None and previous.block == sentence.block else None
        previous = sentence
        text = _said(outline, sentence)
        if sentence.kind is not Kind.HEADING and _claims(text):
            leant_on = display(before.text) if before is not None and leans(sentence, before) else ""
            yield Claim(span=sentence.span, text=text, before=without_marks_of_citations(leant_on))


def without_marks_of_citations(text: str) -> str:
    """A text without the numbers of citations in square brackets.

    >>> without_marks_of_citations("It rained [1][2, 3].")
    'It rained.'
    """
    return _MARKS.sub("", text)


def _said(outline: Outline, sentence: Sentence) -> str:
    """What a sentence says, empty for what only leads to a list, and for code."""
    if outline.only_leads(sentence.block, sentence.span) or outline.form(sentence.block) is Form.CODE:
        return ""
    unit = leaf_unit(outline, sentence.block, sentence.span)
    return without_marks_of_citations(unit.text if unit else display(sentence.text))


def _claims(text: str) -> bool:
    return len(text.split()) >= _LEAST_WORDS and not text.endswith("?")
