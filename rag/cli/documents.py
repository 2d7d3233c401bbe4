"""``footnote ingest`` and ``footnote documents``."""

import sys
from pathlib import Path

import click

from rag.cli.options import collection_option, data_dir_option, opened
from rag.ingest import find_files, ingest, remove
from rag.progress import show_ingest
from rag.types import Document


@click.command("ingest")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@collection_option
@data_dir_option
def ingest_command(paths: tuple[Path, ...], collection: str, data_dir: Path | None) -> None:
    """Bring files and folders of documents in; what is unchanged is passed over."""
    files = find_files(paths)
    with opened(data_dir) as engine, show_ingest(len(files)) as shown:
        outcomes = ingest(engine, files, collection=collection, on_outcome=shown)
    if any(outcome.outcome == "rejected" for outcome in outcomes):
        sys.exit(1)


@click.group()
def documents() -> None:
    """List or remove documents."""


@documents.command("list")
@collection_option
@data_dir_option
def list_documents(collection: str, data_dir: Path | None) -> None:
    """List the documents of a collection."""
    with opened(data_dir) as engine:
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
    with opened(data_dir) as engine:
        for document_id in document_ids:
            remove(engine, document_id)
            click.echo(f"removed {document_id}")


def _listed(document: Document) -> str:
    size = f"{document.passages:5} passages  {document.characters:8} characters"
    return f"{document.id:40}  {document.published or '-':10}  {size}  {document.title or '-'}"
