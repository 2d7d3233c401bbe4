"""How often one may ask: by the key that is given, whatever it is, and by address, before anything is looked up.

Each process counts for itself, in windows of a minute. The library that counts is loaded at the first request that is
counted: a server without keys has no use for it.
"""

import math
import time
from collections.abc import Callable, MutableMapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from litestar.exceptions import HTTPException

from rag.upkeep.keys import digest
from server.http.edge import App, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from limits.storage import MemoryStorage
    from limits.strategies import FixedWindowRateLimiter

_WINDOW_SECONDS = 60
_STATE = "rate_limits"


class TooMany(HTTPException):
    """More requests than are allowed."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, seconds: int) -> None:
        detail = f"too many requests in a minute; ask again in {seconds} s"
        super().__init__(detail=detail, headers={"Retry-After": str(seconds)})


class Limits:
    """The limits of one process; used in its event loop.

    Args:
        by_key: Requests a minute with one key; 0 for no limit.
        by_address: Requests a minute from one address; 0 for no limit.
        address_of: Gives the address that a request comes from.
    """

    def __init__(self, *, by_key: int, by_address: int, address_of: Callable[[Scope], str]) -> None:
        self._by_key = by_key
        self._by_address = by_address
        self._address_of = address_of
        self._storage: MemoryStorage
        self._counter: FixedWindowRateLimiter | None = None

    def take(self, scope: Any, token: str | None) -> None:
        """Count a request.

        Raises:
            TooMany: When it is one too many.
        """
        self._count(scope["state"], "address", self._by_address, self._address_of(scope))
        if token is not None:  # one that was refused above makes nothing to remember
            self._count(scope["state"], "key", self._by_key, digest(token))

    def remembered(self) -> int:
        """Of how many keys and addresses something is kept, for a minute."""
        return 0 if self._counter is None else len(self._storage.storage)

    def _count(self, state: MutableMapping[str, Any], name: str, most: int, whose: str) -> None:
        if most == 0:
            return
        from limits import RateLimitItemPerMinute

        limit, counter = RateLimitItemPerMinute(most), self._counting()
        allowed = counter.hit(limit, name, whose)
        reset, remaining = counter.get_window_stats(limit, name, whose)
        seconds = max(1, math.ceil(reset - time.time()))
        policies, standings = state.setdefault(_STATE, ([], []))
        policies.append(f'"{name}";q={most};w={_WINDOW_SECONDS}')
        standings.append(f'"{name}";r={max(0, remaining)};t={seconds}')
        if not allowed:
            raise TooMany(seconds)

    def _counting(self) -> "FixedWindowRateLimiter":
        if self._counter is None:
            from limits.storage import MemoryStorage
            from limits.strategies import FixedWindowRateLimiter

            self._storage = MemoryStorage()
            self._counter = FixedWindowRateLimiter(self._storage)
        return self._counter


class LimitHeaders:
    """An ASGI application whose responses say how often one may ask still, where that was counted.

    Source: draft-ietf-httpapi-ratelimit-headers-10.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and (counted := scope.get("state", {}).get(_STATE)):
                policies, standings = counted
                message["headers"] = [
                    *message["headers"],
                    (b"ratelimit-policy", ", ".join(policies).encode()),
                    (b"ratelimit", ", ".join(standings).encode()),
                ]
            await send(message)

        await self._app(scope, receive, told)
