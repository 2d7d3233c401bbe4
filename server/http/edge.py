"""What every request passes before the application, and every response after it.

- The ``Host`` must be one of this server's own: a page elsewhere may have its own name point to this
  machine (DNS rebinding), and a browser would then take this server for that page's.
- Pages of other sites may neither change nor read anything; a person may follow a link to here.
- A question for which there is no place in the line is told so before anything is read of it.
- A body must keep coming, and end in time.
- HEAD is GET without its body; OPTIONS names every method of an address.
- Every response carries the headers that keep pages from loading, embedding or sharing anything, and an id.
"""

import asyncio
import ipaddress
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from server.http.problems import PROBLEM_JSON, RequestTimeout, problem_body

logger = logging.getLogger(__name__)

REQUEST_ID = "x-request-id"
ALLOWED_ORIGIN = "allowed_origin"
"""Where a request says that it comes from a page that is let in, though of another site."""
OWN_PAGE = "own_page"
"""Whether a request comes from no page but this server's: only then counts what a browser adds by itself."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ANY = ("0.0.0.0", "::", "")
_READING = ("GET", "HEAD", "OPTIONS")
_OWN_SITE = ("same-origin", "none")
_QUESTIONS = ("/v1/ask", "/v1/search", "/v1/chat/completions")
_NO_ROUTE_HAS_IT = "TRACE"
_SAFE_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)

Headers = Mapping[str, str]
Message = MutableMapping[str, Any]  # the types of ASGI as the specification has them
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyTime:
    """How long the body of a request may take.

    Args:
        idle: Seconds without any byte of it.
        whole: Seconds until it is complete,
        rate: or longer, while so many bytes a second have come on average.
    """

    idle: float = 30.0
    whole: float = 60.0
    rate: int = 20_000


class Refusal(Exception):
    """A request that is answered here.

    Args:
        headers: That the response has besides those of every response.
    """

    def __init__(self, status: HTTPStatus, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers


class Edge:
    """An ASGI application around another one.

    Args:
        hosts: The names, without ports, by which this server may be addressed.
        any_address: Accept every IP address as a name too: nobody can rebind one.
        policy: Gives the content security policy for a path.
        busy_seconds: When to ask again, where no question has a place now; else ``None``.
        body_time: How long a body may take.
    """

    def __init__(
        self,
        app: App,
        *,
        hosts: Collection[str],
        any_address: bool,
        policy: Callable[[str], str],
        busy_seconds: Callable[[], int | None],
        body_time: BodyTime = BodyTime(),
    ) -> None:
        self._app = app
        self._hosts = hosts
        self._any_address = any_address
        self._policy = policy
        self._busy_seconds = busy_seconds
        self._body_time = body_time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope.setdefault("state", {}).setdefault("request_id", secrets.token_hex(8))
        send = _with_headers(send, self._policy(scope["path"]), request_id)
        headers = _headers_of(scope)
        scope["state"][OWN_PAGE] = _comes_from_here(scope["method"], headers)
        try:
            self._check(scope, headers)
        except Refusal as refusal:
            await _refuse(send, refusal)
            return
        if scope["method"] == "OPTIONS":
            scope, send = _as(scope, _NO_ROUTE_HAS_IT), _allowing(send)
        elif scope["method"] == "HEAD":
            scope = _as(scope, "GET")  # the server leaves the body out
        await self._app(scope, _in_time(receive, self._body_time), send)

    def _check(self, scope: Scope, headers: Headers) -> None:
        """Hold a request to who may ask, and whether there is a place.

        Raises:
            Refusal: When it is to be refused.
        """
        host = headers.get("host")
        if host is not None and not self.is_own(host):
            raise Refusal(
                HTTPStatus.MISDIRECTED_REQUEST,
                f"this server is not {host!r}; use the address that it was started with, or let FOOTNOTE_ALLOWED_HOSTS "
                "name this one",
                connection="close",
            )
        if not (scope["state"][OWN_PAGE] or scope["state"].get(ALLOWED_ORIGIN, False)):
            origin = headers.get("origin") or headers.get("sec-fetch-site")
            raise Refusal(HTTPStatus.FORBIDDEN, f"refused: the request comes from another site ({origin})")
        if scope["path"] in _QUESTIONS and scope["method"] == "POST":
            seconds = self._busy_seconds()
            if seconds is not None:
                detail = f"too many questions are waiting; ask again in {seconds} s"
                raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail, **{"retry-after": str(seconds)})

    def is_own(self, host: str) -> bool:
        """Whether a ``Host`` header names this server."""
        name = host_name(host)
        return name in self._hosts or (self._any_address and _is_address(name))


def own_hosts(bound: str, allowed: Collection[str]) -> tuple[frozenset[str], bool]:
    """The names of a server that is bound to an address, and whether every IP address is one.

    Args:
        bound: The address, or the name, that it was told to serve on.
        allowed: Further names, of the settings.
    """
    names = _LOOPBACK | {host_name(name) for name in allowed}
    return (names, True) if bound in _ANY else (names | {bound.lower()}, False)


def is_loopback(bound: str) -> bool:
    """Whether only this machine reaches an address, or a name.

    >>> is_loopback("127.0.0.2"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    """
    return ipaddress.ip_address(bound).is_loopback if _is_address(bound) else bound.lower() == "localhost"


def host_name(host: str) -> str:
    """The name in a ``Host`` header: lower case, without port, brackets and a final point.

    >>> host_name("LocalHost:8000"), host_name("[::1]:8000"), host_name("::1"), host_name("notes.example.")
    ('localhost', '::1', '::1', 'notes.example')
    """
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name = host if host.count(":") > 1 else host.partition(":")[0]
    return name.removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _headers_of(scope: Scope) -> Headers:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _comes_from_here(method: str, headers: Headers) -> bool:
    """Whether a request comes from this server's page, from a person who followed a link, or from no page at all.

    ``Sec-Fetch-Site`` decides where it is sent, and no page can forge it; older browsers send ``Origin``
    alone, and that not with every request. Programs send neither.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None:
        return origin is None or urlsplit(origin).netloc == headers.get("host")
    return site in _OWN_SITE or (method in _READING and _is_navigation(headers))


def _is_navigation(headers: Headers) -> bool:
    """Whether a browser goes to an address in a tab of its own, and not ahead of the person."""
    return (
        headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
        and "sec-purpose" not in headers
        and headers.get("purpose") != "prefetch"
    )


async def _refuse(send: Send, refusal: Refusal) -> None:
    body = json.dumps(problem_body(refusal.status, str(refusal))).encode()
    given = [(name.encode(), value.encode("latin-1")) for name, value in refusal.headers.items()]
    headers = [(b"content-type", PROBLEM_JSON.encode()), (b"content-length", str(len(body)).encode()), *given]
    await send({"type": "http.response.start", "status": int(refusal.status), "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _with_headers(send: Send, policy: str, request_id: str) -> Send:
    own = (
        *_SAFE_HEADERS,
        (b"content-security-policy", policy.encode()),
        (REQUEST_ID.encode(), request_id.encode()),
    )

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, _methods(value) if name == b"allow" else value) for name, value in message["headers"]]
            message["headers"] = [*headers, *own]
        await send(message)

    return wrapped


def _methods(allow: bytes) -> bytes:
    """An ``Allow`` header with HEAD where it has GET."""
    methods = {method.strip() for method in allow.split(b",")}
    return b", ".join(sorted(methods | {b"HEAD"} if b"GET" in methods else methods))


def _as(scope: Scope, method: str) -> Scope:
    return {**scope, "method": method}


def _allowing(send: Send) -> Send:
    """Answers OPTIONS from the refusal of a method that no route has: Litestar's own names one of several methods."""
    known = False

    async def wrapped(message: Message) -> None:
        nonlocal known
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.METHOD_NOT_ALLOWED:
            known = True
            message["status"] = int(HTTPStatus.NO_CONTENT)
            message["headers"] = [(name, value) for name, value in message["headers"] if name == b"allow"]
        elif known and message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return wrapped


def _in_time(receive: Receive, time_for_it: BodyTime) -> Receive:
    """``receive``, that holds the body to its time; when it is complete it may wait for as long as it likes."""
    began, received, complete = time.monotonic(), 0, False

    async def wrapped() -> Message:
        nonlocal received, complete
        if complete:
            return await receive()
        left = began + max(time_for_it.whole, received / time_for_it.rate) - time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, min(left, time_for_it.idle))):
                message = await receive()
        except TimeoutError:
            complete = True  # whatever handles this may look whether the client is still there
            raise RequestTimeout from None
        received += len(message.get("body", b""))
        complete = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    return wrapped
