"""Kill -9 and other faults, through a real server and the real command line: nothing is lost, nothing comes back.

They are those of ``footnote eval faults``, with word models in the place of the bundled ones.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from eval.faults.cli import play
from eval.faults.kinds import FileLimit, cut_catalog, full_disk, read_only
from eval.faults.rounds import AIMS, OPERATIONS, Outcome, plan, prepare
from eval.faults.site import Site
from rag.storage.catalog import Catalog

ROUNDS = range(4, 24)  # of six operations and four aims; the four before die at a random moment too
CHAIN = 10
NOBODY = 65534


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """Two chains of rounds at the same time."""
    return [*play(tmp_path_factory.mktemp("faults"), ROUNDS, seed=1, chain=CHAIN, toy=True, parallel=2)]


@pytest.fixture(scope="module")
def first() -> Iterator[Site]:
    """A small directory that everybody may read; tests work on copies."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        site = Site(Path(folder, "first"), toy=True)
        prepare(site, Random("first"), 3)
        yield site


@pytest.fixture
def site(first: Site, request: pytest.FixtureRequest) -> Iterator[Site]:
    site = first.copy(first.folder.parent / request.node.name)
    yield site
    site.end()
    sys.stderr.write(site.log())  # shown where a test fails


def test_killed_process_loses_nothing_and_brings_nothing_back(outcomes: list[Outcome]) -> None:
    assert [(str(one.plan), one.found.said) for one in outcomes if one.found.said] == []
    assert len(outcomes) == len(ROUNDS)


def test_rounds_strike_what_they_aim_at(outcomes: list[Outcome]) -> None:
    assert {one.plan.operation for one in outcomes} == set(OPERATIONS)
    assert {one.plan.aim for one in outcomes if one.killed} == set(AIMS)
    assert sum(one.killed for one in outcomes) > len(outcomes) // 2


def test_plan_of_a_round_is_the_same_every_time() -> None:
    assert [plan(1, number) for number in range(30)] == [plan(1, number) for number in range(30)]
    assert plan(1, 3) != plan(2, 3)


def test_full_disk_refuses_what_comes_and_keeps_what_was_accepted(site: Site) -> None:
    site.serve()
    assert full_disk(site, FileLimit(site), Random("full")).said == []


@pytest.mark.parametrize("kept", ["lock", "catalog.db"])
def test_read_only_directory_is_a_clear_error(kept: str, site: Site) -> None:
    """Nothing in it can be written, or only the lock."""

    def deny(site: Site) -> subprocess.CompletedProcess[str]:
        try:
            return site.examine(user=NOBODY) if os.geteuid() == 0 else site.examine()
        except PermissionError:
            pytest.skip("the tests run as root, and nobody else may run this Python")

    for path in (*site.data_dir.rglob("*"), site.data_dir):
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() else 0o444)
    if kept == "catalog.db":
        (site.data_dir / "lock").chmod(0o666)
    assert read_only(site, deny).said == []


def test_catalog_cut_short_names_the_way_out_and_a_backup_brings_it_back(site: Site) -> None:
    assert cut_catalog(site).said == []


def test_doctor_tells_of_waiting_files_and_finds_a_document_that_changed(site: Site) -> None:
    with closing(Catalog(site.data_dir / "catalog.db")) as catalog:
        catalog.jobs.add("job_1", "default", ["a.txt", "b.txt"], keep=1)
    told = site.examine()
    assert (told.returncode, told.stderr) == (0, "")
    assert "2 files of 1 jobs; footnote serve takes them in\n" in told.stdout
    with closing(sqlite3.connect(site.data_dir / "catalog.db")) as connection, connection:
        connection.execute("UPDATE documents SET text = CAST('other' AS BLOB) WHERE id = 'old001'")
    told = site.examine()
    assert told.returncode == 1
    assert "PROBLEM" in told.stderr
    assert "it is damaged: the text of document old001 is not what was stored; restore it from a backup" in told.stderr
