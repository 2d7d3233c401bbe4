"""Documents that an older Footnote parsed are read again from their sources."""

import sqlite3
from contextlib import closing
from pathlib import Path

from rag.ingest.batches import Work
from rag.library import Library
from rag.storage.directory import CATALOG
from rag.upkeep.renew import renew
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.processes import footnote

TABLE = "# Wells\n\n| Well | Depth |\n|---|---|\n| Upper | 14 m |\n| Lower | 31 m |\n"


def aged(data_dir: Path) -> None:
    """Make a catalog what version 1 was: without the tables of blocks, scales and keys."""
    with closing(sqlite3.connect(data_dir / CATALOG)) as connection:
        connection.executescript(
            "DROP TABLE structures; DROP TABLE scales; DROP TABLE sessions; DROP TABLE access_keys;"
            "PRAGMA user_version = 1;"
        )


def test_a_former_catalog_opens_and_its_documents_are_read_again(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "texts", {"wells.md": TABLE, "plain.txt": "The mill is old and made of wood."})
    data_dir = engine.store.data_dir
    engine.close()
    aged(data_dir)
    with Library.open(data_dir) as former:
        assert former.store.catalog.outdated(9) == ["plain", "wells.md"]
        assert former.store.catalog.blocks("wells.md") == []
        text = former.text("wells.md")
        assert renew(former, Work()) == 2
        assert former.store.catalog.outdated(9) == []
        assert former.store.catalog.blocks("wells.md")
        assert former.text("wells.md") == text
        assert former.ask("How deep is the lower well?").statements[0].kind == "table"
        assert renew(former, Work()) == 0


def test_reindex_reads_documents_again(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "texts", {"wells.md": TABLE})
    data_dir = engine.store.data_dir
    engine.close()
    aged(data_dir)
    done = footnote("reindex", data_dir=data_dir)
    assert "1 documents were read again from their sources" in done.stdout
    assert "read again" not in footnote("reindex", data_dir=data_dir).stdout
