"""A language model behind any OpenAI-compatible endpoint, the one module that talks to the client ``openai``.

The client is imported when a model is first asked, and its requests run in an event loop of their own thread: there a
request can be given up at any moment, which closes its connection, and every wait has an end.
"""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from rag.errors import WriterFailed

_LOOK_SECONDS = 0.2  # a client that has left is noticed so soon
_CHARACTERS = 8  # of a token at most, in the mean of a whole text: a model that is told to stop and does not is cut
_NO_KEY = "none"  # the client wants one, and would take that of the environment, which is for another endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said to the model; ``role`` is ``"system"``, ``"user"`` or ``"assistant"``."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatLimits:
    """What one answer of the model may cost.

    Args:
        tokens: Of the answer.
        first_seconds: To the first word, and between two; what is asked again counts.
        seconds: In all.
        retries: After a failure before the first word.
    """

    tokens: int
    first_seconds: float
    seconds: float
    retries: int


@dataclass(frozen=True, slots=True)
class _Failed:
    reason: str


class _End:
    pass


class Reply:
    """An answer of the model as it comes; ``prompt`` and ``completion`` are its tokens, where the endpoint says so.

    ``ended`` says that the model has ended its answer, ``whole`` that it did so by itself and was not cut.
    """

    def __init__(self) -> None:
        self.prompt: int | None = None
        self.completion: int | None = None
        self.ended = False
        self.whole = False
        self._came: queue.SimpleQueue[str | _Failed | _End] = queue.SimpleQueue()
        self._work: Future[None] | None = None

    def pieces(self) -> Iterator[str]:
        """What the model writes, as it comes; an empty piece where nothing came for a while.

        Raises:
            WriterFailed: Where the model fails, takes too long or writes nothing; it says how.
        """
        while True:
            try:
                piece = self._came.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                yield ""
                continue
            if isinstance(piece, _End):
                return
            if isinstance(piece, _Failed):
                raise WriterFailed(piece.reason)
            yield piece

    def give_up(self) -> None:
        """Nobody wants the rest: the connection is closed. Nothing happens where the answer has ended."""
        if self._work is not None:
            self._work.cancel()


class ChatModel:
    """A model of an endpoint; safe to use from several threads.

    Args:
        url: Of the endpoint, to ``/v1``.
        model: Its name there.
        key: Empty where the endpoint asks for none.
    """

    def __init__(self, url: str, model: str, key: str, limits: ChatLimits) -> None:
        self.name = model
        self._url = url
        self._key = key
        self._limits = limits
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Any = None

    def reply(self, messages: Sequence[Message]) -> Reply:
        """Ask the model; what it writes comes with ``Reply.pieces``."""
        reply = Reply()
        spoken = [{"role": one.role, "content": one.content} for one in messages]
        reply._work = asyncio.run_coroutine_threadsafe(self._told(reply, spoken), self._running())
        return reply

    def close(self) -> None:
        """Give up what is under way and end the thread."""
        with self._guard:
            loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(self._ended(), loop).result()
            loop.call_soon_threadsafe(loop.stop)

    async def _ended(self) -> None:
        """Cancel what is under way, wait until it has ended, and close the connections."""
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        """The event loop of this model's thread, which the first question begins."""
        with self._guard:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=_run, args=(self._loop,), name="writer", daemon=True).start()
            return self._loop

    async def _told(self, reply: Reply, messages: Sequence[dict[str, str]]) -> None:
        """Put all that the model writes into ``reply``, and last its end or what went wrong."""
        end: _Failed | _End = _Failed("the writer was given up")
        try:
            client = self._connected()  # the first time this imports a second's worth, which is not the model's
            async with asyncio.timeout(self._limits.seconds):
                await self._read(client, reply, messages)
            end = _End()
        except TimeoutError:
            limits = self._limits
            end = _Failed(
                f"the writer took more than {limits.first_seconds:g} s to a word, or {limits.seconds:g} in all"
            )
        except Exception as error:  # noqa: BLE001 - whatever a foreign endpoint does must not end a question
            end = _Failed(_told(error))
        finally:
            reply._came.put(end)

    async def _read(self, client: Any, reply: Reply, messages: Sequence[dict[str, str]]) -> None:
        left = self._limits.tokens * _CHARACTERS
        async with asyncio.timeout(self._limits.first_seconds) as patience:
            async for piece in self._pieces(client, reply, messages):
                patience.reschedule(asyncio.get_running_loop().time() + self._limits.first_seconds)
                reply._came.put(piece[:left])
                left -= len(piece)
                if left <= 0:
                    return
        if left == self._limits.tokens * _CHARACTERS:
            raise WriterFailed("the writer wrote nothing")
        if not reply.ended:
            raise WriterFailed("the writer broke off")

    async def _pieces(self, client: Any, reply: Reply, messages: Sequence[dict[str, str]]) -> AsyncIterator[str]:
        stream = await self._opened(client, messages)
        try:
            async for chunk in stream:
                if chunk.usage is not None:
                    reply.prompt, reply.completion = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
                for choice in chunk.choices or ():
                    reply.ended = reply.ended or choice.finish_reason is not None
                    reply.whole = reply.whole or choice.finish_reason == "stop"
                    if choice.delta is not None and choice.delta.content:
                        yield choice.delta.content
        finally:
            await stream.close()

    async def _opened(self, client: Any, messages: Sequence[dict[str, str]]) -> Any:
        """The stream of an answer. Endpoints that refuse what not every one knows are asked for the plain thing."""
        from openai import BadRequestError

        asked: dict[str, Any] = {"model": self.name, "messages": messages, "stream": True}
        more = {"max_tokens": self._limits.tokens, "temperature": 0, "stream_options": {"include_usage": True}}
        try:
            return await client.chat.completions.create(**asked, **more)
        except BadRequestError:
            return await client.chat.completions.create(**asked)

    def _connected(self) -> Any:
        if self._client is None:
            from openai import AsyncOpenAI, Omit

            unsaid: Any = Omit()  # else those of the environment are sent, which are for another endpoint
            self._client = AsyncOpenAI(
                base_url=self._url,
                api_key=self._key or _NO_KEY,
                timeout=self._limits.seconds,
                max_retries=self._limits.retries,
                default_headers={"OpenAI-Organization": unsaid, "OpenAI-Project": unsaid},
            )
        return self._client


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


def _told(error: Exception) -> str:
    """What went wrong, in words that hold nothing of what was asked: a status or the kind of failure."""
    if isinstance(error, WriterFailed):
        return str(error)
    status = getattr(error, "status_code", None)
    what = f"with status {status}" if status else type(error).__name__
    return f"the writer failed: {what}"
