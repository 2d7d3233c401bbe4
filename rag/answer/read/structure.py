"""Units as they are stated: lists with their items, rows of tables with the cell that was asked for."""

from collections.abc import Callable, Sequence

from rag.answer.confidence import support
from rag.answer.find.evidence import Candidate, Unit
from rag.answer.question import Question
from rag.answer.read.reader import Finding, FoundPart, Source
from rag.language.english.asked import ValueKind
from rag.language.english.values.dates import find_dates
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
        table=table_of(unit) if unit.kind == "table" else None,
        complete=unit.complete,
    )


def table_of(unit: Unit) -> TableRows:
    """A row as a table with the asked cell marked."""
    row = unit.row
    if row is None:
        raise ValueError("only a row is a table")
    cells = {pair.column: pair.value for pair in row.pairs}
    marked = unit.asked
    return TableRows(
        columns=unit.columns,
        rows=(tuple(cells.get(column, "") for column in range(len(unit.columns))),),
        marked=((0, marked),) if marked is not None else (),
    )
