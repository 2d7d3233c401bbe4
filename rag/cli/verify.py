"""``footnote verify``: each sentence of a file beside what the documents say."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click
from jinja2 import Environment, PackageLoader, StrictUndefined
from rich import box
from rich.table import Table

from rag.answer.verify.judge import SUPPORTED
from rag.answer.verify.text import MAX_TEXT
from rag.cli.options import collection_option, data_dir_option, read_settings, server_option
from rag.cli.reach import Reached, reached
from rag.cli.terminal import console, echo, echo_json
from rag.errors import FootnoteError
from rag.ingest.parse import ParserProcess
from rag.library import limits_of
from rag.types import Citation, Difference, Verification, VerifiedSentence

NOT_SUPPORTED_STATUS = 3
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_SHORT = 160


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@collection_option
@click.option("--in", "document_ids", multiple=True, metavar="ID", help="Hold it against this document alone.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole verification as JSON.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page of it to this file.")
@server_option
@data_dir_option
def verify(
    file: Path, collection: str, document_ids: tuple[str, ...], as_json: bool, html: Path | None, data_dir: Path | None
) -> None:
    """Say which sentences of a file (text, Markdown, Word ...) the documents support."""
    text = _text_of(file, data_dir)
    with reached(data_dir) as library:
        found = verify_whole(library, text, collection=collection, document_ids=document_ids or None)
    if html is not None:
        html.write_text(page_of(file.name, text, found), encoding="utf-8")
    if as_json:
        echo_json(asdict(found))
    elif html is None:
        console().print(_table(found))
    if not as_json:
        echo(_summary(found), err=html is None)
    if any(one.verdict != SUPPORTED for one in found.sentences):
        sys.exit(NOT_SUPPORTED_STATUS)


def _text_of(file: Path, data_dir: Path | None) -> str:
    """The text of a file, as an ingest reads it.

    Raises:
        FootnoteError: For a file that cannot be read, or says nothing.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise FootnoteError(f"{file} cannot be read: {error.strerror}") from error
    with ParserProcess(limits_of(read_settings(data_dir=data_dir))) as parser:
        text = parser.parse(file.name, content).text
    if not text.strip():
        raise FootnoteError(f"{file} says nothing that could be verified")
    return text


def verify_whole(library: Reached, text: str, *, collection: str, document_ids: Sequence[str] | None) -> Verification:
    """A text of any length: it is verified in parts, and put together again."""
    sentences: list[VerifiedSentence] = []
    citations: list[Citation] = []
    for start, part in _parts(text):
        found = library.verify(part, collection=collection, document_ids=document_ids)
        by = len(citations)
        citations += [replace(one, number=one.number + by) for one in found.citations]
        sentences += [_moved(one, start, by) for one in found.sentences]
    supported = sum(one.verdict == SUPPORTED for one in sentences)
    return Verification(
        sentences=tuple(sentences),
        citations=tuple(citations),
        supported=round(supported / len(sentences), 4) if sentences else 0.0,
    )


def _moved(sentence: VerifiedSentence, by: int, numbers: int) -> VerifiedSentence:
    return replace(
        sentence,
        start=sentence.start + by,
        end=sentence.end + by,
        citations=tuple(number + numbers for number in sentence.citations),
    )


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Stretches of a text that are short enough, cut at blank lines where there are any, and where each starts."""
    start = 0
    while start < len(text):
        end = min(len(text), start + MAX_TEXT)
        if end < len(text):
            breaks = [match.end() for match in _BLANK_LINE.finditer(text, start, end)]
            end = breaks[-1] if breaks else max(text.rfind(" ", start + 1, end), start + 1)
        if text[start:end].strip():
            yield start, text[start:end]
        start = end


def _table(found: Verification) -> Table:
    table = Table(box=box.SIMPLE, show_lines=True)
    for name in ("Verdict", "Support", "Sentence", "Source"):
        table.add_column(name, justify="right" if name == "Support" else "left")
    for one in found.sentences:
        table.add_row(one.verdict, f"{one.support:.2f}", " ".join(one.text.split()), "\n".join(_beside(one, found)))
    return table


def _beside(sentence: VerifiedSentence, found: Verification) -> Iterator[str]:
    """What stands beside a sentence: what differs, and what it was held against."""
    for one in sentence.differences:
        yield f"{one.kind}: {told(one)}"
    for number in sentence.citations:
        cited = found.citations[number - 1]
        yield f"[{number}] {cited.title or cited.path}: {' '.join(cited.quote.split())[:_SHORT]}"


def told(difference: Difference) -> str:
    """A difference in words.

    >>> told(Difference(kind="number", said="12", source="21"))
    '“12”, source “21”'
    """
    said = f"“{difference.said}”" if difference.said else "left out"
    return f"{said}, source “{difference.source}”" if difference.source else f"{said}, not in the source"


def _summary(found: Verification) -> str:
    counts = {one.verdict: 0 for one in found.sentences}
    for one in found.sentences:
        counts[one.verdict] += 1
    counted = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
    return f"{len(found.sentences)} sentences: {counted}" if counts else "no sentences that claim anything"


def page_of(name: str, text: str, found: Verification) -> str:
    """A page with the text on one side, each sentence marked by its verdict, and beside it what its source says."""
    environment = Environment(
        loader=PackageLoader("rag.cli"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["told"] = told
    return environment.get_template("verify.html").render(
        name=name,
        rows=list(_rows(text, found)),
        summary=_summary(found),
        supported=found.supported,
    )


def _rows(text: str, found: Verification) -> Iterator[tuple[str, VerifiedSentence, list[Citation]]]:
    """Each sentence with the text between it and the one before, and its citations."""
    reached = 0
    for one in found.sentences:
        yield text[reached : one.start].strip(), one, [found.citations[number - 1] for number in one.citations]
        reached = max(reached, one.end)
