"""Reading evaluation sets: four sources, one shape.

Questions over a folder of documents, a folder with ``corpus.jsonl`` and ``queries.jsonl``, a SQuAD
file, and a BEIR folder. ``docs/evaluation.md`` describes each with an example.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from eval.sets.question import EvalSet, EvalSetError, Gold, Question, SourceText, chosen, in_half
from eval.sets.records import Record, asked_of, identifier, kind_of, made, written
from rag.errors import DocumentRejected
from rag.ingest.parse import parse
from rag.ingest.pipeline import document_id, find_files
from rag.ingest.sources import SourceFile
from rag.settings import Settings
from rag.types import DEFAULT_COLLECTION

__all__ = [
    "QUESTIONS",
    "EvalSet",
    "EvalSetError",
    "Gold",
    "Question",
    "SourceText",
    "Texts",
    "chosen",
    "in_half",
    "load_set",
    "read_questions",
]

QUESTIONS = Path(__file__).resolve().parent / "questions" / "seeds.jsonl"
"""The questions over the seeds."""


def load_set(corpus: Path, questions: Path | None = None) -> EvalSet:
    """The evaluation set at ``corpus``.

    Args:
        corpus: A SQuAD file; or a folder: of documents (then ``questions`` is needed), with
            ``corpus.jsonl`` and ``queries.jsonl``, or a BEIR folder with ``qrels/test.tsv`` as well.
        questions: A file of questions over the folder ``corpus``, one JSON object a line: ``id``,
            ``question``, ``unanswerable``, ``gold`` (``document``, ``quote``) and, where wanted,
            ``kind``, ``group``, ``any``, ``answers``, ``traps`` (as ``gold``).

    Raises:
        EvalSetError: When a file is missing or a record cannot be used, a gold quote that is not in
            its document among them.
    """
    found = _read(corpus, questions)
    _check_questions(found.questions, questions or corpus)
    return found


class Texts(Protocol):
    """The documents that questions name, and what stands in them."""

    def identify(self, place: str, name: str) -> str:
        """The id of the document that the record at ``place`` calls ``name``, by its path or its id.

        Raises:
            EvalSetError: When there is none; names the place.
        """
        ...

    def has(self, place: str, identifier: str, quote: str) -> bool:
        """Whether a quote stands in a document, character for character."""
        ...


def read_questions(file: Path, texts: Texts) -> tuple[Question, ...]:
    """The questions of a file over documents that are read already; the file is as ``load_set`` has it.

    Raises:
        EvalSetError: As ``load_set``.
    """
    found = _questions(file, texts)
    _check_questions(found, file)
    return found


def _questions(file: Path, texts: Texts) -> tuple[Question, ...]:
    return tuple(made(file, lambda place, record: _folder_question(place, record, texts)))


def _check_questions(questions: Sequence[Question], file: Path) -> None:
    seen: set[str] = set()
    for one in questions:
        if one.id in seen:
            raise EvalSetError(f"{file}: the question id {one.id!r} is there twice; each needs its own")
        seen.add(one.id)
    if not questions:
        raise EvalSetError(f"{file} has no questions")


def _read(corpus: Path, questions: Path | None) -> EvalSet:
    if questions is not None:
        return _folder_set(corpus, questions)
    if corpus.is_file():
        return _squad_set(corpus)
    if (corpus / "qrels" / "test.tsv").is_file():
        return _beir_set(corpus)
    if (corpus / "corpus.jsonl").is_file() and (corpus / "queries.jsonl").is_file():
        return _records_set(corpus)
    raise EvalSetError(f"{corpus} is no evaluation set: give --questions, or see the formats in docs/evaluation.md")


def _folder_set(folder: Path, questions: Path) -> EvalSet:
    found = find_files([folder])
    documents = tuple(SourceText(path=source.path, content=_content(source)) for source in found)
    texts = _Texts(documents)
    return EvalSet(
        name=questions.stem,
        documents=documents,
        questions=_questions(questions, texts),
    )


def _content(source: SourceFile) -> bytes:
    try:
        return source.read(Settings().max_upload_bytes)
    except DocumentRejected as error:
        raise EvalSetError(f"document {source.path!r} cannot be read: {error}") from error


class _Texts:
    """The texts of documents, each known by its path and by its id, parsed when they are asked for."""

    def __init__(self, documents: tuple[SourceText, ...]) -> None:
        self._documents = {document_id(document.path, DEFAULT_COLLECTION): document for document in documents}
        self._ids = {document.path: identifier for identifier, document in self._documents.items()}
        self._texts: dict[str, str] = {}

    def identify(self, place: str, name: str) -> str:
        identifier = self._ids.get(name, name)
        if identifier not in self._documents:
            raise EvalSetError(f"{place}: there is no document {name!r}; name it by its path within the folder")
        return identifier

    def has(self, place: str, identifier: str, quote: str) -> bool:
        if identifier not in self._texts:
            document = self._documents[identifier]
            try:
                self._texts[identifier] = parse(document.path, document.content).text
            except DocumentRejected as error:
                raise EvalSetError(f"{place}: document {document.path!r} cannot be read: {error}") from error
        return quote in self._texts[identifier]


def _folder_question(place: str, record: Record, texts: Texts) -> Question:
    gold, traps = (
        tuple(
            Gold(
                document_id=texts.identify(place, one["document"]),
                quote=one["quote"],
                context=bool(one.get("context")),
            )
            for one in record.get(name, ())
        )
        for name in ("gold", "traps")
    )
    for one in (*gold, *traps):
        if not one.quote.strip() or not texts.has(place, one.document_id, one.quote):
            raise EvalSetError(f"{place}: the gold quote {one.quote[:60]!r} is not in document {one.document_id!r}")
    if any(not one.context for one in gold) == record["unanswerable"]:
        raise EvalSetError(f"{place}: an answerable question needs gold quotes, an unanswerable one has none")
    return Question(
        id=str(record["id"]),
        text=record["question"],
        kind=record.get("kind", kind_of(answerable=not record["unanswerable"])),
        group=record.get("group", str(record["id"])),
        answerable=not record["unanswerable"],
        gold=gold,
        any_gold=record.get("any", True),
        answers=tuple(record.get("answers", ())),
        relevant_ids=tuple(dict.fromkeys(one.document_id for one in gold)),
        traps=traps,
    )


def _records_set(folder: Path) -> EvalSet:
    corpus = list(made(folder / "corpus.jsonl", lambda place, record: (written(record), record["text"])))
    texts = {document_id(document.path, DEFAULT_COLLECTION): text for document, text in corpus}
    questions = made(folder / "queries.jsonl", lambda place, record: asked_of(place, record, texts))
    return EvalSet(
        name=folder.resolve().name,
        documents=tuple(document for document, _ in corpus),
        questions=tuple(questions),
    )


def _squad_set(file: Path) -> EvalSet:
    documents, questions = [], []
    try:
        for article in json.loads(file.read_text("utf-8"))["data"]:
            for number, paragraph in enumerate(article["paragraphs"]):
                record = {"id": f"{article['title']}-{number:04}", "title": article["title"]}
                documents.append(written({**record, "text": paragraph["context"]}))
                questions += [_squad_question(asked, identifier(record["id"])) for asked in paragraph["qas"]]
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise EvalSetError(f"{file} is no SQuAD file: {error!r}") from error
    return EvalSet(name=file.stem, documents=tuple(documents), questions=tuple(questions))


def _squad_question(asked: Record, paragraph_id: str) -> Question:
    answerable = not asked.get("is_impossible", False)
    return Question(
        id=asked["id"],
        text=asked["question"],
        kind=kind_of(answerable=answerable),
        group=paragraph_id,
        answerable=answerable,
        answers=tuple(dict.fromkeys(one["text"] for one in asked["answers"])) if answerable else (),
        relevant_ids=(paragraph_id,) if answerable else (),
    )


def _beir_set(folder: Path) -> EvalSet:
    corpus = folder / "corpus.jsonl"
    documents = tuple(made(corpus, lambda place, record: written({**record, "id": record["_id"]})))
    relevant = _judgements(folder / "qrels" / "test.tsv")
    judged = made(folder / "queries.jsonl", lambda place, record: _beir_question(record, relevant))
    questions = tuple(one for one in judged if one.relevant_ids)
    return EvalSet(name=folder.resolve().name, documents=documents, questions=questions)


def _beir_question(record: Record, relevant: Mapping[str, list[str]]) -> Question:
    identifier = str(record["_id"])
    return Question(
        id=identifier,
        text=record["text"],
        kind=kind_of(answerable=True),
        group=identifier,
        answerable=True,
        relevant_ids=tuple(relevant.get(identifier, ())),
    )


def _judgements(file: Path) -> dict[str, list[str]]:
    """The documents of each query with a judgement above 0."""
    relevant: dict[str, list[str]] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
            try:
                if int(row["score"]) > 0:
                    relevant.setdefault(row["query-id"], []).append(identifier(row["corpus-id"]))
            except (KeyError, TypeError, ValueError) as error:
                raise EvalSetError(f"{file}:{number} needs query-id, corpus-id and a whole score: {error!r}") from error
    return relevant
