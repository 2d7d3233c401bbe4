"""Every set of a folder, whatever its layout, as collections that are asked each for itself.

| a folder with | is |
|---|---|
| ``corpus.jsonl``, ``queries.jsonl`` | records; a collection for each ``collection`` or ``site`` |
| ``contexts.jsonl`` | contexts; each is a collection of one document |
| ``docs``, ``questions.jsonl`` | documents as people wrote them; what is ``expected`` is said in words |

A question belongs to the collection that it names. Of a site the documents are those under its title. Where a set says
how far its documents answer (``answerability``), those that they answer in part, and those that could mean several
things, are left out, and an answer is right when it cites a document: the accepted answers are written freely.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from eval.sets.forms import FormQuestion, load_context_set
from eval.sets.question import EvalSet, EvalSetError, Question, SourceText, chosen
from eval.sets.records import Record, asked_of, kind_of, made, written
from rag.ingest.pipeline import document_id, find_files
from rag.settings import Settings
from rag.types import DEFAULT_COLLECTION

_Made = TypeVar("_Made")
_DECIDED = ("ANSWERABLE", "UNANSWERABLE")
_NAMED = {"collection": "collection", "site": "title"}
"""What a question names its collection by, and what the documents of that collection have it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartedSet:
    """A set of which each part is a collection of its own, with its documents and the questions over them."""

    name: str
    parts: tuple[EvalSet, ...]

    def drawn(self, limit: int | None) -> "PartedSet":
        """With that many answerable and that many unanswerable questions, and only the parts that they ask."""
        kept = {one.id for one in chosen([one for part in self.parts for one in part.questions], limit=limit)}
        parts = [replace(part, questions=tuple(one for one in part.questions if one.id in kept)) for part in self.parts]
        return replace(self, parts=tuple(part for part in parts if part.questions))


def parted_sets(data: Path) -> Iterator[PartedSet]:
    """The sets of a folder and of the folders in it, by name.

    Raises:
        EvalSetError: When a set cannot be used, or there is none.
    """
    found = [
        PartedSet(name=folder.relative_to(data).as_posix(), parts=tuple(parts))
        for folder in sorted(one for one in data.glob("**/") if one != data)
        if (parts := list(_parts(folder)))
    ]
    if not found:
        raise EvalSetError(f"{data} has no evaluation set: see the layouts in docs/evaluation.md")
    for whole in found:
        _check_ids(whole)
    yield from found


def _check_ids(whole: PartedSet) -> None:
    seen: set[str] = set()
    for one in (one for part in whole.parts for one in part.questions):
        if one.id in seen:
            raise EvalSetError(f"{whole.name}: the question id {one.id!r} is there twice; each needs its own")
        seen.add(one.id)


def _parts(folder: Path) -> Iterator[EvalSet]:
    if (folder / "corpus.jsonl").is_file() and (folder / "queries.jsonl").is_file():
        yield from _record_parts(folder)
    elif (folder / "contexts.jsonl").is_file():
        yield from _context_parts(folder / "contexts.jsonl")
    elif (folder / "docs").is_dir() and (folder / "questions.jsonl").is_file():
        yield _read_set(folder)


def _record_parts(folder: Path) -> Iterator[EvalSet]:
    queries = folder / "queries.jsonl"
    fields = {field for found in made(queries, lambda _, record: set(record)) for field in found}
    named = next((field for field in _NAMED if field in fields), None)
    asked = _grouped(made(queries, lambda place, record: (_own(record, named), (place, record))))
    corpus = _grouped(made(folder / "corpus.jsonl", lambda _, record: (_shelf(record, named), _document(record))))
    for name, records in asked.items():
        texts = {document_id(document.path, DEFAULT_COLLECTION): text for document, text in corpus.get(name, ())}
        if not texts:
            raise EvalSetError(f"{queries}: the questions about {name!r} have no document in corpus.jsonl")
        yield EvalSet(
            name=name or folder.name,
            documents=tuple(document for document, _ in corpus[name]),
            questions=tuple(_asked(place, record, texts) for place, record in records if _is_decided(record)),
        )


def _grouped(found: Iterable[tuple[str, _Made]]) -> dict[str, list[_Made]]:
    groups: dict[str, list[_Made]] = {}
    for name, one in found:
        groups.setdefault(name, []).append(one)
    return groups


def _own(question: Record, named: str | None) -> str:
    """The collection that a question belongs to."""
    return str(question[named]) if named else ""


def _shelf(document: Record, named: str | None) -> str:
    """The collection that a document lies in."""
    return str(document[_NAMED[named]]) if named else ""


def _document(record: Record) -> tuple[SourceText, str]:
    return written(record), record["text"]


def _is_decided(record: Record) -> bool:
    return record.get("answerability", _DECIDED[0]) in _DECIDED


def _asked(place: str, record: Record, texts: Mapping[str, str]) -> Question:
    question = asked_of(place, record, texts)
    return replace(question, answers=()) if "answerability" in record else question


def _context_parts(file: Path) -> Iterator[EvalSet]:
    whole = load_context_set(file)
    for name, questions in _grouped((one.document, one) for one in whole.questions).items():
        document = SourceText(path=name, content=whole.texts[name].encode("utf-8"))
        yield EvalSet(name=name, documents=(document,), questions=tuple(map(_of_context, questions)))


def _of_context(one: FormQuestion) -> Question:
    return Question(
        id=one.id, text=one.question, kind=one.kind, group=one.id, answerable=one.answerable, answers=one.answers
    )


def _read_set(folder: Path) -> EvalSet:
    found = find_files([folder / "docs"])
    limit = Settings().max_upload_bytes
    return EvalSet(
        name=folder.name,
        documents=tuple(SourceText(path=one.path, content=one.read(limit)) for one in found),
        questions=tuple(made(folder / "questions.jsonl", _to_read)),
    )


def _to_read(place: str, record: Record) -> Question:
    number = place.rpartition(":")[2]
    file = record.get("file")
    return Question(
        id=number,
        text=record["question"],
        kind=kind_of(answerable=record["answerable"]),
        group=number,
        answerable=record["answerable"],
        relevant_ids=(document_id(file, DEFAULT_COLLECTION),) if file else (),
        expected=record["expect"],
    )
