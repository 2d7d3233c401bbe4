"""Units as they are stated: lists with their items, rows of tables with the cell that was asked for."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.answer.confidence import support
from rag.answer.find.evidence import Candidate, Unit
from rag.answer.question import Question
from rag.answer.read.reader import Finding, FoundPart, Source
from rag.language.english.asked import ValueKind
from rag.language.english.values.dates import find_dates
from rag.language.english.words import stem, words
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
    rows = _rows(unit)
    own = dict.fromkeys(Source(document=document, span=span) for one in rows for span in one.spans)
    own |= dict.fromkeys(source for part in parts for source in part.sources)
    others = tuple(Source(document=one.document, span=one.span) for one in group[1:])
    text = "\n".join([unit.text] if len(rows) == 1 else [rows[0].text, *(one.row.text for one in rows[1:] if one.row)])
    dated, heading = date_line(question, candidate), _heading(question, candidate, unit)
    over = [one for one in (dated, heading) if one is not None]
    when, under = ([Source(document=document, span=one.span)] if one else [] for one in (dated, heading))
    return Finding(
        text=" — ".join([*(display(one.text) for one in over), text]),
        sources=(*when, *own, *under, *others),
        support=support(candidate),
        kind=unit.kind,
        parts=parts,
        table=table_of(unit) if unit.kind == "table" else None,
        complete=unit.complete,
    )


def adds(question: Question, heading: Sentence, said: str) -> bool:
    """Whether a heading has a word of the question that what stands under it has not."""
    lacks = question.stems - {stem(word) for word in words(said)}
    return not lacks.isdisjoint(stem(word) for word in words(display(heading.text)))


def _heading(question: Question, candidate: Candidate, unit: Unit) -> Sentence | None:
    """The heading, or else the title, that a unit is shown under: none where it is part of it or adds nothing."""
    above = [one for one in (candidate.heading, candidate.title) if one is not None]
    if any(one.span in unit.spans for one in above):
        return None
    return next((one for one in above if adds(question, one, unit.text)), None)


def with_tables(groups: Sequence[Sequence[Candidate]]) -> list[list[Candidate]]:
    """The groups, those that are rows of one table as one, where the first of them stands."""
    joined: dict[object, list[Candidate]] = {}
    for number, group in enumerate(groups):
        first = group[0]
        table = first.unit.table if first.unit else None
        key = number if table is None else (first.document.id, table)
        if key in joined:
            joined[key] = [_joined(joined[key][0], first), *joined[key][1:]]
        else:
            joined[key] = list(group)
    return list(joined.values())


def _joined(one: Candidate, other: Candidate) -> Candidate:
    if one.unit is None or other.unit is None:
        raise ValueError("only rows are joined")
    return replace(one, unit=replace(one.unit, further=(*one.unit.further, other.unit)))


def _rows(unit: Unit) -> list[Unit]:
    """A unit, with other rows of its table in their order."""
    return sorted([replace(unit, further=()), *unit.further], key=lambda one: one.position)


def table_of(unit: Unit) -> TableRows:
    """Rows as a table; the asked cells are marked in each. Names that are asked for are a row themselves."""
    rows = [one.row for one in _rows(unit) if one.row is not None]
    cells = [{pair.column: pair.value for pair in row.pairs} for row in rows]
    shown = [tuple(found.get(column, "") for column in range(len(unit.columns))) for found in cells]
    if unit.named:
        return TableRows(
            columns=tuple("" for _ in unit.columns),
            rows=(unit.columns, *shown),
            marked=tuple((0, column) for column in unit.asked),
        )
    return TableRows(
        columns=unit.columns,
        rows=tuple(shown),
        marked=tuple((place, column) for place, found in enumerate(cells) for column in unit.asked if column in found),
    )
