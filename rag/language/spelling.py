"""Spelling: a word that no source has is read as the one among the retrieved words that it is a slip of, or spells.

A word that the encoder's vocabulary has whole is a word, not a slip: who asks for bread does not mean
a break. A name may be another name, not a slip: it is read as one that differs in doubled letters and in i, j
and y alone ("Zelensky"), or, where both are long, in one letter. Distances are optimal string alignments
(Boytsov 2011): a letter lost, added, exchanged or swapped with the next counts one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from rag.language.english.words import identifiers, spellings_of, words

_SHORTEST = 4
_LONG = 8
_DOUBLED = re.compile(r"(.)\1+")


def corrected(question: str, missing: Sequence[str], texts: Iterable[str], is_word: Callable[[str], bool]) -> str:
    """``question`` with each slip among ``missing`` exchanged for the word of ``texts`` that was meant.

    Of words equally near the most frequent is taken, then the first by its letters.

    Args:
        is_word: Whether what may be a slip is a word of its own; not asked of names.

    >>> corrected("what europan leders want", ["europan", "leders"], ["European leaders met."], {"want"}.__contains__)
    'what European leaders want'
    >>> corrected("Who met Jon Wittkoff?", ["Jon Wittkoff"], ["Witkoff met John."], {"who"}.__contains__)
    'Who met Jon Witkoff?'
    """
    slips = [word for term in missing for word in words(term) if len(word) >= _SHORTEST and word.isalpha()]
    if not slips:
        return question
    counts = Counter(word for text in texts for word in words(text) if word.isalpha())
    known = sorted(counts, key=lambda word: (-counts[word], word))
    for slip in slips:
        if slip in counts or (slip.islower() and is_word(slip)):
            continue
        nearest = _nearest_word if slip.islower() else _nearest_name
        alike = [word for word in known if word[0].lower() == slip[0].lower()]
        meant = nearest(slip, alike)
        if meant:
            question = re.sub(rf"\b{re.escape(slip)}\b", meant, question)
    return question


def as_spelled(question: str, said: Sequence[str], texts: Iterable[str]) -> str:
    """``question`` with each code that no text has as it is typed written as the texts write it most often.

    A model that judges knows a code by its letters alone: asked for DL1849 it takes DL-1849 for another.

    Args:
        said: The words of the question.

    >>> as_spelled("a dl1849 with 15GB?", ["dl1849", "15GB"], ["Article DL-1849 is a desk.", "A disk of 1.5GB."])
    'a DL-1849 with 15GB?'
    """
    asked = identifiers(said)
    if not asked:
        return question
    counts = Counter(code for text in texts for code in identifiers(words(text)))
    for code in asked:
        alike = [other for other in counts if _parts(other) == _parts(code)]
        if alike and code not in counts:
            meant = min(alike, key=lambda other: (-counts[other], other))
            question = re.sub(rf"(?<![^\W_]){re.escape(code)}(?![^\W_])", meant, question)  # codes have no backslash
    return question


def _parts(code: str) -> str:
    """The runs of letters and digits of a code, in lower case."""
    return spellings_of(code)[1]


def _nearest_word(slip: str, known: Sequence[str]) -> str | None:
    """The nearest known word: one slip away, two where it is long."""
    alike = [word for word in known if len(word) >= _SHORTEST - 1]
    return _nearest(slip, alike, str.lower, most=2 if len(slip) >= _LONG else 1)


def _nearest_name(slip: str, known: Sequence[str]) -> str | None:
    """The known name that sounds the same, or, of long ones, is one slip away."""
    alike = [word for word in known if word[0].isupper() and len(word) >= _SHORTEST - 1]
    same = _nearest(slip, alike, _sound, most=0)
    if same or len(slip) < _LONG:
        return same
    return _nearest(slip, [word for word in alike if len(word) >= _LONG], _sound, most=1)


def _nearest(slip: str, known: Sequence[str], seen_as: Callable[[str], str], *, most: int) -> str | None:
    found = process.extractOne(slip, known, scorer=OSA.distance, processor=seen_as, score_cutoff=most)
    return None if found is None else str(found[0])


def _sound(name: str) -> str:
    """What is left of a name that is spelled in several ways.

    >>> _sound("Zelenskyy") == _sound("Zelensky") == _sound("Zelenskij")
    True
    """
    return _DOUBLED.sub(r"\1", re.sub("[jy]", "i", name.lower()))
