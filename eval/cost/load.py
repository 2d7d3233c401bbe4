"""How a server bears more clients than it can answer: ``footnote eval load``.

Clients in a closed loop ask a real server over the seeds: each asks again when it was answered, and one
that is told to come back comes back when it was told to (``--impatient``: at once). Beside them one
client asks for ``/health/live`` and the chat page. Then streams are opened that nobody reads. The
command prints what it measured beside the bound that each number should keep, and asserts nothing.
"""

import asyncio
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import click
import httpx
import psutil
from rich.table import Table

from eval.cost.bench import QUESTIONS
from rag.cli.terminal import console

_PROBE_SECONDS = 0.25
_PROBED = ("/health/live", "/")
_SETTLE_SECONDS = 40.0  # longer than the server lets a response go unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A response: its status, how long it took, and the seconds that ``Retry-After`` names."""

    status: int
    seconds: float
    retry_after: float


class Client:
    """One connection that stays open; it costs little beside what it asks for."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(self, method: str, path: str, body: bytes = b"") -> Reply:
        """Send a request and read its response to the end."""
        began = time.monotonic()
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        writer.write(request_bytes(method, path, self._host, body))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
        await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.close()
        return Reply(
            status=int(head[0].split()[1]),
            seconds=time.monotonic() - began,
            retry_after=float(headers.get("retry-after", "0")),
        )

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def request_bytes(method: str, path: str, host: str, body: bytes = b"", accept: str = "application/json") -> bytes:
    """A whole HTTP request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def question(number: int) -> bytes:
    """The body of one question; the numbers tell them apart, so that nothing can be remembered."""
    return b'{"question": "%s (%d)"}' % (QUESTIONS[number % len(QUESTIONS)].encode(), number)


@dataclass(slots=True, kw_only=True)
class Run:
    """What so many clients met in so many seconds."""

    clients: int
    seconds: float
    memory_mb: float = 0.0
    replies: list[Reply] = field(default_factory=list)
    probes: list[float] = field(default_factory=list)
    broken: int = 0

    @property
    def answered(self) -> list[float]:
        """The seconds of each answer."""
        return [reply.seconds for reply in self.replies if reply.status == 200]

    @property
    def refused(self) -> list[float]:
        """The seconds of each 503."""
        return [reply.seconds for reply in self.replies if reply.status == 503]

    @property
    def others(self) -> int:
        """Replies of another status, and connections that broke."""
        return len(self.replies) - len(self.answered) - len(self.refused) + self.broken

    @property
    def throughput(self) -> float:
        """Answers a second."""
        return len(self.answered) / self.seconds


def quantile(values: Sequence[float], share: float) -> float:
    """The value that a share of ``values`` does not exceed (nearest rank); 0 where there is none.

    >>> quantile([3, 1, 2], 0.5), quantile([], 0.99)
    (2, 0.0)
    """
    ranked = sorted(values)
    return ranked[math.ceil(share * len(ranked)) - 1] if ranked else 0.0


async def measure(address: str, clients: int, seconds: float, *, patient: bool) -> Run:
    """So many clients in a closed loop for so long."""
    run = Run(clients=clients, seconds=seconds)
    host, port = split(address)
    end = time.monotonic() + seconds
    asking = [_ask(Client(host, port), run, end, first, patient) for first in range(clients)]
    await asyncio.gather(*asking, _probe(Client(host, port), run, end))
    return run


def split(address: str) -> tuple[str, int]:
    """Host and port of an address."""
    parts = urlsplit(address)
    return parts.hostname or "127.0.0.1", parts.port or 80


async def _ask(client: Client, run: Run, end: float, number: int, patient: bool) -> None:
    while (left := end - time.monotonic()) > 0:
        try:
            reply = await client.request("POST", "/v1/ask", question(number))
        except (OSError, EOFError):
            run.broken += 1
            client.close()
            await asyncio.sleep(min(1.0, left))
            continue
        number += run.clients
        if time.monotonic() <= end:
            run.replies.append(reply)
        if reply.status == 503 and patient:
            client.close()  # the server would, while it is silent for so long
            await asyncio.sleep(min(reply.retry_after, max(0.0, end - time.monotonic())))
    client.close()


