"""The words of a question that matter: for the lexical index, for choosing sentences, for what is missing."""

import re
import threading
from collections.abc import Callable, Iterable, Sequence, Set
from functools import lru_cache
from math import log

import snowballstemmer

from rag.language.english.lexicon import ABBREVIATIONS, STOP_WORDS
from rag.language.text import folded

_RUN = re.compile(r"\d+|[^\W\d_]+")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_NAME = re.compile(
    r"\b[A-Z][^\W_]*(?:[-’'.][^\W_]+)*\.?"
    r"(?:\s(?:of\sthe\s|of\s|de\s|von\s|van\s)?[A-Z][^\W_]*(?:[-’'.][^\W_]+)*)*(?<!\.)"
    r"|\b[^\W_]*\d[^\W_]*(?:[.,:/-]\d+)*"
)
_POINTS = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)")  # of "U.S"


class _Stemmer(threading.local):
    """A stemmer of each thread's own: it keeps the word that it works on in itself."""

    def __init__(self) -> None:
        self.stem: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord


_own = _Stemmer()


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The Snowball (Porter 2) stem of a word, in lower case, without a possessive and the points of an abbreviation.

    An abbreviation that reads like a stop word stays in capitals: "US" is not "us".

    >>> stem("Negotiations"), stem("Putin's"), stem("U.N"), stem("U.S")
    ('negoti', 'putin', 'un', 'US')
    """
    plain = without_possessive(_POINTS.sub("", word))
    if plain in ABBREVIATIONS:
        return plain
    return _own.stem(without_possessive(plain.lower()))


def without_possessive(word: str) -> str:
    """``word`` without a possessive at its end.

    >>> without_possessive("Putin's")
    'Putin'
    """
    return re.sub(r"['’]s$", "", word)


def words(text: str) -> list[str]:
    """The words of ``text`` in order: letters and digits, with inner apostrophes, points and hyphens.

    >>> words("U.S. envoy's 3.5-hour NEAR(")
    ['U.S', "envoy's", '3.5-hour', 'NEAR']
    """
    return _WORD.findall(folded(text))


def identifiers(said: Iterable[str]) -> list[str]:
    """Those of some words that have letters and digits both: codes, part numbers, versions.

    >>> identifiers(["error", "E1234", "of", "KX-4410-C", "2025"])
    ['E1234', 'KX-4410-C']
    """
    return [word for word in said if any(map(str.isdigit, word)) and any(map(str.isalpha, word))]


def spellings_of(identifier: str) -> list[str]:
    """How else an identifier is written: in one, and with its letters and digits apart.

    >>> spellings_of("KX-4410"), spellings_of("DL1849")
    (['kx4410', 'kx 4410'], ['dl1849', 'dl 1849'])
    """
    parts = _RUN.findall(identifier.lower())
    return ["".join(parts), " ".join(parts)]


def content_words(text: str) -> list[str]:
    """The words of ``text`` that carry meaning, in order, each once (by stem).

    >>> content_words("Who met Putin in St. Petersburg?"), content_words("What does the WHO tell us?")
    (['met', 'Putin', 'St', 'Petersburg'], ['WHO'])
    """
    return content_of(words(text), shouted=text.isupper())


def content_of(said: Sequence[str], *, shouted: bool = False) -> list[str]:
    """Those of the words of a text that carry meaning, in order, each once (by stem).

    Args:
        shouted: Whether all of the text is in capitals, so that "WHO" is no abbreviation.
    """
    kept: dict[str, str] = {}
    for word in said:
        if not _is_stop(word, shouted=shouted):
            kept.setdefault(stem(word), word)
    return list(kept.values())


def _is_stop(word: str, *, shouted: bool) -> bool:
    """Whether a word carries no meaning; where all is ``shouted``, in capitals, "WHO" is no abbreviation."""
    plain = without_possessive(word)
    return without_possessive(plain.lower()) in STOP_WORDS and (shouted or plain not in ABBREVIATIONS)


def names(text: str) -> list[str]:
    """The names and numbers of a question in order: runs of capitalised words, and words with a digit.

    A capital that begins the text says nothing, unless another capitalised word follows.

    >>> names("Who met Steve Witkoff in St. Petersburg in 2025?"), names("Nitrogen boils when?")
    (['Steve Witkoff', 'St. Petersburg', '2025'], [])
    """
    found = [match.group() for match in _NAME.finditer(text)]
    first = _WORD.search(text)
    opening = [first.group()] if first else []
    kept = [one for one in found if not (words(one) == opening and text.lstrip().startswith(one))]
    shortened = (_without_question_word(one, shouted=text.isupper()) for one in kept)
    return list(dict.fromkeys(one for one in shortened if one))


def _without_question_word(name: str, *, shouted: bool) -> str:
    """``name`` without stop words at its start: "Did Putin" begins a question with two capitals."""
    while name and _is_stop(name.split()[0].strip(".,’'"), shouted=shouted):
        name = name.partition(" ")[2]
    return name


def overlap_scores(wanted: Set[str], texts: Sequence[str]) -> list[float]:
    """How much of a question's content each text shares: the summed idf of the shared stems.

    ``wanted`` has the stems of the question. The idf is over ``texts`` themselves: ln(1 + n / df), so a word that
    all of them have weighs little.
    """
    shared = [wanted & {stem(word) for word in words(text)} for text in texts]
    found = {term: sum(term in terms for terms in shared) for term in wanted}
    weights = {term: log(1 + len(texts) / count) for term, count in found.items() if count}
    return [sum(weights[term] for term in sorted(terms)) for terms in shared]
