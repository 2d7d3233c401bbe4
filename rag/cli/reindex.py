"""``footnote reindex``."""

from contextlib import closing
from pathlib import Path

import click

from rag.cli.options import data_dir_option, read_settings
from rag.cli.progress import show_documents
from rag.cli.terminal import echo
from rag.ingest.batches import Work
from rag.ingest.recipe import Recipe
from rag.library import open_library
from rag.models import load_encoder
from rag.models.gate import Gate
from rag.settings import Settings
from rag.storage.store import Store
from rag.upkeep.reindex import Reindex
from rag.upkeep.renew import renew


@click.command()
@data_dir_option
def reindex(data_dir: Path | None) -> None:
    """Make passages and vectors of all documents again, with the encoder and passage budget of the settings.

    Documents that an older Footnote read are read again from their stored sources. Interrupted, it goes on where it
    was. A server that is to answer in the meantime does the same: footnote serve --reindex.
    """
    settings = read_settings(data_dir=data_dir)
    _index(settings)
    _renew(settings)


def _index(settings: Settings) -> None:
    encoder = load_encoder(settings.encoder, threads=settings.worker_threads)
    recipe = Recipe(encoder=encoder, named=settings.encoder, passage_tokens=settings.passage_tokens)
    with Store(
        settings.data_dir, made_with=recipe.made_with, any_generation=True, catalog_url=settings.catalog_url
    ) as store:
        if store.index.generation.made_with.fingerprint == recipe.made_with.fingerprint:
            store.abandon()
            echo(f"the documents are indexed with {recipe.made_with.fingerprint} already")
            return
        with show_documents("Indexing again") as shown:
            Reindex(store, recipe, Gate(), shown).run()
    echo(f"the documents are indexed with {recipe.made_with.fingerprint} now")


def _renew(settings: Settings) -> None:
    """Read the sources again of documents that an older Footnote read."""
    with closing(open_library(settings)) as library:
        if not library.store.catalog.outdated(1):
            return
        with show_documents("Reading again") as shown:
            done = renew(library, Work(), lambda done: shown(done, done))
    echo(f"{done} documents were read again from their sources")
