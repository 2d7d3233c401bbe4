"""Units as they are stated: lists with their items, rows of tables with the cell that was asked for."""

from collections.abc import Callable, Sequence

from rag.answer.confidence import support
from rag.answer.find.evidence import Candidate, Unit
from rag.answer.question import Question
from rag.answer.read.reader import Finding, FoundPart, Source
from rag.language.english.asked import ValueKind
from rag.language.english.values.dates import find_dates
from rag.language.english.words import content_words, stem, words
from rag.language.outline import Pair, Row
from rag.language.text import display
from rag.types import Kind, Sentence, TableRows


def findings_of(
    question: Question, groups: Sequence[Sequence[Candidate]], plain: Callable[[Question, Sequence[Candidate]], Finding]
) -> tuple[Finding, ...]:
    """What is stated of each group, in their order.

    Args:
        groups: A candidate each, and those of other documents that say the same.
        plain: Makes the finding of a sentence.
    """
    return tuple(_unit_finding(question, group) if group[0].unit else plain(question, group) for group in groups)


def date_line(question: Question, candidate: Candidate) -> Sentence | None:
    """What says when: the line with the document's date, where a date is asked for and the candidate has none."""
    if ValueKind.DATE not in question.wanted.kinds or candidate.sentence.kind is not Kind.BODY:
        return None
    return None if find_dates(candidate.shown, None) else candidate.dated


def _unit_finding(question: Question, group: Sequence[Candidate]) -> Finding:
    candidate, unit = group[0], group[0].unit
    if unit is None:
        raise ValueError("a sentence is no unit")
    document = candidate.document
    parts = tuple(
        FoundPart(text=part.text, sources=tuple(Source(document=document, span=span) for span in part.spans))
        for part in unit.parts
    )
    own = dict.fromkeys(Source(document=document, span=span) for span in unit.spans)
    own |= dict.fromkeys(source for part in parts for source in part.sources)
    others = tuple(Source(document=one.document, span=one.span) for one in group[1:])
    dated = date_line(question, candidate)
    when = (Source(document=document, span=dated.span),) if dated else ()
    return Finding(
        text=f"{display(dated.text)} — {unit.text}" if dated else unit.text,
        sources=(*when, *own, *others),
        support=support(candidate),
        kind=unit.kind,
        parts=parts,
        table=table_of(question, unit) if unit.kind == "table" else None,
        complete=unit.complete,
    )


def table_of(question: Question, unit: Unit) -> TableRows:
    """A row as a table with the asked cell marked."""
    row = unit.row
    if row is None:
        raise ValueError("only a row is a table")
    cells = {pair.column: pair.value for pair in row.pairs}
    marked = asked_column(question, row)
    return TableRows(
        columns=unit.columns,
        rows=(tuple(cells.get(column, "") for column in range(len(unit.columns))),),
        marked=((0, marked),) if marked is not None else (),
    )


def asked_column(question: Question, row: Row) -> int | None:
    """The column that a question asks a row for: the one whose name says most of what it says, and no cell else.

    What all names share tells none apart; a cell whose words the question has is given, not asked for.
    """
    asked = {stem(word) for word in question.words}
    named = {pair.column: {stem(word) for word in words(pair.name)} for pair in row.pairs}
    shared = set.intersection(*named.values()) if len(named) > 1 else set()
    open_pairs = [pair for pair in row.pairs if not _given(pair, asked)]
    values = [pair for pair in open_pairs if pair.name] or open_pairs[1:] or open_pairs
    if not values:
        return None
    scores = {pair.column: len((named[pair.column] - shared) & asked) for pair in values}
    best = max(scores.values())
    found = [column for column, score in scores.items() if score == best]
    return found[0]


def _given(pair: Pair, asked: set[str]) -> bool:
    said = {stem(word) for word in content_words(pair.value)}
    return bool(said) and said <= asked
