"""A process that parses, as the one that started it sees it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

from rag.errors import ParserUnavailable
from rag.ingest.parse.parsed import Limits
from rag.ingest.parse.sandbox.wire import Reply, read_frame, read_reply, write_frame

_ROOT = str(Path(__file__).resolve().parents[4])
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from rag.ingest.parse.sandbox.child import main; main(*sys.argv[2:])"
)
_NO_START = "the process that parses documents does not start"
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TZ")
_BYTES_A_CHARACTER = 64
_CLOSING_SECONDS = 5.0


class Child:
    """The running child and the pipes to it.

    Raises:
        ParserUnavailable: When it does not start.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._most = limits.characters * _BYTES_A_CHARACTER + 1_000_000
        path = json.dumps([_ROOT, *(str(Path(entry).resolve()) for entry in sys.path)])
        given = [str(limits.seconds), str(limits.memory_mb), str(limits.characters)]
        self._process = _started([sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _BOOT, path, *given])
        self.used = False
        try:
            read_frame(self._output, 0)
        except (OSError, EOFError):
            self.end()
            raise ParserUnavailable(f"{_NO_START} (exit status {self.status}): install Footnote again") from None

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal."""
        return self._process.returncode

    def ask(self, suffix: bytes, source: bytes) -> Reply:
        """Send one file and wait for its reply.

        Raises:
            OSError, EOFError: When the child has ended, or was killed.
            msgspec.DecodeError: When what it sends is no reply.
        """
        self.used = True
        write_frame(self._input, suffix)
        write_frame(self._input, source)
        return read_reply(self._output, self._most)

    def kill(self) -> None:
        """End it in the middle of what it does; who waits for its reply gets an ``EOFError``."""
        self._process.kill()

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

    def last_words(self, *, timed_out: bool) -> Reply:
        """Why it ended, once it has: time was up, or the file, or the files before it, were too much for it."""
        if timed_out or self.status == -getattr(signal, "SIGXCPU", 0):
            said = f"too much to parse: more than {self._limits.seconds} seconds"
            return Reply(reason=f"{said}; split it, or raise FOOTNOTE_PARSE_SECONDS")
        return Reply(
            reason=f"damaged, or too much to parse: the parser ended with status {self.status} within "
            f"{self._limits.memory_mb} MB; raise FOOTNOTE_PARSE_MEMORY_MB if the file is sound",
            exhausted=True,
        )

    @property
    def _input(self) -> IO[bytes]:
        return _pipe(self._process.stdin)

    @property
    def _output(self) -> IO[bytes]:
        return _pipe(self._process.stdout)


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
