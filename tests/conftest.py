"""Real parts for the tests: the bundled models, a real data directory, a real server, a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.ingest.pipeline import find_files, ingest
from rag.library import Library, assemble
from rag.models import load_encoder, load_reranker
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Networks, Origins, Settings
from tests.support.chroma import ChromaServer, chroma_server
from tests.support.chromium import BROWSER_ARGUMENTS, OBSERVE_PAGE, chromium_path
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.handbook import HANDBOOK
from tests.support.keyed import PROXY, USER_HEADER, WIKI, Keyed, keyed_server
from tests.support.places import ROOT, SEEDS
from tests.support.postgres import Server, programs, running
from tests.support.processes import serve
from tests.support.texts import ARABIC, HOSTILE, LIGHTHOUSE, NOTES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(Settings().encoder, threads=2)


@pytest.fixture(scope="session")
def scorer() -> PairScorer:
    return load_reranker(Settings().reranker, threads=2)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server."""
    if programs() is None:
        pytest.skip("no PostgreSQL: install the package postgresql or put initdb on the PATH")
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def catalog_place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a new catalog can be made, in each database: a file, or a URL."""
    if request.param == "sqlite":
        return tmp_path / "catalog.db"
    server: Server = request.getfixturevalue("postgres")
    return server.new_url()


@pytest.fixture
def open_library(encoder: Encoder, scorer: PairScorer, tmp_path: Path) -> Iterator[OpenLibrary]:
    """Opens engines with the bundled models; each gets ``tmp_path / "data"`` unless told otherwise."""
    opened: list[Library] = []

    def make(data_dir: Path | None = None, **settings: object) -> Library:
        chosen = Settings(data_dir=data_dir or tmp_path / "data", **settings)  # type: ignore[arg-type]
        opened.append(assemble(chosen, encoder, scorer))
        return opened[-1]

    yield make
    for engine in opened:
        engine.close()


@pytest.fixture(scope="session")
def seeds_engine(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """An engine that holds the five seeds; tests only read it."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("seeds") / "data")
    with closing(assemble(settings, encoder, scorer)) as engine:
        ingest(engine, find_files([SEEDS]), collection="default")
        yield engine


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


@pytest.fixture(scope="session")
def desk_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the samples; tests change what it has, each in a collection of its own."""
    with serve(tmp_path_factory.mktemp("desk-server") / "data") as address:
        yield address


@pytest.fixture(scope="session")
def handbook_server(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose documents have tables, lists, steps, records and code."""
    folder = tmp_path_factory.mktemp("handbook-server")
    with closing(assemble(Settings(data_dir=folder / "data"), encoder, scorer)) as engine:
        write_and_ingest(engine, folder / "files", HANDBOOK)
    with serve(folder / "data") as address:
        yield address


@pytest.fixture(scope="session")
def keyed(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    """A server with keys, to which one may send as many requests as one likes."""
    folder = tmp_path_factory.mktemp("keyed")
    with keyed_server(
        folder,
        encoder,
        scorer,
        address_requests=0,
        key_requests=0,
        allow_origins=Origins([WIKI]),
        trusted_proxies=Networks([PROXY]),
        trusted_user_header=USER_HEADER,
    ) as found:
        yield found


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    """A Chroma server that no test ends; each has a database, or a library, of its own on it."""
    with chroma_server(tmp_path_factory.mktemp("chroma") / "data") as server:
        yield server


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
    own = re.compile(r"(http://127\.0\.0\.1:\d+/(static/|v1/|health/ready$|$)|blob:)")
    assert [url for url in asked if not own.match(url)] == []
