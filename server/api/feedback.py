"""``GET /v1/feedback``."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from rag.library import Library
from rag.storage.catalog import Feedback
from server.api.cursors import cursor_of, place_of
from server.http.caller import caller_of
from server.http.problems import described


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackPage:
    """A page of feedback, the latest first; ``next_cursor`` gives the one after, ``None`` on the last."""

    items: list[Feedback]
    next_cursor: str | None


@get("/v1/feedback", sync_to_thread=True, responses=described(400, 503))
def list_feedback(
    request: Request[Any, Any, Any],
    engine: NamedDependency[Library],
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 100,
    cursor: FromQuery[str] = "",
) -> FeedbackPage:
    """What people thought of the answers that are kept, the latest first."""
    among = caller_of(request).collections
    found = engine.store.catalog.answers.feedback(limit=limit + 1, before=place_of(cursor), among=among)
    last = found[limit - 1] if len(found) > limit else None
    return FeedbackPage(items=found[:limit], next_cursor=cursor_of(last.created, last.answer_id) if last else None)
