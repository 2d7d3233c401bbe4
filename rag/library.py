"""The engine: everything that answers a question, behind ``ask``, ``stream`` and ``search``."""

import secrets
import time
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache

from rag.answer.cite import cite, written_answer
from rag.answer.events import Event, Finished, Judged, Retrieved, Stated
from rag.answer.find.rerank import rerank
from rag.answer.followup import resolve
from rag.answer.limits import MAX_RESULTS, MAX_STATEMENTS, check_range, checked
from rag.answer.lookup import Found, Lookup
from rag.answer.missing import missing_terms, not_answered
from rag.answer.question import Asked
from rag.answer.read.extractive import ExtractiveReader
from rag.ingest.identity import Claims
from rag.ingest.parse import Limits, ParserProcess
from rag.ingest.recipe import Recipe, former_recipe
from rag.models import load_encoder, load_reranker
from rag.models.protocols import Encoder, PairScorer, Reader
from rag.models.turns import Gate
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.storage.directory import MODELS, refuse_links
from rag.storage.receipts import Receipts
from rag.storage.store import Store
from rag.storage.vectors.index import Index
from rag.types import DEFAULT_COLLECTION, Answer, Candidate, Hit, ModelNames, RankedPassage, Turn

_LISTED_PASSAGES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An open data directory and the models that read it; safe to use from several threads.

    ``wanted`` is what the settings say that passages and vectors are to be made with, ``former`` what
    those of the data directory are made with, until they are made again, where that is something else.
    """

    settings: Settings
    store: Store
    wanted: Recipe
    former: Recipe | None = None
    scorer: PairScorer
    reader: Reader
    receipts: Receipts
    parser: ParserProcess
    gate: Gate = field(default_factory=Gate)
    claims: Claims = field(default_factory=Claims)

    @property
    def encoder(self) -> Encoder:
        """The encoder of the generation that answers."""
        return self.recipe(self.store.index).encoder

    def with_parser(self, parser: ParserProcess) -> "Engine":
        """The same with another user of the parser's processes."""
        return replace(self, parser=parser)

    def recipe(self, index: Index) -> Recipe:
        """What the passages and vectors of a generation are made with."""
        made_with = index.generation.made_with.fingerprint
        return self.former if self.former and self.former.made_with.fingerprint == made_with else self.wanted

    def ask(
        self,
        question: str,
        *,
        collection: str = DEFAULT_COLLECTION,
        max_statements: int = 4,
        history: Sequence[Turn] = (),
    ) -> Answer:
        """Answer a question, or say that the sources do not.

        Args:
            question: 1 to 2,000 characters, not blank.
            max_statements: 1 to 10.
            history: What was said before, oldest first: it completes a question that does not stand alone.

        Raises:
            InvalidRequest: For a question or a number outside these limits.
            NotFound: When there is no such collection.
        """
        events = self.stream(question, collection=collection, max_statements=max_statements, history=history)
        return answer_of(events)

    def stream(
        self,
        question: str,
        *,
        collection: str = DEFAULT_COLLECTION,
        max_statements: int = 4,
        history: Sequence[Turn] = (),
    ) -> Generator[Event]:
        """The answer as it comes: what was retrieved, each statement, and last the whole.

        The work of a stage is done when its event is asked for, so a caller that stops asking stops
        the work. Arguments and errors are those of ``ask``; what a caller must change is raised here,
        before the first event.
        """
        cleaned = checked("question", question)
        check_range("max_statements", max_statements, MAX_STATEMENTS)
        index = self.store.index
        index.catalog.state(collection)
        asked = Asked(typed=question, cleaned=cleaned, resolved=resolve(cleaned, history), collection=collection)
        return self.gate.ahead(self._stream(asked, index, max_statements))

    def search(self, query: str, *, collection: str = DEFAULT_COLLECTION, limit: int = 10) -> tuple[RankedPassage, ...]:
        """The passages that best match ``query``, ranked as in an answer.

        Args:
            query: 1 to 2,000 characters, not blank.
            limit: 1 to 100.

        Raises:
            InvalidRequest: For a query or a number outside these limits.
            NotFound: When there is no such collection.
        """
        asked = checked("query", query)
        check_range("limit", limit, MAX_RESULTS)
        index = self.store.index
        with self.gate.question(), index.catalog.snapshot() as catalog:
            catalog.state(collection)
            lookup = self._lookup(index, catalog, collection)
            meant, _, hits = lookup.find(asked, limit)
            return _listed(lookup.rerank(meant, hits).hits[:limit])

    def found(self, question: str, *, collection: str = DEFAULT_COLLECTION) -> Found:
        """What a question is read as, and the passages that are reranked for it; errors are those of ``search``."""
        asked, index = checked("question", question), self.store.index
        with index.catalog.snapshot() as catalog:
            catalog.state(collection)
            return self._lookup(index, catalog, collection).find(asked)

    def nearest(self, question: str, *, collection: str = DEFAULT_COLLECTION, limit: int = 10) -> list[Hit]:
        """The passages nearest to a question before anything has judged them; errors are those of ``search``."""
        asked, index = checked("question", question), self.store.index
        with index.catalog.snapshot() as catalog:
            catalog.state(collection)
            return self._lookup(index, catalog, collection).nearest(asked, limit)[:limit]

    def answered_by(self, question: str, hits: Sequence[Hit], collection: str, *, budget: int) -> bool:
        """Whether these passages of a collection alone answer a question; ``budget`` is that of ``rerank``.

        They must do so with confidence to spare, half of what lies above the threshold: beside other passages the
        same sentence may be judged a little lower.
        """
        catalog = self.store.index.catalog
        found = rerank(catalog, self.scorer, question, hits, budget=budget)
        missing = missing_terms(catalog, collection, question)
        reading = self.reader.read(question, found.candidates, missing, max_statements=1)
        return reading.answered and reading.confidence >= (1 + self.settings.threshold) / 2

    def candidates(
        self, question: str, *, collection: str = DEFAULT_COLLECTION, without: Collection[str] = ()
    ) -> tuple[Candidate, ...]:
        """The judged sentences that a question is answered from, best first; errors are those of ``search``.

        Args:
            without: Ids of documents whose passages are left out of what was retrieved.
        """
        asked, index = checked("question", question), self.store.index
        with index.catalog.snapshot() as catalog:
            catalog.state(collection)
            lookup = self._lookup(index, catalog, collection)
            meant, _, hits = lookup.find(asked)
            kept = [hit for hit in hits if hit.passage.document_id not in without]
            return lookup.rerank(meant, kept).candidates

    def warm_up(self) -> None:
        """Run each model once, so that the first question is not slower than the next."""
        self.encoder.encode_query("warm up")
        self.scorer.score("warm up", ["warm up"])

    def close(self) -> None:
        """Give the data directory back."""
        self.parser.close()
        self.receipts.close()
        self.store.close()

    def _stream(self, asked: Asked, index: Index, max_statements: int) -> Iterator[Event]:
        """The events of an answer, all from the catalog as it is when the first is asked for."""
        with index.catalog.snapshot() as catalog:
            yield from self._answer(asked, index, self._lookup(index, catalog, asked.collection), max_statements)

    def _answer(self, asked: Asked, index: Index, lookup: Lookup, max_statements: int) -> Iterator[Event]:
        catalog, watch = lookup.catalog, lookup.watch
        state = catalog.state(asked.collection)
        meant, missing, hits = lookup.find(asked.text)
        asked = asked.read_as(meant)
        yield Retrieved(understood=asked.understood, passages=_listed(hits[:_LISTED_PASSAGES]))
        found = lookup.rerank(meant, hits)
        yield Judged()
        with watch.measure("read"):
            candidates = asked.unsaid(found.candidates)
            reading = self.reader.read(asked.text, candidates, missing, max_statements=max_statements)
            statements, citations = cite(reading.findings, cache(catalog.text))
        for statement in statements:
            cited = tuple(citations[number - 1] for number in statement.citations)
            yield Stated(statement=statement, citations=cited)
        answer = Answer(
            id=f"ans_{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}",
            question=asked.typed,
            understood=asked.understood,
            collection=asked.collection,
            answered=reading.answered,
            answer=written_answer(statements, citations, reading.conflicts)
            if reading.answered
            else not_answered(asked.text, missing),
            statements=tuple(statements),
            citations=tuple(citations),
            conflicts=reading.conflicts,
            confidence=reading.confidence,
            missing_terms=missing,
            passages=_listed([hit for hit in found.hits if "rerank" in hit.scores][:_LISTED_PASSAGES]),
            corpus=state,
            models=self._models(index),
            timings_ms=watch.timings(),
        )
        yield Finished(answer=answer)

    def _models(self, index: Index) -> ModelNames:
        encoder = self.recipe(index).encoder
        return ModelNames(encoder=encoder.name, reranker=self.scorer.name, reader=self.reader.name)

    def _lookup(self, index: Index, catalog: Catalog, collection: str) -> Lookup:
        return Lookup(
            catalog=catalog,
            vectors=index.vectors,
            collection=collection,
            encoder=self.recipe(index).encoder,
            scorer=self.scorer,
            settings=self.settings,
        )


