"""Which of several has what is asked for, where a cell or field of each says only yes or no.

The pair scorer sees no difference between "Room 204. Projector: yes" and "Room 301. Projector: no": it gave the wrong
one for seven of 13 questions over four made sets (tables and records in Markdown, HTML and plain text).
"""

from collections.abc import Iterator, Sequence

from rag.answer.find.evidence import Candidate
from rag.answer.question import Question
from rag.language.english.polarity import negations
from rag.language.english.words import content_words, stem, words

_ASKING = frozenset({"which", "who"})
_YES = frozenset({"yes", "y", "true", "✓", "✔", "✅"})
_NO = frozenset({"no", "n", "false", "none", "✗", "✘", "❌", "-", "–", "—"})
_LEAST_NAMED = 0.5  # "Wheelchair access" is named by "accessible by wheelchair"


def of_asked_side(question: Question, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates without those that say no to what a question asks which has, or yes where it asks which has not.

    All stay in a document in which none says what is asked for.
    """
    if _ASKING.isdisjoint(word.lower() for word in question.words):
        return candidates
    asked = negations(question.text) % 2 == 0
    sided = [(one, _side(question, one)) for one in candidates]
    told = {one.document.id for one, side in sided if side is asked}
    return [one for one, side in sided if side in (None, asked) or one.document.id not in told]


def _side(question: Question, candidate: Candidate) -> bool | None:
    """Whether a candidate says yes or no in the field that the question names best; ``None`` where it says neither."""
    told = ((name, _said(value)) for name, value in _fields(candidate))
    sides = [(_share(question, name), side) for name, side in told if side is not None]
    share, side = max(sides, key=lambda one: one[0], default=(0.0, None))
    return side if share >= _LEAST_NAMED else None


def _said(value: str) -> bool | None:
    """Whether a value begins with a yes or a no; ``None`` where with neither."""
    first = next(iter(words(value)), value).lower()
    return first in _YES if first in _YES | _NO else None


def _share(question: Question, name: str) -> float:
    """The share of the words of a name that the question has."""
    said = {stem(word) for word in content_words(name)}
    return len(said & question.stems) / len(said) if said else 0.0


def _fields(candidate: Candidate) -> Iterator[tuple[str, str]]:
    """The names and values of a row, a field or a record."""
    unit = candidate.unit
    if unit is None:
        return
    if unit.row is not None:
        yield from ((pair.name, pair.value.strip()) for pair in unit.row.pairs)
    elif unit.kind == "record":
        for part in unit.parts:
            name, _, value = part.text.partition(": ")
            yield name, value.strip()
