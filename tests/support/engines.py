"""Libraries of real parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.ingest.pipeline import Outcome, find_files, ingest
from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings

OpenLibrary = Callable[..., Library]


@contextmanager
def library_of(texts: dict[str, str], folder: Path, encoder: Encoder, scorer: PairScorer) -> Iterator[Library]:
    """A library below ``folder`` that holds ``texts`` (path: content)."""
    with closing(assemble(Settings(data_dir=folder / "data"), encoder, scorer)) as library:
        write_and_ingest(library, folder / "files", texts)
        yield library


def write_and_ingest(
    engine: Library, folder: Path, texts: dict[str, str], collection: str = "default"
) -> list[Outcome]:
    """Write ``texts`` (path: content) below ``folder`` and ingest the folder."""
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
    return ingest(engine, find_files([folder]), collection=collection)
