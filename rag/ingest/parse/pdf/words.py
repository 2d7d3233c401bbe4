"""The words of a PDF page as pdfium has them: their characters, where they stand, which way they run.

pdfium gives the characters in the order in which they are drawn, with spaces and line breaks that it finds itself.
What this does not do: trust those line breaks; a raised character makes one within a line.
"""

import re
from collections import Counter
from collections.abc import Iterator
from ctypes import byref, c_ushort
from enum import IntEnum, auto
from typing import Any, NamedTuple
from unicodedata import bidirectional

import pypdfium2.raw as pdfium

from rag.ingest.parse.pdf.objects import Box
from rag.ingest.parse.pdf.raised import marked_up

HYPHEN = "\ufffe"
"""Stands at the end of a line for the hyphen of a word that goes on."""

_UNSEEN = "\x00"
_SOFT = "\xad"
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_WORD = re.compile(r"[^\s\x00\ufffe]+\ufffe?|\ufffe")
_SHORTEST = 0.92  # heights of a font: characters that are lower than this may be raised ones
_WITHIN = re.compile(r"[^\W\d_]\d+|\d\D{1,3}$|[*†‡§]\W{0,3}$")
_LONGEST_MARKED = 60
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


class Way(IntEnum):
    """Which way the characters of a word follow each other, on the page as it is stored."""

    RIGHT = auto()
    LEFT = auto()
    UP = auto()
    DOWN = auto()
    BACK = auto()
    """To the left, as its script is written."""


class Word(NamedTuple):
    """A word and where it stands, in points; ``middle`` is the index of a character in its middle.

    ``breaks``: pdfium begins a line with it. ``spaced``: there is white space before it. ``typed``: that is in the
    file, not only a gap. ``way`` is ``None`` for a
    word of one character.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    middle: int
    breaks: bool
    spaced: bool
    typed: bool
    way: Way | None


def page_words(text_page: Any, count: int, unseen: frozenset[int]) -> list[Word]:
    """The words of a page in the order of its content, placed so that they run to the right.

    Args:
        count: Of the characters of the page.
        unseen: The indexes of those that nobody sees.
    """
    return list(_words(text_page, _characters(text_page, count, unseen)))


def main_way(words: list[Word]) -> Way:
    """The way in which most words of a page run."""
    counted = Counter(word.way for word in words if word.way is not None)
    return counted.most_common(1)[0][0] if counted else Way.RIGHT


def turned(box: Box, way: Way) -> Box:
    """A box of a page that is turned, or mirrored, so that what runs this way runs to the right.

    >>> turned((10.0, 20.0, 12.0, 90.0), Way.UP)
    (20.0, -12.0, 90.0, -10.0)
    """
    left, bottom, right, top = box
    if way is Way.UP:
        return bottom, -right, top, -left
    if way is Way.DOWN:
        return -top, left, -bottom, right
    if way is Way.LEFT:
        return -right, -top, -left, -bottom
    return (-right, bottom, -left, top) if way is Way.BACK else box


def _characters(text_page: Any, count: int, unseen: frozenset[int]) -> str:
    """The characters of a page, one for each index of pdfium's."""
    buffer = (c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer) if count else 1
    text = bytes(buffer).decode("utf-16-le", "surrogatepass")[:count]
    if written != count + 1 or _SURROGATE.search(text):
        text = "".join(_character(pdfium.FPDFText_GetUnicode(text_page, index)) for index in range(count))
    text = text.replace("\x02", HYPHEN)
    return "".join(_UNSEEN if index in unseen else text[index] for index in range(count)) if unseen else text


def _character(code: int) -> str:
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else _UNSEEN


def _words(text_page: Any, text: str) -> Iterator[Word]:
    end = 0
    for found in _WORD.finditer(text):
        between = text[end : found.start()]
        broken = between != " " and ("\n" in between or "\r" in between or text[end - 1 : end] == HYPHEN)
        spaced = between == " " or bool(between.strip("\r\n"))
        end = found.end()
        typed = spaced and not pdfium.FPDFText_IsGenerated(text_page, found.start() - 1)
        yield _word(text_page, found[0], found.start(), (broken, spaced, typed))


def _word(text_page: Any, text: str, start: int, before: tuple[bool, bool, bool]) -> Word:
    last = start + max(0, len(text.rstrip(HYPHEN)) - 1)
    first_box = _box(text_page, start)
    last_box = _box(text_page, last) if last > start else first_box
    heights = first_box[3] - first_box[1], last_box[3] - last_box[1]
    way = _way(text, first_box, last_box) if last > start else None
    box = min(first_box[0], last_box[0]), first_box[1], max(first_box[2], last_box[2]), first_box[3]
    if way in (Way.RIGHT, Way.BACK) and _may_be_marked(text, heights):
        boxes = [_box(text_page, index) for index in range(start, last + 1)]
        text, box = marked_up(text, boxes)
    elif way in (Way.UP, Way.DOWN):
        box = box[0], min(first_box[1], last_box[1]), box[2], max(first_box[3], last_box[3])
    return Word(text.replace(_SOFT, ""), *box, (start + last) // 2, *before, way)


def _may_be_marked(text: str, heights: tuple[float, float]) -> bool:
    if len(text) > _LONGEST_MARKED:
        return False
    return min(heights) < _SHORTEST * max(heights) or _WITHIN.search(text) is not None


def _way(text: str, first: Box, last: Box) -> Way:
    across, along = last[0] - first[0], last[1] - first[1]
    if abs(along) > abs(across):
        return Way.UP if along > 0 else Way.DOWN
    if across >= 0:
        return Way.RIGHT
    return Way.BACK if any(bidirectional(character) in _RIGHT_TO_LEFT for character in text) else Way.LEFT


def _box(text_page: Any, index: int) -> Box:
    """The place of a character with its font's whole height, points from the page's lower left corner."""
    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text_page, index, byref(box))
    return box.left, box.bottom, box.right, box.top
