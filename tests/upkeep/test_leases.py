"""Jobs of a catalog that several processes share: each is taken by one, and by another when that one is gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.library import Library, assemble
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.storage.directory import worker_name
from rag.upkeep.jobs import Jobs
from rag.upkeep.leasing import LEASE_SECONDS
from tests.support.postgres import Server

WAIT_SECONDS = 30


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.new_url()


@pytest.fixture
def two(url: str) -> Iterator[tuple[Catalog, Catalog]]:
    """A catalog as two processes have it open, with six jobs."""
    with closing(Catalog(url)) as one, closing(Catalog(url)) as other:
        one.ensure_collection("all")
        for number in range(6):
            one.jobs.add(f"job_{number}", "all", ["a.txt"], keep=9)
        yield one, other


def taken(catalog: Catalog, limit: int, *, seconds: float = LEASE_SECONDS) -> list[str]:
    assert catalog.leases is not None
    return catalog.leases.take(str(id(catalog)), limit, seconds=seconds)


def renewed(catalog: Catalog) -> set[str]:
    assert catalog.leases is not None
    return catalog.leases.renew(str(id(catalog)), seconds=LEASE_SECONDS)


def test_job_is_taken_by_one_process(two: tuple[Catalog, Catalog]) -> None:
    one, other = two
    assert taken(one, 2) == ["job_0", "job_1"]
    assert taken(other, 9) == ["job_2", "job_3", "job_4", "job_5"]
    assert taken(one, 9) == []
    assert renewed(one) == {"job_0", "job_1"}


def test_job_of_a_process_that_says_nothing_is_taken_by_another(two: tuple[Catalog, Catalog]) -> None:
    one, other = two
    assert taken(one, 2, seconds=0.0) == ["job_0", "job_1"]
    one.jobs.begin("job_0")
    assert taken(other, 2) == ["job_0", "job_1"]
    assert other.jobs.find("job_0").state == "queued"
    assert renewed(one) == set()


def test_job_that_is_cancelled_elsewhere_is_let_go(two: tuple[Catalog, Catalog]) -> None:
    one, other = two
    taken(one, 2)
    other.jobs.cancel("job_1", "not wanted")
    assert renewed(one) == {"job_0"}


def test_process_that_stops_gives_its_jobs_back(two: tuple[Catalog, Catalog]) -> None:
    one, other = two
    taken(one, 6)
    assert one.leases is not None
    one.leases.give_back(str(id(one)))
    assert len(taken(other, 9)) == 6


def test_many_processes_take_every_job_once(two: tuple[Catalog, Catalog]) -> None:
    found: list[str] = []

    def take(catalog: Catalog) -> None:
        while one := taken(catalog, 1):
            found.extend(one)

    threads = [threading.Thread(target=take, args=(catalog,)) for catalog in (*two, *two)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(found) == [f"job_{number}" for number in range(6)]


def opened(folder: Path, url: str) -> Library:
    settings = Settings(data_dir=folder, encoder="words", threshold=0.2, passage_tokens=16, catalog_url=url)
    return assemble(settings, WordEncoder(), WordScorer())


def accept(jobs: Jobs, texts: dict[str, str]) -> str:
    job_id = jobs.new_id()
    folder = jobs.open(job_id)
    for position, text in enumerate(texts.values()):
        (folder / str(position)).write_text(text, encoding="utf-8")
    jobs.accept(job_id, "default", list(texts))
    return job_id


def wait_until_done(jobs: Jobs, job_ids: list[str]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while any(jobs.status(one).job.state != "done" for one in job_ids):
        assert time.monotonic() < until, [jobs.status(one) for one in job_ids]
        time.sleep(0.05)


def test_files_that_one_process_accepted_are_taken_in_by_another(url: str, tmp_path: Path) -> None:
    with ExitStack() as closed:
        one, other = (closed.enter_context(closing(opened(tmp_path / name, url))) for name in ("one", "other"))
        accepting, working = Jobs(one), Jobs(other)
        texts = {f"mill{number}.txt": f"Mill number {number} grinds rye.\n" for number in range(3)} | {"none.txt": ""}
        job_id = accept(accepting, texts)  # its process never works on it: it may have ended
        one.close()
        working.start()
        closed.callback(working.stop)
        wait_until_done(working, [job_id])
        outcomes = [file.outcome for file in working.status(job_id).job.files]
        assert outcomes == ["added", "added", "added", "rejected"]
        assert other.ask("Which mill is number 2?").citations[0].quote == "Mill number 2 grinds rye."
        assert list((tmp_path / "other" / "spool").iterdir()) == []


def test_process_that_is_started_again_goes_on_at_once(url: str, tmp_path: Path) -> None:
    with closing(opened(tmp_path / "one", url)) as library:
        killed = Jobs(library)  # its process has the job until it is killed
        job_id = accept(killed, {"mill.txt": "The mill grinds rye.\n"})
        leases = library.store.catalog.leases
        assert leases is not None
        assert leases.take(worker_name(tmp_path / "one"), 9, seconds=2 * WAIT_SECONDS) == [job_id]
        again = Jobs(library)
        again.start()
        wait_until_done(again, [job_id])
        assert again.stop()
    assert (tmp_path / "one" / "worker").stat().st_mode & 0o777 == 0o600


def test_two_processes_work_on_jobs_at_once(url: str, tmp_path: Path) -> None:
    with ExitStack() as closed:
        both = [closed.enter_context(closing(opened(tmp_path / name, url))) for name in ("one", "other")]
        jobs = [Jobs(one) for one in both]
        accepted = [
            accept(jobs[number % 2], {f"d{number}-{n}.txt": f"Mill {number} of {n} grinds rye.\n" for n in range(4)})
            for number in range(8)
        ]
        accepted.append(accept(jobs[0], {"d0-0.txt": "Mill 0 grinds oats.\n"}))
        for one in jobs:
            one.start()
            closed.callback(one.stop)
        wait_until_done(jobs[0], accepted)
        catalog = both[1].store.catalog
        assert catalog.state("default").documents == 32
        assert catalog.text("d0-0").strip() == "Mill 0 grinds oats."
        assert len(set(catalog.passage_keys("default"))) == 32
