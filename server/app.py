"""The application: routes, dependencies, errors and lifespan put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from litestar import Litestar
from litestar.di import Provide

from rag.engine import Engine
from server.answers import ask, search
from server.documents import get_document, get_source, get_text, list_collections, list_documents
from server.health import live, ready
from server.pages import add_security_headers, chat_page, openapi_config, static_routers
from server.problems import HANDLERS
from server.receipts import get_answer, give_feedback
from server.startup import Startup


def create_app(startup: Startup) -> Litestar:
    """The application of one data directory; ``startup`` begins with it and is stopped with it."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        startup.start()
        try:
            yield
        finally:
            await to_thread.run_sync(startup.stop)

    def provide_engine() -> Engine:
        return startup.engine()

    return Litestar(
        route_handlers=[
            *(ask, search, list_documents, get_document, get_text, get_source, list_collections),
            *(get_answer, give_feedback, live, ready, chat_page),
            *static_routers(),
        ],
        dependencies={"engine": Provide(provide_engine, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        lifespan=[lifespan],
        before_send=[add_security_headers],
        openapi_config=openapi_config(),
        logging_config=None,
    )
