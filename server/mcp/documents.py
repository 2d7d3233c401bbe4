"""What the tools work on, whoever has the documents."""

from typing import Protocol

from server.mcp import results


class Refused(Exception):
    """A call that cannot be served; the message says why, and may be shown."""


class Documents(Protocol):
    """What the tools work on. Every method raises ``Refused`` for what the caller must change, or for now."""

    async def ask(self, question: str, collection: str, max_statements: int) -> results.Answered:
        """Answer a question, and keep the answer."""

    async def search(self, query: str, collection: str, limit: int) -> results.Found:
        """The passages that best match a query."""

    async def read(self, document_id: str, start: int, end: int) -> results.ReadText:
        """A part of a document's text."""

    async def verify(self, text: str, collection: str, document_ids: list[str] | None) -> results.Checked:
        """Whether the documents say what a text says."""


class Changeable(Documents, Protocol):
    """Documents that tools may change too."""

    async def add(self, name: str, text: str, collection: str) -> results.Changed:
        """Make a text a document."""

    async def remove(self, document_id: str) -> results.Changed:
        """Remove a document."""
