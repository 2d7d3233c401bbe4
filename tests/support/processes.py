"""The command line and the server, in processes of their own or in this one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import httpx
import uvicorn
from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from rag.library import Library
from server.http.edge import App
from server.http.line import Line
from server.http.problems import HANDLERS
from tests.support.places import ROOT

if TYPE_CHECKING:
    pass


def footnote(*arguments: str, data_dir: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "rag", *arguments],
        env={**_environ(data_dir), **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        cwd=ROOT,
        check=False,
    )


@contextmanager
def serve(data_dir: Path, *options: str, wait: bool = True, log: Path | None = None, **environ: str) -> Iterator[str]:
    """A real server process on a free port; gives its address, ready to answer unless ``wait`` is false.

    Args:
        log: A file for what it writes after its first line; who has none must not let it write much.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "rag", "serve", "--port", "0", *options],
        env={**_environ(data_dir), **environ},
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    copying: list[threading.Thread] = []
    try:
        assert process.stderr is not None
        first = process.stderr.readline()
        found = re.search(r"Footnote is at (http://127\.0\.0\.1:\d+)/", first)
        assert found, first
        address = found[1]
        if log is not None:
            copying.append(threading.Thread(target=_copy, args=(process.stderr, log), daemon=True))
            copying[0].start()
        if wait:
            wait_until_ready(address)
        yield address
    finally:
        process.terminate()
        if not copying:
            process.communicate(timeout=30)
        else:
            process.wait(timeout=30)
            copying[0].join(timeout=30)


@contextmanager
def serve_here(provide: Callable[[], Library], *handlers: HTTPRouteHandler) -> Iterator[str]:
    """A real server in this process: ``handlers`` on the engine that ``provide`` gives; its address."""
    line = Line(running=2, waiting=8)
    with closing(line), run_here(app_of(provide, line, *handlers)) as address:
        yield address


def app_of(provide: Callable[[], Library], line: Line, *handlers: HTTPRouteHandler) -> App:
    """An ASGI application of ``handlers`` on the engine that ``provide`` gives."""
    dependencies = {
        "engine": Provide(provide, sync_to_thread=False),
        "line": Provide(lambda: line, sync_to_thread=False),
    }
    return Litestar(handlers, dependencies=dependencies, exception_handlers=HANDLERS, logging_config=None)


@contextmanager
def run_here(app: App, **options: Any) -> Iterator[str]:
    """An ASGI application on a real server in this process, with options of uvicorn; its address."""
    chosen = {"lifespan": "off", **options}
    config = uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=2, **chosen)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
    assert not thread.is_alive()


def _copy(source: IO[str], log: Path) -> None:
    with source, log.open("w", encoding="utf-8") as file:
        for line in source:
            file.write(line)
            file.flush()


def wait_until_ready(address: str, path: str = "/health/ready") -> None:
    """Poll ``path`` until it answers 200."""
    for _ in range(600):
        try:
            if httpx.get(address + path, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{address} is not ready after a minute")


def _environ(data_dir: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_")}
    return {**kept, "FOOTNOTE_DATA_DIR": str(data_dir), "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "default"}
