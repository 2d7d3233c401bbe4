"""Whether the sources answer a question: a calibrated probability from several signals.

The signals are combined by logistic regressions whose parameters lie in ``answerability.json``, others where
the best candidate is a unit than where it is running text, for another model judged it; ``footnote eval calibrate``
fits them again. What they say of a question means in each collection what its own scale makes of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

from rag.answer.find.codes import codes_of, has_another, has_code
from rag.answer.find.evidence import Candidate
from rag.answer.question import Question
from rag.language.english.lexicon import STOP_WORDS
from rag.language.english.words import stem, words
from rag.types import UNSCALED, Scale

PARAMETERS = Path(__file__).resolve().parent / "answerability.json"
_LOWEST = -12.0
_LONGEST_LEAD = 5.0
_MOST_MISSING = 3.0
_DOUBTED = 0.6  # a report need not name whose it is, so a row of it may answer: it is shown, and doubted
_UNNAMED = 0.5  # among many documents, one of which would have the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What speaks for and against an answer.

    Args:
        readable: Whether the question has a word of English, or of a candidate's text.
        answerability: The logit of the best candidate's second head.
        relevance: That of its first.
        lead: How far the best candidate's score is above the next one's of those that may speak of the same, at most 5.
        missing: How many words of the question's names and numbers no source has, or of all its words where no source
            has any of them ("How do I make tiramisu?"), at most 3.
        unit: Whether the best candidate is a row, an item, a list, a record or code.
        sole: Whether it is asked of one document alone, and the best has no code in the place of one that is asked for.
        scale: What log odds mean in the collection.
    """

    readable: bool
    answerability: float
    relevance: float
    lead: float
    missing: float
    unit: bool = False
    sole: bool = False
    scale: Scale = UNSCALED


def signals(question: Question, candidates: Sequence[Candidate]) -> Signals:
    """The signals of a question.

    Args:
        candidates: Best first; none is the same as a hopeless one.
    """
    if not candidates:
        return Signals(readable=False, answerability=_LOWEST, relevance=_LOWEST, lead=0.0, missing=_MOST_MISSING)
    best = candidates[0]
    others = [one for one in candidates[1:] if not is_of_another(question, one, best)]
    absent = {stem(word) for term in question.missing for word in words(term)}
    return Signals(
        readable=_is_readable(question, candidates),
        answerability=best.answerability,
        relevance=best.relevance,
        lead=min(best.score - others[0].score, _LONGEST_LEAD) if others else _LONGEST_LEAD,
        missing=min(float(len(absent if question.stems <= absent else absent & question.named)), _MOST_MISSING),
        unit=best.unit is not None,
        sole=question.sole and not has_another(question, best),
        scale=question.scale,
    )


def _is_readable(question: Question, candidates: Sequence[Candidate]) -> bool:
    typed = {word.lower() for word in question.words}
    said = {stem(word) for one in candidates for word in words(one.judged)}
    return not typed.isdisjoint(STOP_WORDS) or not question.stems.isdisjoint(said)


def is_of_another(question: Question, one: Candidate, best: Candidate) -> bool:
    """True where the best has a code that the question names, and ``one`` has not: it speaks of another thing."""
    return any(has_code(best, code) and not has_code(one, code) for code in codes_of(question))


def confidence(found: Signals) -> float:
    """The probability, 0 to 1, that the sources answer.

    What the judge makes of a question in another script means nothing, so it is not answered. One in English that
    has no word of its source may be: of 57 such questions over documents of another hand that taught nothing, 22 of
    the 34 that are answered there get their answer, and 6 of the 23 others one. Of 40 questions over nine sets with
    a name or number that no source has 32 are not answered, so that caps it.
    """
    if not found.readable:
        return 0.0
    sure = _probability(found.scale.apply(log_odds(found)))
    if found.missing:
        return min(sure, _DOUBTED if found.sole else _UNNAMED)
    return sure


def log_odds(found: Signals) -> float:
    """Those of an answer before the scale of the collection, and before anything caps them."""
    return _weighed("unit question" if found.unit else "question", combined(found))


def combined(found: Signals) -> dict[str, float]:
    """The signals that the regressions weigh.

    Names that it, or every source, lacks added nothing, of units on four sets, each left out (AUROC .93, .87, .97, .98
    without them, .88, .87, .96, .97 with them), nor of sentences on eight (.858 and .856 in the mean). Relevance, which
    no lesson drew far from where it was, steadies what is said of sentences unlike those of the lessons.
    """
    weighed = ("answerability", "lead") if found.unit else ("answerability", "lead", "relevance")
    return {name: getattr(found, name) for name in weighed}


def support(candidate: Candidate) -> float:
    """The probability, 0 to 1, that a candidate answers its question."""
    given = {"relevance": candidate.relevance, "answerability": candidate.answerability}
    return _probability(_weighed("unit" if candidate.unit else "sentence", given))


def _weighed(regression: str, values: Mapping[str, float]) -> float:
    weights = _parameters()[regression]
    return weights["intercept"] + sum(weights[name] * value for name, value in values.items())


def _probability(total: float) -> float:
    return round(1.0 / (1.0 + exp(-max(-50.0, min(50.0, total)))), 4)


@cache
def _parameters() -> Mapping[str, Mapping[str, float]]:
    loaded: Mapping[str, Mapping[str, float]] = json.loads(PARAMETERS.read_text("utf-8"))
    return loaded
