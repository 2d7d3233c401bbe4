"""Batches: small documents are encoded and stored together, and one batch is encoded while the next is read.

A call of the encoder, a transaction and a write to the vector index cost much the same for one
passage as for many. Questions go first: the steps are small, and between them an ingest gives way.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

from rag.errors import DocumentRejected, GenerationRetired
from rag.ingest.derive import derive
from rag.ingest.draft import Draft
from rag.ingest.intake import Intake
from rag.ingest.parse import PutOff
from rag.models.encode import Stopped, encode_in_steps
from rag.storage.catalog import NewDocument
from rag.storage.vectors.index import Index
from rag.types import Vectors

_PASSAGES = 64  # a batch that has so many, or so many documents, is full; no document is divided
_DOCUMENTS = 64
_STEPS = 16  # sentences, or passages: some milliseconds


@dataclass(slots=True, kw_only=True)
class Work:
    """One run of an ingest: its passages found and encoded so far, and whether it is to stop.

    A document of more than ``most_passages`` is put off.
    """

    found: int = 0
    encoded: int = 0
    most_passages: int | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def count(self, encoded: int) -> None:
        """Count passages that were encoded."""
        self.encoded += encoded

    def check(self) -> None:
        """Go on with the work.

        Raises:
            Stopped: When it is to stop.
        """
        if self.stop.is_set():
            raise Stopped("the work was stopped")


@dataclass(slots=True, kw_only=True)
class _Batch:
    """Drafts with the passages that ``index`` makes of them."""

    index: Index
    drafts: list[Draft] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """What is encoded, draft by draft."""
        return [passage.indexed for draft in self.drafts for passage in draft.passages]

    @property
    def is_full(self) -> bool:
        """Whether it has enough passages, or documents."""
        passages = sum(len(draft.passages) for draft in self.drafts)
        return passages >= _PASSAGES or len(self.drafts) >= _DOCUMENTS

    def documents(self, vectors: Vectors) -> list[NewDocument]:
        """The documents of the drafts; ``vectors`` has a row a text."""
        made, start = [], 0
        for draft in self.drafts:
            end = start + len(draft.passages)
            made.append(draft.document(vectors[start:end]))
            start = end
        return made


class Batches:
    """The batches of one ingest, in a ``with`` block: one is read while the one before is encoded."""

    def __init__(self, intake: Intake, work: Work) -> None:
        self._intake = intake
        self._work = work
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._reading = _Batch(index=intake.store.index)
        self._encoding: tuple[_Batch, Future[Vectors]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._work.stop.set()  # nobody waits for the batch that is being encoded
        self._thread.shutdown(cancel_futures=True)

    def add(self, draft: Draft) -> list[Draft]:
        """Take a draft; gives those that are documents now.

        Raises:
            PassageTooLong: When a passage of it does not fit the encoder; it is left out then.
            DocumentRejected: When it has too many of them, or none; likewise.
            PutOff: When it has more than ``work.most_passages``; likewise.
            Stopped: When ``work.stop`` was set.
            NotFound: When the collection is gone.
        """
        self._derive(draft, self._reading.index)
        self._reading.drafts.append(draft)
        return self._turn() if self._reading.is_full else []

    def finish(self) -> Iterator[Draft]:
        """Store all that was taken.

        Raises:
            Stopped, NotFound: As ``add``.
        """
        while self._encoding or self._reading.drafts:
            yield from self._turn()

    def _turn(self) -> list[Draft]:
        """Wait for the batch that is encoded, have the next one encoded, and store the first."""
        done, self._encoding = self._encoding, None
        vectors = done[1].result() if done else None
        if self._reading.drafts:
            self._encoding = (self._reading, self._thread.submit(self._encode, self._reading))
            self._reading = _Batch(index=self._intake.store.index)
        return self._store(done[0], vectors) if done and vectors is not None else []

    def _store(self, batch: _Batch, vectors: Vectors) -> list[Draft]:
        self._work.check()
        try:
            self._intake.store.put(batch.documents(vectors), batch.index, self._intake.gate.take_turn)
        except GenerationRetired:  # another encoder, or other passages, have taken over in the meantime
            again = _Batch(index=self._intake.store.index, drafts=batch.drafts)
            for draft in again.drafts:
                self._derive(draft, again.index)
            return self._store(again, self._encode(again))
        return batch.drafts

    def _derive(self, draft: Draft, index: Index) -> None:
        self._give_way()
        for step, _ in enumerate(derive(draft, self._intake.recipe(index)), start=1):
            if step % _STEPS == 0:
                self._give_way()
        count, limit = len(draft.passages), self._intake.limits.passages
        if count == 0 or all(block.heading for block in draft.parsed.blocks):
            raise DocumentRejected("nothing to cite: the file has only headings, or lines that belong to no text")
        if count > limit:
            raise DocumentRejected(
                f"too many passages: {count}, at most {limit} are kept; split it, or raise FOOTNOTE_MAX_PASSAGES"
            )
        if self._work.most_passages is not None and count > self._work.most_passages:
            raise PutOff(f"a document of {count} passages")
        self._work.found += count

    def _give_way(self) -> None:
        self._work.check()
        self._intake.gate.take_turn()

    def _encode(self, batch: _Batch) -> Vectors:
        encoder = self._intake.recipe(batch.index).encoder
        return encode_in_steps(encoder, batch.texts, self._intake.gate, self._work.stop, self._work.count)
