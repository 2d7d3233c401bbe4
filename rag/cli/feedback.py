"""``footnote feedback``."""

from dataclasses import asdict
from pathlib import Path

import click

from rag.cli.options import data_dir_option, server_option
from rag.cli.reach import reached
from rag.cli.terminal import echo, echo_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@server_option
@data_dir_option
def feedback(as_json: bool, data_dir: Path | None) -> None:
    """List what people thought of the answers that are kept, the latest first."""
    with reached(data_dir) as library:
        found = list(library.feedback())
    if as_json:
        echo_json([asdict(one) for one in found])
        return
    for one in found:
        said = f": {one.comment}" if one.comment else ""
        helped = "helped" if one.helpful else "did not help"
        echo(f"{one.created}  {one.answer_id}  {one.collection}  {helped}{said}")
        echo(f"    {' '.join(one.question.split())}")
