"""Codes that a question names: what has another of the same series in its place speaks of another thing.

To the pair scorer P-34998 and P-34888 are nearly the same word, as are E4 and E5, and the rows of line 36 and 37.
"""

from collections.abc import Sequence

from rag.answer.find.evidence import Candidate
from rag.answer.question import Question
from rag.language.english.words import identifiers, spellings_of, words


def of_asked_codes(question: Question, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates without those that have another code of a series of which one is asked for, and there.

    A series is the letters of a code, or the first column of a table whose rows have numbers there. Where no candidate
    has a code that is asked for, all stay.
    """
    candidates = _of_asked_rows(question, candidates)
    asked = codes_of(question)
    if not asked:
        return candidates
    known = {code for code in asked if any(has_code(one, code) for one in candidates)}
    series = {_series(code) for code in known}
    return [one for one in candidates if any(has_code(one, code) for code in known) or not _series_of(one) & series]


def _of_asked_rows(question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without the other rows of a table that has the row of a number in the question."""
    numbers = set() if question.broad else {word for word in question.words if word.isdigit()}
    keyed = {_table(one) for one in candidates if _key(one) in numbers}
    return [one for one in candidates if _table(one) not in keyed or _key(one) in numbers]


def _key(candidate: Candidate) -> str:
    """What the first cell of a row says."""
    row = candidate.unit.row if candidate.unit else None
    return row.pairs[0].value if row and row.pairs and row.pairs[0].column == 0 else ""


def _table(candidate: Candidate) -> tuple[str, int | None] | None:
    unit = candidate.unit
    return (candidate.document.id, unit.table) if unit and unit.row else None


def has_another(question: Question, candidate: Candidate) -> bool:
    """Whether a candidate lacks a code that is asked for, and has another of its series."""
    lacking = {_series(code) for code in codes_of(question) if not has_code(candidate, code)}
    return not lacking.isdisjoint(_series_of(candidate))


def codes_of(question: Question) -> frozenset[str]:
    """The codes that a question names, in small letters and in one."""
    return frozenset(spellings_of(word)[0] for word in identifiers(question.words))


def has_code(candidate: Candidate, code: str) -> bool:
    """Whether a candidate has a code, however it is written."""
    return code in "".join(words(candidate.judged.lower())).replace("-", "")


def _series_of(candidate: Candidate) -> set[str]:
    return {_series(spellings_of(word)[0]) for word in identifiers(words(candidate.judged))}


def _series(code: str) -> str:
    """The letters of a code, as "p" of "p34998"."""
    return "".join(letter for letter in code if not letter.isdigit())
