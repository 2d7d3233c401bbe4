"""Coroutines in tests: in a thread of their own, for a browser test may have left a loop running in this one."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import anyio

_Result = TypeVar("_Result")


def in_a_loop(work: Callable[[], Awaitable[_Result]]) -> _Result:
    """What ``work`` gives."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(anyio.run, work).result()
