"""A question, read once: what it says and asks for, and what of it no source has."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from rag.errors import InvalidRequest
from rag.language.english.asked import ValueKind, Wanted, understand
from rag.language.english.extremes import Extreme, read_extreme
from rag.language.english.lexicon import MONTHS
from rag.language.english.questions import asks_for_several
from rag.language.english.values.claims import value_test
from rag.language.english.values.dates import asked_date, find_dates
from rag.language.english.values.written import date_spellings
from rag.language.english.words import (
    content_of,
    identifiers,
    names,
    spellings_of,
    stem,
    without_possessive,
    words,
)
from rag.language.text import clean, folded
from rag.storage.protocols import CatalogView
from rag.types import DEFAULT_COLLECTION, UNSCALED, Scale

MAX_QUESTION = 2_000
"""Characters of a question."""
MAX_STATEMENTS = 10
MAX_SCOPE = 1_000
"""Documents that a question may be held to."""
MAX_RESULTS = 100
NOT_ANSWERED = "The sources do not answer this."
NO_DOCUMENTS = "There are no documents yet."
_NAMED_AT_MOST = 4
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_MONTHS = frozenset(month.capitalize() for month in MONTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question on its way to an answer; ``read_question`` makes it, and every stage takes it.

    Args:
        text: What is searched for and answered.
        typed: What is shown as understood: the question as it was typed where nothing had to be resolved.
        words: All words of ``text``, in order.
        content: Those that carry meaning, each once by its stem; ``stems`` has their stems.
        names: The names and numbers, in order; ``named`` has the stems of their words.
        wanted: The kind of value that would answer.
        broad: Whether several statements answer it together.
        extreme: What it compares values by, ``None`` where it does not.
        date: A date or month that it names, as an ISO date or its first seven characters.
        missing: Its names, numbers and key words that no source has.
        sole: Whether it is asked of one document alone, which need not name what it is about.
        scale: What log odds mean in the collection that it is asked of.
        known: Text that the answer should not repeat, empty for none.
    """

    text: str
    typed: str
    words: tuple[str, ...]
    content: tuple[str, ...]
    stems: frozenset[str]
    names: tuple[str, ...]
    named: frozenset[str]
    wanted: Wanted
    broad: bool
    extreme: Extreme | None
    date: str | None
    missing: tuple[str, ...] = ()
    sole: bool = False
    scale: Scale = UNSCALED
    known: str = ""

    @property
    def sought(self) -> tuple[str, ...]:
        """The words to look for: those that carry meaning, or all where none does."""
        spelled = (part for word in identifiers(self.words) for way in spellings_of(word) for part in way.split())
        return (*(self.content or self.words), *dict.fromkeys(spelled))

    @property
    def timed(self) -> bool:
        """Whether a time is asked for or named: then it counts when a document was published."""
        named = self.date is not None or any(_YEAR.fullmatch(word) or word in _MONTHS for word in self.words)
        return named or ValueKind.DATE in self.wanted.kinds

    @property
    def holds_value(self) -> Callable[[str], bool] | None:
        """Tells whether a text holds a value such as is asked for; ``None`` where it asks for none."""
        return value_test(self.wanted)


def read_question(text: str, *, typed: str | None = None, known: str = "") -> Question:
    """Read the words of a question, once.

    >>> question = read_question("Who met Steve Witkoff in 2025?")
    >>> question.content, question.names
    (('met', 'Steve', 'Witkoff', '2025'), ('Steve Witkoff', '2025'))
    """
    said = words(text)
    content, named = content_of(said, shouted=text.isupper()), names(text)
    return Question(
        text=folded(text),
        typed=text if typed is None else typed,
        words=tuple(said),
        content=tuple(content),
        stems=frozenset(stem(word) for word in content),
        names=tuple(named),
        named=frozenset(stem(word) for name in named for word in words(name)),
        wanted=understand(text, said),
        broad=asks_for_several(text),
        extreme=read_extreme(text),
        date=asked_date(text),
        known=known,
    )


def with_missing(question: Question, catalog: CatalogView, collection: str) -> Question:
    """The question as it stands to a collection: with its names, numbers and key words that no passage has, in order.

    It has the scale of the collection from here on.
    A name of several words of which one is missing is missing as a whole.
    """
    asked = [without_possessive(word) for word in question.content]
    lost = [word for word in asked if not catalog.mentions(collection, _spellings(word))]
    whole = {without_possessive(word): without_possessive(name) for name in question.names for word in words(name)}
    missing = tuple(dict.fromkeys(whole.get(word, word) for word in lost))
    sole = catalog.state(collection).documents == 1
    return replace(question, missing=missing, sole=sole, scale=catalog.scale(collection))


def _spellings(word: str) -> list[str]:
    """What to look for: a word; in capitals also its letters, as "U.S." is indexed; codes and dates in all ways."""
    days = [one.first for one in find_dates(word, None) if one.first == one.last]
    if days:
        return [word, *date_spellings(days[0])]
    if identifiers([word]):
        return [word, *spellings_of(word)]
    return [word, " ".join(word)] if word.isupper() and word.isalpha() else [word]


def not_answered(question: Question) -> str:
    """The sentence in the place of an answer; where a name or number is missing, it says so.

    >>> not_answered(replace(read_question("Who met Putin in Geneva?"), missing=("Geneva",)))
    'The sources do not mention Geneva.'
    >>> not_answered(replace(read_question("What is the boiling point?"), missing=("boiling",)))
    'The sources do not answer this.'
    """
    named = [without_possessive(name) for name in question.names]
    told = [term for term in question.missing if term in named]
    if not told:
        return NOT_ANSWERED
    *some, last = told[:_NAMED_AT_MOST]
    return f"The sources do not mention {', '.join(some)} or {last}." if some else f"The sources do not mention {last}."


def no_documents(collection: str) -> str:
    """The sentences in the place of an answer where there is nothing to ask: they say how that changes.

    >>> no_documents("news")
    'There are no documents yet. Add some: `footnote ingest FOLDER --collection news`, or POST /v1/documents.'
    """
    into = "" if collection == DEFAULT_COLLECTION else f" --collection {collection}"
    return f"{NO_DOCUMENTS} Add some: `footnote ingest FOLDER{into}`, or POST /v1/documents."


def checked(name: str, text: str) -> str:
    """``text`` cleaned; it must have something to read and at most ``MAX_QUESTION`` characters.

    Raises:
        InvalidRequest: Where it has not; it says ``name`` and the limit.
    """
    if len(text) > MAX_QUESTION:
        raise InvalidRequest(f"{name} has {len(text)} characters; at most {MAX_QUESTION} are read")
    cleaned = clean(text)
    if not cleaned:
        raise InvalidRequest(f"{name} must not be blank")
    return cleaned


def check_range(name: str, value: int, high: int) -> None:
    """Hold ``value`` to 1 .. ``high``.

    Raises:
        InvalidRequest: Where it is outside.
    """
    if not 1 <= value <= high:
        raise InvalidRequest(f"{name} must be from 1 to {high}, not {value}")
