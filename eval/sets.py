"""Evaluation sets: documents, questions and what a right answer must cite.

Four sources, one shape: questions over a folder of documents, a folder with ``corpus.jsonl`` and
``queries.jsonl``, a SQuAD file, and a BEIR folder.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import FootnoteError


class EvalSetError(FootnoteError):
    """An evaluation set that cannot be used; the message names the file and the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """Characters that answer a question. ``context`` marks what only helps to understand them."""

    document_id: str
    quote: str
    context: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and its gold.

    ``any_gold``: one gold quote suffices. ``answers``: strings of which one must stand in the cited
    text. ``relevant_ids``: documents that answer. Questions of a ``group`` ask for the same fact.
    """

    id: str
    text: str
    kind: str
    group: str
    answerable: bool
    gold: tuple[Gold, ...] = ()
    any_gold: bool = True
    answers: tuple[str, ...] = ()
    relevant_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A document to ingest: the name of its file and its bytes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalSet:
    """Documents and questions about them."""

    name: str
    documents: tuple[SourceText, ...]
    questions: tuple[Question, ...]

    @property
    def sha256(self) -> str:
        """Names the exact documents and questions."""
        digest = hashlib.sha256()
        for document in self.documents:
            digest.update(document.path.encode() + b"\0" + document.content + b"\0")
        digest.update(repr(self.questions).encode())
        return digest.hexdigest()


def load_set(corpus: Path, questions: Path | None = None) -> EvalSet:
    """The evaluation set at ``corpus``.

    Args:
        corpus: A SQuAD file; or a folder: of documents (then ``questions`` is needed), with
            ``corpus.jsonl`` and ``queries.jsonl``, or a BEIR folder with ``qrels/test.tsv`` as well.
        questions: A file of questions over the folder ``corpus``, one JSON object a line: ``id``,
            ``question``, ``unanswerable``, ``gold`` (``document``, ``quote``) and, where wanted,
            ``kind``, ``group``, ``any``, ``answers``.

    Raises:
        EvalSetError: When a file is missing or a record cannot be used, a gold quote that is not in
            its document among them.
    """
    if questions is not None:
        return _folder_set(corpus, questions)
    if corpus.is_file():
        return _squad_set(corpus)
    if (corpus / "qrels" / "test.tsv").is_file():
        return _beir_set(corpus)
    if (corpus / "corpus.jsonl").is_file() and (corpus / "queries.jsonl").is_file():
        return _records_set(corpus)
    raise EvalSetError(f"{corpus} is no evaluation set: give --questions, or see the formats in eval/README.md")


def in_half(question: Question, *, test: bool, seed: str = "footnote") -> bool:
    """Whether a question belongs to the test half, else the calibration half; a group is never parted."""
    digest = hashlib.sha256(f"{seed}/{question.group}".encode()).digest()
    return (digest[0] % 2 == 1) is test


def _folder_set(folder: Path, questions: Path) -> EvalSet:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix in (".txt", ".md")]
    documents = tuple(SourceText(path=file.relative_to(folder).as_posix(), content=file.read_bytes()) for file in files)
    texts = {document.path.removesuffix(".txt"): document.content.decode("utf-8") for document in documents}
    parsed = tuple(_folder_question(record, texts, place) for place, record in _records(questions))
    return EvalSet(name=questions.stem, documents=documents, questions=parsed)


def _folder_question(record: Mapping[str, Any], texts: Mapping[str, str], place: str) -> Question:
    gold = tuple(
        Gold(document_id=one["document"], quote=one["quote"], context=bool(one.get("context")))
        for one in record.get("gold", ())
    )
    for one in gold:
        if one.quote not in texts.get(one.document_id, ""):
            raise EvalSetError(f"{place}: the gold quote {one.quote[:60]!r} is not in document {one.document_id!r}")
    if bool(gold) == record["unanswerable"]:
        raise EvalSetError(f"{place}: an answerable question needs gold quotes, an unanswerable one has none")
    return Question(
        id=str(record["id"]),
        text=record["question"],
        kind=record.get("kind", "unanswerable" if record["unanswerable"] else "answerable"),
        group=record.get("group", str(record["id"])),
        answerable=not record["unanswerable"],
        gold=gold,
        any_gold=record.get("any", True),
        answers=tuple(record.get("answers", ())),
        relevant_ids=tuple(dict.fromkeys(one.document_id for one in gold)),
    )


def _records_set(folder: Path) -> EvalSet:
    corpus = [record for _, record in _records(folder / "corpus.jsonl")]
    texts = {record["id"]: record["text"] for record in corpus}
    questions = tuple(_records_question(record, texts) for _, record in _records(folder / "queries.jsonl"))
    return EvalSet(name=folder.name, documents=tuple(_written(record) for record in corpus), questions=questions)


def _records_question(record: Mapping[str, Any], texts: Mapping[str, str]) -> Question:
    """A question with its gold sentences, of which all count, where the record has them (the first annotator's)."""
    relevant = tuple(record.get("relevant_ids", ()))
    sentences = next(iter(record.get("gold_sentences") or ()), ())
    return Question(
        id=str(record["id"]),
        text=record["question"],
        kind=record.get("question_type", "unanswerable" if record["unanswerable"] else "answerable"),
        group=str(record.get("context_id", record["id"])),
        answerable=not record["unanswerable"],
        gold=tuple(
            Gold(document_id=one, quote=quote) for quote in sentences for one in relevant if quote in texts[one]
        ),
        any_gold=False,
        answers=tuple(record.get("answers", ())),
        relevant_ids=relevant,
    )


def _squad_set(file: Path) -> EvalSet:
    documents, questions = [], []
    for article in json.loads(file.read_text("utf-8"))["data"]:
        for number, paragraph in enumerate(article["paragraphs"]):
            identifier = f"{_safe(article['title'])}-{number:04}"
            documents.append(_written({"id": identifier, "title": article["title"], "text": paragraph["context"]}))
            questions += [_squad_question(asked, identifier) for asked in paragraph["qas"]]
    return EvalSet(name=file.stem, documents=tuple(documents), questions=tuple(questions))


def _squad_question(asked: Mapping[str, Any], document_id: str) -> Question:
    answerable = not asked.get("is_impossible", False)
    return Question(
        id=asked["id"],
        text=asked["question"],
        kind="answerable" if answerable else "unanswerable",
        group=document_id,
        answerable=answerable,
        answers=tuple(dict.fromkeys(one["text"] for one in asked["answers"])) if answerable else (),
        relevant_ids=(document_id,) if answerable else (),
    )


def _beir_set(folder: Path) -> EvalSet:
    documents = tuple(_written({**record, "id": record["_id"]}) for _, record in _records(folder / "corpus.jsonl"))
    relevant: dict[str, list[str]] = {}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                relevant.setdefault(row["query-id"], []).append(row["corpus-id"])
    questions = tuple(
        Question(
            id=record["_id"],
            text=record["text"],
            kind="answerable",
            group=record["_id"],
            answerable=True,
            relevant_ids=tuple(relevant[record["_id"]]),
        )
        for _, record in _records(folder / "queries.jsonl")
        if record["_id"] in relevant
    )
    return EvalSet(name=folder.name, documents=documents, questions=questions)


def _written(record: Mapping[str, Any]) -> SourceText:
    """A corpus record as the text file that a person would have: title, source, date, text."""
    head = [record.get("title"), record.get("source") and f"Source: {record['source']}"]
    head += [record.get("author") and f"By {record['author']}", record.get("date") and f"Published: {record['date']}"]
    text = "\n\n".join([*(str(line) for line in head if line), record["text"]])
    return SourceText(path=f"{record['id']}.txt", content=text.encode("utf-8"))


def _records(file: Path) -> Iterator[tuple[str, Any]]:
    """Each line of a JSON Lines file with its place."""
    try:
        lines: Iterable[str] = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise EvalSetError(f"{file} cannot be read: {error.strerror}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield f"{file}:{number}", json.loads(line)
            except ValueError as error:
                raise EvalSetError(f"{file}:{number} is not JSON: {error}") from error


def _safe(title: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in title)
