"""Connections that cost little: their number, the size of a request's head, and every wait have a limit.

uvicorn limits neither how long the head of a request may take nor how long a client may leave its
response unread: a few thousand silent clients would hold every descriptor of the process.
"""

import asyncio
import contextlib
import json
from asyncio import TimerHandle
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.http.problems import PROBLEM_JSON, problem_body

try:
    import resource
except ImportError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

MOST_HEAD_BYTES = 32_768
_KEPT_DESCRIPTORS = 256  # for the catalog, the index, the models, uploads
_WANTED_DESCRIPTORS = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How many seconds a connection may take for what.

    Args:
        head: From the first byte of a request, or from the connection, to the end of its head.
        unread: In which a client must take some of what is sent.
        rest: For the rest of a body that nobody wants, and of a response when the connection is closed.
    """

    head: float = 10.0
    unread: float = 20.0
    rest: float = 2.0


class BoundedConnection(H11Protocol):
    """A connection of which each state ends: a head that comes, a body that nobody wants, bytes that nobody takes."""

    most: ClassVar[int] = 1_000
    """Connections that may be open at the same time; one more is told so and closed."""
    waits: ClassVar[Waits] = Waits()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: TimerHandle | None = None
        self._unread: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.write(_full())
            self._close()
        else:
            self._end_in(self.waits.head)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        super().data_received(data)
        if self.transport.is_closing():
            self._end_in(self.waits.rest)
        elif self.conn.their_state is not h11.IDLE:
            if not self._discards():
                self._end_in(None)
        elif self._deadline is None:  # the head of a next request has begun
            self._end_in(self.waits.head)

    def on_response_complete(self) -> None:
        """See uvicorn."""
        super().on_response_complete()
        if self.transport.is_closing() or self._discards():
            self._end_in(self.waits.rest)

    def timeout_keep_alive_handler(self) -> None:
        """See uvicorn."""
        super().timeout_keep_alive_handler()
        self._end_in(self.waits.rest)

    def shutdown(self) -> None:
        """See uvicorn."""
        super().shutdown()
        if self.transport.is_closing():
            self._end_in(self.waits.rest)

    def pause_writing(self) -> None:
        """See asyncio: more is to be sent than the client takes."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.waits.unread, self.transport.abort)

    def resume_writing(self) -> None:
        """See asyncio."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        super().connection_lost(exc)
        self._end_in(None)
        if self._unread is not None:
            self._unread.cancel()

    def _discards(self) -> bool:
        """Whether the response was sent and the rest of the request's body still comes."""
        return self.conn.their_state is h11.SEND_BODY and self.conn.our_state in (h11.DONE, h11.MUST_CLOSE)

    def _close(self) -> None:
        self.transport.close()
        self._end_in(self.waits.rest)

    def _end_in(self, seconds: float | None) -> None:
        """Cut the connection after so long, in place of any time set before; ``None`` for none."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


def bounded(most: int, waits: Waits = BoundedConnection.waits) -> type[BoundedConnection]:
    """The connections of a server that has at most ``most`` at a time."""
    return type("Connection", (BoundedConnection,), {"most": most, "waits": waits})


def most_connections(wanted: int) -> int:
    """How many connections there may be at a time: ``wanted``, or what the limit of descriptors leaves.

    That limit is raised first, as far as the system lets a process raise it.
    """
    if resource is None:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    raised = _WANTED_DESCRIPTORS if hard == unlimited else min(hard, _WANTED_DESCRIPTORS)
    if soft != unlimited and soft < raised:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
    return wanted if soft == unlimited else max(16, min(wanted, soft - _KEPT_DESCRIPTORS))


def _full() -> bytes:
    """The whole response to a connection that is one too many."""
    detail = "too many connections are open; try again in a while"
    body = json.dumps(problem_body(HTTPStatus.SERVICE_UNAVAILABLE, detail)).encode()
    head = (
        f"HTTP/1.1 503 Service Unavailable\r\nContent-Type: {PROBLEM_JSON}\r\nContent-Length: {len(body)}\r\n"
        "Retry-After: 1\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
