"""Composition: the fewest candidates that answer, grouped where several say the same.

What goes on near the best sentence often completes what is broad; else only what answers nearly as surely is stated.
"""

from collections.abc import Sequence
from itertools import pairwise

from rag.answer.confidence import is_of_another, support
from rag.answer.find.candidates import announces
from rag.answer.find.evidence import Candidate
from rag.answer.question import MAX_STATEMENTS, Question
from rag.answer.read.likeness import differ
from rag.language.english.context import leans, understood
from rag.language.english.lexicon import JOINING
from rag.language.english.questions import speaks_of_itself
from rag.language.english.words import content_words, stem, words
from rag.language.text import display
from rag.types import Kind

_NEAR = 800
_LEAST_NEAR = 0.2
_LEAST_ELSEWHERE = 0.5  # near it too for one fact: of SQuAD 2 no answer is lost, and half of what lacks it is
_SAME = 0.8
_FACT_STATEMENTS = 3
_SURE = 0.8
_MOST_SOURCES = 6
_AS_WELL = 0.8
_LEAST_NAMED = 0.3
_JOINING = frozenset(JOINING)


def compose(
    question: Question, candidates: Sequence[Candidate], *, limit: int, confidence: float
) -> list[list[Candidate]]:
    """The candidates to state, the best first, each with those of other documents that say the same.

    Where all would be of one document, the last gives way to the best of another that answers as well.

    Args:
        candidates: Best first.
        limit: Statements at most.
        confidence: That the sources answer.
    """
    if not candidates:
        return []
    groups: list[list[Candidate]] = []
    worth = [one for one in candidates if _is_worth_stating(question, one, candidates[0])]
    for candidate in [one for one in worth if not speaks_of_itself(understood(one.sentence, one.previous))] or worth:
        _join(question, groups, candidate)
    shown = _with_another(groups, min(limit, _most(question, candidates[0], confidence)))
    return _with_all_named(question, shown, candidates, limit)


def _most(question: Question, best: Candidate, confidence: float) -> int:
    """How many statements a question may take at most: one, where a sentence surely gives the one fact.

    Then no other one brought the fact over eight unseen corpora and four sets, and 5 to 20 % of those stated lacked it;
    below, and beside units, which may be the wrong row, one in thirty questions is answered by the second or third.
    """
    if question.broad:
        return MAX_STATEMENTS
    return 1 if best.unit is None and confidence >= _SURE else _FACT_STATEMENTS


def _with_all_named(
    question: Question, shown: list[list[Candidate]], candidates: Sequence[Candidate], limit: int
) -> list[list[Candidate]]:
    """The groups, and for each of the things that are asked after together the best candidate that names it.

    Who compares two things, or asks after both, is told of both.
    """
    least = _LEAST_NAMED * support(shown[0][0])
    for name in _together(question):
        said = [_words_of(one) for group in shown for one in group]
        if len(shown) < limit and not any(name <= one for one in said):
            telling = (one for one in candidates if support(one) >= least and name <= _words_of(one))
            shown = [*shown, *([one] for one in [next(telling, None)] if one is not None)]
    return shown


def _together(question: Question) -> list[frozenset[str]]:
    """The names of a question, by the stems of their words, that nothing stands between but "and", "or", "than" ..."""
    found: list[frozenset[str]] = []
    for first, second in pairwise(question.names):
        between = question.text.partition(first)[2].partition(second)[0]
        if question.text.count(second) == 1 and between.strip() and not set(words(between.lower())) - _JOINING:
            found += [frozenset(stem(word) for word in words(name)) for name in (first, second)]
    return found


def _words_of(candidate: Candidate) -> frozenset[str]:
    return frozenset(stem(word) for word in words(candidate.judged))


def _with_another(groups: list[list[Candidate]], limit: int) -> list[list[Candidate]]:
    """The first ``limit`` groups, or one fewer and the best of another document that answers about as surely."""
    shown = groups[:limit]
    if limit < 2 or len({group[0].document.id for group in shown}) > 1:
        return shown
    others = (group for group in groups[limit:] if group[0].document.id != shown[0][0].document.id)
    other = next((group for group in others if support(group[0]) >= _AS_WELL * support(shown[0][0])), None)
    return [*shown[:-1], other] if other else shown


def _is_worth_stating(question: Question, one: Candidate, best: Candidate) -> bool:
    """True for what answers about as surely as the best; near it, within 800 characters, less completes what is broad.

    Beside a row, an item or a list, which answers by itself, only where several statements are asked for; beside what
    stands in the one document that the question names, nothing of others for one fact or a whole list.
    """
    if not question.broad and is_of_another(question, one, best):
        return False
    if (not question.broad or (best.unit and best.unit.whole)) and _is_of_another_name(question, one, best):
        return False
    if _are_rows_of_one_table(one, best) and not question.broad:
        return one == best or support(one) >= _AS_WELL * support(best)
    if best.unit is not None and one != best and not question.broad:
        return one.document.id != best.document.id and support(one) >= _LEAST_ELSEWHERE * support(best)
    apart = abs(one.sentence.span.start - best.sentence.span.start)
    near = one.document.id == best.document.id and apart <= _NEAR
    least = _LEAST_NEAR if near and question.broad else _LEAST_ELSEWHERE
    return one == best or support(one) >= least * support(best)


def _is_of_another_name(question: Question, one: Candidate, best: Candidate) -> bool:
    """Whether a question names the document of the best whole, as "Garam masala", and not that of another candidate."""
    return one.document.id != best.document.id and _is_named(question, best) and not _is_named(question, one)


def _is_named(question: Question, candidate: Candidate) -> bool:
    title = {stem(word) for word in content_words(candidate.document.title or "")}
    return bool(title) and title <= question.stems


def _are_rows_of_one_table(one: Candidate, other: Candidate) -> bool:
    if one.unit is None or other.unit is None or one.document.id != other.document.id:
        return False
    return one.unit.table is not None and one.unit.table == other.unit.table


def _join(question: Question, groups: list[list[Candidate]], candidate: Candidate) -> None:
    """Add a candidate to the group that says the same, or as a group of its own.

    What is shown already is left out, and what a document of the group says once more: that is no further source.
    """
    for group in groups:
        if _shows(question, group[0], candidate) or _shows(question, candidate, group[0]):
            return
        if _repeats(group[0], candidate) or says_the_same(group[0], candidate):
            if len(group) < _MOST_SOURCES and all(one.document.id != candidate.document.id for one in group):
                group.append(candidate)
            return
    groups.append([candidate])


def _repeats(one: Candidate, other: Candidate) -> bool:
    """True where a document says the same again, but for case and white space; it may be too short to compare."""
    said, again = (display(each.sentence.text).casefold() for each in (one, other))
    return one.document.id == other.document.id and said == again


def says_the_same(one: Candidate, other: Candidate) -> bool:
    """True where the sentences share most of their words (Jaccard index of the stems of content words).

    Not where a number, a name or a negation sets them apart.
    """
    if Kind.BODY not in (one.sentence.kind, other.sentence.kind):
        return False
    first, second = ({stem(word) for word in content_words(display(each.sentence.text))} for each in (one, other))
    if len(first & second) < _SAME * max(len(first | second), 1):
        return False
    return not differ(display(one.sentence.text), display(other.sentence.text))


def _shows(question: Question, one: Candidate, other: Candidate) -> bool:
    """True where ``one`` is shown together with the sentence that ``other`` is."""
    if one.document.id != other.document.id:
        return False
    if announces(question, one) and other.sentence in one.following:
        return True
    return one.previous == other.sentence and leans(one.sentence, one.previous)
