"""Questions to begin with: each was asked and answered before it is offered.

They are made in the background, once a version of a collection, one question at a time, and wait
while people ask. Beside a question that was not answered, those that the nearest passages answer are
offered, at no more than the cost of a question.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from rag.answer.find.evidence import Hit
from rag.answer.pipeline import Answering
from rag.answer.question import checked, read_question
from rag.answer.suggest.templates import TEMPLATES, Proposal, proposals
from rag.errors import NotFound, VectorsUnavailable
from rag.models.gate import Gate
from rag.storage.catalog import Catalog
from rag.storage.store import Store
from rag.types import Answer, Span

OFFERED = 6
_DOCUMENTS = 40
_TRIED = 30
_PASSAGES_NEAR = 10
_TRIED_NEAR = 6
_NEAR = 3
_GIVE_WAY_SECONDS = 5.0
_REST_SECONDS = 3.0

Offer = Future[tuple[str, ...]]


class Library(Protocol):
    """What proposals are asked; the open library is one."""

    @property
    def store(self) -> Store:
        """Where the documents are."""

    @property
    def gate(self) -> Gate:
        """Lets people's questions go first."""

    def ask(self, question: str, *, collection: str) -> Answer:
        """The answer to a question."""

    def answering(self, collection: str) -> AbstractContextManager[Answering]:
        """What questions to a collection are answered from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What was made of a version of a collection."""

    version: int
    offer: Offer


class Suggestions:
    """The questions that an engine's collections answer for certain; safe to use from several threads."""

    def __init__(self, engine: Library) -> None:
        self._engine = engine
        self._made: dict[str, _Made] = {}
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="suggestions")
        self._later: threading.Timer | None = None

    def prepare(self, collection: str) -> None:
        """Begin to make the questions of a collection in a while, when the first people have had their answers."""
        self._later = threading.Timer(_REST_SECONDS, self._begin, [collection])
        self._later.start()

    def of(self, collection: str) -> Offer:
        """Up to six questions that the collection answers, perhaps still in the making.

        Raises:
            NotFound: When there is no such collection.
        """
        version = self._engine.store.catalog.state(collection).version
        with self._guard:
            made = self._made.get(collection)
            if made is None or (made.version != version and made.offer.done()):
                offer = self._worker.submit(self._make, collection)
                made = self._made[collection] = _Made(version=version, offer=offer)
            return made.offer

    def near(self, question: str, collection: str) -> tuple[str, ...]:
        """Up to three questions that the passages nearest to ``question`` answer, made up with those of ``of``.

        Raises:
            InvalidRequest: For a question outside the limits of ``Library.ask``.
            NotFound: When there is no such collection.
        """
        asked, found = read_question(checked("question", question)), list[str]()
        with self._engine.gate.question():
            with self._engine.answering(collection) as answering:
                hits = answering.nearest(asked, _PASSAGES_NEAR)[:_PASSAGES_NEAR]
            for proposal, hit in self._proposed_near(question, hits):
                if self._is_answered_by(proposal, hit, collection):
                    found.append(proposal.question)
                if len(found) == _NEAR:
                    break
        others = self.of(collection)
        rest = [one for one in (others.result() if others.done() else ()) if one not in (*found, question)]
        return tuple([*found, *rest][:_NEAR])

    def stop(self) -> bool:
        """End after the question that is being asked; whether it has ended, which is always."""
        self._stopping.set()
        if self._later is not None:
            self._later.cancel()
            self._later.join()
        self._worker.shutdown(cancel_futures=True)
        return True

    def _begin(self, collection: str) -> None:
        with suppress(NotFound):  # it was removed meanwhile
            self.of(collection)

    def _make(self, collection: str) -> tuple[str, ...]:
        found: list[str] = []
        for proposal in varied(proposed(self._engine.store.catalog, collection), most=_TRIED):
            self._engine.gate.give_way(_GIVE_WAY_SECONDS)
            if self._stopping.is_set() or len(found) == OFFERED:
                break
            with suppress(VectorsUnavailable):
                if cites(self._engine.ask(proposal.question, collection=collection), proposal):
                    found.append(proposal.question)
        return tuple(found)

    def _proposed_near(self, question: str, hits: Sequence[Hit]) -> Iterator[tuple[Proposal, Hit]]:
        """Proposals of the hits' own sentences, nearest first, at most so many as one question costs."""
        asked, tried = {question.strip().lower()}, 0
        for hit in hits:
            for proposal in _proposals(self._engine.store.catalog, hit.passage.document_id, hit.passage.span):
                if tried < _TRIED_NEAR and proposal.question.lower() not in asked:
                    asked.add(proposal.question.lower())
                    tried += 1
                    yield proposal, hit

    def _is_answered_by(self, proposal: Proposal, hit: Hit, collection: str) -> bool:
        """Whether the passage alone answers, at its part of the cost of a question; not where it has been removed."""
        with suppress(NotFound), self._engine.answering(collection) as answering:
            cost = answering.effort.word_pieces // _TRIED_NEAR
            return answering.answered_by(read_question(proposal.question), [hit], word_pieces=cost)
        return False


def proposed(catalog: Catalog, collection: str) -> list[Proposal]:
    """Proposals of documents that lie evenly over a collection.

    Raises:
        NotFound: When there is no such collection.
    """
    step = max(1, catalog.state(collection).documents // _DOCUMENTS)
    found: list[Proposal] = []
    for document in islice(catalog.all_documents(collection), None, None, step):
        found += _proposals(catalog, document.id)
    return found


def cites(answer: Answer, proposal: Proposal) -> bool:
    """Whether an answer has characters of the proposal's own span."""
    span = proposal.span
    return any(
        one.document_id == proposal.document_id and one.start < span.end and span.start < one.end
        for one in answer.citations
    )


def _proposals(catalog: Catalog, document_id: str, within: Span | None = None) -> list[Proposal]:
    """Proposals of a document's sentences, or those of a span; none where it was removed meanwhile."""
    with suppress(NotFound):
        document = catalog.document(document_id)
        sentences = catalog.sentences(document_id, catalog.text(document_id))
        return proposals(document, [one for one in sentences if within is None or _lies_in(one.span, within)])
    return []


def _lies_in(span: Span, whole: Span) -> bool:
    return whole.start <= span.start and span.end <= whole.end


def varied(found: Sequence[Proposal], *, most: int) -> Iterator[Proposal]:
    """At most so many proposals: of as many documents and kinds as there are, those that read best first."""
    left, asked = list(enumerate(found)), set[str]()
    documents, kinds = Counter[str](), Counter[str]()
    while left and len(asked) < most:
        best = min(
            left,
            key=lambda one: (
                documents[one[1].document_id] + kinds[one[1].kind] + TEMPLATES[one[1].kind],
                one[0],
            ),
        )
        left.remove(best)
        proposal = best[1]
        if proposal.question.lower() not in asked:
            documents[proposal.document_id] += 1
            kinds[proposal.kind] += 1
            asked.add(proposal.question.lower())
            yield proposal
