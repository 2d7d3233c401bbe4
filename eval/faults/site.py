"""A data directory under faults, and the Footnote that runs on it."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import httpx

from eval.faults.papers import Paper
from eval.faults.trap import Shot

SEGMENT_FILES = ("data_level0.bin", "header.bin", "length.bin", "link_lists.bin")
_WAIT_SECONDS = 300.0
_POLL_SECONDS = 0.05


class Broken(Exception):
    """Footnote did not come up again, or does not answer."""


class Site:
    """A data directory in ``folder``, and at most one process on it.

    Args:
        toy: Run word models in the place of the bundled ones.
    """

    def __init__(self, folder: Path, *, toy: bool) -> None:
        self.data_dir = folder / "data"
        self.folder = folder
        self.toy = toy
        self.tokens = 48
        self.held: dict[str, Paper] = {}
        self.gone: list[Paper] = []
        self.process: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client()
        self.restarts: list[float] = []
        self._said = bytearray()
        self._listener = threading.Thread()
        folder.mkdir(parents=True, exist_ok=True)

    def copy(self, folder: Path) -> "Site":
        """The same directory again, in another place; nothing runs on either."""
        other = Site(folder, toy=self.toy)
        shutil.copytree(self.data_dir, other.data_dir, ignore=shutil.ignore_patterns("models"))
        if (self.data_dir / "models").is_dir():
            shutil.copytree(self.data_dir / "models", other.data_dir / "models", copy_function=os.link)
        other.held, other.tokens = dict(self.held), self.tokens
        return other

    def run(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command in a process that can be shot, in the place of one that has ended."""
        self.end()
        toy = ["--toy"] if self.toy else []
        report = ["--report", str(self.folder / "encoded")]
        (self.folder / "encoded").unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "eval.faults.trap", *toy, *report, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self._environ(),
        )
        self._said = bytearray()
        self._listener = threading.Thread(target=_listen, args=(self.process.stderr, self._said), daemon=True)
        self._listener.start()
        return self.process

    def finish(self, *command: str) -> None:
        """Run a command to its end.

        Raises:
            Broken: When it fails.
        """
        status = self.run(*command).wait(_WAIT_SECONDS)
        self.end()
        if status:
            raise Broken(f"footnote {' '.join(command)}: {self.log()[-2000:]}")

    def examine(self, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run ``footnote doctor`` to its end, whatever that is."""
        command = [sys.executable, "-m", "eval.faults.trap", "--toy", "doctor"]
        return subprocess.run(command, env=self._environ(), capture_output=True, text=True, check=False, **options)

    def serve(self, *options: str) -> None:
        """Start a server and wait until it is ready.

        Raises:
            Broken: When it does not get ready.
        """
        started = time.perf_counter()
        process = self.run("serve", "--port", "0", *options)
        while not self._ready():
            if process.poll() is not None or time.perf_counter() - started > _WAIT_SECONDS:
                raise Broken(f"the server is not ready: {self.log()[-2000:]}")
            time.sleep(_POLL_SECONDS)
        self.restarts.append(time.perf_counter() - started)

    def stop(self) -> None:
        """End the process politely, if one runs."""
        self.end(signal.SIGTERM)

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the process by a signal, if one runs."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(_WAIT_SECONDS)
            if self.process.stdin is not None:
                with suppress(BrokenPipeError):  # it died before it took its shot
                    self.process.stdin.close()
            self._listener.join(_WAIT_SECONDS)
            self.process = None
        self.client.close()

    def aim(self, shot: Shot) -> None:
        """Have the process die at a call, unless it is dead."""
        if self.process is None or self.process.stdin is None:
            raise Broken("no process runs")
        with suppress(BrokenPipeError):
            self.process.stdin.write(shot.line())
            self.process.stdin.flush()

    def log(self) -> str:
        """What the last process said."""
        return self._said.decode("utf-8", "replace")

    def wait_for_log(self, *phrases: str) -> None:
        """Wait until the process has said one of these.

        Raises:
            Broken: When it does not.
        """
        until = time.monotonic() + _WAIT_SECONDS
        while not any(phrase in self.log() for phrase in phrases):
            if time.monotonic() > until:
                raise Broken(f"never said: {phrases}; {self.log()[-2000:]}")
            time.sleep(_POLL_SECONDS)

    def encoded_while_opening(self) -> int:
        """How many texts the process encoded before its data directory was open."""
        return int((self.folder / "encoded").read_text("utf-8") or 0)

    def graph(self) -> dict[str, int]:
        """When each file of the vector graphs was written, in ns."""
        found = (path for name in SEGMENT_FILES for path in self.data_dir.glob(f"vectors-*/*/{name}"))
        return {str(path.relative_to(self.data_dir)): path.stat().st_mtime_ns for path in found}

    def upload(self, papers: Sequence[Paper]) -> str:
        """Bring papers of one collection in; the id of the accepted job."""
        files = [("file", (paper.name, paper.text.encode())) for paper in papers]
        sent = self.client.post("/v1/documents", files=files, data={"collection": papers[0].collection})
        job: str = sent.raise_for_status().json()["job"]
        return job

    def await_job(self, job: str) -> dict[str, Any]:
        """A job once it is finished.

        Raises:
            Broken: When it is not after five minutes.
        """
        until = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < until:
            status: dict[str, Any] = self.client.get(f"/v1/jobs/{job}").raise_for_status().json()
            if status["state"] in ("done", "failed"):
                return status
            time.sleep(_POLL_SECONDS)
        raise Broken(f"{job} is not finished: {status}")

    def await_spool(self) -> None:
        """Wait until every accepted file is taken in.

        Raises:
            Broken: When some are not after five minutes.
        """
        until = time.monotonic() + _WAIT_SECONDS
        spool = self.data_dir / "spool"
        while spool.is_dir() and any(spool.iterdir()):
            if time.monotonic() > until:
                raise Broken(f"files wait in {spool}: {[path.name for path in spool.iterdir()]}")
            time.sleep(_POLL_SECONDS)

    def _environ(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_")}
        own = {"FOOTNOTE_DATA_DIR": str(self.data_dir), "FOOTNOTE_PASSAGE_TOKENS": str(self.tokens)}
        return {**kept, **own, "HF_HUB_OFFLINE": "1"}

    def _ready(self) -> bool:
        first, newline, _ = self.log().partition("\n")
        if not newline or not first.startswith("Footnote is at"):
            return False
        if self.client.is_closed:
            self.client = httpx.Client(base_url=first.split()[-1], timeout=60)
        try:
            return self.client.get("/health/ready").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


def _listen(stream: IO[bytes], said: bytearray) -> None:
    """Keep what a process says, in memory: its disk may be full."""
    with stream:
        for line in stream:
            said += line
