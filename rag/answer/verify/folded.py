"""A text as quotes are compared: without what a copy loses, and where each character of it stands in the original."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_SHAPES = str.maketrans("‘’‚‛′“”„‟″«»", "'''''" + '"' * 7)
_TARGET = re.compile(r"\]\([^()\s]{0,500}\)")
_CUT = re.compile(r"(?<=[^\W\d_])-[ \t]*\r?\n[ \t]*(?=[^\W\d_])")
_LINE_MARK = re.compile(r"(?m)^[ \t]*(?:>[ \t]?)+|^#{1,6}[ \t]")
_MARKS = frozenset("*`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """The characters that are compared, and the place of each in the text; ``end`` is behind its last one."""

    text: str
    places: tuple[int, ...]

    def start(self, place: int) -> int:
        """Where a character stands in the original."""
        return self.places[place]

    def end(self, place: int) -> int:
        """Where the original goes on behind the characters before ``place``."""
        return self.places[place - 1] + 1


def fold(text: str) -> Folded:
    """A text with white space as one space each, one shape of quotation marks, and without marks of Markdown.

    >>> fold("It  was\\n“**new**”.").text
    'It was "new".'
    """
    kept = list(_kept(text))
    return Folded(text="".join(one for one, _ in kept), places=tuple(place for _, place in kept))


def _kept(text: str) -> Iterator[tuple[str, int]]:
    dropped = _dropped(text)
    space = True  # none at the start
    for place, one in enumerate(text.translate(_SHAPES)):
        if place in dropped or one in _MARKS or unicodedata.category(one) == "Cf":
            continue
        if one.isspace():
            if not space:
                yield " ", place
            space = True
        elif one != "_" or _joins(text, place):
            yield one, place
            space = False


def _dropped(text: str) -> set[int]:
    """The places of links' targets, hyphens at line ends and marks at line starts."""
    dropped: set[int] = set()
    for pattern in (_TARGET, _CUT, _LINE_MARK):
        for match in pattern.finditer(text):
            dropped.update(range(*match.span()))
    dropped.update(place for match in _TARGET.finditer(text) if (place := text.rfind("[", 0, match.start())) >= 0)
    return dropped


def _joins(text: str, place: int) -> bool:
    """Whether an underscore is within a word."""
    return text[place - 1 : place].isalnum() and text[place + 1 : place + 2].isalnum()
