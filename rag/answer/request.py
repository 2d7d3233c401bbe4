"""What is asked, of which documents and how: held to its limits before any work is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from rag.answer.followup import Resolved, readings
from rag.answer.narrated import asked_alone
from rag.answer.question import MAX_SCOPE, MAX_STATEMENTS, Question, check_range, checked, read_question
from rag.errors import InvalidRequest, NotFound
from rag.storage.protocols import CatalogView
from rag.types import DEFAULT_COLLECTION, Turn


class AskOptions(TypedDict, total=False):
    """How a question is asked.

    Args:
        collection: What is asked; the default one where it is not given.
        max_statements: 1 to 10, 4 where it is not given.
        history: What was said before, oldest first: it completes a question that does not stand alone.
        document_ids: Ask these alone, 1 to 1,000; every document of the collection where they are not given.
        as_typed: Complete nothing, whatever was said before.
        reader: ``"extractive"`` answers in the sources' own words, ``"generative"`` in those of the writer; where it is
            not given the writer answers if there is one.
    """

    collection: str
    max_statements: int
    history: Sequence[Turn]
    document_ids: Sequence[str] | None
    as_typed: bool
    reader: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A question as it was ``typed`` and as it may be understood, the likeliest first, and what it is asked of."""

    typed: str
    readings: tuple[Question, ...]
    collection: str
    max_statements: int
    document_ids: tuple[str, ...] | None
    history: tuple[Turn, ...] = ()


def read_request(typed: str, options: AskOptions, catalog: CatalogView) -> Request:
    """Hold a question and its options to their limits and to what the catalog has.

    Raises:
        InvalidRequest: For a question or a number outside its limits.
        NotFound: When there is no such collection, or no such document in it.
    """
    text = checked("question", typed)
    most = options.get("max_statements", 4)
    check_range("max_statements", most, MAX_STATEMENTS)
    collection = options.get("collection", DEFAULT_COLLECTION)
    catalog.state(collection)
    chosen = options.get("document_ids")
    if chosen is not None:
        check_scope(catalog, collection, chosen)
    history = () if options.get("as_typed") else options.get("history", ())
    return Request(
        typed=typed,
        readings=tuple(
            read_question(one.text, typed=typed if one.text == text else None, known=one.known)
            for one in _readings(text, history, as_typed=options.get("as_typed", False))
        ),
        collection=collection,
        max_statements=most,
        document_ids=None if chosen is None else tuple(chosen),
        history=tuple(history),
    )


def _readings(question: str, history: Sequence[Turn], *, as_typed: bool) -> tuple[Resolved, ...]:
    """What a question may mean: after what was said before, else without what its asker tells before it."""
    found = readings(question, history)
    alone = None if as_typed or len(found) > 1 else asked_alone(question)
    return found if alone is None else (*found, Resolved(text=alone))


def check_scope(catalog: CatalogView, collection: str, document_ids: Sequence[str]) -> None:
    """Hold chosen documents to their limits and to what a collection has.

    Raises:
        InvalidRequest: For none, or too many.
        NotFound: When one is not in the collection.
    """
    if not 1 <= len(document_ids) <= MAX_SCOPE:
        raise InvalidRequest(f"document_ids must name from 1 to {MAX_SCOPE:,} documents, not {len(document_ids):,}")
    for one in document_ids:
        if catalog.document(one).collection != collection:
            raise NotFound("document", one)
