"""An answer as server-sent events.

    passages    {"understood": "...", "passages": [...]}, the question as it was understood, and what was
                retrieved, before anything has judged it
    statement   {"statement": {...}, "citations": [...]}, once a statement, with the citations it names
    done        the whole answer, as without streaming
    error       a problem object, in place of everything that would have come after it

Comments in between keep the connection open while a model works.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import closing
from typing import Any

import msgspec
from anyio import CancelScope, to_thread
from litestar import Response
from litestar.response.sse import ServerSentEvent, ServerSentEventMessage

from rag.events import Event, Finished, Judged, Retrieved, Stated
from rag.types import Answer
from server.problems import failure

logger = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"
_PING_SECONDS = 5.0
_PING = ServerSentEventMessage(data=None, comment="working")


def event_response(events: Generator[Event], encode_answer: Callable[[Answer], bytes]) -> Response[Any]:
    """A response that sends ``events`` as they come.

    Args:
        events: Each is asked for in a thread, when the one before it was sent; none once the client is gone.
        encode_answer: Gives the JSON of the whole answer.
    """
    return ServerSentEvent(_messages(events, encode_answer))


async def _messages(
    events: Generator[Event], encode_answer: Callable[[Answer], bytes]
) -> AsyncGenerator[ServerSentEventMessage, None]:
    def following() -> ServerSentEventMessage | None:
        event = next(events, None)
        return None if event is None else _message(event, encode_answer)

    try:
        with closing(events):
            async for message in with_pings(following, _PING_SECONDS):
                yield message
    except Exception as error:  # the status was sent long ago: the stream itself must say that it failed
        logger.error("an answer failed while it was streamed", exc_info=error)
        yield ServerSentEventMessage(event="error", data=msgspec.json.encode(failure()))


async def with_pings(
    following: Callable[[], ServerSentEventMessage | None], seconds: float
) -> AsyncIterator[ServerSentEventMessage]:
    """What ``following`` gives, called in a thread, until ``None``; a comment whenever it takes ``seconds``.

    A call that runs when the caller goes away is waited for: it cannot be interrupted, and must not
    go on unseen.
    """
    while True:
        work = asyncio.ensure_future(to_thread.run_sync(following))
        try:
            while not (await asyncio.wait({work}, timeout=seconds))[0]:
                yield _PING
        finally:
            with CancelScope(shield=True):
                await asyncio.wait({work})
        message = work.result()
        if message is None:
            return
        yield message


def _message(event: Event, encode_answer: Callable[[Answer], bytes]) -> ServerSentEventMessage:
    match event:
        case Retrieved():
            return ServerSentEventMessage(event="passages", data=msgspec.json.encode(event))
        case Judged():
            return ServerSentEventMessage(data=None, comment="judged")
        case Stated():
            return ServerSentEventMessage(event="statement", data=msgspec.json.encode(event))
        case Finished():
            return ServerSentEventMessage(event="done", data=encode_answer(event.answer))
