"""What a question asks for: the kind of value, what is counted, and the words and names it is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.language.english.lexicon import ASKING, BESIDE_THE_POINT, IRREGULAR
from rag.language.english.words import content_of, content_words, stem, words


class ValueKind(StrEnum):
    """The kinds of value that a question can ask for."""

    COUNT = "number"
    AGE = "age"
    SIZE = "size"
    SHARE = "percentage"
    MONEY = "money"
    DURATION = "duration"
    DATE = "date"
    NAME = "name"
    PLACE = "place"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a question wants.

    ``kinds``: values that would answer it, the likeliest first; empty where it asks for no such value.
    ``counted``: the roots of what is counted. ``about``: the roots of its other words. ``names``: those of
    its names and numbers. ``act``: the root of what somebody did, where it asks who.
    """

    kinds: tuple[ValueKind, ...]
    counted: frozenset[str]
    about: frozenset[str]
    names: frozenset[str]
    act: str | None = None


_TIME = r"(?:seconds|minutes|hours|days|weeks|fortnights|months|years|decades|centuries)"
_PLACES = (
    "city|town|village|country|place|region|state|province|county|district|venue|location|street|island|port|suburb"
)
_BODIES = (
    "company|firm|body|agency|organi[sz]ation|team|club|bank|university|airline|party|person|man|woman|player|actor"
)
_BODIES += "|scientist|minister|politician|candidate|author|artist|architect|group|institute|school|ministry|department"
_PRICES = "price|cost|fine|fee|salary|budget|value|sum|amount|loss|profit|revenue|bill|rent|debt|prize money"
_BE = "(?:is|was|are|were|will be|has been)"
_KINDS: tuple[tuple[str, tuple[ValueKind, ...]], ...] = (
    (r"(?:for |after |in )?(?:how long\b|how many " + _TIME + r"\b)", (ValueKind.DURATION,)),
    (r"how old\b|what age\b|at what age\b", (ValueKind.AGE,)),
    (
        r"(?:by )?(?:what|which|how large a|how big a) (?:percentage|share|proportion|percent|fraction)\b",
        (ValueKind.SHARE,),
    ),
    (
        rf"(?:what {_BE}|how high {_BE}|how large {_BE}) (?:the )?(?:\w+ )?(?:turnout|rate|share|percentage)\b",
        (ValueKind.SHARE,),
    ),
    (r"how many percent\b", (ValueKind.SHARE,)),
    (
        r"(?:by |for |about |to )?how many\b|(?:what|how high) " + _BE + r" the (?:number|death toll|toll)\b",
        (ValueKind.COUNT, ValueKind.SHARE),
    ),
    (
        rf"(?:by |for |at |to )?how much\b|(?:at |for )?what (?:{_BE} )?(?:the )?(?:\w+ )?(?:{_PRICES})\b",
        (ValueKind.MONEY, ValueKind.SHARE, ValueKind.SIZE),
    ),
    (r"what (?:do|does|did|will|would) .+ cost\b", (ValueKind.MONEY,)),
    (r"how (?:far|tall|high|deep|wide|heavy|long|big|large|thick|wide)\b", (ValueKind.SIZE, ValueKind.COUNT)),
    (
        r"(?:since |by |until )?when\b|(?:on |in |since |by )?(?:what|which) (?:exact )?(?:date|day|year|month|week)\b",
        (ValueKind.DATE,),
    ),
    (
        rf"(?:to |from )?where\b|(?:in |at |to |from |near |on )?(?:what|which) (?:\w+ )?(?:{_PLACES})\b",
        (ValueKind.PLACE,),
    ),
    (rf"(?:by |from )?whom?\b|(?:by )?(?:what|which) (?:\w+ )?(?:{_BODIES})\b", (ValueKind.NAME,)),
    (r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)(?:n['’]t)?\b", (ValueKind.YES_NO,)),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), kinds) for pattern, kinds in _KINDS)
_COUNTED = re.compile(
    r"\bhow many (?:percent )?(?:of )?(?P<noun>.+?)(?: (?:is|are|was|were|do|does|did|has|have|had|will|would|can|could"
    r"|in|at|on|took|take|takes)\b|\?|$)",
    re.IGNORECASE,
)
_ACT = re.compile(
    r"(?:by )?(?:whom?|(?:which|what) [a-z]+) (?:(?:is|was|are|were|has|had|have|will|be|been) )*(?P<act>[a-z]+)",
    re.IGNORECASE,
)
_ASKING = frozenset(stem(word) for word in ASKING)
_BESIDE_THE_POINT = frozenset(stem(word) for word in BESIDE_THE_POINT)
_CAN_BE = re.compile(r"\w{4,}[ai]bles?")


def understand(question: str, said: Sequence[str] | None = None) -> Wanted:
    """What ``question`` wants.

    Args:
        said: Its words, where they have been read.

    >>> sorted(understand("How many passengers were hurt in the Tarnbeck crash?").counted)
    ['passeng']
    >>> understand("Why did it fail?").kinds
    ()
    """
    kinds = next((kinds for pattern, kinds in _PATTERNS if pattern.match(question.strip())), ())
    counted = _COUNTED.search(question)
    tokens = words(question) if said is None else said
    names = _names(tokens)
    nouns = stems(counted["noun"]) if counted else frozenset()
    about = (
        _roots(content_of(tokens, shouted=question.isupper()))
        - names
        - nouns
        - (_BESIDE_THE_POINT if kinds == (ValueKind.YES_NO,) else _ASKING)
    )
    act = _ACT.match(question.strip()) if ValueKind.NAME in kinds else None
    return Wanted(
        kinds=kinds,
        counted=nouns - names - _ASKING,
        about=about,
        names=names,
        act=root(act["act"]) if act and root(act["act"]) in about else None,
    )


def root(word: str) -> str:
    """The stem of a word, irregular forms led back to the plain one.

    What can be done is not done: an adjective in -able has not the stem of its verb.

    >>> root("Found"), root("winning"), root("passengers"), root("accepts"), root("acceptable")
    ('find', 'win', 'passeng', 'accept', 'acceptable')
    """
    lowered = word.lower()
    if _CAN_BE.fullmatch(lowered):
        return lowered.rstrip("s")
    return stem(IRREGULAR.get(lowered, lowered))


def stems(text: str) -> frozenset[str]:
    """The roots of the words of ``text`` that carry meaning; parts of compounds count too."""
    return _roots(content_words(text))


def _roots(content: Sequence[str]) -> frozenset[str]:
    found = [part for word in content for part in {word, *re.split(r"[-–]", word)}]
    return frozenset(root(word) for word in found)


def _names(tokens: Sequence[str]) -> frozenset[str]:
    """The roots of capitalised words after the first, and of words with digits."""
    return frozenset(
        root(token)
        for place, token in enumerate(tokens)
        if (place and token[0].isupper()) or any(character.isdigit() for character in token)
    )
