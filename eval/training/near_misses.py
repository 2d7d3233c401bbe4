"""Near misses made from answerable questions: another name, year or number in the place of the asked one.

A question that names something which its evidence also names becomes, with another name of the same
shape in that place, a question that the evidence does not answer.
"""

import random
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rag.language.english.words import content_words, stem

_NAME = re.compile(r"(?<![.?!] )(?<!^)\b[A-Z][\w-]+(?: (?:of |the |de |von |van )?[A-Z][\w-]+)*")
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b\d{1,3}(?:,\d{3})*\b(?!\d)")
_COUNTED = (
    "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand".split()
)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


class Swap(NamedTuple):
    """A part of a question and what took its place."""

    question: str
    old: str
    new: str


def swap(question: str, evidence: str, names: Sequence[str], chance: random.Random) -> Swap | None:
    """``question`` with one part that ``evidence`` also has exchanged for another of its kind, or ``None``.

    Args:
        names: Names that may take the place of another, of the same corpus.
    """
    possible = [part for part in _parts(question) if _stands_in(part, evidence)]
    if not possible:
        return None
    old = chance.choice(possible)
    new = _other(old, names, evidence, chance)
    if new is None or _stands_in(new, evidence):
        return None
    return Swap(re.sub(rf"\b{re.escape(old)}\b", new, question, count=1), old, new)


def _stands_in(part: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(part)}\b", text, re.IGNORECASE) is not None


def misspelt(question: str, chance: random.Random) -> str:
    """``question`` in lower case with two of its longer words typed wrongly: a letter lost, doubled or exchanged.

    >>> misspelt("Who built the lighthouse of Morvane?", random.Random(1))
    'who bult the lighthouse of morvaane?'
    """
    words = question.lower().split(" ")
    long = [place for place, word in enumerate(words) if len(word) > 4]
    for place in chance.sample(long, min(2, len(long))):
        words[place] = _mistyped(words[place], chance)
    return " ".join(words)


def _mistyped(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 2)
    before, pair, after = word[:at], word[at : at + 2], word[at + 2 :]
    return before + chance.choice([pair[1], pair[0] + pair, pair[::-1]]) + after


def names_in(questions: Iterable[str]) -> list[str]:
    """Every name that the questions have, sorted, each once."""
    return sorted({name for question in questions for name in _NAME.findall(question)})


def _parts(question: str) -> list[str]:
    counted = [word for word in question.split() if word.lower() in _COUNTED]
    return [*_NAME.findall(question), *_YEAR.findall(question), *_NUMBER.findall(question), *counted]


def _other(old: str, names: Sequence[str], evidence: str, chance: random.Random) -> str | None:
    if _YEAR.fullmatch(old):
        return str(int(old) + chance.choice([-30, -7, -3, -2, -1, 1, 2, 3, 8, 25]))
    if _NUMBER.fullmatch(old):
        return str(max(1, int(old.replace(",", "")) + chance.choice([-3, -1, 1, 2, 5, 40])))
    for kind in (_COUNTED, _MONTHS, _DAYS):
        if old in kind:
            return chance.choice([word for word in kind if word != old])
    taken = {stem(word) for word in content_words(evidence)}
    width = len(old.split())
    alike = [name for name in names if _is_other(name, width, taken)]
    return chance.choice(alike) if alike else None


def _is_other(name: str, width: int, taken: set[str]) -> bool:
    words = name.split()
    calendar = name in _MONTHS or name in _DAYS
    return not calendar and abs(len(words) - width) <= 1 and not any(stem(word) in taken for word in words)
