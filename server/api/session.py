"""``/v1/session``: the page's own way to give a key, which it does not keep.

The browser keeps a cookie that no script can read. It is sent along with links from elsewhere to here (``Lax``), so
that a shared receipt opens; the edge refuses every other request that another site's page causes.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from anyio import to_thread
from litestar import Request, Response, delete, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIResponse, Operation
from litestar.params import JSONBody
from msgspec import Meta, Struct

from rag.library import Library
from rag.storage.catalog import Key, KeyTable, now
from rag.upkeep.keys import begin_session, digest
from server.api.bodies import strict_json
from server.http.caller import remember
from server.http.keys import COOKIE, Unauthorized, caller_with, session_of
from server.http.problems import described
from server.http.proxies import Proxies


class SessionRequest(Struct, forbid_unknown_fields=True, frozen=True):
    """The body of ``POST /v1/session``."""

    key: Annotated[str, Meta(min_length=1, max_length=200)]


@dataclass
class _CookieOperation(Operation):
    """Says in the OpenAPI document that the response has no body."""

    def __post_init__(self) -> None:
        done = (self.responses or {}).get("204")
        if isinstance(done, OpenAPIResponse):
            done.content = None


@post(
    "/v1/session",
    status_code=204,
    before_request=strict_json(SessionRequest),
    responses=described(400, 401, 413, 415, 503, 507),
    operation_class=_CookieOperation,
)
async def sign_in(
    data: JSONBody[SessionRequest], request: Request[Any, Any, Any], engine: NamedDependency[Library]
) -> Response[None]:
    """Begin a session of a browser with a key; it ends with the key, or after `FOOTNOTE_SESSION_HOURS`."""
    lasting = timedelta(hours=engine.settings.session_hours)
    key, token = await to_thread.run_sync(_begun, engine.store.catalog.access, data.key.strip(), lasting)
    remember(request.scope["state"], caller_with(key))
    return Response(None, cookies=[_cookie(request, engine, token, int(lasting.total_seconds()))])


@delete("/v1/session", status_code=204, responses=described(503, 507), operation_class=_CookieOperation)
async def sign_out(request: Request[Any, Any, Any], engine: NamedDependency[Library]) -> Response[None]:
    """End the session of a browser."""
    session = session_of(request)
    if session is not None:
        await to_thread.run_sync(engine.store.catalog.access.end_session, digest(session))
    return Response(None, cookies=[_cookie(request, engine, "", 0)])


def _begun(access: KeyTable, token: str, lasting: timedelta) -> tuple[Key, str]:
    """A key, and the token of a new session of it.

    Raises:
        Unauthorized: When ``token`` opens nothing.
    """
    key = access.find(digest(token))
    if key is None or not key.opens(now()):
        raise Unauthorized(given=True)
    return key, begin_session(access, key, lasting)


def _cookie(request: Request[Any, Any, Any], engine: Library, value: str, seconds: int) -> Cookie:
    scope: Any = request.scope
    encrypted = Proxies(engine.settings.trusted_proxies).is_encrypted(scope)
    return Cookie(key=COOKIE, value=value, max_age=seconds, httponly=True, samesite="lax", secure=encrypted)
