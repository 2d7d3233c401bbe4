"""From lines to running text: a hyphen at a wrap goes where it only cuts a word."""

import itertools
import re
from collections.abc import Collection, Sequence

from rag.ingest.parse.pdf.words import HYPHEN

_LAST_WORD = re.compile(r"(?<!\w)\w++$")
_FIRST_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]")


def joined_lines(lines: Sequence[str], hyphenated: Collection[str] = ()) -> str:
    """Lines as one."""
    parts = [joined(line, following, hyphenated) for line, following in itertools.pairwise(lines)]
    return "".join([*parts, *lines[-1:]]).replace(HYPHEN, "-")


def joined(text: str, following: str, hyphenated: Collection[str]) -> str:
    """A line with what leads over to the next one: a space, or nothing within a word.

    Args:
        hyphenated: Words, in lower case, that the document has with a hyphen elsewhere.
    """
    if text.endswith(HYPHEN):
        bare = text.removesuffix(HYPHEN)
        head, tail = _LAST_WORD.search(bare), _FIRST_WORD.match(following)
        whole = f"{head[0]}-{tail[0]}".casefold() if head and tail else ""
        return f"{bare}-" if whole in hyphenated or not following[:1].islower() else bare
    if text.endswith("-") and _LAST_WORD.search(text[:-1]) and following[:1].isalnum():
        return text
    unspaced = text and _UNSPACED.match(text[-1]) and _UNSPACED.match(following[:1])
    return text if unspaced else f"{text} "
