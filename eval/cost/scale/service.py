"""The command line and the server as processes of their own, driven and watched as a person would."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from rag.errors import FootnoteError, NotFound
from rag.storage.catalog import Catalog
from rag.storage.directory import CATALOG, vector_folders
from rag.types import DEFAULT_COLLECTION

_COMMAND = (sys.executable, "-m", "rag")
_SAMPLE_SECONDS = 0.5
_POLL_SECONDS = 0.02
_UPLOADED_AT_ONCE = 50
_JOBS_AHEAD = 2
_LONGEST_PAUSE = 0.3
_TIMEOUT = 120.0

OnProgress = Callable[[int], None]


class RunError(FootnoteError):
    """A process that is measured failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Documents that were stored at a moment of an ingest, and the MB that its processes held then."""

    documents: int
    resident: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """An ingest that ran: its seconds from start to exit, and what was seen meanwhile."""

    seconds: float
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it is, its process, and the seconds until it was ready."""

    address: str
    process: int
    ready_seconds: float

    @property
    def resident(self) -> float:
        """MB that the server and its children hold."""
        return resident(self.process)

    def ask(self, question: str) -> float:
        """The milliseconds until a question is answered."""
        started = time.perf_counter()
        httpx.post(f"{self.address}v1/ask", json={"question": question}, timeout=_TIMEOUT).raise_for_status()
        return (time.perf_counter() - started) * 1000


def ingest(data_dir: Path, paths: Sequence[Path], on_progress: OnProgress = lambda _: None) -> Ingested:
    """Run ``footnote ingest``.

    Args:
        on_progress: Called twice a second with the documents that are stored.

    Raises:
        RunError: When it fails.
    """
    command = [*_COMMAND, "ingest", *map(str, paths), "--data-dir", str(data_dir)]
    samples: list[Sample] = []
    started = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=_environ()) as process:
        with _counting(data_dir) as count:
            while process.poll() is None:
                if held := resident(process.pid):
                    samples.append(Sample(documents=count(), resident=held))
                    on_progress(samples[-1].documents)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_SAMPLE_SECONDS)
        seconds = time.perf_counter() - started
        said = process.stderr.read() if process.stderr else ""
    if process.returncode:
        raise RunError(f"footnote ingest ended with status {process.returncode}: {said[-500:]}")
    return Ingested(seconds=seconds, samples=tuple(samples))


@contextmanager
def serve(data_dir: Path) -> Iterator[Server]:
    """Run ``footnote serve`` on a free port while the block runs; gives it when it is ready.

    Raises:
        RunError: When it does not start.
    """
    command = [*_COMMAND, "serve", "--port", "0", "--data-dir", str(data_dir)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=_environ())
    try:
        words = process.stderr.readline().split() if process.stderr else []
        while not words or not _is_ready(words[-1]):
            if process.poll() is not None:
                raise RunError(f"footnote serve ended with status {process.returncode}")
            time.sleep(_POLL_SECONDS)
        yield Server(words[-1], process.pid, time.perf_counter() - started)
    finally:
        process.terminate()
        process.communicate(timeout=_TIMEOUT)


@dataclass(slots=True)
class Uploads:
    """Uploads of files to a server, a few jobs ahead of it, until ``stop`` or the files end."""

    server: Server
    files: Sequence[Path]
    jobs: list[str] = field(default_factory=list)
    taken_in: int = 0
    ended: bool = False
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Upload, wait, and count what was taken in; ``ended`` when that is all."""
        for start in range(0, len(self.files), _UPLOADED_AT_ONCE):
            self._upload(self.files[start : start + _UPLOADED_AT_ONCE])
            self._wait_until_fewer_than(_JOBS_AHEAD)
            if self.stop.is_set():
                break
        self._wait_until_fewer_than(1)
        self.ended = not self.stop.is_set()
        self._look()

    def _wait_until_fewer_than(self, jobs: int) -> None:
        while len(self.jobs) >= jobs and not self.stop.is_set():
            self.stop.wait(_SAMPLE_SECONDS)
            self._look()

    def _upload(self, files: Sequence[Path]) -> None:
        parts = [("file", (file.name, file.read_bytes())) for file in files]
        answer = httpx.post(f"{self.server.address}v1/documents", files=parts, timeout=_TIMEOUT).raise_for_status()
        self.jobs.append(answer.json()["job"])

    def _look(self) -> None:
        """Forget the jobs that are done, and count their files."""
        for job in list(self.jobs):
            found = httpx.get(f"{self.server.address}v1/jobs/{job}", timeout=_TIMEOUT).raise_for_status().json()
            if found["state"] == "done":
                self.jobs.remove(job)
                self.taken_in += len(found["files"])


@contextmanager
def uploading(server: Server, files: Sequence[Path]) -> Iterator[Uploads]:
    """Upload files while the block runs."""
    uploads = Uploads(server, files)
    thread = threading.Thread(target=uploads.run, name="uploads")
    thread.start()
    try:
        yield uploads
    finally:
        uploads.stop.set()
        thread.join(_TIMEOUT)


def ask_with_pauses(
    server: Server, questions: Sequence[str], count: int, on_progress: OnProgress = lambda _: None
) -> list[float]:
    """The milliseconds of ``count`` questions in turn, with pauses between them that a fixed seed draws."""
    chance = random.Random(0)
    found = []
    for number in range(count):
        time.sleep(chance.uniform(0.0, _LONGEST_PAUSE))
        found.append(server.ask(questions[number % len(questions)]))
        on_progress(number + 1)
    return found


def resident(process: int) -> float:
    """MB that a process and its children hold; 0 where it has ended."""
    total = 0
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process)
        for one in (parent, *parent.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
    return total / 1e6


@contextmanager
def _counting(data_dir: Path) -> Iterator[Callable[[], int]]:
    """Counts the documents of a data directory that another process writes to; none before it has made it."""
    opened: list[Catalog] = []

    def count() -> int:
        if not opened and vector_folders(data_dir):  # these are made last: the catalog is ready
            opened.append(Catalog(data_dir / CATALOG))
        try:
            return opened[0].state(DEFAULT_COLLECTION).documents if opened else 0
        except NotFound:
            return 0

    try:
        yield count
    finally:
        for catalog in opened:
            catalog.close()


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}health/ready", timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _environ() -> dict[str, str]:
    """The settings of the environment count, but for those that say where."""
    said = ("FOOTNOTE_DATA_DIR", "FOOTNOTE_HOST", "FOOTNOTE_PORT")
    return {key: value for key, value in os.environ.items() if key not in said}
