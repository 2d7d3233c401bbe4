"""Pages of named other sites: browsers let them read what this server answers, with a key and never with a cookie.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Collection

from server.http.edge import ALLOWED_ORIGIN, App, Message, Receive, Scope, Send

_METHODS = b"GET, HEAD, POST, DELETE"
_ASKED = b"Authorization, Content-Type, Accept"
_TOLD = b"X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Location, WWW-Authenticate, Content-Disposition"
_REMEMBER_SECONDS = b"600"


class CrossOrigin:
    """An ASGI application around the whole server.

    Args:
        origins: Of the pages that are let in, as browsers write them.
    """

    def __init__(self, app: App, origins: Collection[str]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        given = dict(scope["headers"]) if scope["type"] == "http" else {}
        origin = given.get(b"origin", b"").decode("latin-1")
        if origin not in self._origins:
            await self._app(scope, receive, _varying(send) if scope["type"] == "http" else send)
        elif scope["method"] == "OPTIONS" and b"access-control-request-method" in given:
            await _allow(send, origin)
        else:
            scope.setdefault("state", {})[ALLOWED_ORIGIN] = True
            await self._app(scope, receive, _shared(send, origin))


async def _allow(send: Send, origin: str) -> None:
    """Answer a browser that asks before it sends."""
    headers = [
        *_own(origin),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", _ASKED),
        (b"access-control-max-age", _REMEMBER_SECONDS),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _shared(send: Send, origin: str) -> Send:
    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name != b"cross-origin-resource-policy"]
            shared = [(b"access-control-expose-headers", _TOLD), (b"cross-origin-resource-policy", b"cross-origin")]
            message["headers"] = [*kept, *_own(origin), *shared]
        await send(message)

    return wrapped


def _varying(send: Send) -> Send:
    """Keeps caches from giving one site's page what was made for another's."""

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"vary", b"Origin")]
        await send(message)

    return wrapped


def _own(origin: str) -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]
