"""Where a sentence has what answers: the words without which the judge finds it to answer least.

What this does not do: say whether two values differ, or find a value where the judge misses none of the words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from rag.answer.confidence import support
from rag.answer.find.evidence import Candidate
from rag.answer.find.rerank import blend
from rag.answer.question import Question
from rag.language.english.context import understood
from rag.language.english.lexicon import STOP_WORDS
from rag.language.english.words import stem
from rag.language.text import display
from rag.models.protocols import PairScorer

_MOST_DOCUMENTS = 3
_MOST_PARTS = 12
_LEAST_SUPPORT = 0.12  # of 36 everyday pairs those about another thing stay below .08, but for two
_LEAST_SHARE = 0.18  # of the support of the best
_LEAST_LOSS = 0.6
_AS_MUCH = 0.5
_ALIKE = 0.9  # of 22 pairs of words for one thing ten, of 24 for two things four
_ASKED = re.compile(r"\b(?:which|what) (?P<noun>[a-z]++)", re.IGNORECASE)
_TOKEN = re.compile(r"[£$€¥]?\w++(?:[-'’.,:/]\w++)*+(?:\s?[%°])?+")


def with_values(scorer: PairScorer, question: Question, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates, with their ``values`` the best of each document where several answer about as surely.

    Not for what asks for several things. At most 42 pairs are judged.

    Args:
        candidates: Best first.
    """
    rivals = [] if question.broad else _rivals(candidates)
    if len(rivals) < 2:
        return tuple(candidates)
    valued = [replace(one, rival=True, values=_values(scorer, question, one)) for one in rivals]
    alike = _with_alike(scorer, valued)
    found = {id(one): with_value for one, with_value in zip(rivals, alike, strict=True)}
    return tuple(found.get(id(one), one) for one in candidates)


def _with_alike(scorer: PairScorer, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, with what others name in words that the judge takes for those of their own value."""
    named = {one.values[0] for one in candidates if one.values}
    found = []
    for one in candidates:
        others = sorted(named - {*one.values}) if one.values else []
        scores = scorer.score(one.values[0], others).relevance if others else ()
        alike = tuple(other for other, score in zip(others, scores, strict=True) if score >= _ALIKE)
        found.append(replace(one, alike=alike))
    return found


def _rivals(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first candidate of each document, of those that answer about as surely as the surest."""
    firsts: dict[str, Candidate] = {}
    for one in candidates:
        firsts.setdefault(one.document.id, one)
    least = max(_LEAST_SUPPORT, _LEAST_SHARE * max((support(one) for one in firsts.values()), default=0.0))
    return [one for one in firsts.values() if support(one) >= least][:_MOST_DOCUMENTS]


def _values(scorer: PairScorer, question: Question, candidate: Candidate) -> tuple[str, ...]:
    """The parts of a candidate's text that the question has not and that its answer needs, most needed first."""
    text = said(candidate)
    at = candidate.judged.rfind(text)
    parts = list(_parts(question, text))[:_MOST_PARTS] if at >= 0 else []
    if not parts:
        return ()
    before, after = candidate.judged[:at], candidate.judged[at + len(text) :]
    without = [f"{before}{text[:start]}{text[end:]}{after}" for start, end in parts]
    scores = scorer.score(question.text, without, units=candidate.unit is not None)
    judged = [blend(*both) for both in zip(scores.relevance, scores.answerability, strict=True)]
    lost = [round(candidate.score - one, 2) for one in judged]
    least = max(_LEAST_LOSS, _AS_MUCH * max(lost))
    order = sorted(range(len(parts)), key=lambda place: (-lost[place], place))
    needed = tuple(text[slice(*parts[place])] for place in order if lost[place] >= least)
    return needed or tuple(_beside_the_asked(question, text, parts))


def _beside_the_asked(question: Question, text: str, parts: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The words right before or behind the noun that "which" or "what" asks for: "the first floor", "floor 1"."""
    asked = _ASKED.search(question.text)
    noun_asked = asked["noun"].lower() if asked else ""
    nouns = [token for token in _TOKEN.finditer(text) if token.group().lower() == noun_asked]
    for noun, (start, end) in product(nouns, parts):
        if text[end : noun.start()] == " " or text[noun.end() : start] == " ":
            yield text[start:end]


def said(candidate: Candidate) -> str:
    """What a candidate says, with the sentence that it leans on."""
    if candidate.unit is not None:
        return candidate.shown
    return display(understood(candidate.sentence, candidate.previous))


def _parts(question: Question, text: str) -> Iterator[tuple[int, int]]:
    """The runs of words that the question has not, in order."""
    asked = question.stems | {stem(word) for word in question.words}
    start = end = -1
    for token in _TOKEN.finditer(text):
        known = stem(token.group()) in asked or token.group().lower() in STOP_WORDS
        if start >= 0 and (known or text[end : token.start()].strip()):
            yield start, end
            start = -1
        if not known:
            start, end = (token.start() if start < 0 else start), token.end()
    if start >= 0:
        yield start, end
