"""The application: routes, dependencies, errors and lifespan put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from litestar import Litestar
from litestar.di import Provide

from rag.settings import Settings
from server.api.answers import get_answer, give_feedback
from server.api.ask import ask, search
from server.api.bodies import (
    MOST_BODY_BYTES,
    AskRequest,
    FeedbackRequest,
    QuotesRequest,
    SearchRequest,
    Turn,
    VerifyRequest,
)
from server.api.collections import CollectionRequest, create_collection, delete_collection, list_collections
from server.api.documents import (
    RemovalRequest,
    delete_document,
    delete_documents,
    get_blocks,
    get_document,
    get_paragraphs,
    get_source,
    get_text,
    list_documents,
)
from server.api.fields import say_what_fields_mean
from server.api.health import live, ready
from server.api.intake import get_intake
from server.api.openai.errors import OpenAIErrors
from server.api.openai.routes import complete_chat, get_model, list_models
from server.api.operations import tag_operations
from server.api.readers import list_readers
from server.api.suggestions import suggest
from server.api.uploads import cancel_job, get_job, list_jobs, upload_documents
from server.api.verify import check_quotes, verify
from server.background.startup import Startup
from server.http.edge import App, Edge, own_hosts
from server.http.line import Line
from server.http.problems import HANDLERS
from server.mcp.http import Endpoint, InLine, mcp_route
from server.page.routes import chat_page, openapi_config, policy, say_what_is_refused, static_routers

_WRITTEN = 6  # questions beyond the cores' number: who waits for a writer needs no core

BODIES = (
    AskRequest,
    Turn,
    SearchRequest,
    VerifyRequest,
    QuotesRequest,
    FeedbackRequest,
    CollectionRequest,
    RemovalRequest,
)


def create_app(startup: Startup, settings: Settings) -> App:
    """The application of one data directory; ``startup`` begins with it and is stopped with it."""
    written = _WRITTEN if settings.writer_url else 0
    line = Line(running=settings.worker_threads + written, waiting=settings.max_waiting)
    tools = Endpoint(InLine(startup.engine, line))

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        startup.start()
        try:
            yield
        finally:
            await tools.stop()
            line.close()
            await to_thread.run_sync(startup.stop)

    def provide_line() -> Line:
        return line

    app = Litestar(
        route_handlers=[
            *(ask, search, list_readers, get_answer, give_feedback, suggest),
            *(verify, check_quotes),
            *(list_models, get_model, complete_chat),
            *(upload_documents, get_job, list_jobs, cancel_job, list_documents, delete_document, delete_documents),
            *(get_document, get_text, get_paragraphs, get_blocks, get_source),
            *(list_collections, create_collection, delete_collection),
            get_intake,
            *(live, ready, chat_page, mcp_route(tools)),
            *static_routers(),
        ],
        dependencies={
            "engine": Provide(startup.engine, sync_to_thread=False),
            "line": Provide(provide_line, sync_to_thread=False),
            "jobs": Provide(startup.jobs, sync_to_thread=False),
            "suggestions": Provide(startup.suggestions, sync_to_thread=False),
            "seeds": Provide(startup.samples, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        lifespan=[lifespan],
        request_max_body_size=MOST_BODY_BYTES,
        openapi_config=openapi_config(),
        logging_config=None,
    )
    say_what_is_refused(app.openapi_schema, BODIES)
    say_what_fields_mean(app.openapi_schema)
    tag_operations(app.openapi_schema)
    hosts, any_address = own_hosts(settings.host, settings.allowed_hosts)
    edge = Edge(app, hosts=hosts, any_address=any_address, policy=policy, busy_seconds=line.retry_seconds)
    return OpenAIErrors(edge)
