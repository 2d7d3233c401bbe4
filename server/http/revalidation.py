"""Answers to who has a resource already: ``ETag`` on each, 304 (not modified) to ``If-None-Match`` (RFC 9110).

A tag is that of the bytes, so it is right whatever they depend on. They may be kept by their reader alone,
and must be asked for again each time, for a document may change or go at any moment.
"""

import hashlib
from http import HTTPStatus

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

_KEPT = ("cache-control", "content-location", "date", "etag", "expires", "vary")
_TAG_BYTES = 16


def revalidated(app: ASGIApp) -> ASGIApp:
    """An ASGI application whose responses of one piece are tagged, and not sent to who has them."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        known = Headers.from_scope(scope).get("if-none-match", "")
        held: list[HTTPResponseStartEvent] = []

        async def tagging(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.OK:
                held.append(message)
                return
            if held and message["type"] == "http.response.body":
                start = held.pop()
                if not message.get("more_body") and _tag(start, message["body"], known):
                    message["body"] = b""
                await send(start)
            await send(message)

        await app(scope, receive, tagging)

    return answer


def is_named(tag: str, known: str) -> bool:
    """Whether an ``If-None-Match`` names a tag; weak ones count.

    >>> is_named('"a"', 'W/"b", W/"a"'), is_named('"a"', "*"), is_named('"a"', '"b"')
    (True, True, False)
    """
    return known.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in known.split(",")]


def _tag(start: HTTPResponseStartEvent, body: bytes, known: str) -> bool:
    """Tag a response; whether it became one without a body, for its reader has it."""
    headers = MutableScopeHeaders.from_message(start)
    tag = f'"{hashlib.sha256(body).hexdigest()[: 2 * _TAG_BYTES]}"'
    headers["ETag"] = tag
    headers.setdefault("Cache-Control", "private, no-cache")
    if not is_named(tag, known):
        return False
    start["status"] = HTTPStatus.NOT_MODIFIED
    start["headers"] = [(name, value) for name, value in start["headers"] if name.decode("latin-1").lower() in _KEPT]
    return True
