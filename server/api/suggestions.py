"""``GET /v1/suggestions``."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from anyio import to_thread
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from rag.answer.question import MAX_QUESTION
from rag.answer.suggest.offers import Suggestions
from rag.types import DEFAULT_COLLECTION
from server.http.line import Line
from server.http.problems import described

_WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedQuestions:
    """Questions that the documents answer; not ``complete`` while they are still being made."""

    questions: list[str]
    complete: bool


@get("/v1/suggestions", responses=described(400, 404, 503))
async def suggest(
    request: Request[Any, Any, Any],
    suggestions: NamedDependency[Suggestions],
    line: NamedDependency[Line],
    collection: FromQuery[str] = DEFAULT_COLLECTION,
    near: Annotated[str | None, QueryParameter(min_length=1, max_length=MAX_QUESTION)] = None,
) -> SuggestedQuestions:
    """Questions that the documents answer for certain; with ``near``, those closest to a question.

    The first call after a change may take ten seconds, while they are made.
    """
    if near is not None:
        found = await line.result(lambda: _near(suggestions, near, collection), request.receive)
        return SuggestedQuestions(questions=list(found), complete=True)
    offer = await to_thread.run_sync(suggestions.of, collection)
    await asyncio.wait([asyncio.wrap_future(offer)], timeout=_WAIT_SECONDS)
    return SuggestedQuestions(questions=list(offer.result()) if offer.done() else [], complete=offer.done())


def _near(suggestions: Suggestions, question: str, collection: str) -> Iterator[tuple[str, ...]]:
    yield suggestions.near(question, collection)
