"""How the OpenAPI document names operations: by their functions, in groups by resource."""

from typing import Any

from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPI

_TAGS = {"chat": "openai", "models": "openai"}
_METHODS = ("get", "post", "delete")


def operation_id(handler: HTTPRouteHandler, *_: object) -> str:
    """The name of the function, also of one that Litestar runs on a thread."""
    function: Any = handler.fn
    while not hasattr(function, "__name__"):  # one that Litestar wraps keeps what it wraps there
        function = function.func
    return str(function.__name__)


def tag_operations(document: OpenAPI) -> None:
    """Give each operation the resource that its address names as its tag."""
    for path, item in (document.paths or {}).items():
        parts = path.strip("/").split("/")
        resource = parts[1] if parts[0] == "v1" else parts[0]
        for operation in (getattr(item, method) for method in _METHODS):
            if operation is not None:
                operation.tags = [_TAGS.get(resource, resource)]