def answer_of(events: Iterable[Event]) -> Answer:
    """The answer that ``events`` of ``Engine.stream`` end with."""
    return next(event.answer for event in events if isinstance(event, Finished))


def open_engine(settings: Settings, *, as_it_is: bool = False) -> Engine:
    """Load the models that the settings name and open their data directory; ``as_it_is`` as ``assemble``.

    Raises:
        ModelError: When a model cannot be loaded.
        DataDirectoryError: As ``assemble``.
    """
    refuse_links(settings.data_dir)
    encoder = load_encoder(settings.encoder, threads=settings.worker_threads)
    scorer = load_reranker(settings.reranker, threads=settings.worker_threads, cache=settings.data_dir / MODELS)
    return assemble(settings, encoder, scorer, as_it_is=as_it_is)


def assemble(settings: Settings, encoder: Encoder, scorer: PairScorer, *, as_it_is: bool = False) -> Engine:
    """An engine of these models on the data directory of ``settings``, with its default collection.

    Args:
        as_it_is: Open a data directory that was made with another encoder or budget too; the engine answers
            with those until another generation has taken over.

    Raises:
        DataDirectoryError: When the data directory cannot be used, is in use, or belongs to other settings.
        ModelError: When the encoder that it was made with cannot be loaded.
    """
    wanted = Recipe(encoder=encoder, named=settings.encoder, passage_tokens=settings.passage_tokens)
    with ExitStack() as undo:
        store = undo.enter_context(Store(settings.data_dir, made_with=wanted.made_with, any_generation=as_it_is))
        store.catalog.ensure_collection(DEFAULT_COLLECTION)
        former = former_recipe(store.index.generation.made_with, wanted, threads=settings.worker_threads)
        undo.pop_all()
    return Engine(
        settings=settings,
        store=store,
        wanted=wanted,
        former=former,
        scorer=scorer,
        reader=ExtractiveReader(threshold=settings.threshold),
        receipts=Receipts(store.catalog.answers, keep=settings.keep_answers),
        parser=ParserProcess(Limits.of(settings)),
    )


def _listed(hits: Sequence[Hit]) -> tuple[RankedPassage, ...]:
    return tuple(
        RankedPassage(
            document_id=hit.passage.document_id,
            start=hit.passage.span.start,
            end=hit.passage.span.end,
            text=hit.passage.text,
            score=round(hit.score, 4),
            rank=rank,
            scores=hit.scores,
        )
        for rank, hit in enumerate(hits, start=1)
    )
