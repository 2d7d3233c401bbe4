"""The library that a command works on: opened by the command itself, or by a server that owns the directory."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, Unpack

from rag.answer.request import AskOptions
from rag.cli.options import given_server, opened, read_settings
from rag.cli.served import served
from rag.ingest.pipeline import Outcome, SourceFile, Work, drop_collection, ensure_collection, ingest
from rag.library import Library
from rag.storage.catalog import Feedback
from rag.types import Answer, CorpusState, Document, RankedPassage, Verification
from rag.upkeep.serving import server_of


class Reached(Protocol):
    """What commands do with documents; errors are those of the engine."""

    def ask(self, question: str, **options: Unpack[AskOptions]) -> Answer:
        """Answer a question, and keep the answer."""

    def search(self, query: str, *, collection: str, limit: int) -> tuple[RankedPassage, ...]:
        """The passages that best match a query."""

    def verify(self, text: str, *, collection: str, document_ids: Sequence[str] | None) -> Verification:
        """Whether the documents say what each sentence of a text says."""

    def is_empty(self, collection: str) -> bool:
        """Whether a collection has no documents."""

    def documents(self, collection: str) -> Iterator[Document]:
        """The documents of a collection, by id."""

    def document(self, document_id: str) -> Document:
        """A document by its id."""

    def text(self, document_id: str) -> str:
        """The text that citations of a document index."""

    def remove(self, document_id: str) -> None:
        """Remove a document."""

    def feedback(self) -> Iterator[Feedback]:
        """What people thought of the answers that are kept, the latest first."""

    def collections(self) -> dict[str, CorpusState]:
        """The size of each collection, by its id, in order."""
        ...

    def create_collection(self, collection: str) -> bool:
        """Make a collection unless it is there; whether it was made."""
        ...

    def remove_collection(self, collection: str) -> None:
        """Remove a collection with all its documents."""

    def ingest(
        self, files: Sequence[SourceFile], *, collection: str, on_outcome: Callable[[Outcome], None], work: Work
    ) -> list[Outcome]:
        """Bring files into a collection, which is made when it is missing."""


class Opened:
    """The library of an engine of this process."""

    def __init__(self, engine: Library) -> None:
        self._engine = engine

    def ask(self, question: str, **options: Unpack[AskOptions]) -> Answer:
        """As ``Reached``."""
        answer = self._engine.ask(question, **options)
        self._engine.receipts.keep(answer)
        return answer

    def search(self, query: str, *, collection: str, limit: int) -> tuple[RankedPassage, ...]:
        """As ``Reached``."""
        return self._engine.search(query, collection=collection, limit=limit)

    def verify(self, text: str, *, collection: str, document_ids: Sequence[str] | None) -> Verification:
        """As ``Reached``."""
        return self._engine.verify(text, collection=collection, document_ids=document_ids)

    def is_empty(self, collection: str) -> bool:
        """As ``Reached``."""
        return self._engine.store.catalog.state(collection).documents == 0

    def documents(self, collection: str) -> Iterator[Document]:
        """As ``Reached``."""
        return self._engine.documents(collection=collection)

    def document(self, document_id: str) -> Document:
        """As ``Reached``."""
        return self._engine.store.catalog.document(document_id)

    def text(self, document_id: str) -> str:
        """As ``Reached``."""
        return self._engine.text(document_id)

    def remove(self, document_id: str) -> None:
        """As ``Reached``."""
        self._engine.remove(document_id)

    def feedback(self) -> Iterator[Feedback]:
        """As ``Reached``."""
        return iter(self._engine.store.catalog.answers.feedback(limit=self._engine.settings.keep_answers))

    def collections(self) -> dict[str, CorpusState]:
        """As ``Reached``."""
        with self._engine.store.catalog.snapshot() as catalog:
            return {collection: catalog.state(collection) for collection in catalog.collections()}

    def create_collection(self, collection: str) -> bool:
        """As ``Reached``."""
        return ensure_collection(self._engine, collection)

    def remove_collection(self, collection: str) -> None:
        """As ``Reached``."""
        drop_collection(self._engine, collection)

    def ingest(
        self, files: Sequence[SourceFile], *, collection: str, on_outcome: Callable[[Outcome], None], work: Work
    ) -> list[Outcome]:
        """As ``Reached``."""
        return ingest(self._engine, files, collection=collection, on_outcome=on_outcome, work=work)


@contextmanager
def reached(data_dir: Path | None) -> Iterator[Reached]:
    """The library of the data directory of the option or the environment, given back at the end of the block.

    Where ``--server`` or FOOTNOTE_SERVER names a server, it is that one's.

    Raises:
        FootnoteError: When the settings, the models or the directory cannot be used, or its server does not answer.
    """
    settings = read_settings(data_dir=data_dir, server=given_server())
    address = settings.server or server_of(settings.data_dir)
    if address is not None:
        with served(address, key=settings.key, most_bytes=settings.max_upload_bytes) as library:
            yield library
    else:
        with opened(data_dir) as engine:
            yield Opened(engine)
