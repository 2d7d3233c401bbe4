"""The application: routes, dependencies, errors and lifespan put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from litestar import Litestar
from litestar.di import Provide

from rag.settings import Settings
from rag.storage.catalog import KeyScope
from rag.upkeep.audit import audit_log
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
from server.api.examples import give_examples
from server.api.feedback import list_feedback
from server.api.fields import say_what_fields_mean
from server.api.health import live, metrics, ready
from server.api.intake import get_intake
from server.api.openai.errors import OpenAIErrors
from server.api.openai.routes import complete_chat, get_model, list_models
from server.api.operations import say_who_is_refused, tag_operations
from server.api.readers import list_readers
from server.api.session import SessionRequest, sign_in, sign_out
from server.api.suggestions import suggest
from server.api.uploads import cancel_job, get_job, list_jobs, upload_documents
from server.api.verify import check_quotes, verify
from server.background.startup import Startup
from server.http.audit import Audited
from server.http.cors import CrossOrigin
from server.http.edge import App, Edge, own_hosts
from server.http.keys import Guard
from server.http.limits import LimitHeaders, Limits
from server.http.line import Line
from server.http.problems import HANDLERS
from server.http.proxies import Proxies
from server.http.scopes import say_who_may
from server.http.users import Users
from server.mcp.http import Endpoint, InLine, mcp_route
from server.page.routes import chat_page, openapi_config, policy, say_what_is_refused, static_routers
from server.sight.requests import Routed
from server.sight.sight import Sight
from server.sight.state import state_of
from server.sight.traces import traces_to

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
    SessionRequest,
)


def create_app(startup: Startup, settings: Settings) -> App:
    """The application of one data directory; ``startup`` begins with it and is stopped with it."""
    written = _WRITTEN if settings.writer_url else 0
    line = Line(running=settings.worker_threads + written, waiting=settings.max_waiting)
    tools = Endpoint(InLine(startup.engine, line))
    proxies = Proxies(settings.trusted_proxies)
    log = audit_log(settings.audit_log, settings.data_dir)
    guard = Guard(
        startup.engine,
        Limits(by_key=settings.key_requests, by_address=settings.address_requests, address_of=proxies.address_of),
        Users(settings.trusted_user_header, KeyScope(settings.trusted_user_scope), proxies),
    )
    traces = traces_to(settings.traces_url) if settings.traces_url else None
    sight = Sight(lambda: state_of(startup, line), traces)
    startup.watch_questions(sight.watch)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        startup.start()
        try:
            yield
        finally:
            await tools.stop()
            line.close()
            await to_thread.run_sync(guard.close)
            log.close()
            await to_thread.run_sync(startup.stop)
            await to_thread.run_sync(sight.close)

    def provide_line() -> Line:
        return line

    app = Litestar(
        route_handlers=[
            *(ask, search, list_readers, get_answer, give_feedback, suggest, list_feedback),
            *(verify, check_quotes),
            *(list_models, get_model, complete_chat),
            *(upload_documents, get_job, list_jobs, cancel_job, list_documents, delete_document, delete_documents),
            *(get_document, get_text, get_paragraphs, get_blocks, get_source),
            *(list_collections, create_collection, delete_collection),
            get_intake,
            *(sign_in, sign_out),
            *(live, ready, metrics, chat_page, mcp_route(tools)),
            *static_routers(),
        ],
        dependencies={
            "engine": Provide(startup.engine, sync_to_thread=False),
            "line": Provide(provide_line, sync_to_thread=False),
            "jobs": Provide(startup.jobs, sync_to_thread=False),
            "sight": Provide(lambda: sight, sync_to_thread=False),
            "suggestions": Provide(startup.suggestions, sync_to_thread=False),
            "seeds": Provide(startup.samples, sync_to_thread=False),
        },
        guards=[guard.check],
        exception_handlers=HANDLERS,
        lifespan=[lifespan],
        request_max_body_size=MOST_BODY_BYTES,
        openapi_config=openapi_config(),
        logging_config=None,
    )
    say_what_is_refused(app.openapi_schema, BODIES)
    say_what_fields_mean(app.openapi_schema)
    tag_operations(app.openapi_schema)
    say_who_is_refused(app.openapi_schema)
    say_who_may(app.openapi_schema)
    give_examples(app.openapi_schema)
    hosts, any_address = own_hosts(settings.host, settings.allowed_hosts)
    edge = Edge(
        Audited(LimitHeaders(Routed(app)), log, proxies),
        hosts=hosts,
        any_address=any_address,
        policy=policy,
        busy_seconds=line.retry_seconds,
    )
    served = OpenAIErrors(edge)
    return sight.around(CrossOrigin(served, settings.allow_origins) if settings.allow_origins else served)
