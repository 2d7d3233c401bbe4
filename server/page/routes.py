"""The chat page, the API page, and the policies that keep both from loading anything from elsewhere."""

import importlib.util
from collections.abc import Iterable, Sequence
from pathlib import Path

from litestar import Router, get
from litestar.datastructures import CacheControlHeader
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, OpenAPI, SecurityScheme
from litestar.response import File
from litestar.static_files import create_static_files_router
from msgspec import Struct

from rag import __version__
from server.api.operations import operation_id
from server.http.problems import without_html

STATIC = Path(__file__).resolve().parent / "static"
_FRESH = {"Cache-Control": "no-cache"}  # asked for again each time: 304 unless an upgrade changed it
_API_ASSETS = "/api-page"
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_API_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_KEY = "An API key, `fn_...`, of the scope that is named; needed where the server has keys."


@get("/", include_in_schema=False, sync_to_thread=False)
def chat_page() -> File:
    """The chat page."""
    page = STATIC / "index.html"
    return File(page, media_type="text/html", content_disposition_type="inline", headers=_FRESH)


def static_routers() -> Sequence[Router]:
    """The page's own files, and Swagger UI's as the package swagger-ui-py carries them."""
    return [
        create_static_files_router(
            "/static", directories=[STATIC], include_in_schema=False, cache_control=CacheControlHeader(no_cache=True)
        ),
        create_static_files_router(_API_ASSETS, directories=[_swagger_folder()], include_in_schema=False),
    ]


def openapi_config() -> OpenAPIConfig:
    """The OpenAPI document at ``/schema/openapi.json`` and a page for it at ``/schema`` that works offline."""
    page = SwaggerRenderPlugin(
        js_url=f"{_API_ASSETS}/swagger-ui-bundle.js",
        css_url=f"{_API_ASSETS}/swagger-ui.css",
        standalone_preset_js_url=f"{_API_ASSETS}/swagger-ui-standalone-preset.js",
        favicon='<link rel="icon" href="/static/favicon.svg">',
    )
    return OpenAPIConfig(
        title="Footnote",
        version=__version__,
        components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer", description=_KEY)}),
        openapi_router=Router("/schema", route_handlers=[], after_request=without_html, include_in_schema=False),
        render_plugins=[page],
        use_handler_docstrings=True,
        operation_id_creator=operation_id,
    )


def say_what_is_refused(document: OpenAPI, bodies: Iterable[type[Struct]]) -> None:
    """Add to the OpenAPI document that these bodies may have no other keys: Litestar does not see that.

    Raises:
        KeyError: When no route takes such a body.
    """
    schemas = document.components.schemas
    for body in bodies:
        schemas[body.__name__].additional_properties = False


def policy(path: str) -> str:
    """The content security policy of what is at a path."""
    return _API_PAGE_POLICY if path.startswith("/schema") else _PAGE_POLICY


def _swagger_folder() -> Path:
    spec = importlib.util.find_spec("swagger_ui")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the API page needs the package swagger-ui-py")
    return Path(spec.submodule_search_locations[0]) / "static"
