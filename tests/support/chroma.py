"""A Chroma server of its own, as a process."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.processes import wait_until_ready


@dataclass(kw_only=True)
class ChromaServer:
    """A server on a folder, which stays on its port when it is started again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(self.folder)]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:  # a full pipe would stop it
            self.process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self.port)], stdout=log, stderr=log
            )
        wait_until_ready(self.url, "/api/v2/heartbeat")

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)
            self.process = None


@contextmanager
def chroma_server(folder: Path) -> Iterator[ChromaServer]:
    """A running server whose data are in ``folder``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ChromaServer(folder=folder, port=port)
    try:
        server.start()
        yield server
    finally:
        server.kill()
