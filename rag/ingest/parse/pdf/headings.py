"""Which paragraphs of a PDF are headings, and of which level: by its outline, by size and weight of their letters."""

import re
from collections.abc import Mapping, Sequence

from rag.ingest.parse.pdf.paragraphs import Paragraph, Part, Style, is_large

_WEIGHT = 120
_CHARACTERS = 160
_RUNNING_TEXT = 60
_LEVELS = 6
_ENDED = re.compile(r"[.!?…:;。！？]['\"”’)\]]*$")
_NUMBERING = re.compile(r"^(?:chapter\s+|appendix\s+)?[\dA-Z]{0,3}(?:\.\d+)*[.:)]?\s+", re.IGNORECASE)


def bare_words(text: str) -> str:
    """A heading's words without its number, case and spacing, to compare by.

    >>> bare_words("2.3  Registering as a Member")
    'registering as a member'
    """
    return " ".join(_NUMBERING.sub("", text.strip()).casefold().split())


def heading_levels(parts: Sequence[Part], style: Style, outline: Mapping[str, int]) -> list[int]:
    """The level of each part of a document, 0 for what is no heading.

    Args:
        outline: The levels of its entries, from 1, by their ``bare_words``.
    """
    found = [
        isinstance(part, list) and _is_heading(part, after, style, outline)
        for part, after in zip(parts, [*parts[1:], []], strict=True)
    ]
    looks = {
        _look(part, style) for part, heading in zip(parts, found, strict=True) if heading and isinstance(part, list)
    }
    ranks = {look: min(rank, _LEVELS) for rank, look in enumerate(sorted(looks, reverse=True), start=1)}
    return [
        (outline.get(bare_words(words(part))) or ranks[_look(part, style)]) if heading and isinstance(part, list) else 0
        for part, heading in zip(parts, found, strict=True)
    ]


def words(paragraph: Paragraph) -> str:
    """The words of a paragraph on one line."""
    return " ".join(placed.line.text for placed in paragraph)


def _look(paragraph: Paragraph, style: Style) -> tuple[int, bool]:
    line = paragraph[0].line
    return round(2 * line.size / style.size * 5), line.weight >= style.weight + _WEIGHT


def _is_heading(paragraph: Paragraph, after: Part, style: Style, outline: Mapping[str, int]) -> bool:
    """A short paragraph that the outline names, in larger letters, or in heavier ones above running text."""
    lines = [placed.line for placed in paragraph]
    text = words(paragraph)
    if len(text) > _CHARACTERS or not any(character.isalpha() for character in text):
        return False
    if bare_words(text) in outline:
        return True
    larger = all(is_large(line, style) for line in lines)
    heavier = all(line.weight >= style.weight + _WEIGHT for line in lines)
    above_text = heavier and (not isinstance(after, list) or len(words(after)) >= _RUNNING_TEXT)
    return (larger or above_text) and not _ENDED.search(text.rstrip(":"))
