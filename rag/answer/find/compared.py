"""Values of a table compared: the row, or the column, that has the most or the least of what a question asks for.

The reranker judges a row by itself, so it cannot say which of them has the most. Where a question asks for that, and
a row of a table answers best, the values of that table are compared: along the row where its label is named, as in
"In which year was revenue higher?", else down the column that the question names.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from rag.answer.find.evidence import Candidate
from rag.answer.find.units import row_unit
from rag.answer.question import Question
from rag.blocks import Form
from rag.language.english.extremes import Extreme, asks_when
from rag.language.english.words import content_words, stem, words
from rag.language.outline import Outline, Pair, Row
from rag.storage.protocols import CatalogView

_NUMBER = re.compile(
    r"\(?[-−–]?\s?[$€£]?\s?\(?[-−–]?\s?(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)\s?[%)]*(?:\s?[^\W\d_]{1,8}\.?)?"
)
_CLOCK = re.compile(r"\d{1,3}(?::[0-5]\d){1,2}")
_NEGATIVE = re.compile(r"^[$€£\s]*[(−–-]")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\bFY\s?\d\d\b|\bQ[1-4]\b", re.IGNORECASE)
_TOTAL = frozenset({"total", "subtot", "sum"})
_MOSTLY = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The row and the column of the value that wins; ``named`` where the column's name is what is asked for."""

    row: int
    column: int
    named: bool


def compared(question: Question, outline: Outline, position: int) -> list[Found]:
    """What wins in the table of a row; several where a bound is asked for, none where nothing can be compared.

    Args:
        position: Of the row that answers best.
    """
    wanted = question.extreme
    table = outline.blocks[position].parent
    if wanted is None or table is None:
        return []
    own = outline.row(position)
    rows = {place: row for place, row in _body(outline, table) if row.context == own.context}
    label = _label(list(rows.values()))
    along = _along(question, own, label)
    if along:
        values = {(position, pair.column): value for pair in along if (value := number_of(pair.value)) is not None}
        return [Found(row=row, column=column, named=True) for row, column in _winning(values, wanted)]
    column = _column(question, list(rows.values()), label)
    if column is None:
        return []
    parts = {place: row for place, row in rows.items() if not _is_total(row, label)}
    names = question.named if wanted.bound is None else {name for name in question.named if name.isalpha()}
    meant = _of_which(names, parts, column)
    values = {(place, column): value for place, row in meant.items() if (value := _value(row, column)) is not None}
    return [Found(row=row, column=place, named=False) for row, place in _winning(values, wanted)]


