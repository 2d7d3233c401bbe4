"""``/v1/documents`` and below, but for the upload."""

from dataclasses import dataclass, fields
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import quote

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from rag.answer.question import MAX_QUESTION
from rag.errors import InvalidRequest
from rag.library import Library
from rag.storage.catalog import Order, Wanted
from rag.types import DEFAULT_COLLECTION, Document, Span
from server.api.blocks import DocumentBlocks, read_blocks
from server.api.bodies import strict_json
from server.api.cursors import cursor_of, place_of
from server.api.paragraphs import Paragraph, paragraphs
from server.http.problems import described
from server.http.revalidation import revalidated

MOST_REMOVED = 1_000


class RemovalRequest(Struct, forbid_unknown_fields=True, frozen=True):
    """The body of ``POST /v1/documents/delete``."""

    ids: Annotated[list[str], Meta(min_length=1, max_length=MOST_REMOVED)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """A document as the contract lists it; ``summary`` is its first sentence, or its headings."""

    id: str
    collection: str
    title: str | None
    author: str | None
    publisher: str | None
    published: str | None
    media_type: str
    path: str
    sha256: str
    bytes: int
    characters: int
    passages: int
    ingested_at: str
    summary: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """A page of documents; ``next_cursor`` gives the one after, ``None`` on the last; ``total`` counts those of all."""

    items: list[DocumentRecord]
    next_cursor: str | None
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingText:
    """A document's text in paragraphs: joined, each ``before + quote + after``, they are all of it."""

    paragraphs: list[Paragraph]


@get("/v1/documents", sync_to_thread=True, responses=described(400, 404, 503))
def list_documents(
    engine: NamedDependency[Library],
    collection: FromQuery[str] = DEFAULT_COLLECTION,
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 100,
    cursor: FromQuery[str] = "",
    sort: Annotated[str, QueryParameter(enum=[order.value for order in Order])] = Order.ID.value,
    q: Annotated[str, QueryParameter(max_length=MAX_QUESTION)] = "",
) -> DocumentPage:
    """The documents of a collection, by id or as `sort` says; with `q` those whose title or path has these words."""
    if sort not in list(Order):
        raise InvalidRequest(f"sort: {sort!r} is none of {', '.join(Order)}")
    wanted = Wanted(collection=collection, order=Order(sort), words=q)
    with engine.store.catalog.snapshot() as catalog:
        catalog.state(collection)
        found = catalog.list_documents(wanted, limit=limit + 1, after=place_of(cursor))
        total = catalog.count_documents(wanted)
        openings = catalog.openings([document.id for _, document in found[:limit]])
    items = [_record(document, openings) for _, document in found[:limit]]
    key, last = found[limit - 1] if len(found) > limit else ("", None)
    return DocumentPage(
        items=items,
        next_cursor=None if last is None else cursor_of(key, last.id),
        total=total,
    )


@post(
    "/v1/documents/delete",
    status_code=204,
    sync_to_thread=True,
    before_request=strict_json(RemovalRequest),
    responses=described(400, 403, 404, 413, 415, 503, 507),
)
def delete_documents(data: JSONBody[RemovalRequest], engine: NamedDependency[Library]) -> None:
    """Remove several documents, as each by itself; where one of them is not there, none."""
    for document_id in data.ids:
        engine.store.catalog.document(document_id)
    for document_id in dict.fromkeys(data.ids):
        engine.remove(document_id)


@get(
    "/v1/documents/{document_id:str}", sync_to_thread=True, middleware=[revalidated], responses=described(400, 404, 503)
)
def get_document(document_id: FromPath[str], engine: NamedDependency[Library]) -> DocumentRecord:
    """One document's record."""
    with engine.store.catalog.snapshot() as catalog:
        return _record(catalog.document(document_id), catalog.openings([document_id]))


@get(
    "/v1/documents/{document_id:str}/text",
    sync_to_thread=True,
    middleware=[revalidated],
    media_type="text/plain",
    responses=described(400, 404, 503),
)
def get_text(document_id: FromPath[str], engine: NamedDependency[Library]) -> Response[bytes]:
    """Exactly the text that citations index."""
    text = engine.store.catalog.text(document_id).encode("utf-8")
    return Response(text, media_type="text/plain")


@get(
    "/v1/documents/{document_id:str}/paragraphs",
    sync_to_thread=True,
    middleware=[revalidated],
    responses=described(400, 404, 503),
)
def get_paragraphs(
    document_id: FromPath[str],
    engine: NamedDependency[Library],
    start: Annotated[int, QueryParameter(ge=0)] = 0,
    end: Annotated[int, QueryParameter(ge=0)] = 0,
) -> ReadingText:
    """The same text in paragraphs and headings; ``quote`` is what lies between ``start`` and ``end``."""
    marked = _span(start, end)
    with engine.store.catalog.snapshot() as catalog:
        text = catalog.text(document_id)
        return ReadingText(paragraphs=paragraphs(text, catalog.sentences(document_id, text), marked))


@get(
    "/v1/documents/{document_id:str}/blocks",
    sync_to_thread=True,
    middleware=[revalidated],
    responses=described(400, 404, 503),
)
def get_blocks(
    document_id: FromPath[str],
    engine: NamedDependency[Library],
    start: Annotated[int, QueryParameter(ge=0)] = 0,
    end: Annotated[int, QueryParameter(ge=0)] = 0,
) -> DocumentBlocks:
    """What the parts of the text are: headings, paragraphs, lists, tables, records, code, each with its span.

    ``marked`` is what of a block lies between ``start`` and ``end``.
    """
    marked = _span(start, end)
    with engine.store.catalog.snapshot() as catalog:
        document, text = catalog.document(document_id), catalog.text(document_id)
        sentences = catalog.sentences(document_id, text)
        return DocumentBlocks(blocks=read_blocks(document, text, catalog.blocks(document_id), sentences, marked))


@get(
    "/v1/documents/{document_id:str}/source",
    sync_to_thread=True,
    middleware=[revalidated],
    media_type="application/octet-stream",
    responses=described(400, 404, 503),
)
def get_source(document_id: FromPath[str], engine: NamedDependency[Library]) -> Response[bytes]:
    """The bytes as they were given, as an attachment."""
    catalog = engine.store.catalog
    name = quote(PurePosixPath(catalog.document(document_id).path).name, safe="")
    return Response(
        catalog.source(document_id),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


@delete(
    "/v1/documents/{document_id:str}",
    status_code=204,
    sync_to_thread=True,
    responses=described(400, 403, 404, 503, 507),
)
def delete_document(document_id: FromPath[str], engine: NamedDependency[Library]) -> None:
    """Remove a document from the text, the lexical and the vector index; it can be brought again."""
    engine.remove(document_id)


def _span(start: int, end: int) -> Span | None:
    """The characters that are asked for; ``None`` where they are none.

    Raises:
        InvalidRequest: Where they end before they start.
    """
    if end < start:
        raise InvalidRequest(f"end: {end} is before start, {start}; give characters of the text, start first")
    return Span(start=start, end=end) if start < end else None


def _record(document: Document, openings: dict[str, str]) -> DocumentRecord:
    known = {field.name: getattr(document, field.name) for field in fields(Document) if field.name != "pages"}
    return DocumentRecord(**known, summary=openings.get(document.id))
