"""``footnote backup``, ``restore``, ``export`` and ``import``."""

import sys
from pathlib import Path

import click

from rag.cli.options import data_dir_option, opened, read_settings
from rag.cli.progress import show_ingest
from rag.cli.terminal import echo
from rag.errors import DataDirectoryError
from rag.ingest.pipeline import Work
from rag.upkeep.backup import back_up, restore
from rag.upkeep.exchange import export, import_collection

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("file", type=_FILE)
@data_dir_option
def backup(file: Path, data_dir: Path | None) -> None:
    """Write everything in the data directory to FILE; a server may be running on it."""
    settings = read_settings(data_dir=data_dir)
    if settings.catalog_url:
        raise DataDirectoryError(
            "the catalog is in PostgreSQL: dump the database with pg_dump, or copy it into an empty data directory "
            "with `footnote migrate --from` and back that up"
        )
    made = back_up(settings.data_dir.resolve(), file)
    echo(f"{file}: {made.documents} documents, {made.passages} passages, {len(made.waiting)} waiting files")


@click.command("restore")
@click.argument("file", type=_FILE)
@data_dir_option
def restore_command(file: Path, data_dir: Path | None) -> None:
    """Make a new data directory of the backup FILE."""
    folder = read_settings(data_dir=data_dir).data_dir.resolve()
    made = restore(file, folder)
    echo(f"{folder}: {made.documents} documents, {made.passages} passages, {len(made.waiting)} waiting files")


@click.command("export")
@click.argument("collection")
@click.argument("file", type=_FILE)
@data_dir_option
def export_command(collection: str, file: Path, data_dir: Path | None) -> None:
    """Write the documents of COLLECTION, as they were given, to the zip archive FILE; a server may be running."""
    settings = read_settings(data_dir=data_dir)
    made = export(settings.data_dir.resolve(), collection, file, catalog_url=settings.catalog_url)
    echo(f"{file}: {made.documents} documents, {made.bytes} bytes")


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--collection", help="Collection to bring the documents into [the exported one].")
@data_dir_option
def import_command(file: Path, collection: str | None, data_dir: Path | None) -> None:
    """Bring the documents of the export FILE in; what is unchanged is passed over."""
    work = Work()
    with opened(data_dir) as engine, show_ingest(None, work) as shown:
        outcomes = import_collection(engine, file, collection=collection, on_outcome=shown, work=work)
    if any(outcome.outcome == "rejected" for outcome in outcomes):
        sys.exit(1)
