"""What is said to the system and not asked of the sources: a greeting, and which documents there are."""

from collections.abc import Iterator

from rag.answer.question import Question
from rag.answer.read.reader import Finding, FoundPart, Reading, Source
from rag.language.english.lexicon import DOCUMENTS, GREETINGS, LISTING
from rag.language.text import display
from rag.storage.protocols import CatalogView
from rag.types import Document, Kind, Sentence

GREETED = "Ask a question about the documents. \u201cWhat documents do you have?\u201d lists them."
_MOST_DOCUMENTS = 40


def is_talk(question: Question) -> bool:
    """Whether a question has no word that any source could answer to: a greeting, or one about the documents.

    >>> from rag.answer.question import read_question
    >>> [is_talk(read_question(text)) for text in ("Hi there!", "What files do you have?", "What documents do I need?")]
    [True, True, False]
    """
    if question.known:
        return False
    meant = {word.casefold() for word in question.content} - GREETINGS
    return not meant or (not meant - DOCUMENTS - LISTING and _asks_for_documents(question))


def talked(question: Question, catalog: CatalogView, collection: str) -> Reading:
    """The titles of the documents, by their paths, where these are asked for; else nothing is answered."""
    if not _asks_for_documents(question):
        return Reading(answered=False, findings=(), confidence=0.0)
    documents = sorted(catalog.documents(collection, limit=_MOST_DOCUMENTS), key=lambda one: one.path)
    parts = tuple(_entries(catalog, documents))
    if not parts:
        return Reading(answered=False, findings=(), confidence=0.0)
    listed = Finding(
        text="\n".join(part.text for part in parts),
        sources=tuple(source for part in parts for source in part.sources),
        support=1.0,
        kind="list",
        parts=parts,
        complete=len(parts) == catalog.state(collection).documents,
    )
    return Reading(answered=True, findings=(listed,), confidence=1.0)


def _asks_for_documents(question: Question) -> bool:
    return not DOCUMENTS.isdisjoint(word.casefold() for word in question.words)


def _entries(catalog: CatalogView, documents: list[Document]) -> Iterator[FoundPart]:
    for document in documents:
        sentences = catalog.sentences(document.id, catalog.text(document.id))
        if (line := _title(sentences)) is not None:
            yield FoundPart(text=f"- {display(line.text)}", sources=(Source(document=document, span=line.span),))


def _title(sentences: list[Sentence]) -> Sentence | None:
    """The line that names a document: its title, or what it begins with."""
    return next((one for one in sentences if one.kind is Kind.TITLE), sentences[0] if sentences else None)
