"""A command of Footnote in a process that kills itself at a chosen call, as ``kill -9`` would there.

``python -m eval.faults.trap [--toy] [--report FILE] COMMAND...`` runs ``footnote COMMAND...`` and takes
shots, one JSON object a line, on its standard input. It watches two kinds of calls from outside: the
catalog's COMMIT, and the writes to the vector index. How many texts were encoded by the time that the data
directory was open goes to FILE. Chroma is told to write its graph to disk every 32 vectors instead of
every 1,000.
"""

import ctypes
import json
import os
import signal
import sys
import threading
from argparse import REMAINDER, ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import rag.models
from eval.run.around import AroundEncoder
from rag.models.protocols import Encoder
from rag.types import Vectors

FLUSH_EVERY = 32
_CLOCK_MONOTONIC = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """Where a process dies: at the ``call``-th call of ``point`` (``commit``, ``add`` or ``remove``).

    ``phase`` is ``before`` the call, ``after`` it, or ``during``: ``delay`` seconds after it began.
    """

    point: str
    call: int
    phase: str
    delay: float = 0.0

    def line(self) -> bytes:
        """As the process takes it."""
        return json.dumps(asdict(self)).encode() + b"\n"


class Trap:
    """Counts calls and ends the process at the one that was aimed at; safe to use from several threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._shot: Shot | None = None
        self._calls = 0

    def arm(self, lines: Iterator[str]) -> None:
        """Take the shots that come."""
        for line in lines:
            with self._guard:
                self._shot, self._calls = Shot(**json.loads(line)), 0

    @contextmanager
    def call(self, point: str) -> Iterator[None]:
        """A call of a point, from its beginning to its end."""
        shot = self._due(point)
        if shot is None:
            yield
            return
        if shot.phase == "before":
            _die()
        if shot.phase == "during":
            _die_in(shot.delay)
        yield
        if shot.phase == "after":
            _die()

    def _due(self, point: str) -> Shot | None:
        with self._guard:
            if self._shot is None or self._shot.point != point:
                return None
            self._calls += 1
            return self._shot if self._calls == self._shot.call else None


class CountingEncoder(AroundEncoder):
    """An encoder that counts the passages it is given."""

    def __init__(self, model: Encoder) -> None:
        super().__init__(model)
        self.encoded = 0

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """As the encoder gives them."""
        self.encoded += len(texts)
        return self.model.encode_passages(texts)


def main() -> None:
    """Set the trap, then run the command."""
    parser = ArgumentParser()
    parser.add_argument("--toy", action="store_true", help="word models in the place of the bundled ones")
    parser.add_argument("--report", type=Path)
    parser.add_argument("command", nargs=REMAINDER)
    given = parser.parse_args()
    _watch_models(toy=given.toy, report=given.report)
    trap = Trap()
    _watch_catalog(trap)
    _watch_vectors(trap)
    threading.Thread(target=trap.arm, args=(iter(sys.stdin.readline, ""),), daemon=True).start()
    from rag.cli import main as footnote

    footnote(given.command, prog_name="footnote")


def _watch_models(*, toy: bool, report: Path | None) -> None:
    from eval.run.toys import WordEncoder, WordScorer

    load = rag.models.load_encoder
    counting: list[CountingEncoder] = []

    def load_encoder(name: str, *, threads: int) -> Encoder:
        counting.append(CountingEncoder(WordEncoder() if toy else load(name, threads=threads)))
        return counting[-1]

    _exchange(load, load_encoder)
    if toy:
        _exchange(rag.models.load_reranker, lambda *_, **__: WordScorer())
    from rag.storage.store import Store

    begin = Store.__init__

    def reporting(store: Store, *arguments: Any, **options: Any) -> None:
        begin(store, *arguments, **options)
        if report is not None:
            report.write_text(str(sum(one.encoded for one in counting)), encoding="utf-8")

    Store.__init__ = reporting  # type: ignore[assignment,method-assign]


def _exchange(function: Callable[..., Any], other: Callable[..., Any]) -> None:
    """Put ``other`` in the place of ``function`` wherever a module that is loaded already has it."""
    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()):
            if value is function:
                setattr(module, name, other)


def _watch_catalog(trap: Trap) -> None:
    from rag.storage.catalog.connection import Connection

    execute = Connection.execute

    def watched(connection: Connection, sql: str, *values: Any) -> Any:
        if sql != "COMMIT":
            return execute(connection, sql, *values)
        with trap.call("commit"):
            return execute(connection, sql, *values)

    Connection.execute = watched  # type: ignore[method-assign]


def _watch_vectors(trap: Trap) -> None:
    from rag.storage.vectors import chroma

    chroma._CONFIGURATION["hnsw"].update(sync_threshold=FLUSH_EVERY, batch_size=FLUSH_EVERY)
    chroma.VectorIndex.add = _watched(trap, "add", chroma.VectorIndex.add)  # type: ignore[method-assign]
    chroma.VectorIndex.remove = _watched(trap, "remove", chroma.VectorIndex.remove)  # type: ignore[method-assign]
    chroma.VectorIndex.drop = _watched(trap, "remove", chroma.VectorIndex.drop)  # type: ignore[method-assign]


def _watched(trap: Trap, point: str, function: Callable[..., None]) -> Callable[..., None]:
    def called(*arguments: Any, **options: Any) -> None:
        with trap.call(point):
            function(*arguments, **options)

    return called


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Event(ctypes.Structure):
    """``struct sigevent``: a signal to the process."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("rest", ctypes.c_char * 48),
    )


def _die_in(seconds: float) -> None:
    """Have the kernel kill the process after a while, whatever holds the interpreter's lock then."""
    system = ctypes.CDLL(None)
    timer, event = ctypes.c_void_p(), _Event(None, signal.SIGKILL, 0)
    when = (ctypes.c_long * 4)(0, 0, int(seconds), 1 + int(seconds % 1 * 1e9))
    if system.timer_create(_CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(timer)):
        raise OSError("the system has no timers")
    system.timer_settime(timer, 0, when, None)


if __name__ == "__main__":
    main()
