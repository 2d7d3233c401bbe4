"""Whether a sentence says yes or no to a question: by negation and by opposites.

What this does not do: infer. A sentence takes a side only where it has the words of the question, or
their opposites, and does not hedge them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.language.english.asked import Wanted, root
from rag.language.english.lexicon import NEGATORS, OPPOSITES

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_REACH = 4
_BEFORE = 24
_REFUSALS = re.compile(
    r"\b(?:(?:fail|failed|fails|failing|refuse|refuses|refused|decline|declines|declined|unwilling|unable|yet)(?=\s+to\b)"
    r"|(?:rul(?:e|es|ed|ing)\s+out|decided\s+against|voted\s+against|denie[sd]|deny|reject(?:s|ed)?)\b)",
    re.IGNORECASE,
)
_NOT_NEGATING = re.compile(
    r"\b(?:not\s+only|not\s+just|no\s+doubt|not\s+least|no\s+later|no\s+fewer|no\s+less)\b", re.I
)
_DOUBTS = re.compile(
    r"\b(?:may|might|could|whether|if|unless|unclear|unknown|would|should|possibly|perhaps|rumou?rs?|hopes?|wants?"
    r"|instead|rather|stop(?:s|ped)?|halt(?:s|ed)?|suspend(?:s|ed)?|cancel(?:s|led)?|abandon(?:s|ed)?|prevent(?:s|ed)?"
    r"|avoid(?:s|ed)?|without|until|before|partly|hardly|barely|almost|nearly|only)\b",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"\bnot\b(?:(?!\bnot\b)[^.;])*\bbut\s+(?:in|on|at|by|from|to|for|only|rather|of)\b", re.IGNORECASE
)
_SWAP: dict[str, frozenset[str]] = {}
for _pair in OPPOSITES:
    _left, _right = (root(_word) for _word in _pair.split("/"))
    _SWAP[_left] = _SWAP.get(_left, frozenset()) | {_right}
    _SWAP[_right] = _SWAP.get(_right, frozenset()) | {_left}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """The characters ``start:end`` that take a ``side``, and the stems of the question that they have.

    ``turned`` has the stems that are negated or stand as their opposite.
    """

    start: int
    end: int
    side: str
    matched: frozenset[str]
    turned: frozenset[str]


def find_stance(wanted: Wanted, text: str) -> Stance | None:
    """The side that ``text`` takes; ``None`` where it has no word of the question or only supposes."""
    tokens = list(_WORD.finditer(text))
    hits, turned = _hits(wanted, tokens)
    if not hits:
        return None
    scopes = {place: _scope(place, hits, tokens, text) for place in _negators(tokens, text) if place not in hits}
    negated = {place: stem for place, stem in scopes.items() if stem is not None}
    places = [*hits, *negated]
    start, end = tokens[min(places)].start(), tokens[max(places)].end()
    if _CONTRAST.search(text) or _DOUBTS.search(text, max(0, start - _BEFORE), end):
        return None
    flips = len(turned) + len(negated)
    for stem in negated.values():
        turned ^= {stem}
    return Stance(
        start=start,
        end=end,
        side="no" if flips % 2 else "yes",
        matched=frozenset(hits.values()),
        turned=turned,
    )


def negations(text: str) -> int:
    """How many words of ``text`` turn what follows.

    >>> negations("They did not refuse to meet."), negations("Not only they met.")
    (2, 0)
    """
    return len(negators(text))


def negators(text: str) -> list[tuple[int, int]]:
    """The characters of each word of ``text`` that turns what follows, in order.

    >>> negators("They did not meet.")
    [(9, 12)]
    """
    tokens = list(_WORD.finditer(text))
    return [tokens[place].span() for place in _negators(tokens, text)]


def opposites(word: str) -> frozenset[str]:
    """The roots of the words that say the opposite of one.

    >>> sorted(opposites("increased"))
    ['decreas', 'fall', 'reduc']
    """
    return _SWAP.get(root(word), frozenset())


def _hits(wanted: Wanted, tokens: Sequence[re.Match[str]]) -> tuple[dict[int, str], frozenset[str]]:
    """The words of the question by their places, and those of them that stand as their opposite."""
    stems = [root(token.group()) for token in tokens]
    hits: dict[int, str] = {}
    turned: set[str] = set()
    for place, stem in enumerate(stems):
        opposite = next((one for one in sorted(_SWAP.get(stem, ())) if one in wanted.about.difference(stems)), None)
        if stem in wanted.about:
            hits[place] = stem
        elif opposite:
            hits[place] = opposite
            turned.add(opposite)
    return hits, frozenset(turned)


def _negators(tokens: Sequence[re.Match[str]], text: str) -> list[int]:
    """The places of words that turn what follows."""
    plain = [match.span() for match in _NOT_NEGATING.finditer(text)]
    refusals = {match.end() for match in _REFUSALS.finditer(text)}
    return [
        place
        for place, token in enumerate(tokens)
        if token.end() in refusals
        or (_negates(token.group()) and not any(start <= token.start() < end for start, end in plain))
    ]


def _negates(word: str) -> bool:
    return word.lower() in NEGATORS or word.lower().endswith(("n't", "n’t"))


def _scope(place: int, hits: dict[int, str], tokens: list[re.Match[str]], text: str) -> str | None:
    """The word of the question that a negator turns: the next within reach, in the same clause."""
    for next_place in range(place + 1, min(place + 1 + _REACH, len(tokens))):
        if next_place in hits:
            between = text[tokens[place].end() : tokens[next_place].start()]
            return None if re.search(r"[;:.]|,\s+(?:and|but)\b", between) else hits[next_place]
    return None
