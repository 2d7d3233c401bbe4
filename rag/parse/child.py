"""The process that parses: reads files from its standard input until that ends.

It limits itself before it reads the first one, and nothing that a file can make it do lifts the
limits again. ``process`` starts it.
"""

import contextlib
import os
import signal
import sys
import time
from typing import IO

import msgspec

from rag.errors import DocumentRejected
from rag.parse.formats import parse
from rag.parse.parsed import Limits
from rag.parse.wire import Reply, Request, read_frame, write_frame

try:
    import resource
except ImportError:  # Windows has no such limits: there the parent's clock alone ends a parser
    resource = None  # type: ignore[assignment]

_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "urllib.")
_OPEN_FILES = 64
_LONGEST_REASON = 500


def main(seconds: str, memory_mb: str, characters: str) -> None:
    """Serve one file after another."""
    limits = Limits(seconds=int(seconds), memory_mb=int(memory_mb), characters=int(characters))
    requests, replies = _pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.addaudithook(_refuse)
    _limit(limits)
    write_frame(replies, b"")
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            reply = _reply(read_frame(requests), limits)
            write_frame(replies, msgspec.msgpack.encode(reply))
            if reply.last:
                return


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes from and to the parent; what a library prints goes nowhere."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, replies


def _reply(frame: bytes, limits: Limits) -> Reply:
    request = msgspec.msgpack.decode(frame, type=Request)
    _limit_time(limits)
    try:
        parsed = parse(f"file{request.suffix}", request.source, limits)
    except MemoryError:
        reason = f"too large: parsing it takes more than {limits.memory_mb} MB; raise FOOTNOTE_PARSE_MEMORY_MB"
        return Reply(reason=reason, exhausted=True, last=True)
    except DocumentRejected as error:
        return _rejection(str(error), limits)
    except ModuleNotFoundError as error:
        return _rejection(f"{request.suffix} cannot be read here: {error}; install Footnote again", limits)
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a library raise, the file is to blame
        return _rejection(f"damaged: it cannot be parsed ({type(error).__name__}: {error})", limits)
    return Reply(parsed=parsed, last=_worn(limits))


def _rejection(reason: str, limits: Limits) -> Reply:
    exhausted = "memory" in reason.lower()
    shown = reason.encode("utf-8", "replace").decode()[:_LONGEST_REASON]
    return Reply(reason=shown, exhausted=exhausted, last=exhausted or _worn(limits))


def _worn(limits: Limits) -> bool:
    """True once half of the memory was needed: what is left of it must not be missing for the next file."""
    if resource is None:
        return False
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return peak > limits.memory_mb * 1024 * 1024 // 2


def _limit(limits: Limits) -> None:
    if resource is None:
        return
    memory = limits.memory_mb * 1024 * 1024
    for name, most in (("AS", memory), ("FSIZE", 0), ("CORE", 0), ("NOFILE", _OPEN_FILES)):
        with contextlib.suppress(OSError, ValueError):  # a system may not know a limit, or hold a lower one already
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def _limit_time(limits: Limits) -> None:
    if resource is not None:
        used = int(time.process_time()) + 1
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (used + limits.seconds, hard))


def _refuse(event: str, _: object) -> None:
    """Documents name addresses; nothing that reads one may go there."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a parser may not use {event}")
