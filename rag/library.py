"""The front door: an open data directory and its models, behind ``ask``, ``search``, ``ingest`` and a few more."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, Unpack

from rag.answer.answers import answer_of, listed
from rag.answer.events import Event, Finished
from rag.answer.pipeline import Answering, Effort
from rag.answer.question import MAX_RESULTS, check_range, checked, read_question
from rag.answer.read.choice import chosen
from rag.answer.read.extractive import ExtractiveReader
from rag.answer.read.generative import GenerativeReader
from rag.answer.read.reader import Reader
from rag.answer.remembered import Occasion, Remembered
from rag.answer.request import AskOptions, Request, read_request
from rag.answer.verify.gather import InCollection
from rag.answer.verify.judge import ClaimJudge
from rag.answer.watch import Watch
from rag.checks import Checking, VerifyOptions
from rag.ingest.identity import Claims
from rag.ingest.parse import Limits, ParserProcess
from rag.ingest.pipeline import Outcome, find_files, ingest
from rag.ingest.recipe import Recipe, former_recipe
from rag.ingest.tally import Tally
from rag.models import load_encoder, load_reranker
from rag.models.gate import Gate
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.storage.directory import MODELS, refuse_links
from rag.storage.receipts import Receipts
from rag.storage.store import Store
from rag.storage.vectors.address import ServerAddress
from rag.storage.vectors.among import Among
from rag.storage.vectors.index import Index
from rag.storage.vectors.tolerant import Tolerant
from rag.types import DEFAULT_COLLECTION, Answer, Document, FoundPassages, QuoteCheck, RankedPassage, Verification
from rag.writer import writer_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """An open data directory and the models that read it; safe to use from several threads.

    ``wanted`` is what the settings say that passages and vectors are to be made with, ``former`` what
    those of the data directory are made with, until they are made again, where that is something else. ``vary``
    exchanges parts of what a question is answered from, for who measures what a part contributes. ``watch`` makes
    what times a question, ``tally`` counts what is ingested.
    """

    settings: Settings
    store: Store
    wanted: Recipe
    former: Recipe | None = None
    scorer: PairScorer
    reader: Reader
    receipts: Receipts
    parser: ParserProcess
    writer: GenerativeReader | None = None
    remembered: Remembered | None = None
    gate: Gate = field(default_factory=Gate)
    claims: Claims = field(default_factory=Claims)
    tally: Tally = field(default_factory=Tally)
    watch: Callable[[], Watch] = Watch
    vary: Callable[[Answering], Answering] = lambda whole: whole

    @classmethod
    def open(cls, data_dir: Path | str, **settings: Any) -> "Library":
        """Open a data directory with the models that the settings name; it is made when it is missing.

        Args:
            settings: Fields of ``Settings``; the environment is not read.

        Raises:
            SettingsError: For a setting that cannot be used.
            ModelError: When a model cannot be loaded.
            DataDirectoryError: When the directory cannot be used, is in use, or belongs to other settings.
        """
        return open_library(Settings(data_dir=Path(data_dir), **settings))

    @property
    def encoder(self) -> Encoder:
        """The encoder of the generation that answers."""
        return self.recipe(self.store.index).encoder

    @property
    def limits(self) -> Limits:
        """What one file may cost to ingest."""
        return limits_of(self.settings)

    def recipe(self, index: Index) -> Recipe:
        """What the passages and vectors of a generation are made with."""
        made_with = index.generation.made_with.fingerprint
        return self.former if self.former and self.former.made_with.fingerprint == made_with else self.wanted

    def ask(self, question: str, **options: Unpack[AskOptions]) -> Answer:
        """Answer a question, or say that the sources do not.

        Args:
            question: 1 to 2,000 characters, not blank.
            options: As ``AskOptions`` has them.

        Raises:
            InvalidRequest: For a question or a number outside these limits, or a reader that there is not.
            NotFound: When there is no such collection, or no such document in it.
        """
        return answer_of(self.stream(question, **options))

    def stream(self, question: str, **options: Unpack[AskOptions]) -> Generator[Event]:
        """The answer as it comes: what was retrieved, each statement, and last the whole.

        The work of a stage is done when its event is asked for, so a caller that stops asking stops
        the work. Arguments and errors are those of ``ask``; what a caller must change is raised here,
        before the first event.
        """
        writer = chosen(options.get("reader"), self.writer)
        index = self.store.index
        return self.gate.ahead(self._stream(read_request(question, options, index.catalog), index, writer))

    def _occasion(self, request: Request, answering: Answering, writer: GenerativeReader | None) -> Occasion:
        written = () if writer is None else (writer.name, writer.writer)
        return Occasion(
            collection=request.collection,
            corpus=answering.catalog.corpus(request.collection),
            models=(answering.encoder.fingerprint, answering.scorer.fingerprint, answering.reader.name, *written),
            effort=answering.effort,
            threshold=answering.threshold,
            typed=request.typed,
            history=request.history,
            document_ids=request.document_ids,
            max_statements=request.max_statements,
        )

    def search(self, query: str, *, collection: str = DEFAULT_COLLECTION, limit: int = 10) -> tuple[RankedPassage, ...]:
        """The passages that best match ``query``, ranked as in an answer.

        Args:
            query: 1 to 2,000 characters, not blank.
            limit: 1 to 100.

        Raises:
            InvalidRequest: For a query or a number outside these limits.
            NotFound: When there is no such collection.
        """
        return self.find(query, collection=collection, limit=limit).passages

    def find(self, query: str, *, collection: str = DEFAULT_COLLECTION, limit: int = 10) -> FoundPassages:
        """As ``search``, and whether the index of vectors had a part in it.

        Raises:
            InvalidRequest, NotFound: As ``search``.
            VectorsUnavailable: When it had none, and nothing was found.
        """
        asked = read_question(checked("query", query))
        check_range("limit", limit, MAX_RESULTS)
        with self.gate.question(), self.answering(collection) as answering:
            meant, hits = answering.find(asked, limit)
            passages = listed(answering.rerank(meant, hits).hits[:limit])
            return FoundPassages(passages=passages, degraded=answering.watch.degraded)

    def verify(self, text: str, **options: Unpack[VerifyOptions]) -> Verification:
        """Whether the documents say what each sentence of a text says.

        Args:
            text: 1 to 20,000 characters, not blank; plain or Markdown.
            options: As ``VerifyOptions``: what it is held against.

        Raises:
            InvalidRequest: For a text or passages outside these limits.
            NotFound: When there is no such collection, or no such document in it.
        """
        return next(step for step in self.checking.verifying(text, options) if step is not None)

    def check_quotes(self, quotes: Sequence[str], *, collection: str = DEFAULT_COLLECTION) -> tuple[QuoteCheck, ...]:
        """Whether quotes are in the documents, word for word, in the order of ``quotes``.

        Args:
            quotes: 1 to 200, each of 1 to 2,000 characters, not blank.

        Raises:
            InvalidRequest: For quotes outside these limits.
            NotFound: When there is no such collection.
        """
        return tuple(self.checking.checking_quotes(quotes, collection))

    @property
    def checking(self) -> Checking:
        """What texts and quotes are checked with, step by step."""
        return Checking(
            parser=self.parser,
            encoder=self.encoder,
            judge=ClaimJudge(self.scorer),
            gate=self.gate,
            catalog=self.store.index.catalog,
            look=self._look,
        )

    def ingest(
        self,
        paths: Iterable[Path | str],
        *,
        collection: str = DEFAULT_COLLECTION,
        on_outcome: Callable[[Outcome], None] | None = None,
    ) -> list[Outcome]:
        """Bring files, folders and patterns of files into a collection, which is made when it is missing.

        Args:
            on_outcome: Called after each file.

        Returns:
            What became of each file that can be read: added, updated, unchanged, or rejected with its reason.

        Raises:
            InvalidRequest: For a collection's name that cannot be one.
        """
        files = find_files([Path(path) for path in paths])
        return ingest(self, files, collection=collection, on_outcome=on_outcome)

    def remove(self, document_id: str) -> None:
        """Remove a document from the catalog and every index.

        Raises:
            NotFound: When there is no such document.
        """
        self.store.remove(document_id)

    def documents(self, *, collection: str = DEFAULT_COLLECTION) -> Iterator[Document]:
        """The documents of a collection, by id.

        Raises:
            NotFound: When there is no such collection.
        """
        self.store.catalog.state(collection)
        return self.store.catalog.all_documents(collection)

    def text(self, document_id: str) -> str:
        """The text of a document, of which the offsets of citations count the code points.

        Raises:
            NotFound: When there is no such document.
        """
        return self.store.catalog.text(document_id)

    def collections(self) -> list[str]:
        """The id of every collection, in order."""
        return self.store.catalog.collections()

    def answering(self, collection: str = DEFAULT_COLLECTION) -> AbstractContextManager[Answering]:
        """What questions to a collection are answered from, as it is now, until the block ends.

        Raises:
            NotFound: When there is no such collection.
        """
        return self._answering(collection, self.store.index)

    def warm_up(self) -> None:
        """Run each model once, so that the first question is not slower than the next."""
        self.encoder.encode_query("warm up")
        self.scorer.score("warm up", ["warm up"])

    def close(self) -> None:
        """Give the data directory back."""
        if self.writer is not None:
            self.writer.close()
        self.parser.close()
        self.receipts.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _stream(self, request: Request, index: Index, writer: GenerativeReader | None) -> Iterator[Event]:
        with self._answering(request.collection, index, request.document_ids) as answering, answering.watch as watch:
            events = answering.answer(
                request.readings, request.typed, max_statements=request.max_statements, writer=writer
            )
            if self.remembered is not None:
                events = self.remembered.through(self._occasion(request, answering, writer), events)
            for event in events:
                if isinstance(event, Finished):
                    watch.tell(event.answer)
                yield event

    @contextmanager
    def _look(self, collection: str, document_ids: Sequence[str] | None) -> Iterator[InCollection]:
        with self._answering(collection, self.store.index, document_ids) as one:
            yield InCollection(
                catalog=one.catalog,
                vectors=one.vectors,
                collection=collection,
                encoder=one.encoder,
                watch=one.watch,
            )

    @contextmanager
    def _answering(
        self, collection: str, index: Index, document_ids: Sequence[str] | None = None
    ) -> Iterator[Answering]:
        with index.catalog.snapshot() as frozen:
            catalog = frozen if document_ids is None else frozen.within(document_ids)
            catalog.state(collection)
            watch = self.watch()
            vectors = Tolerant(index.vectors, watch.without_vectors)
            whole = Answering(
                catalog=catalog,
                vectors=vectors if document_ids is None else Among(vectors, catalog.passage_keys(collection)),
                collection=collection,
                encoder=self.recipe(index).encoder,
                scorer=self.scorer,
                reader=self.reader,
                effort=Effort(passages=self.settings.retrieve_limit, word_pieces=self.settings.rerank_tokens),
                threshold=self.settings.threshold,
                watch=watch,
            )
            yield self.vary(whole)


def open_library(settings: Settings, *, as_it_is: bool = False) -> Library:
    """Load the models that the settings name and open their data directory; ``as_it_is`` as ``assemble``.

    Raises:
        ModelError: When a model cannot be loaded.
        DataDirectoryError: As ``assemble``.
    """
    refuse_links(settings.data_dir)
    encoder = load_encoder(settings.encoder, threads=settings.worker_threads)
    scorer = load_reranker(settings.reranker, threads=settings.worker_threads, cache=settings.data_dir / MODELS)
    return assemble(settings, encoder, scorer, as_it_is=as_it_is)


def assemble(settings: Settings, encoder: Encoder, scorer: PairScorer, *, as_it_is: bool = False) -> Library:
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
        store = undo.enter_context(
            Store(
                settings.data_dir,
                made_with=wanted.made_with,
                any_generation=as_it_is,
                catalog_url=settings.catalog_url,
                server=_vectors_of(settings),
            )
        )
        store.catalog.ensure_collection(DEFAULT_COLLECTION)
        former = former_recipe(store.index.generation.made_with, wanted, threads=settings.worker_threads)
        undo.pop_all()
    remembered = Remembered(settings.cached_answers) if settings.cached_answers else None
    if remembered is not None:
        store.on_change = remembered.forget
    return Library(
        settings=settings,
        store=store,
        remembered=remembered,
        wanted=wanted,
        former=former,
        scorer=scorer,
        reader=ExtractiveReader(threshold=settings.threshold),
        writer=writer_of(settings, scorer),
        receipts=Receipts(store.catalog.answers, keep=settings.keep_answers),
        parser=ParserProcess(limits_of(settings)),
    )


def limits_of(settings: Settings) -> Limits:
    """What one file may cost, as the settings say."""
    return Limits(
        seconds=settings.parse_seconds,
        memory_mb=settings.parse_memory_mb,
        characters=settings.max_text_characters,
        passages=settings.max_passages,
        file_bytes=settings.max_upload_bytes,
    )


def _vectors_of(settings: Settings) -> ServerAddress | None:
    """The server that has the vectors, ``None`` where they are in the data directory."""
    if not settings.vectors_url:
        return None
    return ServerAddress(
        url=settings.vectors_url,
        tenant=settings.vectors_tenant,
        database=settings.vectors_database,
        headers=settings.vectors_headers,
        seconds=settings.vectors_seconds,
    )
