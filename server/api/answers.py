"""``GET /v1/answers/{id}`` and the feedback to it.

A browser that follows a link gets a page: the answer with its sources, and whether each still holds.
"""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromPath, JSONBody

from rag.answer.parts import Parts, parts_of
from rag.errors import NotFound
from rag.library import Library
from rag.storage.catalog import Catalog, StoredAnswer
from rag.storage.receipts import Standing, standing
from rag.types import Answer, Statement
from server.api.bodies import FeedbackRequest, strict_json
from server.http.caller import caller_of
from server.http.problems import described
from server.http.revalidation import revalidated

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent.parent / "page" / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Accept"}


@dataclass
class _ReceiptOperation(Operation):
    """Adds the page to what the OpenAPI document says of ``GET /v1/answers/{id}``."""

    def __post_init__(self) -> None:
        found = (self.responses or {}).get("200")
        if isinstance(found, OpenAPIResponse) and found.content is not None:
            page = Schema(
                type=OpenAPIType.STRING, description="The same as a page, with the standing of every citation."
            )
            found.content[MediaType.HTML.value] = OpenAPIMediaType(schema=page)


@get(
    "/v1/answers/{answer_id:str}",
    sync_to_thread=True,
    middleware=[revalidated],
    responses=described(400, 404, 503),
    operation_class=_ReceiptOperation,
)
def get_answer(
    answer_id: FromPath[str], request: Request[Any, Any, Any], engine: NamedDependency[Library]
) -> Response[Answer]:
    """An answer as it was given; with ``Accept: text/html`` a page that can be shared."""
    as_page = request.accept.best_match([MediaType.JSON, MediaType.HTML]) == MediaType.HTML
    try:
        caller_of(request).see_answer(engine, answer_id)
        stored = engine.receipts.find(answer_id)
    except NotFound:
        if not as_page:
            raise
        return _page("missing.html", {}, HTTPStatus.NOT_FOUND)
    if as_page:
        return _page("receipt.html", _shown(stored, engine.store.catalog))
    return _raw(stored.body, MediaType.JSON)


@post(
    "/v1/answers/{answer_id:str}/feedback",
    status_code=HTTPStatus.NO_CONTENT,
    sync_to_thread=True,
    before_request=strict_json(FeedbackRequest),
    responses=described(400, 404, 413, 415, 503, 507),
)
def give_feedback(answer_id: FromPath[str], data: JSONBody[FeedbackRequest], engine: NamedDependency[Library]) -> None:
    """Say whether an answer helped; the latest word on an answer counts."""
    engine.receipts.rate(answer_id, helpful=data.helpful, comment=data.comment)


def _shown(stored: StoredAnswer, catalog: Catalog) -> dict[str, object]:
    """What the page of a receipt needs."""
    answer = msgspec.json.decode(stored.body)
    sources = [_source(citation, catalog) for citation in answer["citations"]]
    return {
        "answer": answer,
        "statements": _parted(answer),
        "created": stored.created,
        "sources": sources,
        "holding": sum(source["standing"] is Standing.HOLDS for source in sources),
    }


def _parted(answer: dict[str, Any]) -> list[tuple[str, Parts]]:
    """The verdict and the parts of each statement."""
    quotes = {citation["number"]: citation["quote"] for citation in answer["citations"]}
    statements = msgspec.convert(answer["statements"], list[Statement])
    return [(one.verdict, parts_of(one, quotes)) for one in statements]


def _source(citation: dict[str, Any], catalog: Catalog) -> dict[str, Any]:
    """A citation, its standing today, and where the chat page shows it."""
    kept = {key: citation[key] for key in ("sha256", "start", "end", "quote")}
    place = urlencode({"start": citation["start"], "end": citation["end"]})
    document_id = citation["document_id"]
    return {
        **citation,
        "standing": standing(catalog, document_id, **kept),
        "link": f"/#/documents/{quote(document_id, safe='')}?{place}",
    }


def _page(template: str, context: dict[str, object], status: int = HTTPStatus.OK) -> Response[Any]:
    return _raw(_PAGES.get_template(template).render(context).encode("utf-8"), MediaType.HTML, status)


def _raw(body: bytes, media_type: MediaType, status: int = HTTPStatus.OK) -> Response[Any]:
    return Response(body, media_type=media_type, status_code=status, headers=_HEADERS)
