"""What each route asks of a key, and by what it names a collection: the one table of both.

A route that is not here is for admins alone, and a test fails. Of what a key is bound to, its scope says nothing:
what lies in another collection is not there, which is answered 404.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from http import HTTPStatus

from litestar.openapi.spec import OpenAPI, OpenAPIResponse, Operation

from rag.storage.catalog import KeyScope


class Need(Enum):
    """What one needs besides, or in place of, a scope."""

    NOTHING = auto()
    """Files of the page and whether the process runs: the same for everybody, and without a limit."""
    NO_KEY = auto()
    """Signing in; within the limits."""


class Named(Enum):
    """By what a request names a collection."""

    NOTHING = auto()
    BY_ITSELF = auto()
    """The handler leaves out, or refuses, what may not be seen: lists, files with a form, tools."""
    QUERY = auto()
    BODY = auto()
    """``collection`` of a JSON body."""
    NEW = auto()
    """``id`` of a JSON body."""
    MODEL_IN_BODY = auto()
    MODEL = auto()
    COLLECTION = auto()
    DOCUMENT = auto()
    DOCUMENTS = auto()
    """``ids`` of a JSON body."""
    ANSWER = auto()
    JOB = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks for."""

    need: KeyScope | Need
    named: Named = Named.NOTHING


READ, WRITE, ADMIN = KeyScope
_OPEN = Rule(Need.NOTHING)
ANY_METHOD = "*"

RULES: Mapping[tuple[str, str], Rule] = {
    ("POST", "/v1/ask"): Rule(READ, Named.BODY),
    ("POST", "/v1/search"): Rule(READ, Named.BODY),
    ("GET", "/v1/readers"): Rule(READ),
    ("GET", "/v1/answers/{answer_id}"): Rule(READ, Named.BY_ITSELF),
    ("POST", "/v1/answers/{answer_id}/feedback"): Rule(READ, Named.ANSWER),
    ("GET", "/v1/suggestions"): Rule(READ, Named.QUERY),
    ("POST", "/v1/verify"): Rule(READ, Named.BODY),
    ("POST", "/v1/quotes/check"): Rule(READ, Named.BODY),
    ("GET", "/v1/feedback"): Rule(ADMIN, Named.BY_ITSELF),
    ("GET", "/v1/models"): Rule(READ, Named.BY_ITSELF),
    ("GET", "/v1/models/{model}"): Rule(READ, Named.MODEL),
    ("POST", "/v1/chat/completions"): Rule(READ, Named.MODEL_IN_BODY),
    ("GET", "/v1/intake"): Rule(READ, Named.QUERY),
    ("GET", "/v1/documents"): Rule(READ, Named.QUERY),
    ("POST", "/v1/documents"): Rule(WRITE, Named.BY_ITSELF),
    ("POST", "/v1/documents/delete"): Rule(WRITE, Named.DOCUMENTS),
    ("GET", "/v1/documents/{document_id}"): Rule(READ, Named.DOCUMENT),
    ("DELETE", "/v1/documents/{document_id}"): Rule(WRITE, Named.DOCUMENT),
    ("GET", "/v1/documents/{document_id}/text"): Rule(READ, Named.DOCUMENT),
    ("GET", "/v1/documents/{document_id}/paragraphs"): Rule(READ, Named.DOCUMENT),
    ("GET", "/v1/documents/{document_id}/blocks"): Rule(READ, Named.DOCUMENT),
    ("GET", "/v1/documents/{document_id}/source"): Rule(READ, Named.DOCUMENT),
    ("GET", "/v1/jobs"): Rule(READ, Named.BY_ITSELF),
    ("GET", "/v1/jobs/{job_id}"): Rule(READ, Named.JOB),
    ("DELETE", "/v1/jobs/{job_id}"): Rule(WRITE, Named.JOB),
    ("GET", "/v1/collections"): Rule(READ, Named.BY_ITSELF),
    ("POST", "/v1/collections"): Rule(WRITE, Named.NEW),
    ("DELETE", "/v1/collections/{collection}"): Rule(WRITE, Named.COLLECTION),
    ("POST", "/v1/session"): Rule(Need.NO_KEY),
    ("DELETE", "/v1/session"): Rule(Need.NO_KEY),
    (ANY_METHOD, "/mcp"): Rule(READ, Named.BY_ITSELF),
    ("GET", "/metrics"): Rule(ADMIN),
    ("GET", "/health/live"): _OPEN,
    ("GET", "/health/ready"): _OPEN,
    ("GET", "/"): _OPEN,
    ("GET", "/static/{file_path}"): _OPEN,
    ("GET", "/api-page/{file_path}"): _OPEN,
    ("GET", "/schema"): _OPEN,
    ("GET", "/schema/swagger"): _OPEN,
    ("GET", "/schema/{path}"): _OPEN,
    ("GET", "/schema/openapi.json"): _OPEN,
    ("GET", "/schema/oauth2-redirect.html"): _OPEN,
}

_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)


def rule_of(method: str, template: str) -> Rule:
    """The rule of a route; HEAD is GET."""
    known = RULES.get(("GET" if method == "HEAD" else method, template)) or RULES.get((ANY_METHOD, template))
    return known or Rule(ADMIN)


def say_who_may(document: OpenAPI) -> None:
    """Add to the OpenAPI document what each operation asks for, and that it refuses without."""
    for path, item in (document.paths or {}).items():
        for method in ("get", "post", "delete"):
            operation = getattr(item, method)
            need = rule_of(method.upper(), path).need
            if operation is None or need is Need.NOTHING:
                continue
            refused = _REFUSALS if isinstance(need, KeyScope) else (HTTPStatus.TOO_MANY_REQUESTS,)
            problem = next(iter(_problems(operation)))
            responses = {str(int(one)): replace(problem, description=one.phrase) for one in refused}
            operation.responses = {**responses, **(operation.responses or {})}
            if isinstance(need, KeyScope):
                operation.security = [{"key": []}, {}]  # none where the server has no keys
                operation.description = f"{operation.description}\n\nScope: `{need}`."


def _problems(operation: Operation) -> Iterator[OpenAPIResponse]:
    """How an operation describes its refusals: every one has some."""
    for status, response in (operation.responses or {}).items():
        if status >= "400" and isinstance(response, OpenAPIResponse):
            yield response
