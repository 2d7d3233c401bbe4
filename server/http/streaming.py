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
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import msgspec
from litestar import Response
from litestar.openapi.spec import OpenAPIMediaType, Reference, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.response.sse import ServerSentEvent, ServerSentEventMessage
from litestar.types import Receive

from rag.answer.events import Drafting, Event, Finished, Judged, Retrieved, Stated
from rag.types import Answer
from server.http.line import Line, unless_left
from server.http.problems import failure

logger = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"
_PING_SECONDS = 5.0


async def event_response(
    line: Line, events: Callable[[], Iterator[Event]], encode_answer: Callable[[Answer], bytes], receive: Receive
) -> Response[Any]:
    """A response that sends events as they come; it begins with the first, so that what fails before has a status.

    Args:
        events: Begins the work, in the line; none is asked for once the client is gone.
        encode_answer: Gives the JSON of the whole answer.

    Raises:
        Busy: When there is no place in the line.
        Exception: Whatever fails before the first event.
    """
    return await message_response(
        line, lambda: (_message(event, encode_answer) for event in events()), _failed, receive
    )


async def message_response(
    line: Line,
    made: Callable[[], Iterator[ServerSentEventMessage]],
    failed: Callable[[], ServerSentEventMessage],
    receive: Receive,
) -> Response[Any]:
    """A response that sends messages as they are made, otherwise as ``event_response``.

    Args:
        made: Begins the work, in the line.
        failed: Makes the last message where the work fails after the first.
    """
    with ExitStack() as place:
        work = place.enter_context(line.work(made))
        messages = work.items()
        first: list[ServerSentEventMessage] = []

        async def begin() -> None:
            first.append(await anext(messages))

        await unless_left(begin(), receive)
        return ServerSentEvent(_messages(first[0], messages, failed, place.pop_all()))


def described_stream(meaning: str | None) -> OpenAPIMediaType:
    """How the OpenAPI document describes a stream: by what each of its events is."""
    fields: dict[str, Reference | Schema] = {
        "event": Schema(type=OpenAPIType.STRING, description="What it is; `message` where none is named."),
        "data": Schema(type=OpenAPIType.STRING, description="JSON."),
    }
    return OpenAPIMediaType(schema=Schema(type=OpenAPIType.OBJECT, properties=fields, description=meaning))


def comment(text: str) -> ServerSentEventMessage:
    """A message that says nothing to a program."""
    return ServerSentEventMessage(data=None, comment=text)


async def _messages(
    first: ServerSentEventMessage,
    others: AsyncIterator[ServerSentEventMessage],
    failed: Callable[[], ServerSentEventMessage],
    place: ExitStack,
) -> AsyncGenerator[ServerSentEventMessage, None]:
    with place:
        try:
            yield first
            async for message in with_pings(others, _PING_SECONDS):
                yield message
        except Exception as error:  # the status was sent long ago: the stream itself must say that it failed
            logger.error("an answer failed while it was streamed", exc_info=error)
            yield failed()


async def with_pings(
    messages: AsyncIterator[ServerSentEventMessage], seconds: float
) -> AsyncIterator[ServerSentEventMessage]:
    """``messages``, with a comment whenever the next one takes ``seconds``."""
    while True:
        following = asyncio.ensure_future(anext(messages, None))
        try:
            while not (await asyncio.wait({following}, timeout=seconds))[0]:
                yield comment("working")
        finally:
            following.cancel()
        message = following.result()
        if message is None:
            return
        yield message


def _message(event: Event, encode_answer: Callable[[Answer], bytes]) -> ServerSentEventMessage:
    match event:
        case Retrieved():
            return ServerSentEventMessage(event="passages", data=msgspec.json.encode(event))
        case Judged():
            return comment("judged")
        case Drafting():
            return comment("writing")
        case Stated():
            return ServerSentEventMessage(event="statement", data=msgspec.json.encode(event))
        case Finished():
            return ServerSentEventMessage(event="done", data=encode_answer(event.answer))


def _failed() -> ServerSentEventMessage:
    return ServerSentEventMessage(event="error", data=msgspec.json.encode(failure()))
