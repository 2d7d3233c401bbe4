"""``footnote mcp``."""

from pathlib import Path

import click

from rag.cli import data_dir_option
from server.mcp.stdio import run


@click.command()
@click.option("--write", is_flag=True, help="Offer tools that add and remove documents, too.")
@data_dir_option
def mcp(write: bool, data_dir: Path | None) -> None:
    """Offer the documents to a program that speaks the Model Context Protocol over stdin and stdout."""
    run(data_dir, write=write)