def with_compared(catalog: CatalogView, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, the rows that win before all others and in the place of their table's; none if none is compared.

    Args:
        candidates: Best first.
    """
    best = candidates[0] if candidates else None
    if best is None or best.unit is None or best.unit.table is None or question.extreme is None:
        return []
    text = catalog.text(best.document.id)
    outline = Outline(text, catalog.blocks(best.document.id))
    found = compared(question, outline, best.unit.position)
    said = {one.block: one for one in catalog.sentences(best.document.id, text)} if found else {}
    winners = [
        replace(best, sentence=said[place], unit=replace(row_unit(outline, place), asked=columns, named=named))
        for place, columns, named in _by_row(found)
        if place in said
    ]
    others = [one for one in candidates if one.unit is None or one.unit.table != best.unit.table]
    return [*winners, *others] if winners else []


def _by_row(found: Sequence[Found]) -> list[tuple[int, tuple[int, ...], bool]]:
    """Each row with the columns that win in it."""
    columns: dict[int, list[int]] = {}
    for one in found:
        columns.setdefault(one.row, []).append(one.column)
    return [(row, tuple(own), found[0].named) for row, own in columns.items()]


def number_of(text: str) -> float | None:
    """The number that a cell holds; ``None`` where it holds anything else.

    >>> number_of("$ 1,452.4"), number_of("(12.5)"), number_of("18%"), number_of("40 km"), number_of("2 of 3")
    (1452.4, -12.5, 18.0, 40.0, None)
    >>> number_of("1:02:03")  # seconds
    3723.0
    """
    if _CLOCK.fullmatch(text.strip()):
        return float(sum(int(part) * 60**place for place, part in enumerate(reversed(text.strip().split(":")))))
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    value = float(found["digits"].replace(",", ""))
    return -value if _NEGATIVE.match(text.strip()) else value


def _body(outline: Outline, table: int) -> Iterator[tuple[int, Row]]:
    for place in outline.items(table):
        if outline.form(place) is Form.ROW and not outline.blocks[place].head:
            yield place, outline.row(place)


def _label(rows: Sequence[Row]) -> int:
    """The column that names the rows: the first that holds no numbers, or years."""
    columns = sorted({pair.column for row in rows for pair in row.pairs})
    return next((one for one in columns if not _holds_numbers(rows, one)), columns[0] if columns else 0)


def _holds_numbers(rows: Sequence[Row], column: int) -> bool:
    cells = [pair.value for row in rows for pair in row.pairs if pair.column == column]
    numbers = [text for text in cells if number_of(text) is not None and not _YEAR.fullmatch(text.strip())]
    return len(numbers) >= _MOSTLY * max(len(cells), 1)


def _along(question: Question, row: Row, label: int) -> list[Pair]:
    """The cells to compare along a row: those under years where a time is asked for, else under any name."""
    named = [pair for pair in row.pairs if pair.column != label and pair.name and number_of(pair.value) is not None]
    under_years = [pair for pair in named if _YEAR.search(pair.name)]
    if asks_when(question.text):
        return under_years if len(under_years) > 1 else []
    said = {stem(word) for pair in row.pairs if pair.column == label for word in content_words(pair.value)}
    asked = {stem(word) for word in question.words}
    return named if said and said <= asked and len(named) > 1 and not under_years else []


def _column(question: Question, rows: Sequence[Row], label: int) -> int | None:
    """The column of numbers whose name shares most with the question, where one does; the only one there is."""
    names = {pair.column: pair.name for row in rows for pair in row.pairs if pair.column != label}
    columns = [column for column in sorted(names) if _holds_numbers(rows, column)]
    if len(columns) < 2:
        return columns[0] if columns else None
    asked = {stem(word) for word in question.words}
    shared = {column: len(asked & {stem(word) for word in words(names[column])}) for column in columns}
    best = max(shared.values())
    winners = [column for column in columns if shared[column] == best]
    return winners[0] if best and len(winners) == 1 else None


def _of_which(names: Set[str], rows: Mapping[int, Row], column: int) -> Mapping[int, Row]:
    """The rows that have those names and numbers of a question that some rows have and others have not."""
    over = {
        stem(word) for row in rows.values() for pair in row.pairs if pair.column == column for word in words(pair.name)
    }
    for named in sorted(names - over):
        having = {place: row for place, row in rows.items() if named in {stem(word) for word in words(row.whole)}}
        rows = having or rows
    return rows


def _is_total(row: Row, label: int) -> bool:
    said = {stem(word) for pair in row.pairs if pair.column == label for word in words(pair.value)}
    return not said or not said.isdisjoint(_TOTAL)


def _value(row: Row, column: int) -> float | None:
    return next((number_of(pair.value) for pair in row.pairs if pair.column == column), None)


def _winning(values: dict[tuple[int, int], float], wanted: Extreme) -> list[tuple[int, int]]:
    """The places of what lies beyond the bound, or of the most or the least; none where all do or two are equal."""
    if wanted.bound is not None:
        beyond = [place for place, value in values.items() if (value > wanted.bound) is wanted.highest]
        return beyond if len(beyond) < len(values) else []
    if len(values) < 2:
        return []
    best = max(values.values()) if wanted.highest else min(values.values())
    winners = [place for place, value in values.items() if value == best]
    return winners if len(winners) == 1 else []
