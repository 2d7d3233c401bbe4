"""``POST /v1/ask`` and ``POST /v1/search``."""

from typing import Any

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from rag.engine import Engine
from rag.errors import InvalidRequest
from rag.types import Answer
from server.problems import described
from server.requests import AskRequest, SearchRequest, strict_json


@post(
    "/v1/ask",
    status_code=200,
    sync_to_thread=True,
    before_request=strict_json(AskRequest),
    responses=described(400, 404, 413, 415, 503),
)
def ask(data: JSONBody[AskRequest], engine: NamedDependency[Engine]) -> Answer:
    """Answer a question from the documents, every statement with citations, or say that they do not answer it."""
    if data.reader not in (None, engine.reader.name):
        raise InvalidRequest(f"reader: {data.reader!r} is not set up here; use {engine.reader.name!r} or null")
    return engine.ask(data.question, collection=data.collection, max_statements=data.max_statements)


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
