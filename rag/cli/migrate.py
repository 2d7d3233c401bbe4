"""``footnote migrate``."""

from pathlib import Path

import click

from rag.cli.options import data_dir_option, read_settings
from rag.cli.terminal import echo
from rag.upkeep.migrate import migrate_from, migrate_to


@click.command()
@click.option("--to", "target", metavar="URL", help="An empty PostgreSQL database to copy the catalog into.")
@click.option("--from", "source", metavar="URL", help="A PostgreSQL database to copy into the data directory.")
@data_dir_option
def migrate(target: str | None, source: str | None, data_dir: Path | None) -> None:
    """Copy the catalog of the data directory into a PostgreSQL database, or back; what was copied stays too."""
    if (target is None) == (source is None):
        raise click.UsageError("give either --to or --from")
    folder = read_settings(data_dir=data_dir).data_dir.resolve()
    copied = migrate_from(source, folder) if source else migrate_to(str(target), folder)
    counts = ", ".join(f"{count} {table.replace('_', ' ')}" for table, count in copied.rows.items())
    echo(f"copied {counts or 'nothing'}; both hash to {copied.sha256}")
