"""``footnote reindex``."""

from pathlib import Path

import click

from rag.cli.options import data_dir_option, read_settings
from rag.cli.progress import show_documents
from rag.cli.terminal import echo
from rag.ingest.recipe import Recipe
from rag.models import load_encoder
from rag.models.gate import Gate
from rag.storage.store import Store
from rag.upkeep.reindex import Reindex


@click.command()
@data_dir_option
def reindex(data_dir: Path | None) -> None:
    """Make passages and vectors of all documents again, with the encoder and passage budget of the settings.

    Interrupted, it goes on where it was. A server that is to answer in the meantime does the same:
    footnote serve --reindex.
    """
    settings = read_settings(data_dir=data_dir)
    encoder = load_encoder(settings.encoder, threads=settings.worker_threads)
    recipe = Recipe(encoder=encoder, named=settings.encoder, passage_tokens=settings.passage_tokens)
    with Store(settings.data_dir, made_with=recipe.made_with, any_generation=True) as store:
        if store.index.generation.made_with.fingerprint == recipe.made_with.fingerprint:
            store.abandon()
            echo(f"the documents are indexed with {recipe.made_with.fingerprint} already")
            return
        with show_documents("Indexing again") as shown:
            Reindex(store, recipe, Gate(), shown).run()
    echo(f"the documents are indexed with {recipe.made_with.fingerprint} now")
