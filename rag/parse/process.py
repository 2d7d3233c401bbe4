"""Parsing in a process of its own, so that no file can hang, crash or exhaust the one that answers.

One child, started with the first file and kept, reads one file at a time. It loads no model and no
index, may open no connection, and holds itself to the limits; the parent ends it when it does not
answer. What this does not do: wait in line; who calls from two threads is served in turn.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path, PurePath
from types import TracebackType
from typing import IO

import msgspec

from rag.errors import DocumentRejected, ParserUnavailable
from rag.parse.parsed import Limits, Parsed
from rag.parse.wire import Reply, read_frame, read_reply, write_frame

PATIENCE = 20
"""How many times its limit of processor time a file may take by the clock: a busy machine must not reject it."""

_ROOT = str(Path(__file__).resolve().parent.parent.parent)
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from rag.parse.child import main; main(*sys.argv[2:])"
_NO_START = "the process that parses documents does not start"
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TZ")
_BYTES_A_CHARACTER = 64
_CLOSING_SECONDS = 5.0


class ParserProcess:
    """Parses files in a child process; safe to use from several threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def __enter__(self) -> "ParserProcess":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def parse(self, name: str, source: bytes) -> Parsed:
        """As ``rag.parse.parse``, within the limits.

        A child that fails for want of memory after it has read other files is replaced and asked
        once more, so the outcome does not depend on what came before.

        Raises:
            DocumentRejected: As ``rag.parse.parse``, and for a file that exceeds a limit or ends the child.
            ParserUnavailable: When the child does not start.
        """
        suffix = PurePath(name).suffix.encode("utf-8", "replace")
        with self._lock:
            for _ in range(2):
                fresh = self._child is None
                reply = self._ask(suffix, source)
                if fresh or not reply.exhausted:
                    break
        if reply.parsed is None:
            raise DocumentRejected(reply.reason)
        return reply.parsed

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._drop()

    def _ask(self, suffix: bytes, source: bytes) -> Reply:
        child = self._child = self._child or _Child(self._limits)
        try:
            reply = child.ask(suffix, source, self._limits.seconds * PATIENCE)
        except (OSError, EOFError, msgspec.DecodeError):
            self._drop()
            return child.last_words(self._limits)
        if reply.last:
            self._drop()
        return reply

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


class _Child:
    """The running child and the pipes to it."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.characters * _BYTES_A_CHARACTER + 1_000_000
        path = json.dumps([_ROOT, *(str(Path(entry).resolve()) for entry in sys.path)])
        given = [str(limits.seconds), str(limits.memory_mb), str(limits.characters)]
        self._process = _started([sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _BOOT, path, *given])
        self.timed_out = False
        try:
            read_frame(self._output, 0)
        except (OSError, EOFError):
            self.end()
            raise ParserUnavailable(f"{_NO_START} (exit status {self.status}): install Footnote again") from None

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal."""
        return self._process.returncode

    def ask(self, suffix: bytes, source: bytes, seconds: float) -> Reply:
        """Send one file and wait for its reply.

        Raises:
            OSError, EOFError: When the child has ended, or was ended because time was up.
            msgspec.DecodeError: When what it sends is no reply.
        """
        timer = threading.Timer(seconds, self._give_up)
        timer.start()
        try:
            write_frame(self._input, suffix)
            write_frame(self._input, source)
            return read_reply(self._output, self._most)
        finally:
            timer.cancel()

    def end(self) -> None:
        """Let it end, or end it."""
        with contextlib.suppress(OSError):
            self._input.close()
        try:
            self._process.wait(timeout=_CLOSING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()

    def last_words(self, limits: Limits) -> Reply:
        """Why it ended, once it has: time was up, or the file, or the files before it, were too much for it."""
        if self.timed_out or self.status == -getattr(signal, "SIGXCPU", 0):
            said = f"too much to parse: more than {limits.seconds} seconds"
            return Reply(reason=f"{said}; split it, or raise FOOTNOTE_PARSE_SECONDS")
        return Reply(
            reason=f"damaged, or too much to parse: the parser ended with status {self.status} within "
            f"{limits.memory_mb} MB; raise FOOTNOTE_PARSE_MEMORY_MB if the file is sound",
            exhausted=True,
        )

    @property
    def _input(self) -> IO[bytes]:
        return _pipe(self._process.stdin)

    @property
    def _output(self) -> IO[bytes]:
        return _pipe(self._process.stdout)

    def _give_up(self) -> None:
        self.timed_out = True
        self._process.kill()


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,  # the keys that interrupt the parent must not make a file look damaged
        )
    except OSError as error:
        raise ParserUnavailable(f"{_NO_START}: {error}") from error


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ParserUnavailable("the process that parses documents has no pipes")
    return pipe
