"""``footnote ask`` and ``footnote search``."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from rag.answer.question import no_documents
from rag.answer.read.reader import READERS
from rag.cli.options import collection_option, data_dir_option, server_option
from rag.cli.reach import reached
from rag.cli.statements import echo_answer
from rag.cli.terminal import echo, echo_json
from rag.types import Answer

NOT_ANSWERED_STATUS = 3


@click.command()
@click.argument("question")
@collection_option
@click.option("--max-statements", default=4, show_default=True)
@click.option("--in", "document_ids", multiple=True, metavar="ID", help="Ask this document alone; several if repeated.")
@click.option("--reader", type=click.Choice(READERS), help="Answer in the sources' words, or have a writer write.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
@server_option
@data_dir_option
def ask(
    question: str,
    collection: str,
    max_statements: int,
    reader: str | None,
    document_ids: tuple[str, ...],
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """Answer a question from the documents."""
    with reached(data_dir) as library:
        answer = library.ask(
            question,
            collection=collection,
            max_statements=max_statements,
            document_ids=document_ids or None,
            reader=reader,
        )
    if as_json:
        echo_json(asdict(answer))
    else:
        echo_answer(answer)
        for line in (*_sources(answer), *_written(answer), *_degraded(answer)):
            echo(line)
    if not answer.answered:
        sys.exit(NOT_ANSWERED_STATUS)


@click.command()
@click.argument("query")
@collection_option
@click.option("--limit", default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the passages as JSON.")
@server_option
@data_dir_option
def search(query: str, collection: str, limit: int, as_json: bool, data_dir: Path | None) -> None:
    """List the passages that best match a query."""
    with reached(data_dir) as library:
        passages = library.search(query, collection=collection, limit=limit)
        if not passages and library.is_empty(collection):
            echo(no_documents(collection), err=True)
    if as_json:
        echo_json({"passages": [asdict(passage) for passage in passages]})
        return
    for passage in passages:
        place = f"{passage.document_id} {passage.start}-{passage.end}"
        echo(f"{passage.rank:3}  {passage.score:8.3f}  {place}")
        echo(f"     {' '.join(passage.text.split())[:160]}")


def _written(answer: Answer) -> Iterator[str]:
    """How much of what a writer wrote is not shown."""
    if answer.writing is not None and (dropped := len(answer.writing.dropped)):
        yield f"  {dropped} {'sentence was' if dropped == 1 else 'sentences were'} not supported by the sources"


def _degraded(answer: Answer) -> Iterator[str]:
    """What an answer had to be found without."""
    if answer.degraded is not None:
        yield f"  {answer.degraded}"


def _sources(answer: Answer) -> list[str]:
    """The citations of an answer, two lines each; or what is missing and the nearest passage."""
    lines: list[str] = []
    if answer.corpus.documents == 0:
        return lines
    for citation in answer.citations:
        dated = f", {citation.published}" if citation.published else ""
        lines.append(f"  [{citation.number}] {citation.title or citation.path}{dated}")
        paged = f"page {citation.page}, " if citation.page else ""
        lines.append(f"      {citation.path}, {paged}characters {citation.start}-{citation.end}")
    if not answer.answered and answer.missing_terms:
        lines.append(f"  not found in the sources: {', '.join(answer.missing_terms)}")
    if not answer.answered and answer.passages:
        nearest = answer.passages[0]
        lines.append(f"  nearest: {nearest.document_id}: {' '.join(nearest.text.split())[:160]}")
    return lines
