"""The line of questions: so many are answered at a time, so many wait, and one more is told to come back.

Questions have threads of their own: nothing else waits behind them, and they wait behind nothing else.
A question whose client has left gives its place up at once, and stops after the stage that runs.
"""

import asyncio
import contextlib
import contextvars
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from litestar.exceptions import ClientException, HTTPException
from litestar.types import Receive

Item = TypeVar("Item")
Steps = Callable[[], Iterator[Item]]
"""Begins a piece of work; each item that is asked for is one stage of it."""

_FIRST_GUESS_SECONDS = 0.2  # how long a question takes, until the first was answered
_WEIGHT = 0.1  # of the latest question in the running mean


class Busy(HTTPException):
    """So many questions wait already that another would wait too long."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, retry_seconds: int) -> None:
        headers = {"Retry-After": str(retry_seconds)}
        super().__init__(detail="too many questions are waiting; ask again in a while", headers=headers)


class Line:
    """The line of one server; all but ``Work`` itself runs in the event loop.

    Args:
        running: Questions that are answered at the same time.
        waiting: Questions that may wait besides.
    """

    def __init__(self, *, running: int, waiting: int) -> None:
        self._running = running
        self._places = running + waiting
        self._taken = 0
        self._seconds = _FIRST_GUESS_SECONDS
        self._threads = ThreadPoolExecutor(running, thread_name_prefix="question")

    @property
    def places(self) -> int:
        """Questions that may be answered or wait at a time."""
        return self._places

    @property
    def running(self) -> int:
        """Questions that are answered now."""
        return min(self._taken, self._running)

    @property
    def waiting(self) -> int:
        """Questions that wait now."""
        return max(0, self._taken - self._running)

    def retry_seconds(self) -> int | None:
        """When a question that comes now had better come again; ``None`` where it may have a place."""
        if self._taken < self._places:
            return None
        return max(1, math.ceil(self._taken * self._seconds / self._running))

    @contextmanager
    def work(self, steps: Steps[Item]) -> Iterator["Work[Item]"]:
        """A place in the line while the block runs; work that is not done by then is given up.

        Raises:
            Busy: When every place is taken.
        """
        if (seconds := self.retry_seconds()) is not None:
            raise Busy(seconds)
        self._taken += 1
        work = Work(steps, asyncio.get_running_loop(), self._leave)
        work.begin(self._threads)
        try:
            yield work
        finally:
            work.give_up()

    async def result(self, steps: Steps[Item], receive: Receive) -> Item:
        """The last item of ``steps``.

        Raises:
            Busy: When every place is taken.
            ClientException: When the client has left.
            Exception: Whatever ``steps`` raises.
        """
        with self.work(steps) as work:
            return await work.last(receive)

    def close(self) -> None:
        """End the threads, after the stages that run."""
        self._threads.shutdown(cancel_futures=True)

    def _leave(self, seconds: float | None) -> None:
        """A question is over; ``seconds`` is how long it ran, ``None`` where it was given up."""
        self._taken -= 1
        if seconds is not None:
            self._seconds += _WEIGHT * (seconds - self._seconds)


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


class _End:
    pass


_END = _End()


class Work(Generic[Item]):
    """One piece of work in the line: its items come from a thread, and wait here until they are taken."""

    def __init__(
        self, steps: Steps[Item], loop: asyncio.AbstractEventLoop, on_end: Callable[[float | None], None]
    ) -> None:
        self._steps = steps
        self._loop = loop
        self._on_end = on_end
        self._items: asyncio.Queue[Item | _Failed | _End] = asyncio.Queue()
        self._given_up = threading.Event()
        self._future: Future[float | None] | None = None

    def begin(self, threads: ThreadPoolExecutor) -> None:
        """Take the next free thread."""
        self._future = threads.submit(contextvars.copy_context().run, self._run)  # what is logged names the request
        self._future.add_done_callback(self._ended)

    def give_up(self) -> None:
        """Nobody wants the rest: leave the line, or stop after the stage that runs."""
        self._given_up.set()
        if self._future is not None:
            self._future.cancel()

    async def items(self) -> AsyncIterator[Item]:
        """What the work gives, as it comes.

        Raises:
            Exception: Whatever the work raised.
        """
        while not isinstance(item := await self._items.get(), _End):
            if isinstance(item, _Failed):
                raise item.error
            yield item

    async def last(self, receive: Receive) -> Item:
        """The last item, unless the client leaves before.

        Raises:
            ClientException: When it does.
            Exception: Whatever the work raised.
        """
        found: list[Item] = []

        async def collect() -> None:
            async for item in self.items():
                found[:] = [item]

        await unless_left(collect(), receive)
        return found[0]

    def _run(self) -> float | None:
        began = time.monotonic()
        try:
            with contextlib.closing(_generated(self._steps)) as steps:
                for item in steps:
                    self._put(item)
                    if self._given_up.is_set():
                        return None
        except Exception as error:  # noqa: BLE001 - the loop raises it where the work is awaited
            self._put(_Failed(error))
        self._put(_END)
        return time.monotonic() - began

    def _put(self, item: Item | _Failed | _End) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended with the server
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)

    def _ended(self, future: Future[float | None]) -> None:
        seconds = None if future.cancelled() else future.result()
        with contextlib.suppress(RuntimeError):  # as above
            self._loop.call_soon_threadsafe(self._on_end, seconds)


def _generated(steps: Steps[Item]) -> Generator[Item]:
    """What ``steps`` begins, to be closed with this."""
    yield from steps()


async def unless_left(work: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Await ``work``, unless the client leaves before it ends.

    Args:
        receive: Of a request whose body was read: from then on it only says that the client has left.

    Raises:
        ClientException: When the client has left; ``work`` is cancelled then.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientException(detail="the client has left")
        working.result()
    finally:
        for task in (working, leaving):
            task.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
