"""Every error as a problem detail (RFC 9457); the text of an unforeseen exception is never shown."""

import errno
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import ResponseSpec
from litestar.types import ExceptionHandlersMap

from rag.errors import (
    CatalogUnreachable,
    ChangeForbidden,
    DiskFull,
    InvalidRequest,
    NotFound,
    Overloaded,
    VectorsUnavailable,
)

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
RETRY_SECONDS = "1"
LOST_SECONDS = "5"  # a server that was killed is there again, and compared, a few seconds later
NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE)

_Request = Request[Any, Any, Any]
_Problem = Response[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The body of every error (RFC 9457); ``errors`` names invalid fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


class RequestTimeout(HTTPException):
    """A body that did not come in time."""

    status_code = HTTPStatus.REQUEST_TIMEOUT

    def __init__(self) -> None:
        super().__init__(detail="the request's body did not come in time", headers={"Connection": "close"})


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
    body = problem_body(status, detail)
    if errors:
        body["errors"] = errors
    return Response(body, status_code=status, media_type=PROBLEM_JSON, headers=headers)


def failure() -> dict[str, Any]:
    """The problem object of an unforeseen exception; it shows nothing of it."""
    return problem_body(HTTPStatus.INTERNAL_SERVER_ERROR, "the server failed; its log says why")


def problem_body(status: int, detail: str) -> dict[str, Any]:
    """The problem object of a status."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": int(status), "detail": detail}


def _on_http_exception(request: _Request, error: HTTPException) -> _Problem:
    if error.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
        return _on_exception(request, error)
    return problem(error.status_code, error.detail, headers=error.headers)


def _on_validation_error(_: _Request, error: ValidationException) -> _Problem:
    found = error.extra if isinstance(error.extra, list) else []
    errors = [
        {"field": str(one.get("key", "")), "message": str(one.get("message", ""))}
        for one in found
        if isinstance(one, dict)
    ]
    named = "; ".join(f"{one['field']}: {one['message']}" if one["field"] else one["message"] for one in errors)
    return problem(HTTPStatus.BAD_REQUEST, named or error.detail, errors=errors)


def _on_invalid_request(_: _Request, error: InvalidRequest) -> _Problem:
    return problem(HTTPStatus.BAD_REQUEST, str(error))


def _on_not_found(_: _Request, error: NotFound) -> _Problem:
    return problem(HTTPStatus.NOT_FOUND, str(error))


def _on_conflict(_: _Request, error: ChangeForbidden) -> _Problem:
    return problem(HTTPStatus.CONFLICT, str(error))


def _on_full_disk(request: _Request, error: DiskFull) -> _Problem:
    logger.warning("%s %s: %s", request.method, request.url.path, error)
    return problem(HTTPStatus.INSUFFICIENT_STORAGE, "the disk of the server is full; nothing was changed")


def _on_overload(request: _Request, error: Overloaded) -> _Problem:
    logger.warning("%s %s: %s", request.method, request.url.path, error)
    detail = "too much is open at once; try again in a while"
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": RETRY_SECONDS})


def _on_unreachable(request: _Request, error: CatalogUnreachable) -> _Problem:
    logger.warning("%s %s: %s", request.method, request.url.path, error)
    detail = "the database does not answer; try again in a while"
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": RETRY_SECONDS})


def _on_lost_vectors(request: _Request, error: VectorsUnavailable) -> _Problem:
    logger.warning("%s %s: %s", request.method, request.url.path, error)
    detail = "the vector index cannot be asked now, and words alone find nothing; try again in a while"
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": LOST_SECONDS})


def _on_os_error(request: _Request, error: OSError) -> _Problem:
    if error.errno in NO_DESCRIPTOR:
        return _on_overload(request, Overloaded(str(error)))
    return _on_exception(request, error)


def _on_exception(request: _Request, error: Exception) -> _Problem:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return Response(failure(), status_code=HTTPStatus.INTERNAL_SERVER_ERROR, media_type=PROBLEM_JSON)


HANDLERS: ExceptionHandlersMap = {
    ValidationException: _on_validation_error,
    HTTPException: _on_http_exception,
    InvalidRequest: _on_invalid_request,
    NotFound: _on_not_found,
    ChangeForbidden: _on_conflict,
    DiskFull: _on_full_disk,
    Overloaded: _on_overload,
    CatalogUnreachable: _on_unreachable,
    VectorsUnavailable: _on_lost_vectors,
    OSError: _on_os_error,
    Exception: _on_exception,
}


def described(*statuses: int) -> dict[int, ResponseSpec]:
    """How the OpenAPI document describes the problems of a route."""
    return {
        status: ResponseSpec(
            Problem, media_type=PROBLEM_JSON, description=HTTPStatus(status).phrase, generate_examples=False
        )
        for status in statuses
    }


def without_html(response: Response[Any]) -> Response[Any]:
    """Litestar's own page for an unknown address below ``/schema`` as a problem."""
    if response.status_code == HTTPStatus.NOT_FOUND and response.media_type == MediaType.HTML:
        return problem(HTTPStatus.NOT_FOUND, "Not Found")
    return response
