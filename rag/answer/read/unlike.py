"""Values of any kind that differ: what the judge found to answer in two documents, compared.

What this does not do: find those values; see ``rag.answer.find.values``.
"""

import re
from collections.abc import Sequence
from itertools import combinations

from rag.answer.confidence import support
from rag.answer.find.evidence import Candidate
from rag.answer.find.values import said
from rag.answer.question import Question
from rag.language.english.asked import ValueKind, stems
from rag.language.english.polarity import negations
from rag.language.english.values.alike import clash
from rag.types import Kind

_LEAST_NAMES = 0.5
_CLAUSE = re.compile(r"[,;:.]\s")
_NONE = re.compile(r"(?:there (?:is|are|was|were) )?no\b", re.IGNORECASE)
_NO = re.compile(r"\bno\b", re.IGNORECASE)
_LEAST_STANCE = 0.5
_MOST_WORDS = 0.6
_LEAST_WORDS = 0.3  # other words may mean the same, other numbers do not


def unlike(question: Question, candidates: Sequence[Candidate]) -> tuple[tuple[int, int], tuple[str, str]] | None:
    """The places of the first two candidates that give unlike values, and those; ``None`` where none do."""
    places = [place for place, one in enumerate(candidates) if one.rival and one.sentence.kind is Kind.BODY]
    for first, second in combinations(places, 2):
        one, other = candidates[first], candidates[second]
        if not _about_the_same(question, one, other):
            continue
        values = _stances(question, one, other) if _asks_whether(question) else _values(one, other)
        if values:
            return (first, second), values
    return None


def _asks_whether(question: Question) -> bool:
    return ValueKind.YES_NO in question.wanted.kinds


def _values(one: Candidate, other: Candidate) -> tuple[str, str] | None:
    found = clash(_first(one), said(one), _first(other), said(other))
    if found is None or any(character.isdigit() for value in found for character in value):
        return found
    sure = min(support(one), support(other)) >= _LEAST_WORDS
    named = all(value[0].isupper() for value in found)
    same = not named and (_first(other) in one.alike or _first(one) in other.alike)
    return found if sure and not same else None


def _first(candidate: Candidate) -> str:
    return candidate.values[0] if candidate.values else ""


def _about_the_same(question: Question, one: Candidate, other: Candidate) -> bool:
    names = question.wanted.names
    return all(len(names & stems(each.judged)) >= _LEAST_NAMES * len(names) for each in (one, other))


def _stances(question: Question, one: Candidate, other: Candidate) -> tuple[str, str] | None:
    """The clauses that take a side, where one is negated and the other is not, of the same words of the question."""
    about = question.wanted.about
    clauses = [_clause(about, said(each)) for each in (one, other)]
    turned = [clause for clause in clauses if _is_turned(clause)]
    if len(turned) != 1 or min(support(one), support(other)) < _LEAST_STANCE:
        return None
    negated, asserted = (about & stems(clause) for clause in sorted(clauses, key=lambda clause: clause not in turned))
    same = len(negated) >= _MOST_WORDS * len(about) and negated & asserted
    return (clauses[0], clauses[1]) if same else None


def _is_turned(clause: str) -> bool:
    """Whether a clause says no: a "no" within it turns only what comes after ("charges no fee")."""
    return bool(negations(clause) % 2) and (bool(_NONE.match(clause)) or not _NO.search(clause))


def _clause(about: frozenset[str], text: str) -> str:
    """The clause that has most words of the question."""
    return max(_CLAUSE.split(text), key=lambda clause: len(stems(clause) & about)).strip(" .")
