"""The cells of a row, each under its name and after the row's label, as the reranker judges which one is asked for."""

from collections.abc import Iterator

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
    given = {pair.column for pair in row.pairs if _given(pair, asked)}
    said = [(column, text) for column, text in _said(row) if column not in given][:_MOST_CELLS]
    return [
        (column, judged_text(candidate.document, candidate.sentence, text, dated=question.timed))
        for column, text in said
    ]


def _said(row: Row) -> Iterator[tuple[int, str]]:
    labels = labels_of(row)
    lead = " — ".join([*row.context, *(_under(pair) for pair in labels)])
    for pair in row.pairs:
        if pair in labels:
            yield pair.column, row.whole
        else:
            yield pair.column, f"{lead} — {_under(pair)}" if lead else _under(pair)


def labels_of(row: Row) -> list[Pair]:
    """What names a row: its cells without a name of their own, else its first."""
    unnamed = [pair for pair in row.pairs if not pair.name]
    return unnamed if 0 < len(unnamed) < len(row.pairs) else list(row.pairs[:1])


def _given(pair: Pair, asked: set[str]) -> bool:
    said = {stem(word) for word in content_words(pair.value)}
    return bool(said) and said <= asked


def _under(pair: Pair) -> str:
    return f"{pair.name}: {pair.value}" if pair.name else pair.value
