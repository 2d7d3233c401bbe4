"""Putting another thing into a question: "And Germany?" after "What has Turkey done?"."""

import re

from rag.language.english.phrases import Phrase, is_name, noun_phrases
from rag.language.english.questions import form_of

_END = " \t\n?.!,;:"
_YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
_PREPOSITION = re.compile(
    r"(?P<word>in|on|at|about|from|with|by|for|to|of|against|between|before|after|since|during) (?P<object>.+)",
    re.IGNORECASE,
)
_ONES = re.compile(r"(?:the )?(?P<kind>.+) ones?", re.IGNORECASE)
_DETERMINER = re.compile(r"(?:the|this|that|both)\b\s*", re.IGNORECASE)
_OWNER = re.compile(r"(?P<owner>.+?)(?P<mark>['’]s?)(?P<rest> .+)?")
_ALSO = re.compile(r"(?<!\s)\s++(?:too|as well|then|instead)$")


def replaced(phrase: str, question: str) -> str | None:
    """``question`` about ``phrase``; ``None`` where it has nothing that ``phrase`` could take the place of.

    >>> replaced("Israel", "What has Turkey done as a mediator?")
    'What has Israel done as a mediator?'
    >>> replaced("about Crimea", "What did Russia demand about NATO?")
    'What did Russia demand about Crimea?'
    >>> replaced("in 1991", "What was annexed in 2014?")
    'What was annexed in 1991?'
    """
    phrase = _ALSO.sub("", phrase.strip(_END))
    text = question.strip(_END)
    by_place = _PREPOSITION.fullmatch(phrase)
    if _YEAR.search(phrase) or by_place:
        return _with_adverbial(phrase, text, by_place)
    noun = form_of(text).noun
    if noun and not is_name(phrase) and " " not in phrase and phrase.endswith("s"):
        return text.replace(noun, phrase, 1) + "?"
    target = _target(phrase, noun_phrases(text))
    if target is None:
        return None
    place = _place(phrase, target)
    if place is None:
        return None
    start, end, put = place
    return f"{text[:start]}{put}{text[end:]}?"


def _with_adverbial(phrase: str, text: str, by_place: re.Match[str] | None) -> str:
    """``phrase`` in place of what stands after the same preposition, or of a year; else at the end."""
    year = _YEAR.search(text)
    if year and _YEAR.search(phrase):
        start = year.start() - (len("in ") if by_place and text[: year.start()].endswith("in ") else 0)
        return f"{text[:start]}{phrase}{text[year.end() :]}?"
    if by_place:
        word = by_place.group("word").lower()
        same = [one for one in noun_phrases(text) if one.before == word]
        if same:
            start, end = same[-1].start, same[-1].end
            return f"{text[:start]}{by_place.group('object')}{text[end:]}?"
        return f"{text} {phrase}?"
    return f"{text} in {phrase}?"


def _target(phrase: str, phrases: list[Phrase]) -> Phrase | None:
    """What ``phrase`` takes the place of: the first phrase that has a name, else the first definite one."""
    other = [one for one in phrases if phrase.lower() not in one.text.lower()]
    named = [one for one in other if any(is_name(word) for word in one.text.split())]
    definite = [one for one in other if _DETERMINER.match(one.text)]
    return next(iter([*named, *definite]), None)


def _place(phrase: str, target: Phrase) -> tuple[int, int, str] | None:
    """Where ``phrase`` goes, and as what: an owner in an owner's place, "the Polish ones" in the adjective's."""
    ones = _ONES.fullmatch(phrase)
    if ones:
        return _place_of_kind(ones.group("kind"), target)
    owner = _OWNER.fullmatch(target.text)
    if owner and owner.group("rest"):
        return target.start, target.start + owner.end("owner"), re.sub(r"['’]s?$", "", phrase)
    return target.start, target.end, phrase


def _place_of_kind(kind: str, target: Phrase) -> tuple[int, int, str] | None:
    """Where "Polish" goes in "the French leaders", or in "the leaders"; ``None`` where neither has a place for it."""
    name = next((found for found in re.finditer(r"\w+", target.text) if is_name(found.group())), None)
    if name:
        return target.start + name.start(), target.start + name.end(), kind
    determiner = _DETERMINER.match(target.text)
    if determiner is None:
        return None
    after = target.start + determiner.end()
    return after, after, f"{kind} "
