"""What ``pre`` holds: code, prose that is laid out in lines, or the numbers of lines."""

import re
from itertools import pairwise
from typing import Any

from rag.ingest.parse.markup.tree import BLOCKS, seen

PRE = frozenset({"pre", "xmp", "listing", "plaintext"})
_CODE = ("code", "samp", "kbd", "tt", "span")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*[.,;:!?)”\"]{0,2}|\d{1,4}[.,]?|[(“\"][^\W\d_]+")
_SIGNS = re.compile(r"[{}<>=$\\|;\[\]#@~^]")
_FEWEST_LINES = 3
_WORDS_IN_A_LINE = 5
_PROSE_SHARE = 0.6
_WORD_SHARE = 0.85
_SIGN_SHARE = 0.01


def lines_of(pre: Any) -> str:
    """The characters of a ``pre``, with its line breaks."""
    parts: list[str] = []
    for event, value in seen(pre):
        if event == "text":
            parts.append(value)
        elif value.tag == "br":
            parts.extend("\n" * (event == "open"))
        elif value is not pre and value.tag in BLOCKS and parts and not parts[-1].endswith("\n"):
            parts.append("\n")
    text = "".join(parts)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")


def are_line_numbers(text: str) -> bool:
    """Whether lines are only numbers that count on.

    >>> are_line_numbers("9\\n10\\n11"), are_line_numbers("9\\n8")
    (True, False)
    """
    words = text.split()
    if len(words) < 2 or not all(word.isdecimal() and len(word) < 7 for word in words):
        return False
    return all(int(after) == int(before) + 1 for before, after in pairwise(words))


def is_prose(pre: Any, text: str) -> bool:
    """Whether a ``pre`` without marks of code holds sentences, as an old mail or a plain text page does."""
    if next(pre.iter(*_CODE), None) is not None or len(_SIGNS.findall(text)) > _SIGN_SHARE * len(text):
        return False
    lines = [line.split() for line in text.split("\n") if line.strip()]
    prose = sum(_is_sentence(words) for words in lines)
    return len(lines) >= _FEWEST_LINES and prose >= _PROSE_SHARE * len(lines)


def _is_sentence(words: list[str]) -> bool:
    said = sum(_WORD.fullmatch(word) is not None for word in words)
    return len(words) >= _WORDS_IN_A_LINE and said >= _WORD_SHARE * len(words)
