"""``footnote collections``."""

import sys
from pathlib import Path

import click

from rag.cli.options import data_dir_option, server_option
from rag.cli.reach import reached
from rag.cli.terminal import echo, echo_json
from rag.errors import ChangeForbidden, NotFound


@click.group()
def collections() -> None:
    """List, create or remove collections."""


@collections.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@server_option
@data_dir_option
def list_collections(as_json: bool, data_dir: Path | None) -> None:
    """List every collection with its size."""
    with reached(data_dir) as library:
        found = library.collections()
    if as_json:
        sizes = [
            {"id": name, "documents": size.documents, "passages": size.passages, "version": size.version}
            for name, size in found.items()
        ]
        echo_json(sizes)
        return
    for name, size in found.items():
        echo(f"{name:40}  {size.documents:6} documents  {size.passages:8} passages")


@collections.command("create")
@click.argument("collection")
@server_option
@data_dir_option
def create_collection(collection: str, data_dir: Path | None) -> None:
    """Make an empty collection: 3 to 63 of a-z, 0-9, - and _."""
    with reached(data_dir) as library:
        if not library.create_collection(collection):
            raise ChangeForbidden(f"there is a collection {collection!r} already")
    echo(f"created {collection}")


@collections.command("remove")
@click.argument("collection")
@server_option
@data_dir_option
def remove_collection(collection: str, data_dir: Path | None) -> None:
    """Remove a collection with all its documents; the default one stays."""
    with reached(data_dir) as library:
        try:
            library.remove_collection(collection)
        except NotFound as error:
            echo(f"Error: {error}; `footnote collections list` lists them", err=True)
            sys.exit(1)
    echo(f"removed {collection}")
