"""An answer as the Markdown that chat clients show: lists, tables and code as such, a document's words never as markup.

A client renders what it is sent. An image in a document would be fetched by it, a link would wait to be clicked: both
could carry a conversation away. So every character that Markdown would read as markup has a backslash, and what clients
make links of although it is none (GFM's autolinks) stands as code.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from rag.answer.cite import written_answer
from rag.answer.events import Event, Finished, Stated
from rag.answer.parts import KeyedValue, Parts, PlacedItem, parts_of
from rag.language.text import without_footnotes
from rag.types import Answer, Citation, Statement, TableRows

SOURCES = "\n\n**Sources**\n\n"
"""What stands between the text of an answer and its sources."""
_PARTLY = " *(partly supported)*"
_SPACE = re.compile(r"\s+")
_ALONE = re.compile(
    r"""
      \b (?: [a-z][a-z0-9+.-]{0,30} :// | www\. ) [^\s`]+        # an address
    | (?<![\w.+-]) [\w.+-]++ @ [\w-]+ \. [\w.-]+                 # of e-mail
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MARKUP = re.compile(r"[\\`*\[\]<|~]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])")
_FIRST = re.compile(r"^(\s*)(#|>|[-+=](?=\s|$|[-+=]))")
_BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")
_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])(?=\s|$)")


def written(events: Iterable[Event]) -> Iterator[str | Answer]:
    """The text of an answer piece by piece as it comes, empty for a stage that says nothing; last the answer itself."""
    before = ""
    for event in events:
        match event:
            case Stated():
                said = statement_markdown(event.statement, event.citations)
                yield _gap(before, said) + said
                before = said
            case Finished():
                rest = _rest(event.answer)
                yield (_gap(before, "\n") + rest if rest else "") + _sources(event.answer.citations)
                yield event.answer
            case _:
                yield ""


def statement_markdown(statement: Statement, citations: Sequence[Citation]) -> str:
    """A statement with the numbers of its citations.

    >>> statement_markdown(Statement(text="*Net* <b>10</b>", citations=(2,), support=1, verdict="supported"), [])
    '\\\\*Net\\\\* \\\\<b>10\\\\</b> [2]'
    """
    parts = parts_of(statement, {one.number: one.quote for one in citations})
    lead = _said(parts.lead, parts.citations) if parts.lead else ""
    if statement.verdict != "supported":
        lead += _PARTLY
    body = _body(parts)
    blocks = [lead, body] if parts.lead else [body, lead + _marks(parts.citations)]
    return "\n\n".join(block for block in blocks if block)


def escaped(text: str) -> str:
    r"""Text on one line that Markdown shows as it is.

    >>> escaped("See [this](http://a.example/?q=1) in snake_case & R&amp;D")
    'See \\[this\\](`http://a.example/?q=1)` in snake_case & R\\&amp;D'
    """
    line = _SPACE.sub(" ", without_footnotes(text))
    whole, reached = [], 0
    for found in _ALONE.finditer(line):
        whole += [_MARKUP.sub(r"\\\g<0>", line[reached : found.start()]), f"`{found[0]}`"]
        reached = found.end()
    plain = "".join([*whole, _MARKUP.sub(r"\\\g<0>", line[reached:])])
    return _NUMBERED.sub(r"\1\\\2", _FIRST.sub(r"\1\\\2", plain))


def read_back(content: str) -> str:
    r"""The plain text of what was written as Markdown here, without the list of sources.

    >>> read_back("It is \\[sic\\] 10. [1]\n\n**Sources**\n\n- [1] a.txt")
    'It is [sic] 10. [1]'
    """
    return _BACKSLASH.sub(r"\1", content.partition(SOURCES)[0])


def _body(parts: Parts) -> str:
    if parts.items:
        return "\n".join(_listed(parts.items))
    if parts.fields:
        return "\n".join(map(_field, parts.fields))
    if parts.table:
        return _table(parts.table)
    return _fenced(parts.code) if parts.code else ""


def _listed(items: Sequence[PlacedItem]) -> Iterator[str]:
    """Items below the text of the item that they are in: its mark is as wide as their indent."""
    widths: list[int] = []
    for item in items:
        mark = "- " if item.number is None else f"{item.number}. "
        indent = list(accumulate(widths[: item.depth], initial=0))[-1]
        widths[item.depth :] = [len(mark)]
        yield f"{' ' * indent}{mark}{_said(item.text, item.citations)}"


def _field(field: KeyedValue) -> str:
    key = f"**{escaped(field.key)}:** " if field.key else ""
    return f"- {key}{_said(field.value, field.citations)}"


def _table(table: TableRows) -> str:
    """Rows of a table; the cells that were asked for are bold."""

    def shown(row: int, column: int, cell: str) -> str:
        return f"**{escaped(cell)}**" if (row, column) in table.marked else escaped(cell)

    rows = [[shown(row, column, cell) for column, cell in enumerate(cells)] for row, cells in enumerate(table.rows)]
    lines = [[escaped(name) for name in table.columns], ["---"] * len(table.columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _fenced(code: str) -> str:
    """Code between ticks, more of them than it has itself."""
    longest = max((len(ticks) for ticks in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{code}\n{fence}"


def _said(text: str, numbers: Sequence[int]) -> str:
    return escaped(text) + " " * bool(numbers) + _marks(numbers)


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def _gap(before: str, said: str) -> str:
    """Running text goes on in one paragraph."""
    if not before:
        return ""
    return "\n\n" if "\n" in before or "\n" in said else " "


def _rest(answer: Answer) -> str:
    """What an answer says besides its statements: where its sources differ, or that they do not answer."""
    said = written_answer(answer.statements, answer.citations) if answer.statements else ""
    left = answer.answer[len(said) :] if answer.answer.startswith(said) else ""
    return "\n\n".join(escaped(line) for line in left.splitlines() if line.strip())


def _sources(citations: Sequence[Citation]) -> str:
    """A line for each document that is cited, with the numbers of its citations."""
    lines = [f"- {_marks([one.number])} {_described(one, escaped)}" for one in citations]
    return SOURCES + "\n".join(lines) if lines else ""


def _described(citation: Citation, shown: Callable[[str], str]) -> str:
    page = f"page {citation.page}" if citation.page else ""
    facts = [shown(one) for one in (citation.path, page, citation.published or "") if one]
    return f"{shown(citation.title)} ({', '.join(facts)})" if citation.title else ", ".join(facts)
