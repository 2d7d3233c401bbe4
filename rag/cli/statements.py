"""An answer on a terminal: running text as lines, lists, tables, records and code as what they are."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table

from rag.answer.cite import written_answer
from rag.answer.parts import Parts, PlacedItem, parts_of
from rag.cli.terminal import console, echo, one_line
from rag.language.text import without_footnotes
from rag.types import Answer, TableRows

_ASKED = "→ "
_TAB = 4


def echo_answer(answer: Answer) -> None:
    """Print the statements of an answer with the numbers of their citations, or that there are none."""
    said = answer.answer
    if any(one.kind != "sentence" for one in answer.statements):
        quotes = {one.number: one.quote for one in answer.citations}
        for statement in answer.statements:
            _echo_parts(parts_of(statement, quotes))
        said = said.removeprefix(written_answer(answer.statements, answer.citations)).strip()
    for line in said.splitlines():
        echo(line)


def _echo_parts(parts: Parts) -> None:
    marks = _marks(parts.citations)
    for line in f"{without_footnotes(parts.lead)}{marks}".splitlines() if parts.lead else ():
        echo(line)
    for line in _lines(parts):
        echo(line)
    if parts.table:
        console().print(_table(parts.table))
    if marks and not parts.lead:
        echo(f" {marks}")


def _lines(parts: Parts) -> Iterator[str]:
    """The items, fields or code, indented."""
    for item in parts.items:
        said = without_footnotes(item.text)
        yield f"{'  ' * (item.depth + 1)}{_mark(item)}{said}{_marks(item.citations)}"
    for field in parts.fields:
        key = f"{field.key}: " if field.key else ""
        yield f"  {without_footnotes(key + field.value)}{_marks(field.citations)}"
    for line in parts.code.splitlines():
        yield f"    {line.expandtabs(_TAB)}"


def _mark(item: PlacedItem) -> str:
    if item.number is not None:
        return f"{item.number}. "
    return "- " if item.marked else ""


def _marks(numbers: Sequence[int]) -> str:
    """The numbers of citations, a space before."""
    return " " * bool(numbers) + "".join(f"[{number}]" for number in numbers)


def _table(table: TableRows) -> Table:
    """Rows of a table; an arrow points at the cells that were asked for, where colours are not shown too."""
    drawn = Table(box=box.SIMPLE_HEAD, show_header=any(table.columns), pad_edge=False)
    for name in table.columns:
        drawn.add_column(one_line(without_footnotes(name)), overflow="fold")
    for row, cells in enumerate(table.rows):
        shown = [one_line(without_footnotes(cell)) for cell in cells]
        drawn.add_row(*(_ASKED * ((row, column) in table.marked) + cell for column, cell in enumerate(shown)))
    return drawn
