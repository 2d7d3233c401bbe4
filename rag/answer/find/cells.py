"""The cells of a row, each under its name and after those that a question names: the asked one is judged among them."""

from collections.abc import Sequence

from rag.answer.find.candidates import judged_text
from rag.answer.find.evidence import Candidate
from rag.answer.question import Question
from rag.language.english.words import content_words, stem
from rag.language.outline import Pair, Row

_MOST_CELLS = 12


def cell_texts(question: Question, candidate: Candidate) -> list[tuple[int, str]]:
    """The column of each cell of a row that may be asked for, and what is judged of it.

    A cell all of whose words the question has is given, not asked for.
    """
    row = candidate.unit.row if candidate.unit else None
    if row is None or candidate.unit is None or candidate.unit.kind != "table":
        return []
    asked = {stem(word) for word in question.words}
    given = {pair.column for pair in row.pairs if _said(pair) and _said(pair) <= asked}
    named = [pair for pair in row.pairs if not _said(pair).isdisjoint(asked)] or _labels(row)
    wanted = [pair for pair in row.pairs if pair.column not in given][:_MOST_CELLS]
    return [
        (
            pair.column,
            judged_text(candidate.document, candidate.sentence, _told(row, pair, named), dated=question.timed),
        )
        for pair in wanted
    ]


def _told(row: Row, pair: Pair, named: Sequence[Pair]) -> str:
    """A cell after those that the question names; one that alone is named with the whole row."""
    others = [other for other in named if other.column != pair.column]
    return " — ".join([*row.context, *map(_under, others), _under(pair)]) if others else row.whole


def _labels(row: Row) -> list[Pair]:
    """What names a row: its cells without a name of their own, else its first."""
    unnamed = [pair for pair in row.pairs if not pair.name]
    return unnamed if 0 < len(unnamed) < len(row.pairs) else list(row.pairs[:1])


def _said(pair: Pair) -> set[str]:
    return {stem(word) for word in content_words(pair.value)}


def _under(pair: Pair) -> str:
    return f"{pair.name}: {pair.value}" if pair.name else pair.value
