"""Each request has an id, which everything that is logged for it names, and an end that is told.

A client, or a proxy, may give the id as ``X-Request-ID``; one that is not well formed is passed over.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus

from server.http.edge import REQUEST_ID, App, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

TRACE_PARENT = "traceparent"

_GIVEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "none"
_ROUTE = "route"
_LEFT = 499  # nginx's number for a client that has left before it was answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request that is served.

    Args:
        traceparent: Of its caller, as W3C's Trace Context has it; empty for none.
        began: When it came, ns since the epoch.
    """

    id: str
    traceparent: str
    began: int


incoming: ContextVar[Incoming | None] = ContextVar("incoming", default=None)
"""The request that is served, in the event loop and in the threads that work for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a request ended.

    Args:
        method: ``"other"`` for one that no route has.
        route: As the application names it, ``/v1/documents/{document_id}``; ``"none"`` for an address without one.
        status: 499 where the client left before it was answered.
        seconds: To the last byte of the response.
    """

    method: str
    route: str
    status: int
    seconds: float


class Observed:
    """An ASGI application around the whole server.

    Args:
        tell: Is told how each request ended.
    """

    def __init__(self, app: App, *tell: Callable[[Ended], None]) -> None:
        self._app = app
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state, headers = scope.setdefault("state", {}), scope["headers"]
        state["request_id"] = given_id(headers) or secrets.token_hex(8)
        began, status = time.perf_counter(), _LEFT

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        came = Incoming(id=state["request_id"], traceparent=_header(headers, TRACE_PARENT), began=time.time_ns())
        token = incoming.set(came)
        try:
            await self._app(scope, receive, noting)
        except Exception:
            status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
            raise
        finally:
            ended = Ended(
                method=scope["method"] if scope["method"] in _METHODS else "other",
                route=state.get(_ROUTE) or _NO_ROUTE,
                status=status,
                seconds=time.perf_counter() - began,
            )
            for tell in self._tell:
                tell(ended)
            incoming.reset(token)


class Routed:
    """An ASGI application around one that routes: it notes in the state of a request which route that took."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        try:
            await self._app(scope, receive, send)
        finally:
            if scope["type"] == "http":
                scope["state"][_ROUTE] = scope.get("path_template")


def given_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The id that a client gives; empty where it gives none, or one that is not well formed.

    >>> given_id([(b"x-request-id", b"7f3a-12.b")]), given_id([(b"x-request-id", b"a b")]), given_id([])
    ('7f3a-12.b', '', '')
    """
    given = _header(headers, REQUEST_ID)
    return given if _GIVEN.fullmatch(given) else ""


def _header(headers: Iterable[tuple[bytes, bytes]], wanted: str) -> str:
    return next((value for name, value in headers if name == wanted.encode()), b"").decode("latin-1")


def log_request(ended: Ended) -> None:
    """Log how a request ended."""
    fields = {"method": ended.method, "route": ended.route, "status": ended.status}
    logger.info("request", extra={**fields, "ms": round(1000 * ended.seconds, 1)})
