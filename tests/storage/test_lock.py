"""One process owns a data directory, from whichever thread it opened it, and a stop is a close."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.errors import DataDirectoryError, DataDirectoryInUse
from rag.library import Library, assemble
from rag.settings import Settings
from rag.storage.store import Store
from rag.types import MadeWith
from tests.support.engines import write_and_ingest
from tests.support.places import ROOT
from tests.support.processes import footnote, wait_until_ready

TEXTS = {"lamp.txt": "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"}
QUESTION = "Who built the lighthouse of Morvane?"
MADE = MadeWith(fingerprint="encoder=words", encoder="words", passage_tokens=48)


def opened(data_dir: Path) -> Library:
    return assemble(Settings(data_dir=data_dir, encoder="words", threshold=0.2), WordEncoder(), WordScorer())


def in_thread(work: Callable[[], object]) -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is raised where it can be seen
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    if failed:
        raise failed[0]


def documents_in(catalog: Path) -> int:
    with closing(sqlite3.connect(f"file:{catalog}?mode=ro&immutable=1", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])


def test_engine_may_be_opened_asked_and_closed_in_three_threads(tmp_path: Path) -> None:
    engines: list[Library] = []
    in_thread(lambda: engines.append(opened(tmp_path / "data")))
    (engine,) = engines
    write_and_ingest(engine, tmp_path / "files", TEXTS)
    in_thread(lambda: engine.receipts.keep(engine.ask(QUESTION)))
    in_thread(engine.close)
    engine.close()  # once more does nothing
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["catalog.db", "lock", "vectors-1-1"]
    assert documents_in(tmp_path / "data" / "catalog.db") == 1
    assert (tmp_path / "data" / "vectors-1-1" / "seal.json").is_file()
    with closing(opened(tmp_path / "data")) as again:
        assert "Ada Stone" in again.ask(QUESTION).answer


def test_directory_can_be_opened_again_right_after_another_thread_closed_it(tmp_path: Path) -> None:
    for _ in range(3):
        stores: list[Store] = []
        in_thread(lambda stores=stores: stores.append(Store(tmp_path / "data", made_with=MADE)))  # type: ignore[misc]
        with pytest.raises(DataDirectoryInUse, match="is in use by another Footnote process"):
            Store(tmp_path / "data", made_with=MADE)
        in_thread(stores[0].close)


def test_store_that_two_threads_close_at_once_is_closed_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", made_with=MADE)
    threads = [threading.Thread(target=store.close) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    Store(tmp_path / "data", made_with=MADE).close()


OPEN = """\
import sys
from pathlib import Path
from tests.storage.test_lock import opened
opened(Path(sys.argv[1])).close()
"""


def another_process(data_dir: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", OPEN, str(data_dir)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)


@pytest.mark.parametrize("change", ["deleted", "replaced", "renamed", "none"])
def test_second_process_stays_out_whatever_becomes_of_the_lock_file(change: str, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    with closing(opened(tmp_path / "link")):
        lock = tmp_path / "real" / "lock"
        if change == "renamed":
            lock.rename(lock.with_name("lock.old"))
        elif change != "none":
            lock.unlink()
        if change == "replaced":
            lock.touch()
        second = another_process(tmp_path / "real")
        assert second.returncode == 1
        assert "DataDirectoryInUse" in second.stderr
    assert another_process(tmp_path / "real").returncode == 0


def test_lock_file_that_another_process_holds_is_enough_to_stay_out(tmp_path: Path) -> None:
    """As one of a former version does, or one on a system that cannot lock a directory."""
    import fcntl

    opened(tmp_path / "data").close()
    with (tmp_path / "data" / "lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DataDirectoryInUse):
            opened(tmp_path / "data")
    opened(tmp_path / "data").close()


def half_copied(data_dir: Path, copy: Path, *, vectors: bool) -> None:
    """The file of a catalog without its log, as a former version left it: made in WAL mode, all else in the log."""
    with closing(opened(data_dir)) as engine:
        write_and_ingest(engine, data_dir.parent / "files", TEXTS)
    copy.mkdir()
    with closing(sqlite3.connect(copy / "catalog.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    if vectors:
        shutil.copytree(data_dir / "vectors-1-1", copy / "vectors-1-1")


@pytest.mark.parametrize("vectors", [True, False])
def test_catalog_without_its_log_is_an_error_and_no_empty_library(vectors: bool, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    half_copied(tmp_path / "data", copy, vectors=vectors)
    assert (copy / "catalog.db").stat().st_size > 0
    for _ in range(2):
        with pytest.raises(DataDirectoryError, match=r"it is empty, as one is that was copied without its -wal; copy"):
            opened(copy)
    (copy / "catalog.db-wal").touch()  # an empty log is none
    told = footnote("doctor", data_dir=copy) if vectors else None
    assert told is None or (told.returncode == 1 and "footnote restore" in told.stderr)


def test_first_start_that_was_killed_begins_again(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "catalog.db").touch()
    with closing(opened(tmp_path / "data")) as engine:
        write_and_ingest(engine, tmp_path / "files", TEXTS)
        assert "Ada Stone" in engine.ask(QUESTION).answer


def test_server_that_is_stopped_leaves_one_whole_private_file(tmp_path: Path) -> None:
    """Whatever the process lets others read by default."""
    data_dir = tmp_path / "data"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_")}
    command = [sys.executable, "-m", "rag", "serve", "--port", "0", "--data-dir", str(data_dir)]
    with subprocess.Popen(command, env=kept, stderr=subprocess.PIPE, text=True, cwd=ROOT, umask=0) as process:
        try:
            assert process.stderr is not None
            address = process.stderr.readline().split()[-1].rstrip("/")
            wait_until_ready(address)
            sent = httpx.post(f"{address}/v1/documents", files=[("file", ("lamp.txt", TEXTS["lamp.txt"].encode()))])
            assert sent.status_code == 202
            while httpx.get(f"{address}/v1/jobs/{sent.json()['job']}").json()["state"] != "done":
                threading.Event().wait(0.05)
            expected = len(httpx.get(f"{address}/v1/documents").json()["items"])
            running = readable(data_dir)
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        finally:
            process.kill()
    assert running == readable(data_dir) == []
    assert not list(data_dir.glob("catalog.db-*"))
    shutil.copy(data_dir / "catalog.db", tmp_path / "alone.db")
    assert documents_in(tmp_path / "alone.db") == expected == 6


def readable(folder: Path) -> list[str]:
    """What others than the owner may do anything with."""
    paths = (folder, *folder.rglob("*"))
    return [f"{path} {oct(path.stat().st_mode)}" for path in paths if path.stat().st_mode & 0o077]
