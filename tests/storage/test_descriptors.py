"""Connections to the catalog are given back, and where there is no descriptor left that is said, and passes."""

import resource
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from rag.errors import Overloaded
from rag.storage.catalog import Catalog
from tests.support.processes import serve


def descriptors() -> int:
    return psutil.Process().num_fds()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.db")
    catalog.ensure_collection("default")
    yield catalog
    catalog.close()


def test_threads_that_end_give_their_connections_back(catalog: Catalog) -> None:
    catalog.collections()
    before = descriptors()
    for _ in range(50):
        thread = threading.Thread(target=catalog.collections)
        thread.start()
        thread.join()
    assert descriptors() <= before + 3


def test_snapshots_that_end_give_their_connections_back(catalog: Catalog) -> None:
    """SQLite closes no descriptor while others hold locks on the file; it opens with them again."""
    before, most = descriptors(), []
    for _ in range(4):
        with ExitStack() as opened:
            for _ in range(30):
                assert opened.enter_context(catalog.snapshot()).collections() == ["default"]
        most.append(descriptors())
    assert max(most) <= most[0] + 3  # not thirty more each time
    assert most[0] <= before + 30 + 2 * 8


@contextmanager
def few_descriptors(more: int) -> Iterator[None]:
    """Let this process open only so many files more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as opened:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors() + 100, hard))
        opened.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        taken = []
        with suppress(OSError):
            while True:
                taken.append(opened.enter_context(Path("/dev/null").open("rb")))
        for file in taken[-more:]:
            file.close()
        yield


def test_no_descriptor_left_is_overload_and_passes(catalog: Catalog) -> None:
    def many() -> None:
        for _ in range(50):
            opened.enter_context(catalog.snapshot())

    with few_descriptors(12), ExitStack() as opened, pytest.raises(Overloaded, match="too many files are open"):
        many()
    with catalog.snapshot() as snapshot:
        assert snapshot.collections() == ["default"]


def test_server_that_runs_out_of_descriptors_says_503_and_recovers(tmp_path: Path) -> None:
    with serve(tmp_path / "data", FOOTNOTE_MAX_CONNECTIONS="4000") as address:
        port = httpx.URL(address).port
        process = next(one for one in psutil.Process().children() if str(tmp_path) in " ".join(one.environ().values()))
        soft, hard = process.rlimit(psutil.RLIMIT_NOFILE)
        process.rlimit(psutil.RLIMIT_NOFILE, (process.num_fds() + 6, hard))
        statuses = set()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            for path in ("/v1/documents", "/static/app.js", "/v1/collections"):
                statuses.add(client.get(path).status_code)
            files = [("file", (f"{number}.txt", b"The lamp was lit in 1902.")) for number in range(3)]
            with ExitStack() as held:
                held_clients = [held.enter_context(httpx.Client(base_url=address, timeout=5)) for _ in range(5)]
                for one in held_clients:
                    try:
                        statuses.add(one.get("/v1/documents").status_code)
                        statuses.add(one.post("/v1/documents", files=files).status_code)
                    except httpx.TransportError:
                        pass
            process.rlimit(psutil.RLIMIT_NOFILE, (soft, hard))
            assert client.get("/v1/documents").status_code == 200
            assert client.post("/v1/documents", files=files).status_code == 202
    assert statuses <= {200, 202, 503}
