"""Every error as a problem detail (RFC 9457); the text of an unforeseen exception is never shown."""

import logging
import re
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.types import ExceptionHandlersMap

from rag.errors import InvalidRequest, NotFound

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
RETRY_SECONDS = "1"

_UNKNOWN_KEY = re.compile(r"unknown field `(.*?)`")
_Request = Request[Any, Any, Any]
_Problem = Response[dict[str, Any]]


class NotReady(HTTPException):
    """The models are still loading."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail, headers={"Retry-After": RETRY_SECONDS})


def problem(
    status: int, detail: str, *, errors: list[dict[str, str]] | None = None, headers: dict[str, str] | None = None
) -> _Problem:
    """A problem response.

    Args:
        errors: ``{"field", "message"}`` of each invalid field.
    """
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return Response(body, status_code=status, media_type=PROBLEM_JSON, headers=headers)


def _on_http_exception(request: _Request, error: HTTPException) -> _Problem:
    if error.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
        return _on_exception(request, error)
    malformed = isinstance(error.__cause__, SerializationException)
    detail = f"the body cannot be read as JSON: {error.detail}" if malformed else error.detail
    return problem(error.status_code, detail, headers=error.headers)


def _on_validation_error(_: _Request, error: ValidationException) -> _Problem:
    found = error.extra if isinstance(error.extra, list) else []
    errors = [_invalid_field(one) for one in found if isinstance(one, dict)]
    named = "; ".join(f"{one['field']}: {one['message']}" if one["field"] else one["message"] for one in errors)
    return problem(HTTPStatus.BAD_REQUEST, named or error.detail, errors=errors)


def _invalid_field(found: dict[str, Any]) -> dict[str, str]:
    message = str(found.get("message", ""))
    unknown = _UNKNOWN_KEY.search(message)
    return {"field": unknown.group(1) if unknown else str(found.get("key", "")), "message": message}


def _on_invalid_request(_: _Request, error: InvalidRequest) -> _Problem:
    return problem(HTTPStatus.BAD_REQUEST, str(error))


def _on_not_found(_: _Request, error: NotFound) -> _Problem:
    return problem(HTTPStatus.NOT_FOUND, str(error))


def _on_exception(request: _Request, error: Exception) -> _Problem:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the server failed; its log says why")


HANDLERS: ExceptionHandlersMap = {
    ValidationException: _on_validation_error,
    HTTPException: _on_http_exception,
    InvalidRequest: _on_invalid_request,
    NotFound: _on_not_found,
    Exception: _on_exception,
}
