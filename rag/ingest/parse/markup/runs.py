"""The runs of characters that a block of a page is made of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.ingest.parse.questions import split_question

_BOLD = frozenset({"b", "strong"})
_CODE = frozenset({"code", "samp", "kbd", "tt"})
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_LONGEST_STYLE = 500
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SPACES = re.compile(r" {2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The text of a block.

    Args:
        text: All of it.
        code: All of it is marked as code.
        question: What of it is a question over the rest.
        rest: What is not.
    """

    text: str
    code: bool
    question: str
    rest: str


_NOTHING = Taken(text="", code=False, question="", rest="")


class Runs:
    """The characters that wait for their block to end; white space is one space."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, bool, bool]] = []
        self._bold: list[Any] = []
        self._code: list[Any] = []

    def open(self, element: Any) -> None:
        """An element within a line starts."""
        if element.tag == "br":
            self._parts.append(("\n", bool(self._bold), bool(self._code)))
        elif element.tag in _CODE:
            self._code.append(element)
        elif element.tag in _BOLD or _BOLD_STYLE.search((element.get("style") or "")[:_LONGEST_STYLE]):
            self._bold.append(element)

    def close(self, element: Any) -> None:
        """An element ends."""
        for opened in (self._bold, self._code):
            if opened and opened[-1] is element:
                opened.pop()

    def add(self, text: str) -> None:
        """Characters between tags."""
        self._parts.append((_SPACE.sub(" ", text), bool(self._bold), bool(self._code)))

    def taken(self) -> Taken:
        """What waited; nothing waits after."""
        parts, self._parts = self._parts, []
        if not parts or all(part.isspace() for part, _, _ in parts):
            return _NOTHING
        text = _tidy("".join(part for part, _, _ in parts))
        code = all(is_code for part, _, is_code in parts if part.strip())
        question = _bold_question(parts)
        if question:
            rest = text[len(question) :].strip()
        else:
            question, rest = split_question(text)
        return Taken(text=text, code=code, question=question, rest=rest)


def _bold_question(parts: Sequence[tuple[str, bool, bool]]) -> str:
    """The question that is in bold on the first line of a block, empty without one."""
    said = ""
    if not any(is_bold for _, is_bold, _ in parts):
        return said
    for part, is_bold, _ in parts:
        if part.strip() and not is_bold:
            break
        said += part
    else:
        said += "\n"
    question = _tidy(said)
    return question if question.endswith("?") and said.rstrip(" ").endswith("\n") else ""


def _tidy(text: str) -> str:
    """Without the space around line breaks, and no two spaces in a row."""
    return "\n".join(line.strip(" ") for line in _SPACES.sub(" ", text).split("\n")).strip()
