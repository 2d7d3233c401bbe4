"""Sentences that say the same in other words: each kind of rewording gives one, or none where it does not apply."""

import random
import re
from collections.abc import Callable, Mapping

from eval.verify.lists import MORE_SAME, SAME

Reword = Callable[[str, random.Random], str | None]
_ASIDE = re.compile(
    r",\s(?:which|who|whose|where|also known as|formerly|including|such as)\b[^,;.]{3,90}(?:,\s|(?=\.$))"
)
_BRACKETS = re.compile(r"\s\([^()\d]{3,80}\)")
_TRAILING = re.compile(r",\s(?:while|although|though|whereas|and the|but)\s[^;.]{10,}(?=\.$)")
_OPENED = re.compile(r"^(?P<lead>(?:In|On|During|By|After|Since|At) [^,]{3,40}), (?P<rest>[^,]{10,}?)\.$")
_CLOSED = re.compile(r"^(?P<rest>[A-Z][^,]{12,}?) (?P<lead>(?:in|during|since) (?:the )?(?:[A-Z][a-z]+ )?\d{4})\.$")
_PASSIVE = re.compile(
    r"^(?P<object>(?:The |A |An |[A-Z])[^,;]{2,50}?) (?P<be>was|were) (?P<done>\w+ed) by "
    r"(?P<by>(?:the |a |[A-Z])[^,;]{2,50}?)"
    r"(?P<rest> in \d{4})?\.$"
)
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()
_DIGIT = re.compile(
    r"(?<![\w.,$€£-])(\d{1,2})(?![\w.,%/:-]|\s(?:percent|January|February|March|April|May|June|July|August|September|October|November|December))"
)
_WORDED = re.compile(rf"\b({'|'.join(_SMALL[2:])})\b(?! of\b|-)")
_COMMAS = re.compile(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d,])")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_US = re.compile(rf"\b({_MONTHS}) (\d{{1,2}}), (\d{{4}})\b")
_UK = re.compile(rf"\b(\d{{1,2}}) ({_MONTHS}) (\d{{4}})\b")
_SHORTENED = {
    "is not": "isn't", "are not": "aren't", "was not": "wasn't", "were not": "weren't", "do not": "don't",
    "does not": "doesn't", "did not": "didn't", "cannot": "can't", "will not": "won't", "would not": "wouldn't",
}  # fmt: skip


def shortened(text: str, draw: random.Random) -> str | None:
    """A clause that adds something is left out."""
    patterns = [_ASIDE, _BRACKETS, _TRAILING]
    draw.shuffle(patterns)
    for pattern in patterns:
        made = pattern.sub(lambda match: " " if match.group().endswith(", ") else "", text, count=1)
        if made != text and len(made.split()) >= 5:
            return re.sub(r"\s+\.", ".", made)
    return None


def reordered(text: str, draw: random.Random) -> str | None:
    """What stands first stands last, or the other way round."""
    del draw
    if match := _OPENED.match(text):
        rest, lead = match["rest"], match["lead"]
        return f"{_capital(rest)} {lead[0].lower()}{lead[1:]}."
    if match := _CLOSED.match(text):
        return f"{_capital(match['lead'])}, {_small(match['rest'])}."
    return None


def active(text: str, draw: random.Random) -> str | None:
    """The passive in the active voice."""
    del draw
    match = _PASSIVE.match(text)
    return f"{_capital(match['by'])} {match['done']} {_small(match['object'])}{match['rest'] or ''}." if match else None


def synonyms(text: str, draw: random.Random) -> str | None:
    """One or two words by others that mean the same."""
    pairs = [*((one, other) for one, other in SAME), *MORE_SAME.items()]
    draw.shuffle(pairs)
    made, changed = text, 0
    for one, other in pairs:
        again = re.sub(rf"\b{re.escape(one)}(?=[\s.,;])", other, made, count=1)
        if again != made:
            made, changed = again, changed + 1
        if changed == 2:
            break
    return made if changed else None


def numbers(text: str, draw: random.Random) -> str | None:
    """A number is written otherwise."""
    del draw
    for pattern, write in (
        (_COMMAS, lambda match: match[1] + match[2]),
        (_WORDED, lambda match: str(_SMALL.index(match[1]))),
        (_DIGIT, lambda match: _SMALL[int(match[1])] if 1 < int(match[1]) <= 12 else match[1]),
        (re.compile(r"(?<=\d) ?(?:%|percent\b|per cent\b)"), lambda match: " percent" if "%" in match[0] else "%"),
    ):
        made = pattern.sub(write, text, count=1)
        if made != text:
            return made
    return None


def dates(text: str, draw: random.Random) -> str | None:
    """A date is written otherwise."""
    del draw
    made = _US.sub(r"\2 \1 \3", text)
    made = made if made != text else _UK.sub(r"\2 \1, \3", text)
    return made if made != text else None


def contracted(text: str, draw: random.Random) -> str | None:
    """A negation is drawn together."""
    del draw
    for one, other in _SHORTENED.items():
        made = re.sub(rf"\b{one}\b", other, text, count=1)
        if made != text:
            return made
    return None


REWORDINGS: Mapping[str, Reword] = {
    "clause dropped": shortened,
    "reordered": reordered,
    "active": active,
    "synonyms": synonyms,
    "numbers": numbers,
    "dates": dates,
    "contracted": contracted,
}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    """Begun within a sentence: an article or pronoun loses its capital, a name does not."""
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first in ("The", "A", "An", "It", "They", "We", "He", "She", "This") else text