async def _probe(client: Client, run: Run, end: float) -> None:
    while time.monotonic() < end:
        for path in _PROBED:
            run.probes.append((await client.request("GET", path)).seconds)
        await asyncio.sleep(_PROBE_SECONDS)
    client.close()


@asynccontextmanager
async def unread_streams(address: str, count: int) -> AsyncIterator[None]:
    """So many streams that are asked for and never read, until the block ends."""
    host, port = split(address)
    writers = []
    for number in range(count):
        with suppress(OSError):
            _, writer = await asyncio.open_connection(host, port, limit=1)
            writer.write(request_bytes("POST", "/v1/ask", host, question(number), "text/event-stream"))
            writers.append(writer)
    yield
    for writer in writers:
        writer.close()


@contextmanager
def served(data_dir: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A server over the seeds, and its process."""
    command = [sys.executable, "-m", "rag", "serve", "--port", "0", "--data-dir", str(data_dir)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        if process.stderr is None:
            raise RuntimeError("the server has no standard error")
        address = process.stderr.readline().split()[-1].rstrip("/")
        while "Ready" not in process.stderr.readline():
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with status {process.returncode}")
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


@click.command()
@click.option("--clients", default="1,8,64,300", show_default=True, help="Numbers of clients, separated by commas.")
@click.option("--seconds", default=60.0, show_default=True, help="How long each number of clients asks.")
@click.option("--streams", default=1_000, show_default=True, help="Streams that are never read.")
@click.option("--impatient", is_flag=True, help="Ask again at once after a 503.")
def main(clients: str, seconds: float, streams: int, impatient: bool) -> None:
    """Measure a server under load."""
    shown = console()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "data") as (address, process):
        asyncio.run(measure(address, 4, 3.0, patient=True))
        before = process.memory_info().rss
        runs = []
        for number in map(int, clients.split(",")):
            run = asyncio.run(measure(address, number, seconds, patient=not impatient))
            run.memory_mb = process.memory_info().rss / 1e6
            runs.append(run)
        shown.print(table(runs))
        shown.print(f"memory before {before / 1e6:.0f} MB")
        shown.print(asyncio.run(_streams(address, process, streams)))


def table(runs: Sequence[Run]) -> Table:
    """A line for each number of clients."""
    shown = Table("clients", "answers/s", "p50", "p99", "503", "503 p99", "other", "live and page, most", "memory")
    for run in runs:
        shown.add_row(
            str(run.clients),
            f"{run.throughput:.1f}",
            f"{statistics.median(run.answered or [0]):.2f} s",
            f"{quantile(run.answered, 0.99):.2f} s",
            str(len(run.refused)),
            f"{1000 * quantile(run.refused, 0.99):.0f} ms",
            str(run.others),
            f"{1000 * max(run.probes, default=0):.0f} ms (p99 {1000 * quantile(run.probes, 0.99):.0f})",
            f"{run.memory_mb:.0f} MB",
        )
    return shown


async def _streams(address: str, process: psutil.Process, count: int) -> str:
    before = (process.num_fds(), process.num_threads(), process.memory_info().rss)
    async with unread_streams(address, count):
        await asyncio.sleep(5)
        during = process.num_fds()
    await asyncio.sleep(_SETTLE_SECONDS)
    async with httpx.AsyncClient() as client:
        live = (await client.get(f"{address}/health/live")).status_code
    after = (process.num_fds(), process.num_threads(), process.memory_info().rss)
    return (
        f"{count} streams never read: descriptors {before[0]}, {during} meanwhile, {after[0]} after; threads "
        f"{before[1]}, {after[1]} after; memory {before[2] / 1e6:.0f} MB, {after[2] / 1e6:.0f} MB after; live {live}"
    )
