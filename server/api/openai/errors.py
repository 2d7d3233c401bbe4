"""Errors in OpenAI's shape: whatever refuses a request to these addresses, it is told so as their clients expect it."""

from http import HTTPStatus
from typing import Any

import msgspec
from litestar.openapi import ResponseSpec

from server.api.openai.bodies import Failed, Failure
from server.http.edge import App, Message, Receive, Scope, Send
from server.http.problems import PROBLEM_JSON

COMPLETIONS = "/v1/chat/completions"
MODELS = "/v1/models"
_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}
_UNKNOWN_MODEL = "model_not_found"


class OpenAIErrors:
    """An ASGI application around the whole server that turns problems into OpenAI's errors."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        path = scope["path"] if scope["type"] == "http" else ""
        own = path in (COMPLETIONS, MODELS) or path.startswith(f"{MODELS}/")
        await self._app(scope, receive, _Turned(send) if own else send)


class _Turned:
    """``send`` that holds a problem back until its body is complete."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_problem(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_turned(self._start)

    async def _send_turned(self, start: Message) -> None:
        body = msgspec.json.encode(as_openai(msgspec.json.decode(self._body))) if self._body else b""
        replaced = (b"content-type", b"content-length")
        kept = [(name, value) for name, value in start["headers"] if name.lower() not in replaced]
        own = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self._send({**start, "headers": [*kept, *own]})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})


def as_openai(problem: dict[str, Any]) -> Failed:
    """A problem object as the error of OpenAI's that says the same."""
    status, fields = problem["status"], problem.get("errors") or []
    missing = status == HTTPStatus.NOT_FOUND
    failed = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return Failed(
        error=Failure(
            message=problem["detail"],
            type=_TYPES.get(status, failed),
            param="model" if missing else next((field["field"] for field in fields if field["field"]), None),
            code=_UNKNOWN_MODEL if missing else None,
        )
    )


def described(*statuses: int) -> dict[int, ResponseSpec]:
    """How the OpenAPI document describes the errors of a route."""
    return {
        status: ResponseSpec(Failed, description=HTTPStatus(status).phrase, generate_examples=False)
        for status in statuses
    }


def _is_problem(start: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(PROBLEM_JSON.encode()) for name, value in start["headers"]
    )
