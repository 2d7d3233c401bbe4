"""How the OpenAPI document names operations: by their functions, in groups by resource; and who is refused."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPI, OpenAPIMediaType, OpenAPIResponse, Operation, Reference

from server.http.problems import PROBLEM_JSON

_TAGS = {"chat": "openai", "models": "openai"}
_METHODS = ("get", "post", "delete")
_REFUSALS = {
    HTTPStatus.FORBIDDEN: "The request comes from a page of another site, or the key does not allow it.",
    HTTPStatus.MISDIRECTED_REQUEST: "The server has no such name: use its own, or FOOTNOTE_ALLOWED_HOSTS.",
}


def operation_id(handler: HTTPRouteHandler, *_: object) -> str:
    """The name of the function, also of one that Litestar runs on a thread."""
    function: Any = handler.fn
    while not hasattr(function, "__name__"):  # one that Litestar wraps keeps what it wraps there
        function = function.func
    return str(function.__name__)


def operations(document: OpenAPI) -> Iterator[Operation]:
    """Every operation of a document."""
    for item in (document.paths or {}).values():
        yield from (operation for method in _METHODS if (operation := getattr(item, method)) is not None)


def tag_operations(document: OpenAPI) -> None:
    """Give each operation the resource that its address names as its tag."""
    for path, item in (document.paths or {}).items():
        parts = path.strip("/").split("/")
        resource = parts[1] if parts[0] == "v1" else parts[0]
        for operation in (getattr(item, method) for method in _METHODS):
            if operation is not None:
                operation.tags = [_TAGS.get(resource, resource)]


def say_who_is_refused(document: OpenAPI) -> None:
    """Add to each operation what any request may be refused with, before the application has it; after the tags."""
    for operation in operations(document):
        responses = operation.responses = dict(operation.responses or {})
        as_openai = "openai" in (operation.tags or ())
        media_type, name = ("application/json", "Failed") if as_openai else (PROBLEM_JSON, "Problem")
        for status, meaning in _REFUSALS.items():
            content = {media_type: OpenAPIMediaType(schema=Reference(f"#/components/schemas/{name}"))}
            responses[str(int(status))] = OpenAPIResponse(description=meaning, content=content)
