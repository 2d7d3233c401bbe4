"""What a question asks for that no source has, and the sentence that says so."""

from collections.abc import Sequence

from rag.language.english.words import content_words, names, without_possessive, words
from rag.storage.catalog import Catalog

NOT_ANSWERED = "The sources do not answer this."
_NAMED_AT_MOST = 4


def missing_terms(catalog: Catalog, collection: str, question: str) -> tuple[str, ...]:
    """The names, numbers and key words of ``question`` that no passage of the collection has, in its order.

    A name of several words of which one is missing is missing as a whole.
    """
    asked = [without_possessive(word) for word in content_words(question)]
    lost = [word for word in asked if not catalog.mentions(collection, _spellings(word))]
    whole = {without_possessive(word): without_possessive(name) for name in names(question) for word in words(name)}
    return tuple(dict.fromkeys(whole.get(word, word) for word in lost))


def _spellings(word: str) -> str:
    """What to look for: a word, or, of one in capitals, also its letters apart, as the index has "U.S."."""
    return f'"{word}" OR "{" ".join(word)}"' if word.isupper() and word.isalpha() else f'"{word}"'


def not_answered(question: str, missing: Sequence[str]) -> str:
    """The sentence in the place of an answer; where a name or number is missing, it says so.

    >>> not_answered("Who met Putin in Geneva?", ["Geneva"])
    'The sources do not mention Geneva.'
    >>> not_answered("What is the boiling point of nitrogen?", ["boiling", "nitrogen"])
    'The sources do not answer this.'
    """
    named = [without_possessive(name) for name in names(question)]
    told = [term for term in missing if term in named]
    if not told:
        return NOT_ANSWERED
    *some, last = told[:_NAMED_AT_MOST]
    return f"The sources do not mention {', '.join(some)} or {last}." if some else f"The sources do not mention {last}."
