"""Reading records: JSON Lines, a document or a question each, with errors that name the line."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from eval.sets.question import EvalSetError, Gold, Question, SourceText
from rag.ingest.pipeline import document_id
from rag.types import DEFAULT_COLLECTION, Turn

Record = Mapping[str, Any]
_Made = TypeVar("_Made")


def made(file: Path, make: Callable[[str, Record], _Made]) -> Iterator[_Made]:
    """What ``make`` makes of each line of a JSON Lines file and its place.

    Raises:
        EvalSetError: For a line that is not JSON, or lacks a field.
    """
    for place, line in _lines(file):
        try:
            yield make(place, json.loads(line))
        except KeyError as error:
            raise EvalSetError(f"{place} has no field {error}") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise EvalSetError(f"{place} cannot be read: {error}") from error


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvalSetError(f"{file} cannot be read: {error}") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"{file}:{number}", line


def identifier(record_id: object) -> str:
    """The id that a record's document gets when it is ingested."""
    return document_id(f"{record_id}.txt", DEFAULT_COLLECTION)


def written(record: Record) -> SourceText:
    """A corpus record as the text file that a person would have: title, source, author, date, text."""
    head = [record.get("title"), record.get("source") and f"Source: {record['source']}"]
    head += [record.get("author") and f"By {record['author']}", record.get("date") and f"Published: {record['date']}"]
    text = "\n\n".join([*(str(line) for line in head if line), record["text"]])
    return SourceText(path=f"{identifier(record['id'])}.txt", content=text.encode("utf-8"))


def kind_of(*, answerable: bool) -> str:
    """The kind of a question whose record names none."""
    return "answerable" if answerable else "unanswerable"


def asked_of(place: str, record: Record, texts: Mapping[str, str]) -> Question:
    """A question with its gold sentences, of which all count, where the record has them (the first annotator's).

    Args:
        place: Names the record in an error.
        texts: Of the documents that may answer, by their ids.

    Raises:
        EvalSetError: When a relevant document is not among them.
    """
    relevant = tuple(identifier(one) for one in record.get("relevant_ids", ()))
    unknown = [one for one in relevant if one not in texts]
    if unknown:
        raise EvalSetError(f"{place}: relevant_ids names {unknown[0]!r}, which corpus.jsonl does not have")
    answerable = not record["unanswerable"]
    sentences = next(iter(record.get("gold_sentences") or ()), ()) if answerable else ()
    return Question(
        id=str(record["id"]),
        text=record["question"],
        kind=record.get("question_type", kind_of(answerable=answerable)),
        group=str(record.get("context_id", record["id"])),
        answerable=answerable,
        gold=tuple(
            Gold(document_id=one, quote=quote) for quote in sentences for one in relevant if quote in texts[one]
        ),
        any_gold=False,
        answers=_checkable(record.get("answers", ())),
        relevant_ids=relevant if answerable else (),
        history=tuple(Turn(role=one["role"], content=one["content"]) for one in record.get("history", ())),
    )


def _checkable(answers: list[str]) -> tuple[str, ...]:
    """The answers that a source's text can hold; it says neither yes nor no."""
    return tuple(dict.fromkeys(one for one in answers if one.strip().lower() not in ("yes", "no", "")))
