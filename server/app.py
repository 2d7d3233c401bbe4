"""The application: routes, dependencies, errors and lifespan put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from litestar import Litestar
from litestar.di import Provide

from rag.engine import Engine
from rag.jobs import Jobs
from rag.settings import Settings
from rag.suggestions import Suggestions
from server.answers import ask, search
from server.collections import CollectionRequest, create_collection, delete_collection, list_collections
from server.documents import delete_document, get_document, get_paragraphs, get_source, get_text, list_documents
from server.edge import App, Edge, own_hosts
from server.health import live, ready
from server.line import Line
from server.pages import chat_page, openapi_config, policy, say_what_is_refused, static_routers
from server.problems import HANDLERS
from server.receipts import get_answer, give_feedback
from server.requests import MOST_BODY_BYTES, AskRequest, FeedbackRequest, SearchRequest, Turn
from server.startup import Startup
from server.suggestions import suggest
from server.uploads import cancel_job, get_job, list_jobs, upload_documents

BODIES = (AskRequest, Turn, SearchRequest, FeedbackRequest, CollectionRequest)


def create_app(startup: Startup, settings: Settings) -> App:
    """The application of one data directory; ``startup`` begins with it and is stopped with it."""
    line = Line(running=settings.worker_threads, waiting=settings.max_waiting)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        startup.start()
        try:
            yield
        finally:
            line.close()
            await to_thread.run_sync(startup.stop)

    def provide_engine() -> Engine:
        return startup.engine()

    def provide_jobs() -> Jobs:
        return startup.jobs()

    def provide_suggestions() -> Suggestions:
        return startup.suggestions()

    def provide_line() -> Line:
        return line

    app = Litestar(
        route_handlers=[
            *(ask, search, get_answer, give_feedback, suggest),
            *(upload_documents, get_job, list_jobs, cancel_job, list_documents, delete_document),
            *(get_document, get_text, get_paragraphs, get_source),
            *(list_collections, create_collection, delete_collection),
            *(live, ready, chat_page),
            *static_routers(),
        ],
        dependencies={
            "engine": Provide(provide_engine, sync_to_thread=False),
            "line": Provide(provide_line, sync_to_thread=False),
            "jobs": Provide(provide_jobs, sync_to_thread=False),
            "suggestions": Provide(provide_suggestions, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        lifespan=[lifespan],
        request_max_body_size=MOST_BODY_BYTES,
        openapi_config=openapi_config(),
        logging_config=None,
    )
    say_what_is_refused(app.openapi_schema, BODIES)
    hosts, any_address = own_hosts(settings.host, settings.allowed_hosts)
    return Edge(app, hosts=hosts, any_address=any_address, policy=policy, busy_seconds=line.retry_seconds)
