"""Where the vectors of a library are: in folders of its data directory, or on a Chroma server."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from rag.storage.catalog import Catalog, Generation
from rag.storage.directory import remove_tree, vector_folders
from rag.storage.vectors.address import ServerAddress
from rag.storage.vectors.index import Index, OnRepair, open_index


class Place(Protocol):
    """Where the vectors of every generation are."""

    def open(self, catalog: Catalog, generation: Generation, on_repair: OnRepair) -> Index:
        """Open a generation, made where it is missing."""
        ...

    def drop(self, generation: Generation) -> None:
        """Remove a generation that is not open."""
        ...

    def tidy(self, index: Index, begun: Generation | None) -> None:
        """Remove every other generation than the one that is open and the one that was begun."""
        ...

    def close(self) -> None:
        """Let go of what is open beside the indexes."""
        ...


class Folders:
    """The folders of a data directory, in which an embedded Chroma keeps vectors."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def open(self, catalog: Catalog, generation: Generation, on_repair: OnRepair) -> Index:
        """As ``Place``: in step with the catalog."""
        return open_index(self._data_dir, catalog, generation, on_repair)

    def drop(self, generation: Generation) -> None:
        """As ``Place``."""
        for folder in vector_folders(self._data_dir, generation.number):
            remove_tree(folder)

    def tidy(self, index: Index, begun: Generation | None) -> None:
        """As ``Place``; of the open generation there is one folder."""
        kept = [number for number in (index.generation.number, begun and begun.number) if number]
        for folder in vector_folders(self._data_dir):
            if not any(folder in vector_folders(self._data_dir, number) for number in kept):
                remove_tree(folder)

    def close(self) -> None:
        """As ``Place``: there is nothing."""


def place_of(
    server: ServerAddress | None, data_dir: Path, writing: threading.Lock, indexes: Callable[[], Sequence[Index]]
) -> Place:
    """Where the vectors of a data directory are; ``writing`` and ``indexes`` as ``Served``."""
    if server is None:
        return Folders(data_dir)
    from rag.storage.vectors.served import Served  # who has no server needs no client of one

    return Served(server, data_dir, writing, indexes)
