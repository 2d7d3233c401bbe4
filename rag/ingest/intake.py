"""What an ingest needs: an open data directory, a parser, and what passages are made with."""

from typing import Protocol

from rag.ingest.identity import Claims
from rag.ingest.parse import ParserProcess
from rag.ingest.recipe import Recipe
from rag.models.turns import Gate
from rag.settings import Settings
from rag.storage.store import Store
from rag.storage.vectors.index import Index


class Intake(Protocol):
    """Where documents go in; the open library is one."""

    @property
    def settings(self) -> Settings:
        """The limits of a file and a document."""

    @property
    def store(self) -> Store:
        """Where documents are kept."""

    @property
    def parser(self) -> ParserProcess:
        """Reads files."""

    @property
    def gate(self) -> Gate:
        """Lets questions go first."""

    @property
    def claims(self) -> Claims:
        """The ids of documents that are on their way."""

    def with_parser(self, parser: ParserProcess) -> "Intake":
        """The same with another user of the parser's processes."""

    def recipe(self, index: Index) -> Recipe:
        """What the passages and vectors of a generation are made with."""
