"""A catalog that Footnote wrote when it had version 2 is read by this one, in place and from a backup."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import DataDirectoryError
from rag.library import Library
from rag.storage.catalog import FittedScale
from rag.storage.catalog.schema import VERSION, create_tables, schema
from rag.storage.directory import CATALOG
from rag.types import UNSCALED, Scale
from rag.upkeep.backup import back_up, restore
from tests.support.engines import OpenLibrary
from tests.support.places import ROOT

BACKUP = ROOT / "tests" / "files" / "catalog-2.zip"
FITTED = FittedScale(scale=Scale(intercept=0.5, slope=0.75), questions=20, created="2026-11-30T12:00:00+00:00")


def placed(folder: Path, version: int) -> Path:
    """A data directory with the catalog of version 2, with what that was in version 1, or became in version 3."""
    folder.mkdir()
    with zipfile.ZipFile(BACKUP) as archive:
        archive.extract(CATALOG, folder)
    with closing(sqlite3.connect(folder / CATALOG)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 2
        if version == 1:
            connection.executescript("DROP TABLE structures; PRAGMA user_version = 1;")
        if version == 3:
            with closing(sqlite3.connect(":memory:")) as made:
                create_tables(made)
                scales = next(sql for _, name, sql in schema(made) if name == "scales")
            connection.executescript(f"{scales}; PRAGMA user_version = 3;")
    return folder


def works(engine: Library) -> None:
    """It answers, as with no scale, and can be given one."""
    catalog = engine.store.catalog
    assert catalog.scale("default") == UNSCALED
    before = engine.ask("Who built the lighthouse of Morvane?")
    assert "Ada Stone" in before.answer
    catalog.scales.put("default", FITTED)
    assert engine.ask("Who built the lighthouse of Morvane?").confidence != before.confidence


@pytest.mark.parametrize("version", [1, 2, 3])
def test_older_catalog_is_brought_forward_in_place(version: int, open_library: OpenLibrary, tmp_path: Path) -> None:
    folder = placed(tmp_path / "data", version)
    engine = open_library(folder)
    assert len(engine.store.catalog.outdated(9)) == 2  # of an older layout
    works(engine)
    assert not engine.store.catalog.access.any()
    engine.close()
    with closing(sqlite3.connect(folder / CATALOG)) as found, closing(sqlite3.connect(":memory:")) as made:
        assert found.execute("PRAGMA user_version").fetchone()[0] == VERSION
        create_tables(made)
        assert schema(made) <= schema(found)
    assert open_library(folder).store.catalog.scales.find("default") == FITTED


def test_backup_of_an_older_footnote_is_restored(open_library: OpenLibrary, tmp_path: Path) -> None:
    assert restore(BACKUP, tmp_path / "new").documents == 2
    works(open_library(tmp_path / "new"))


def test_older_catalog_that_was_never_opened_is_backed_up(open_library: OpenLibrary, tmp_path: Path) -> None:
    folder = placed(tmp_path / "data", 2)
    back_up(folder, tmp_path / "all.zip")
    with closing(sqlite3.connect(folder / CATALOG)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 2
    restore(tmp_path / "all.zip", tmp_path / "new")
    works(open_library(tmp_path / "new"))


def test_catalog_of_a_newer_footnote_is_left_alone(open_library: OpenLibrary, tmp_path: Path) -> None:
    folder = placed(tmp_path / "data", 2)
    with closing(sqlite3.connect(folder / CATALOG)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = (folder / CATALOG).read_bytes()
    with pytest.raises(DataDirectoryError, match=f"of version {VERSION + 1}, this Footnote reads version {VERSION}"):
        open_library(folder)
    assert (folder / CATALOG).read_bytes() == before
