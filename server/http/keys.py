"""The guard of every route: how often one may ask, then who asks, then whether that one may.

Without any key in the catalog everybody may do everything, as on a laptop; from the first key on nobody may without
one. Keys are looked up at each request, so one that was revoked opens nothing from then on, in every process.
"""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import Any

from anyio import to_thread
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler

from rag.errors import CatalogError, Overloaded
from rag.library import Library
from rag.storage.catalog import Key, KeyScope, now
from rag.types import DEFAULT_COLLECTION
from rag.upkeep.keys import digest
from server.http.caller import EVERYBODY, SEE_BODY, Caller, remember
from server.http.edge import OWN_PAGE
from server.http.limits import Limits
from server.http.scopes import Named, Need, Rule, rule_of
from server.http.users import Users

COOKIE = "footnote_session"
_BEARER = "bearer "
_MINUTE = len("2026-01-31T09:30")

_Connection = ASGIConnection[Any, Any, Any, Any]


class Unauthorized(HTTPException):
    """No key, or one that opens nothing; which of these is not told."""

    status_code = HTTPStatus.UNAUTHORIZED

    def __init__(self, *, given: bool) -> None:
        error = ', error="invalid_token"' if given else ""
        detail = "the key is unknown, expired or revoked" if given else "a key is needed: Authorization: Bearer fn_..."
        super().__init__(detail=detail, headers={"WWW-Authenticate": f'Bearer realm="footnote"{error}'})


class BeyondScope(HTTPException):
    """A key that allows less."""

    status_code = HTTPStatus.FORBIDDEN

    def __init__(self, held: KeyScope, wanted: KeyScope) -> None:
        super().__init__(detail=f"this needs a key of scope {wanted}; the one given has {held}")


class Guard:
    """Lets requests pass, or not.

    Args:
        engine: Gives the library, or raises NotReady.
        limits: How often one may ask.
        users: Whom proxies let in; where they do, nobody else gets in without a key.
    """

    def __init__(self, engine: Callable[[], Library], limits: Limits, users: Users) -> None:
        self._engine = engine
        self._limits = limits
        self._users = users
        self._closed = bool(users)  # once there was a key there always was
        self._noted: dict[str, str] = {}
        self._notes = ThreadPoolExecutor(1, thread_name_prefix="keys")  # a commit may wait for a document

    async def check(self, connection: _Connection, _: BaseRouteHandler) -> None:
        """See Litestar: raises for a request that may not pass."""
        rule = rule_of(str(connection.scope.get("method", "")), connection.scope["path_template"])
        if rule.need is Need.NOTHING:
            return
        if not self._closed:
            self._closed = await to_thread.run_sync(self._engine().store.catalog.access.any)
        caller = await self._held_to(rule.need, connection) if self._closed else EVERYBODY
        if caller is not None:
            remember(connection.scope["state"], caller)
            if caller.collections is not None:
                engine = self._engine()
                await to_thread.run_sync(see_named, caller, engine, rule, connection)
                connection.scope["state"][SEE_BODY] = partial(see_named_in, caller, engine, rule)

    def close(self) -> None:
        """Wait until every use is noted."""
        self._notes.shutdown()

    async def _held_to(self, need: KeyScope | Need, connection: _Connection) -> Caller | None:
        """Who asks; ``None`` where that does not matter."""
        bearer = bearer_of(connection)
        self._limits.take(connection.scope, bearer)
        if need is Need.NO_KEY:
            return None
        caller = self._users.caller_of(connection.scope) if bearer is None else None
        if caller is None:
            key = await to_thread.run_sync(self._find, bearer, session_of(connection))
            if key is None:
                raise Unauthorized(given=bearer is not None)
            self._note_use(key)
            caller = caller_with(key)
        remember(connection.scope["state"], caller)
        if isinstance(need, KeyScope) and not caller.scope.allows(need):
            raise BeyondScope(caller.scope, need)
        return caller

    def _find(self, bearer: str | None, session: str | None) -> Key | None:
        access, at = self._engine().store.catalog.access, now()
        if bearer is not None:
            key = access.find(digest(bearer))
        else:
            key = access.of_session(digest(session), at) if session is not None else None
        return key if key is not None and key.opens(at) else None

    def _note_use(self, key: Key) -> None:
        """Store, once a minute, that a key is used."""
        at = now()
        if self._noted.get(key.id, "")[:_MINUTE] != at[:_MINUTE]:
            self._noted[key.id] = at
            self._notes.submit(self._store_use, key.id, at)

    def _store_use(self, key_id: str, at: str) -> None:
        with contextlib.suppress(CatalogError, Overloaded):  # a full disk keeps nobody out
            self._engine().store.catalog.access.note_use(key_id, at)


def caller_with(key: Key) -> Caller:
    """Who asks with a key."""
    bound = None if key.collections is None else frozenset(key.collections)
    return Caller(key_id=key.id, name=key.name, scope=key.scope, collections=bound)


def bearer_of(connection: _Connection) -> str | None:
    """The token that a request gives, whatever it is; ``None`` where it gives none."""
    given = connection.headers.get("authorization", "")
    return given[len(_BEARER) :].strip() if given.lower().startswith(_BEARER) else None


def session_of(connection: _Connection) -> str | None:
    """The session that a browser gives, on behalf of no other page than this server's."""
    return connection.cookies.get(COOKIE) if connection.scope["state"].get(OWN_PAGE, False) else None


def see_named(caller: Caller, engine: Library, rule: Rule, connection: _Connection) -> None:
    """Hold a request to the collections of its caller, as far as its address names one.

    Raises:
        NotFound: As where there is no such thing.
    """
    given = connection.scope["path_params"]
    match rule.named:
        case Named.QUERY:
            for collection in connection.query_params.getall("collection", [DEFAULT_COLLECTION]):
                caller.see(collection)
        case Named.MODEL:
            caller.see(collection_asked(given["model"].removeprefix("/")))
        case Named.COLLECTION:
            caller.see(given["collection"])
        case Named.DOCUMENT:
            caller.see_document(engine, given["document_id"])
        case Named.ANSWER:
            caller.see_answer(engine, given["answer_id"])
        case Named.JOB:
            caller.see_job(engine, given["job_id"])


def see_named_in(caller: Caller, engine: Library, rule: Rule, body: Any) -> None:
    """As ``see_named``, as far as a JSON body names one; the body has its type already."""
    match rule.named:
        case Named.BODY:
            if getattr(body, "passages", None) is None:  # texts of one's own are of no collection
                caller.see(body.collection)
        case Named.NEW:
            caller.see(body.id)
        case Named.MODEL_IN_BODY:
            caller.see(collection_asked(body.model))
        case Named.DOCUMENTS:
            for document_id in body.ids:
                caller.see_document(engine, document_id)


def collection_asked(model: str) -> str:
    """The collection that the name of a model names.

    >>> collection_asked("footnote"), collection_asked("footnote/news")
    ('default', 'news')
    """
    return model.partition("/")[2] or DEFAULT_COLLECTION
