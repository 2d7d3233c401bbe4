"""``footnote ingest`` and ``footnote documents``."""

import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import click

from rag.cli.options import collection_option, data_dir_option, given_server, opened, server_option
from rag.cli.progress import show_ingest
from rag.cli.reach import Opened, Reached, reached
from rag.cli.terminal import echo, echo_json
from rag.errors import NotFound
from rag.ingest.pipeline import Outcome, Work
from rag.ingest.sources import Found, survey
from rag.models.encode import Stopped
from rag.types import Document
from rag.upkeep.follow import Follower

_KEPT_WITHIN = ("pages",)  # offsets of pages, which citations name as numbers


@click.command("ingest")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--watch", is_flag=True, help="Then keep the collection in step with the folders, until Ctrl+C.")
@collection_option
@server_option
@data_dir_option
def ingest_command(paths: tuple[Path, ...], watch: bool, collection: str, data_dir: Path | None) -> None:
    """Bring files, folders and patterns of files ('notes/**/*.md') in; what is unchanged is passed over."""
    found = survey(paths)
    if watch and given_server() is not None:
        raise click.UsageError("--watch works on a data directory of this machine; leave --server out")
    if watch:
        with opened(data_dir) as engine:
            follower = Follower(engine, paths, collection=collection)
            _bring(Opened(engine), found, collection)
            _follow(follower)
        return
    with reached(data_dir) as library:
        outcomes = _bring(library, found, collection)
    if any(outcome.outcome == "rejected" for outcome in outcomes):
        sys.exit(1)


def _bring(library: Reached, found: Found, collection: str) -> list[Outcome]:
    work = Work()
    with show_ingest(len(found.files), work) as shown:
        outcomes = library.ingest(found.files, collection=collection, on_outcome=shown, work=work)
    if str(found.passed_over):
        echo(f"passed over: {found.passed_over}", err=True)
    return outcomes


def _follow(follower: Follower) -> None:
    """Print what changes until the process is interrupted or asked to end; a second Ctrl+C ends it at once."""
    work = Work()

    def stop(number: int, _: object) -> None:
        work.stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    echo("Watching. Stop with Ctrl+C.", err=True)
    with suppress(Stopped):
        for outcome in follower.follow(work):
            if outcome.outcome != "unchanged":
                echo(_told(outcome))
    echo("Stopped.", err=True)


def _told(outcome: Outcome) -> str:
    """An outcome as a line."""
    match outcome.outcome:
        case "rejected":
            return f"rejected {outcome.path}: {outcome.reason}"
        case "removed":
            return f"removed {outcome.path}"
        case _:
            return f"{outcome.outcome} {outcome.path} ({outcome.passages} passages)"


@click.group()
def documents() -> None:
    """List, show or remove documents."""


@documents.command("list")
@collection_option
@click.option("--json", "as_json", is_flag=True, help="Print their records as JSON.")
@server_option
@data_dir_option
def list_documents(collection: str, as_json: bool, data_dir: Path | None) -> None:
    """List the documents of a collection."""
    with reached(data_dir) as library:
        if as_json:
            echo_json([_record(document) for document in library.documents(collection)])
            return
        for document in library.documents(collection):
            echo(_listed(document))


@documents.command("show")
@click.argument("document_id")
@click.option("--json", "as_json", is_flag=True, help="Print its record as JSON.")
@click.option("--text", "with_text", is_flag=True, help="Print its text too.")
@server_option
@data_dir_option
def show_document(document_id: str, as_json: bool, with_text: bool, data_dir: Path | None) -> None:
    """Show what is known of a document, by id, as the list gives it."""
    with reached(data_dir) as library:
        try:
            record = _record(library.document(document_id))
            text = library.text(document_id) if with_text else None
        except NotFound as error:
            echo(f"Error: {error}; `footnote documents list` lists them", err=True)
            sys.exit(1)
    if as_json:
        echo_json(record if text is None else {**record, "text": text})
        return
    for name, value in record.items():
        echo(f"{name:12} {'-' if value is None else value}")
    for line in text.splitlines() if text is not None else ():
        echo(line)


@documents.command("remove")
@click.argument("document_ids", nargs=-1, required=True)
@server_option
@data_dir_option
def remove_documents(document_ids: tuple[str, ...], data_dir: Path | None) -> None:
    """Remove documents by id, as the list gives them."""
    missing = 0
    with reached(data_dir) as library:
        for document_id in document_ids:
            try:
                library.remove(document_id)
                echo(f"removed {document_id}")
            except NotFound as error:
                missing += 1
                echo(f"Error: {error}; `footnote documents list` lists them", err=True)
    if missing:
        sys.exit(1)


def _record(document: Document) -> dict[str, object]:
    """What a server gives of a document."""
    return {name: value for name, value in asdict(document).items() if name not in _KEPT_WITHIN}


def _listed(document: Document) -> str:
    size = f"{document.passages:5} passages  {document.characters:8} characters"
    return f"{document.id:40}  {document.published or '-':10}  {size}  {document.title or '-'}"
