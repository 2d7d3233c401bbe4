"""What an ingest needs: an open data directory, a parser, and what passages are made with."""

from typing import Protocol

from rag.ingest.identity import Claims
from rag.ingest.parse import Limits, ParserProcess
from rag.ingest.recipe import Recipe
from rag.ingest.tally import Tally
from rag.models.gate import Gate
from rag.storage.store import Store
from rag.storage.vectors.index import Index


class Intake(Protocol):
    """Where documents go in; the open library is one."""

    @property
    def store(self) -> Store:
        """Where documents are kept."""

    @property
    def limits(self) -> Limits:
        """What one file may cost."""

    @property
    def parser(self) -> ParserProcess:
        """Reads files."""

    @property
    def gate(self) -> Gate:
        """Lets questions go first."""

    @property
    def claims(self) -> Claims:
        """The ids of documents that are on their way."""

    @property
    def tally(self) -> Tally:
        """Counts what is ingested."""

    def recipe(self, index: Index) -> Recipe:
        """What the passages and vectors of a generation are made with."""
