"""Real parts for the tests: the bundled models, a real data directory, a real server, a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import uvicorn
from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from rag.ingest.pipeline import Outcome, find_files, ingest
from rag.library import Engine, assemble
from rag.models import load_encoder, load_reranker
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from server.http.edge import App
from server.http.line import Line
from server.http.problems import HANDLERS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
HOSTILE = (
    "😀 A treaty of long ago\n\n"
    'Someone wrote <script>window.hacked=1</script> <img src=x onerror="window.hacked=1"> into the Zarnov chronicle. '
    "The treaty of <b>Zarnov</b> was signed in 1847 by <i>King Odo</i>. It ended a war of eleven years.\n"
    "\n[The archive](javascript:window.hacked=1) of Zarnov \u202eis kept in a cellar\u202c below the mill.\n"
)
LIGHTHOUSE = (
    "\ufeff\U0001f389\U0001f5fc The lighthouse \U0001f468\u200d\U0001f469\u200d\U0001f467\r\n\r\n# Its builders\r\n\r\n"
    "The lighthouse of Norbury \U0001f5fc was built by Ada Kern in 1902.\r\nHer brother kept the lamp.\r\n\r\n"
    "## Its keepers\r\n\r\n" + "The keepers changed every year and wrote little down. " * 40 + "\r\n"
)
ARABIC = "ميناء\n\nالميناء قديم جدا.\n"
NOTES = 50

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
# Policy violations become console errors, and every layout shift is kept for tests to add up.
OBSERVE_PAGE = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
});
window.shifts = [];
new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((entry) => entry.value)))
  .observe({ type: "layout-shift", buffered: true });
"""

OpenEngine = Callable[..., Engine]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(Settings().encoder, threads=2)


@pytest.fixture(scope="session")
def scorer() -> PairScorer:
    return load_reranker(Settings().reranker, threads=2)


@pytest.fixture
def open_engine(encoder: Encoder, scorer: PairScorer, tmp_path: Path) -> Iterator[OpenEngine]:
    """Opens engines with the bundled models; each gets ``tmp_path / "data"`` unless told otherwise."""
    opened: list[Engine] = []

    def make(data_dir: Path | None = None, **settings: object) -> Engine:
        chosen = Settings(data_dir=data_dir or tmp_path / "data", **settings)  # type: ignore[arg-type]
        opened.append(assemble(chosen, encoder, scorer))
        return opened[-1]

    yield make
    for engine in opened:
        engine.close()


@pytest.fixture(scope="session")
def seeds_engine(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine that holds the five seeds; tests only read it."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("seeds") / "data")
    with closing(assemble(settings, encoder, scorer)) as engine:
        ingest(engine, find_files([SEEDS]), collection="default")
        yield engine


def write_and_ingest(engine: Engine, folder: Path, texts: dict[str, str], collection: str = "default") -> list[Outcome]:
    """Write ``texts`` (path: content) below ``folder`` and ingest the folder."""
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
    return ingest(engine, find_files([folder]), collection=collection)


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
def serve(data_dir: Path, *options: str, wait: bool = True, **environ: str) -> Iterator[str]:
    """A real server process on a free port; gives its address, ready to answer unless ``wait`` is false."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rag", "serve", "--port", "0", *options],
        env={**_environ(data_dir), **environ},
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    try:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert first.startswith("Footnote is at http://127.0.0.1:"), first
        address = first.split()[-1].rstrip("/")
        if wait:
            wait_until_ready(address)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextmanager
def serve_here(provide: Callable[[], Engine], *handlers: HTTPRouteHandler) -> Iterator[str]:
    """A real server in this process: ``handlers`` on the engine that ``provide`` gives; its address."""
    line = Line(running=2, waiting=8)
    dependencies = {
        "engine": Provide(provide, sync_to_thread=False),
        "line": Provide(lambda: line, sync_to_thread=False),
    }
    app = Litestar(handlers, dependencies=dependencies, exception_handlers=HANDLERS, logging_config=None)
    with closing(line), run_here(app) as address:
        yield address


@contextmanager
def run_here(app: App, **options: Any) -> Iterator[str]:
    """An ASGI application on a real server in this process, with options of uvicorn; its address."""
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=2, **options)
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


@pytest.fixture(scope="session")
def seeds_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that took the seeds in on its first start."""
    with serve(tmp_path_factory.mktemp("seeds-server") / "data") as address:
        yield address


@pytest.fixture(scope="session")
def hostile_server(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose documents hold what must stay text, are of every format, and fill a page."""
    folder = tmp_path_factory.mktemp("hostile-server")
    files = {"hostile.txt": HOSTILE, "lighthouse.txt": LIGHTHOUSE, "arabic.txt": ARABIC}
    for number in range(NOTES):
        files[f"note-{number:02}.txt"] = f"Locker {number} of the harbour office holds rope number {number + 7}."
    with closing(assemble(Settings(data_dir=folder / "data"), encoder, scorer)) as engine:
        write_and_ingest(engine, folder / "files", files)
        ingest(engine, find_files(sorted((ROOT / "tests" / "files").glob("bridge.[!f]*"))), collection="default")
    with serve(folder / "data") as address:
        yield address


def chromium_path() -> str | None:
    """The Chromium to drive: FOOTNOTE_TEST_CHROMIUM, or the first on the PATH."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return os.environ.get("FOOTNOTE_TEST_CHROMIUM") or next((path for path in found if path), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for all tests."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="the browser tests need the package playwright")
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: set FOOTNOTE_TEST_CHROMIUM or put chromium on the PATH")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in the browser; a test that provokes a fault checks and clears the list."""
    return []


@pytest.fixture
def page(browser: Browser, faults: list[str]) -> Iterator[Page]:
    """A page in a browser of its own that must log no error, break no policy, and ask for nothing from elsewhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(20_000)
    asked: list[str] = []

    def fault(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    page.on("request", lambda request: asked.append(request.url))
    page.on("console", fault)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_init_script(OBSERVE_PAGE)
    yield page
    context.close()
    assert faults == []
    own = re.compile(r"(http://127\.0\.0\.1:\d+/(static/|v1/|$)|blob:)")
    assert [url for url in asked if not own.match(url)] == []


def _environ(data_dir: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_")}
    return {**kept, "FOOTNOTE_DATA_DIR": str(data_dir), "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "default"}
