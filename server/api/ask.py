"""``POST /v1/ask`` and ``POST /v1/search``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litestar import MediaType, Request, Response, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIResponse, Operation
from litestar.params import JSONBody

from rag.answer.events import Event, Finished
from rag.library import Library
from rag.storage.receipts import Receipts
from rag.types import Answer, FoundPassages, Turn
from server.api.bodies import AskRequest, SearchRequest, strict_json
from server.http import streaming
from server.http.line import Line
from server.http.problems import described


@dataclass
class _AskOperation(Operation):
    """Adds the event stream to what the OpenAPI document says of ``POST /v1/ask``."""

    def __post_init__(self) -> None:
        answered = (self.responses or {}).get("200")
        if isinstance(answered, OpenAPIResponse) and answered.content is not None:
            answered.content[streaming.MEDIA_TYPE] = streaming.described_stream(streaming.__doc__)


@post(
    "/v1/ask",
    status_code=200,
    before_request=strict_json(AskRequest),
    responses=described(400, 404, 408, 413, 415, 503),
    operation_class=_AskOperation,
)
async def ask(
    data: JSONBody[AskRequest],
    request: Request[Any, Any, Any],
    engine: NamedDependency[Library],
    line: NamedDependency[Line],
) -> Response[Answer]:
    """Answer a question from the documents, every statement with citations, or say that they do not answer it.

    With ``Accept: text/event-stream`` the passages come first, then the statements, then the whole.
    """

    def events() -> Iterator[Event]:
        return engine.stream(
            data.question,
            collection=data.collection,
            max_statements=data.max_statements,
            reader=data.reader,
            history=[Turn(role=turn.role, content=turn.content) for turn in data.history],
            document_ids=data.document_ids,
            as_typed=data.as_typed,
        )

    if request.accept.best_match([MediaType.JSON, streaming.MEDIA_TYPE]) == streaming.MEDIA_TYPE:
        return await streaming.event_response(line, events, engine.receipts.keep, request.receive)
    body: Any = await line.result(lambda: _kept(events(), engine.receipts), request.receive)
    return Response(body, media_type=MediaType.JSON)


@post(
    "/v1/search",
    status_code=200,
    before_request=strict_json(SearchRequest),
    responses=described(400, 404, 408, 413, 415, 503),
)
async def search(
    data: JSONBody[SearchRequest],
    request: Request[Any, Any, Any],
    engine: NamedDependency[Library],
    line: NamedDependency[Line],
) -> FoundPassages:
    """The passages that best match a query, ranked as in an answer."""

    def found() -> Iterator[FoundPassages]:
        yield engine.find(data.query, collection=data.collection, limit=data.limit)

    return await line.result(found, request.receive)


def _kept(events: Iterator[Event], receipts: Receipts) -> Iterator[bytes]:
    """Nothing after each stage, and after the last the JSON of the answer, which is kept."""
    for event in events:
        yield receipts.keep(event.answer) if isinstance(event, Finished) else b""
