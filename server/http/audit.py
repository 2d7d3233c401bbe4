"""Every request that a key was given for, and every one that was refused for want of one, in the audit log."""

from http import HTTPStatus
from typing import Any

from rag.upkeep.audit import AuditLog
from server.http.caller import EVERYBODY, known_caller
from server.http.edge import App, Message, Receive, Scope, Send
from server.http.proxies import Proxies

NAMED = "named"
"""Where a request has the ids that its body names."""


class Audited:
    """An ASGI application around another one, whose requests it writes down when they end."""

    def __init__(self, app: App, log: AuditLog, proxies: Proxies) -> None:
        self._app = app
        self._log = log
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        status, location = 0, ""

        async def noted(message: Message) -> None:
            nonlocal status, location
            if message["type"] == "http.response.start":
                status = message["status"]
                location = next((value.decode() for name, value in message["headers"] if name == b"location"), "")
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._write(scope, status, location)

    def _write(self, scope: Scope, status: int, location: str) -> None:
        state: dict[str, Any] = scope.get("state", {})
        caller = known_caller(state)
        if caller in (None, EVERYBODY) and status != HTTPStatus.UNAUTHORIZED:
            return
        self._log.write(
            request=state.get("request_id"),
            address=self._proxies.address_of(scope),
            key=caller.key_id if caller else None,
            name=caller.name if caller else None,
            method=scope["method"],
            route=scope.get("path_template"),
            at={name: str(value) for name, value in scope.get("path_params", {}).items()},
            named=state.get(NAMED),
            made=location,
            status=status,
        )
