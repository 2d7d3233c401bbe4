"""Raised characters of a page: found by their place, written as what they are once the page's notes are known."""

import re
from collections.abc import Sequence, Set
from itertools import groupby

from rag.ingest.parse.pdf.objects import Box
from rag.ingest.parse.raised import LONGEST, raised

OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Stand around raised characters until it is known what they are; Unicode has them for such use."""

_CONTEXT = 40
_MARKED = re.compile(f"{OPEN}(?P<mark>[^{OPEN}{CLOSE}]*){CLOSE}")
_BOUNDS = re.compile(f"[{OPEN}{CLOSE}]")
_NOTE = re.compile(rf"{OPEN}(?P<mark>\d{{1,3}}|[a-z*†‡§]+){CLOSE}")
_SMALL_NOTE = re.compile(r"(?P<mark>\d{1,3}|[*†‡§]{1,3})(?:[.)]?\s|(?=[^\W\d_]))")
_SHORTEST = 0.92
_RAISED = 0.26  # heights above the line; a part of a ligature stands at 0.2


def marked_up(text: str, boxes: Sequence[Box]) -> tuple[str, Box]:
    """A word with marks around its raised characters, and its place without them.

    Args:
        boxes: Of its characters; the text may have a hyphen more.
    """
    base = max(boxes, key=lambda box: box[3] - box[1])
    raised = [is_raised(box, base) for box in boxes]
    parts = []
    for up, run in groupby(range(len(boxes)), lambda index: raised[index]):
        characters = "".join(text[index] for index in run)
        parts.append(f"{OPEN}{characters}{CLOSE}" if up else characters)
    across = [side for box in boxes for side in (box[0], box[2])]
    return "".join(parts) + text[len(boxes) :], (min(across), base[1], max(across), base[3])


def written(text: str, notes: Set[str]) -> str:
    """A text with its raised characters as they are written: exponents stay, the marks of notes go.

    Args:
        notes: The marks of the notes of its page.

    >>> written(f"40 m{OPEN}2{CLOSE} in 1998{OPEN}3{CLOSE}.", {"3"})
    '40 m² in 1998.'
    """
    found, end = "", 0
    for marked in _MARKED.finditer(text):
        found += text[end : marked.start()]
        end = marked.end()
        after = _BOUNDS.sub("", text[end : end + _CONTEXT])
        mark = marked["mark"]
        found += raised(mark, found[-_CONTEXT:], after, notes=notes) if len(mark) <= LONGEST else mark
    return " ".join((found + text[end:]).split())


def marks_of(text: str) -> list[str]:
    """The raised characters of a text."""
    return [marked["mark"] for marked in _MARKED.finditer(text)]


def note_mark(text: str, *, small: bool) -> str | None:
    """The mark that a line begins with, where it is a note: it is raised, or the whole line is small."""
    found = _NOTE.match(text) or (_SMALL_NOTE.match(text) if small else None)
    return found["mark"] if found else None


def is_raised(box: Box, base: Box) -> bool:
    """Whether something stands higher than what is beside it and is smaller."""
    height = base[3] - base[1]
    return box[3] - box[1] < _SHORTEST * height and box[1] - base[1] > _RAISED * height
