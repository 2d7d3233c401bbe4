"""Spelling: a word that no source has is read as the one among the retrieved words that it is a slip of.

Only words in lower case are read so: of a name with a capital nobody knows whether it is a slip or
another name. Distances are optimal string alignments (Boytsov 2011): a letter lost, added, exchanged
or swapped with the next counts one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from rag.terms import words

_SHORTEST = 5
_LONG = 8


def corrected(question: str, missing: Sequence[str], texts: Iterable[str]) -> str:
    """``question`` with each slip among ``missing`` exchanged for the word of ``texts`` that was meant.

    Of words equally near the most frequent is taken, then the first by its letters.

    >>> corrected("what do europan leders want", ["europan", "leders"], ["European leaders met."])
    'what do European leaders want'
    """
    slips = [word for word in missing if len(word) >= _SHORTEST and word.islower() and word.isalpha()]
    if not slips:
        return question
    counts = Counter(word for text in texts for word in words(text) if word.isalpha())
    known = sorted(counts, key=lambda word: (-counts[word], word))
    for slip in slips:
        meant = _nearest(slip, known)
        if meant:
            question = re.sub(rf"\b{re.escape(slip)}\b", meant, question)
    return question


def _nearest(slip: str, known: Sequence[str]) -> str | None:
    """The nearest known word with the same first letter: one slip away, two where it is long."""
    most = 2 if len(slip) >= _LONG else 1
    alike = [word for word in known if word[0].lower() == slip[0] and len(word) >= _SHORTEST - 1]
    found = process.extractOne(slip, alike, scorer=OSA.distance, processor=str.lower, score_cutoff=most)
    return None if found is None else str(found[0])
