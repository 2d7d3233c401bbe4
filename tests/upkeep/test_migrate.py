"""A library that moves into PostgreSQL and back is the same: its rows, its answers, and the numbers it goes on from."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.errors import DataDirectoryError
from rag.library import Library, assemble
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.upkeep.migrate import migrate_from, migrate_to
from tests.support.engines import write_and_ingest
from tests.support.postgres import Server
from tests.support.processes import footnote

TEXTS = {
    "lamp.txt": "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n",
    "port.txt": "The harbour of Pelm was dug in 1902 by Otto Reed. Its basin holds sixty ships.\n",
    "gone.txt": "The mill at Quarn grinds rye.\n",
}
BUILT = "Who built the lighthouse of Morvane?"


def opened(data_dir: Path, url: str = "") -> Library:
    settings = Settings(data_dir=data_dir, encoder="words", threshold=0.2, passage_tokens=16, catalog_url=url)
    return assemble(settings, WordEncoder(), WordScorer())


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory with documents in two collections, a rated answer and a job; one document is gone."""
    with closing(opened(tmp_path / "data")) as library:
        write_and_ingest(library, tmp_path / "files", TEXTS)
        write_and_ingest(library, tmp_path / "files", {"port.txt": TEXTS["port.txt"]}, collection="other")
        library.remove("gone")
        answer = library.ask(BUILT)
        library.receipts.keep(answer)
        library.receipts.rate(answer.id, helpful=True, comment="good")
        library.store.catalog.jobs.add("job_1", "default", ["a.txt"], keep=9)
        library.store.catalog.jobs.cancel("job_1", "not wanted")
    return tmp_path / "data"


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a catalog's own tables."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        own = [name for name in names if not name.startswith(("lexical_", "sqlite_"))]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in own}


def test_library_goes_there_and_back_unchanged(data_dir: Path, postgres: Server, tmp_path: Path) -> None:
    url = postgres.new_url()
    with closing(opened(data_dir)) as library:
        before = library.ask(BUILT)
    copied = migrate_to(url, data_dir)
    assert copied.rows["documents"] == 5
    with closing(opened(tmp_path / "there", url)) as library:
        there = library.ask(BUILT)
        assert (there.statements, there.citations, there.corpus) == (before.statements, before.citations, before.corpus)
        ranked = library.store.catalog.search_words("default", ["lighthouse", "harbour"], 9)
    assert migrate_from(url, tmp_path / "back") == copied
    assert rows(tmp_path / "back" / "catalog.db") == rows(data_dir / "catalog.db")
    with closing(opened(tmp_path / "back")) as library:
        assert library.ask(BUILT).citations == before.citations
        assert library.store.catalog.search_words("default", ["lighthouse", "harbour"], 9) == ranked


def test_numbers_are_never_given_again(data_dir: Path, postgres: Server) -> None:
    with closing(Catalog(data_dir / "catalog.db")) as catalog:
        given = int(catalog.new_keys(1)[0])
    url = postgres.new_url()
    migrate_to(url, data_dir)
    with closing(Catalog(url)) as catalog:
        assert [int(key) for key in catalog.new_keys(2)] == [given, given + 1]


def test_catalog_that_is_not_empty_is_not_copied_to(data_dir: Path, postgres: Server) -> None:
    url = postgres.new_url()
    migrate_to(url, data_dir)
    with pytest.raises(DataDirectoryError, match="is not empty, it has generations"):
        migrate_to(url, data_dir)
    with pytest.raises(DataDirectoryError, match="is not empty, it has generations"):
        migrate_from(url, data_dir)


def test_waiting_files_are_taken_in_first(data_dir: Path, postgres: Server) -> None:
    with closing(Catalog(data_dir / "catalog.db")) as catalog:
        catalog.jobs.add("job_2", "default", ["a.txt"], keep=9)
    with pytest.raises(DataDirectoryError, match="1 jobs have files that are not taken in yet"):
        migrate_to(postgres.new_url(), data_dir)


def test_command_says_what_was_copied(data_dir: Path, postgres: Server) -> None:
    done = footnote("migrate", "--to", postgres.new_url(), data_dir=data_dir)
    assert done.returncode == 0, done.stderr
    assert "5 documents" in done.stdout
    neither = footnote("migrate", data_dir=data_dir)
    assert neither.returncode == 2
    assert "either --to or --from" in neither.stderr
