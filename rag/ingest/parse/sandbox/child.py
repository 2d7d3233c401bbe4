"""The process that parses: reads files from its standard input until that ends.

It limits itself before it reads the first one, and nothing that a file can make it do lifts the
limits again. ``process`` starts it.
"""

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import IO

from rag.errors import DocumentRejected
from rag.ingest.parse.formats import parse
from rag.ingest.parse.parsed import Limits
from rag.ingest.parse.sandbox.clock import limit_time
from rag.ingest.parse.sandbox.wire import Reply, read_frame, write_frame, write_reply

try:
    import resource
except ImportError:  # Windows has no such limits: there the parent's clock alone ends a parser
    resource = None  # type: ignore[assignment]

_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "urllib.")
_OPEN_FILES = 64
_LONGEST_REASON = 600


def main(seconds: str, memory_mb: str, characters: str) -> None:
    """Serve one file after another."""
    limits = Limits(seconds=int(seconds), memory_mb=int(memory_mb), characters=int(characters))
    requests, replies = _pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.addaudithook(refuse)
    _limit(limits)
    reader = _Reader(limits)
    write_frame(replies, b"")
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            reply = reader.reply(read_frame(requests).decode(), read_frame(requests))
            write_reply(replies, reply)
            if reply.last:
                return


class _Reader:
    """Parses files and looks after itself."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all_memory = limits.memory_mb * 1024 * 1024
        self._at_start = _address_space()

    def reply(self, suffix: str, source: bytes) -> Reply:
        """What becomes of a file."""
        limits = self._limits
        limit_time(limits.seconds)
        try:
            parsed = parse(f"file{suffix}", source, limits)
        except MemoryError:
            reason = f"too large: parsing it takes more than {limits.memory_mb} MB; raise FOOTNOTE_PARSE_MEMORY_MB"
            return Reply(reason=reason, exhausted=True, last=True)
        except DocumentRejected as error:
            return self._rejection(str(error))
        except ModuleNotFoundError as error:
            return self._rejection(f"{suffix} cannot be read here: {error}; install Footnote again")
        except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a library raise, the file is to blame
            return self._rejection(f"damaged: it cannot be parsed ({type(error).__name__}: {error})")
        return Reply(parsed=parsed, last=self._worn())

    def _rejection(self, reason: str) -> Reply:
        exhausted = "memory" in reason.lower()
        shown = reason.encode("utf-8", "replace").decode()[:_LONGEST_REASON]
        return Reply(reason=shown, exhausted=exhausted, last=exhausted or self._worn())

    def _worn(self) -> bool:
        """True where the files so far have left less than half of the memory for the next one."""
        return self._all_memory - _address_space() < (self._all_memory - self._at_start) // 2


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes from and to the parent; what a library prints goes nowhere."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, replies


def _address_space() -> int:
    """The bytes of address space in use; 0 where the system does not tell.

    The peak that getrusage gives is of no use: it may be that of the parent, from before the child began.
    """
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _limit(limits: Limits) -> None:
    if resource is None:
        return
    memory = limits.memory_mb * 1024 * 1024
    for name, most in (("AS", memory), ("FSIZE", 0), ("CORE", 0), ("NOFILE", _OPEN_FILES)):
        with contextlib.suppress(OSError, ValueError):  # a system may not know a limit, or hold a lower one already
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def refuse(event: str, _: object) -> None:
    """An audit hook: documents name addresses and programs, and nothing that reads one may go there.

    Raises:
        PermissionError: For a connection or another process.
    """
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a parser may not use {event}")
