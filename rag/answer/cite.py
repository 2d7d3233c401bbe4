"""Citing: from findings to numbered statements whose every quote is the source's own characters."""

from collections.abc import Callable, Sequence

from rag.answer.read.reader import Finding, Source
from rag.language.text import without_footnotes
from rag.types import Citation, Conflict, Item, Statement

_CONTEXT = 600
_MORE = "The source has more of this than is shown."


def cite(findings: Sequence[Finding], text_of: Callable[[str], str]) -> tuple[list[Statement], list[Citation]]:
    """Number the sources of ``findings`` in the order of their first use.

    Args:
        text_of: Gives the text of a document by id; quotes are slices of it.

    Returns:
        One statement a finding, and the citations that they number, from 1.
    """
    numbers: dict[Source, int] = {}
    statements = []
    for finding in findings:
        cited = tuple(numbers.setdefault(source, len(numbers) + 1) for source in finding.sources)
        items = tuple(
            Item(text=part.text, citations=tuple(numbers[source] for source in part.sources)) for part in finding.parts
        )
        statements.append(
            Statement(
                text=finding.text,
                citations=cited,
                support=finding.support,
                verdict=finding.verdict,
                kind=finding.kind,
                items=items or None,
                table=finding.table,
                differences=finding.differences,
            )
        )
    return statements, [citation_of(number, source, text_of) for source, number in numbers.items()]


def written_answer(
    statements: Sequence[Statement],
    citations: Sequence[Citation],
    conflicts: Sequence[Conflict] = (),
    *,
    complete: bool = True,
) -> str:
    """The statements as one text, each followed by the numbers of its citations; last, where the sources differ.

    That remark is no statement: it only names values that the statements before it give. A number that a source
    has in brackets stands in round ones here, for a number in square brackets is a footnote; the statements and
    the quotes keep it.
    """
    stated = [_noted(one) for one in statements]
    gap = "\n" if any("\n" in one for one in stated) else " "
    stated += [] if complete else [_MORE]
    return gap.join([*stated, *(_remark(conflict, statements, citations) for conflict in conflicts)])


def _noted(statement: Statement) -> str:
    """A statement with the numbers of its citations; those of an item after the item, and what no source has last."""
    beyond = ", ".join(f"\u201c{one.said}\u201d" for one in statement.differences if one.said)
    note = f" (Not in the source: {beyond}.)" if beyond else " (In part.)"
    return _numbered(statement) + (note if statement.verdict == "partly" else "")


def _numbered(statement: Statement) -> str:
    lines, left = without_footnotes(statement.text).split("\n"), list(statement.citations)
    items = statement.items or ()
    if len(items) > 1 and len(lines) >= len(items):
        for number, item in enumerate(reversed(items), start=1):
            lines[-number] += " " + _marks(item.citations)
            left = [one for one in left if one not in item.citations]
        lines[0] += f" {_marks(left)}" if left else ""
        return "\n".join(lines)
    return "\n".join(lines) + " " + _marks(statement.citations)


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def _remark(conflict: Conflict, statements: Sequence[Statement], citations: Sequence[Citation]) -> str:
    """The values of a conflict, each with the date of its document; its title where dates do not tell them apart."""
    sources = [citations[statements[place].citations[0] - 1] for place in conflict.statements]
    dates = [source.published for source in sources]
    told_apart = None not in dates and len(set(dates)) == len(dates)
    labels = [source.published if told_apart else _name(source) for source in sources]
    named = (f"{value} ({label})" for value, label in zip(conflict.values, labels, strict=True))
    return without_footnotes(f"The sources differ: {', '.join(named)}.")


def _name(source: Citation) -> str:
    return ", ".join([source.title or source.path, source.published or "undated"])


def citation_of(number: int, source: Source, text_of: Callable[[str], str]) -> Citation:
    """A footnote: a span with what stands around it and what is known of its document."""
    document, span = source.document, source.span
    text = text_of(document.id)
    return Citation(
        number=number,
        document_id=document.id,
        title=document.title,
        path=document.path,
        author=document.author,
        publisher=document.publisher,
        published=document.published,
        sha256=document.sha256,
        start=span.start,
        end=span.end,
        before=_before(text, span.start),
        quote=span.of(text),
        after=_after(text, span.end),
        page=document.page_of(span.start),
    )


def _before(text: str, end: int) -> str:
    """The characters before ``end``, from a word's start, at most ``_CONTEXT``."""
    start = max(0, end - _CONTEXT)
    cut = text[start:end]
    return cut if start == 0 else cut[cut.find(" ") + 1 :]


def _after(text: str, start: int) -> str:
    """The characters from ``start`` on, to a word's end, at most ``_CONTEXT``."""
    cut = text[start : start + _CONTEXT]
    return cut if start + _CONTEXT >= len(text) or " " not in cut else cut[: cut.rfind(" ")]
