"""Words of a claim that turn what its source says: negation, quantifiers, modal verbs and opposites.

Each is compared where both have the same word beside it; a clause that the claim leaves out is none of its business.
What this does not do: infer, or know that two other words mean the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.language.english.asked import root
from rag.language.english.lexicon import COMPARED, MODALS, QUANTIFIERS, STOP_WORDS
from rag.language.english.polarity import negators, opposites
from rag.types import Difference

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BREAK = re.compile(r"[;:.]|,\s+(?:and|but|which|who)\b")
_REACH = 3
_UNDOING = re.compile(r"(?:un|in|im|dis|non)-?")
_LEAST_ROOT = 3
_STRICT = frozenset(("none", "only", "few"))
_SUPPOSING = frozenset("may might could would possibly perhaps".split())


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a text: its place, root, and the number of its clause."""

    text: str
    start: int
    end: int
    root: str
    clause: int

    @property
    def matters(self) -> bool:
        """Whether it carries meaning."""
        return self.text.lower() not in STOP_WORDS and not _is_function(self.text.lower())


def _is_function(word: str) -> bool:
    return word in QUANTIFIERS or word in MODALS or word.endswith(("n't", "n’t"))


class Said:
    """A text as it is compared: its words, and which are negated, quantified or supposed."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> list[_Word]:
        """Its words in order."""
        ends = [match.start() for match in _BREAK.finditer(self.text)]
        return [
            _Word(match[0], match.start(), match.end(), root(match[0]), sum(end <= match.start() for end in ends))
            for match in _WORD.finditer(self.text)
        ]

    @cached_property
    def roots(self) -> frozenset[str]:
        """The roots of its words."""
        return frozenset(word.root for word in self.words)

    @cached_property
    def negated(self) -> list[tuple[_Word, list[str]]]:
        """Each word that negates, and the roots of what it turns."""
        spans = {start for start, _ in negators(self.text)}
        return [(word, self.beside(place)) for place, word in enumerate(self.words) if word.start in spans]

    @cached_property
    def turned(self) -> frozenset[str]:
        """The roots that are negated."""
        return frozenset(one for _, roots in self.negated for one in roots)

    def of_classes(self, classes: dict[str, str]) -> list[tuple[_Word, str, list[str]]]:
        """The words that are in one of some classes, each with its class and the roots beside it."""
        return [
            (word, classes[word.text.lower()], self.beside(place))
            for place, word in enumerate(self.words)
            if word.text.lower() in classes and not (word.text == "May" and place)
        ]

    def beside(self, place: int, reach: int = _REACH) -> list[str]:
        """The roots of the next words that matter, in the same clause."""
        clause = self.words[place].clause
        following = [word.root for word in self.words[place + 1 :] if word.matters and word.clause == clause]
        return following[:reach]


def unlike_turns(claim: str, sources: Sequence[str]) -> Iterator[Difference]:
    """What turns a claim and not its sources, or the other way round; the first source is the nearest."""
    mine, others = Said(claim), [Said(source) for source in sources]
    yield from _negated(mine, others)
    yield from _opposed(mine, others)
    yield from _classed(mine, others, QUANTIFIERS, "quantifier")
    yield from _classed(mine, others, MODALS, "other")


def _negated(mine: Said, others: Sequence[Said]) -> Iterator[Difference]:
    """Negations that only one side has: each word that negates is paired with one of the same words."""
    theirs = [(other, word, roots) for other in others for word, roots in other.negated]
    for word, roots in mine.negated:
        pair = max(theirs, key=lambda one: len(set(one[2]) & set(roots)), default=None)
        if pair is not None and (set(pair[2]) & set(roots) or not (pair[2] or roots)):
            theirs.remove(pair)
        elif not any(_is_turned(roots, other) for other in others):
            yield Difference(kind="negation", said=_shown(mine, word), source=_around(others[0], roots))
    for other, word, roots in theirs:
        if roots and roots[0] in mine.turned:
            continue
        if _is_said(roots, mine) and not _is_turned(roots, mine):
            yield Difference(kind="negation", said="", source=_shown(other, word))


def _is_said(roots: Sequence[str], mine: Said) -> bool:
    """Whether a claim has what a source negates: the first two words of it."""
    return bool(roots) and all(one in mine.roots for one in roots[:2])


def _is_turned(roots: Sequence[str], other: Said) -> bool:
    """Whether the first of some roots is undone or replaced by its opposite in another text; where it has none of
    the roots, any negation may be that."""
    if roots and not any(one in other.roots for one in roots):
        return bool(other.negated) or any(opposites(one) & other.roots for one in roots)
    return any((_undone(one, other) or opposites(one) & other.roots) and one not in other.roots for one in roots[:2])


def _undone(one: str, other: Said) -> bool:
    """Whether a text has a root with a prefix that undoes it: "unable" for "able"."""
    return any(
        word != one and word.endswith(one) and _UNDOING.fullmatch(word[: -len(one)])
        for word in other.roots
        if len(one) >= _LEAST_ROOT
    )


def _opposed(mine: Said, others: Sequence[Said]) -> Iterator[Difference]:
    """Words whose opposite the nearest source has in their place: it lacks them, or has the opposite before the same
    word."""
    for other in others[:1]:
        for place, word in enumerate(mine.words):
            if (word.root in mine.turned) is not (word.root in other.turned):
                continue  # "not open" for "closed", told by its negation where it is none
            against = opposites(word.text) | COMPARED.get(word.text.lower(), frozenset())
            found = _against(mine, place, other, against) if against else None
            if (
                found is not None
                and found.root not in other.turned
                and not any(word.root in each.roots for each in others[1:])
            ):
                yield Difference(kind="other", said=word.text, source=found.text)


def _against(mine: Said, place: int, other: Said, against: frozenset[str]) -> _Word | None:
    """The word of a source that says the opposite of one of a claim."""
    word, next_ = mine.words[place], mine.beside(place, 1)
    same = [other.beside(at, 1) for at, one in enumerate(other.words) if one.root == word.root]
    for at, one in enumerate(other.words):
        if one.root not in against and one.text.lower() not in against:
            continue
        alone = not same and one.root not in mine.roots
        if alone or (next_ and other.beside(at, 1) == next_ and next_ not in same):
            return one
    return None


def _classed(mine: Said, others: Sequence[Said], classes: dict[str, str], kind: str) -> Iterator[Difference]:
    """Words of a class that the sources do not have with the same words, and have one of another class there."""
    theirs = [one for other in others for one in other.of_classes(classes)]
    for word, own, roots in mine.of_classes(classes):
        near = [one for one in theirs if set(one[2]) & set(roots)]
        if any(one[1] == own for one in near) or any(one[0].text.lower() == word.text.lower() for one in theirs):
            continue
        if near:
            yield Difference(kind=kind, said=_shown(mine, word), source=near[0][0].text)
        elif own in _STRICT and not any(one[1] == own for one in theirs):
            yield Difference(kind=kind, said=_shown(mine, word), source="")
    yield from _dropped(mine, theirs)
    if kind == "other":
        yield from _supposed(mine, theirs)


def _dropped(mine: Said, theirs: Sequence[tuple[_Word, str, list[str]]]) -> Iterator[Difference]:
    """An "only" of a source that the claim has not, though it has the words after it."""
    if any(one.text.lower() in QUANTIFIERS and QUANTIFIERS[one.text.lower()] == "only" for one in mine.words):
        return
    for word, kind, roots in theirs:
        if kind == "only" and roots and all(one in mine.roots for one in roots[:2]):
            yield Difference(kind="quantifier", said="", source=word.text)


def _supposed(mine: Said, theirs: Sequence[tuple[_Word, str, list[str]]]) -> Iterator[Difference]:
    """What a source only supposes and the claim asserts."""
    own = {one for _, _, roots in mine.of_classes(MODALS) for one in roots}
    for word, _, roots in theirs:
        supposes = word.text.lower() in _SUPPOSING
        if supposes and roots and roots[0] not in own and all(one in mine.roots for one in roots[:2]):
            yield Difference(kind="other", said="", source=word.text)


def _shown(said: Said, word: _Word) -> str:
    """A word and the next that matters."""
    place = said.words.index(word)
    last = next((one for one in said.words[place + 1 :] if one.matters), word)
    return said.text[word.start : last.end]


def _around(said: Said, roots: Sequence[str]) -> str:
    """The word of a text that has one of some roots, with the one before it."""
    found = next((place for place, word in enumerate(said.words) if word.root in roots), None)
    if found is None:
        return ""
    return said.text[said.words[max(found - 1, 0)].start : said.words[found].end]
