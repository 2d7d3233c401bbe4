"""Libraries of real parts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.ingest.pipeline import Outcome, find_files, ingest
from rag.library import Library

if TYPE_CHECKING:
    pass

OpenLibrary = Callable[..., Library]


def write_and_ingest(
    engine: Library, folder: Path, texts: dict[str, str], collection: str = "default"
) -> list[Outcome]:
    """Write ``texts`` (path: content) below ``folder`` and ingest the folder."""
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
    return ingest(engine, find_files([folder]), collection=collection)
