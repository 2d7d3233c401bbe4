"""``/mcp``: the reading tools over Streamable HTTP, without sessions: every request stands by itself.

The SDK is loaded at the first request; a server that no such client asks is as small, and as fast to start, as without.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import to_thread
from litestar import asgi
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from rag.answer.events import Finished
from rag.checks import VerifyOptions
from rag.errors import InvalidRequest, NotFound
from rag.library import Library
from server.api.bodies import MOST_BODY_BYTES
from server.http.caller import EVERYBODY, Caller, known_caller
from server.http.line import Line
from server.mcp import results
from server.mcp.documents import Refused

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
_CALLER: ContextVar[Caller] = ContextVar("caller", default=EVERYBODY)
"""Who calls a tool: the SDK runs it in the context of the request."""
Item = TypeVar("Item")


class InLine:
    """The documents of a server's engine; questions wait in the line like all others.

    A client that leaves has its task cancelled, which gives its place in the line up.
    """

    def __init__(self, engine: Callable[[], Library], line: Line) -> None:
        self._engine = engine
        self._line = line

    async def ask(self, question: str, collection: str, max_statements: int) -> results.Answered:
        """As ``Documents``."""

        def steps(engine: Library) -> Iterator[results.Answered | None]:
            for event in engine.stream(question, collection=collection, max_statements=max_statements):
                if isinstance(event, Finished):
                    engine.receipts.keep(event.answer)
                    yield results.answered(event.answer)
                else:
                    yield None

        return await self._result(steps, collection)

    async def search(self, query: str, collection: str, limit: int) -> results.Found:
        """As ``Documents``."""

        def steps(engine: Library) -> Iterator[results.Found]:
            passages = engine.search(query, collection=collection, limit=limit)
            yield results.found(passages, engine.store.catalog.document)

        return await self._result(steps, collection)

    async def read(self, document_id: str, start: int, end: int) -> results.ReadText:
        """As ``Documents``."""

        caller = _CALLER.get()

        def part() -> results.ReadText:
            caller.see_document(self._engine(), document_id)
            with self._engine().store.catalog.snapshot() as catalog:
                document = catalog.document(document_id)
                return results.read(document, catalog.text(document_id), start=start, end=end)

        with _refusing():
            return await to_thread.run_sync(part)

    async def verify(self, text: str, collection: str, document_ids: list[str] | None) -> results.Checked:
        """As ``Documents``."""

        def steps(engine: Library) -> Iterator[results.Checked | None]:
            options: VerifyOptions = {"collection": collection, "document_ids": document_ids}
            for step in engine.checking.verifying(text, options):
                yield None if step is None else results.checked(step)

        return await self._result(steps, collection)

    async def _result(self, steps: Callable[[Library], Iterator[Item | None]], collection: str) -> Item:
        with _refusing():
            _CALLER.get().see(collection)
            engine = self._engine()
            last = await self._line.result(lambda: steps(engine), _stays)
        if last is None:
            raise Refused("the answer was given up")
        return last


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Turn what a client of ``/v1`` is told into ``Refused``; what it is not told stays as it is."""
    try:
        yield
    except (InvalidRequest, NotFound) as error:
        raise Refused(str(error)) from error
    except HTTPException as error:  # the line is full, or the models are loading
        raise Refused(error.detail) from error


async def _stays() -> Any:
    """``receive`` of a client that is looked after elsewhere."""
    await asyncio.Event().wait()


class Endpoint:
    """The tools at an address. Its parts run in the event loop of the server."""

    def __init__(self, documents: InLine) -> None:
        self._documents = documents
        self._manager: asyncio.Future[StreamableHTTPSessionManager] | None = None
        self._running: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request of a client.

        Raises:
            MethodNotAllowedException: For another method than POST: without sessions there is nothing to listen to.
        """
        if scope["type"] != ScopeType.HTTP or scope["method"] != "POST":
            raise MethodNotAllowedException(headers={"Allow": "POST"})
        if self._manager is None:
            self._manager = asyncio.get_running_loop().create_future()
            self._running = asyncio.create_task(self._run(self._manager))
        manager = await asyncio.shield(self._manager)
        await manager.handle_request(scope, receive, send)  # type: ignore[arg-type]  # the types of two frameworks

    async def stop(self) -> None:
        """End what was begun."""
        self._ended.set()
        if self._running is not None:
            await self._running

    async def _run(self, made: "asyncio.Future[StreamableHTTPSessionManager]") -> None:
        try:
            manager = await to_thread.run_sync(self._load)  # a second, in which others are answered
        except Exception as error:  # noqa: BLE001 - raised where the manager is awaited
            made.set_exception(error)
            return
        async with manager.run():
            made.set_result(manager)
            await self._ended.wait()

    def _load(self) -> "StreamableHTTPSessionManager":
        from server.mcp.tools import reading_server, session_manager

        return session_manager(reading_server(self._documents), most_bytes=MOST_BODY_BYTES)


def mcp_route(endpoint: Endpoint) -> ASGIRouteHandler:
    """The route of an endpoint."""

    @asgi(PATH, copy_scope=True)
    async def mcp(scope: Scope, receive: Receive, send: Send) -> None:
        _CALLER.set(known_caller(scope["state"]) or EVERYBODY)
        await endpoint.handle(scope, receive, send)

    return mcp
