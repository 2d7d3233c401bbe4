"""Whether sentences of nearly the same words say different things: by a number, a name or a negation.

What this does not do: find what is asked, or who is right; it only keeps one sentence from standing for another.

>>> differ("Ukraine will cede Crimea.", "Ukraine will not cede Crimea.")
True
>>> differ("They met in Rome on Friday.", "On Friday they met in Paris."), differ("A dozen met.", "12 met.")
(True, False)
"""

from rag.language.english.polarity import negations
from rag.language.english.values.numbers import Quantity, find_quantities
from rag.language.english.words import content_words, names, stem


def differ(first: str, second: str) -> bool:
    """True where the sentences differ in being negated, in their numbers, or each in a name that the other lacks."""
    if (negations(first) - negations(second)) % 2:
        return True
    if not _agree(find_quantities(first), find_quantities(second)):
        return True
    one, other = _named(first), _named(second)
    return bool(one - other and other - one)


def _agree(first: list[Quantity], second: list[Quantity]) -> bool:
    """True where the numbers of both, in the order of their size, may be the same."""
    if len(first) != len(second):
        return False
    pairs = zip(_by_size(first), _by_size(second), strict=True)
    return all(one.low <= other.high and other.low <= one.high for one, other in pairs)


def _by_size(found: list[Quantity]) -> list[Quantity]:
    return sorted(found, key=lambda one: (one.low, one.high))


def _named(text: str) -> set[str]:
    """The words of the names of ``text``; a capital may be its first word."""
    return {stem(word) for name in names(f"in {text}") for word in content_words(name)}
