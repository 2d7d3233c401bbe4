"""The catalog in one file: its connections, the numbers that it gave, and what scrubs it."""

from pathlib import Path

from rag.storage.catalog.keys import Keys
from rag.storage.catalog.schema import Connections
from rag.storage.catalog.scrub import Scrubber


class SQLite(Connections):
    """The catalog in a file, which one process has open to write.

    Raises:
        DataDirectoryError: When the file is no catalog, or one of another version.
    """

    leases = None
    identity = ""  # the vectors lie beside the file

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._scrubber = Scrubber(self)
        row = self.read().execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
        self._keys = Keys(int(row["seq"]) if row else 0)

    def new_keys(self, count: int) -> list[str]:
        """Numbers that were never a key of a passage, and will not be given again."""
        return self._keys.take(count)

    def deleted(self, *, passages: bool = True) -> None:
        """Something was deleted, which the files lose soon; ``passages``, where those of a document were."""
        self._scrubber.mark(passages=passages)

    def close(self) -> None:
        """Close the file, which then holds all of the catalog and nothing that was deleted."""
        self._scrubber.close()
        super().close()
