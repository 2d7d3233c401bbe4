"""``POST /v1/ask`` and ``POST /v1/search``."""

from dataclasses import dataclass
from typing import Any

from litestar import MediaType, Request, Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIResponse, Operation, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import JSONBody

from rag.engine import Engine, answer_of
from rag.errors import InvalidRequest
from rag.types import Answer, Turn
from server import streaming
from server.problems import described
from server.requests import AskRequest, SearchRequest, strict_json


@dataclass
class _AskOperation(Operation):
    """Adds the event stream to what the OpenAPI document says of ``POST /v1/ask``."""

    def __post_init__(self) -> None:
        answered = (self.responses or {}).get("200")
        if isinstance(answered, OpenAPIResponse) and answered.content is not None:
            text = Schema(type=OpenAPIType.STRING, description=streaming.__doc__)
            answered.content[streaming.MEDIA_TYPE] = OpenAPIMediaType(schema=text)


@post(
    "/v1/ask",
    status_code=200,
    sync_to_thread=True,
    before_request=strict_json(AskRequest),
    responses=described(400, 404, 413, 415, 503),
    operation_class=_AskOperation,
)
def ask(
    data: JSONBody[AskRequest], request: Request[Any, Any, Any], engine: NamedDependency[Engine]
) -> Response[Answer]:
    """Answer a question from the documents, every statement with citations, or say that they do not answer it.

    With ``Accept: text/event-stream`` the passages come first, then the statements, then the whole.
    """
    if data.reader not in (None, engine.reader.name):
        raise InvalidRequest(f"reader: {data.reader!r} is not set up here; use {engine.reader.name!r} or null")
    events = engine.stream(
        data.question,
        collection=data.collection,
        max_statements=data.max_statements,
        history=[Turn(role=turn.role, content=turn.content) for turn in data.history],
    )
    if request.accept.best_match([MediaType.JSON, streaming.MEDIA_TYPE]) == streaming.MEDIA_TYPE:
        return streaming.event_response(events, engine.receipts.keep)
    body: Any = engine.receipts.keep(answer_of(events))
    return Response(body, media_type=MediaType.JSON)


@post(
    "/v1/search",
    status_code=200,
    sync_to_thread=True,
    before_request=strict_json(SearchRequest),
    responses=described(400, 404, 413, 415, 503),
)
def search(data: JSONBody[SearchRequest], engine: NamedDependency[Engine]) -> dict[str, Any]:
    """The passages that best match a query, ranked as in an answer."""
    return {"passages": engine.search(data.query, collection=data.collection, limit=data.limit)}
