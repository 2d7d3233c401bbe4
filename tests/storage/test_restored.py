"""Backups, exports and catalogs from elsewhere: input like any other. What they name is never a place on this disk."""

import hashlib
import json
import re
import sqlite3
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random

import numpy as np
import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.errors import ArchiveError, DataDirectoryError, DataDirectoryInUse, IndexMismatch, ModelError
from rag.ingest.pipeline import SourceFile, ingest
from rag.ingest.recipe import Recipe
from rag.library import Library, assemble
from rag.models.gate import Gate
from rag.settings import Settings
from rag.storage.catalog import FittedScale, KeyScope
from rag.storage.catalog.schema import create_tables
from rag.storage.catalog.snapshot import examine, index_again
from rag.storage.directory import JOB_ID
from rag.storage.store import Store
from rag.types import Scale
from rag.upkeep.backup import back_up, restore
from rag.upkeep.exchange import export, import_collection
from rag.upkeep.jobs import Jobs
from rag.upkeep.keys import create_key
from rag.upkeep.reindex import Reindex
from rag.upkeep.spool import Spool
from tests.support.engines import write_and_ingest
from tests.support.processes import footnote

TEXTS = {
    "lamp.txt": "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n",
    "notes/port.md": "# Pelm\n\nPublished: 2 June 2025\n\nThe harbour of Pelm was dug in 1902 by Otto Reed.\n",
}
QUESTION = "Who built the lighthouse of Morvane?"
Change = tuple[str, Sequence[object]]
"""SQL, and the values of its parameters."""

SECRET = b"What nobody but its owner may read."


def opened(data_dir: Path, encoder: WordEncoder | None = None, *, as_it_is: bool = False) -> Library:
    encoder = encoder or WordEncoder()
    settings = Settings(data_dir=data_dir, encoder=encoder.name, threshold=0.2)
    return assemble(settings, encoder, WordScorer(), as_it_is=as_it_is)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a row in every table, and two files of a job that wait."""
    folder = tmp_path_factory.mktemp("restored")
    with closing(opened(folder / "data")) as engine:
        write_and_ingest(engine, folder / "files", TEXTS)
        fitted = FittedScale(scale=Scale(intercept=0.5, slope=0.75), questions=20, created="2026-11-30T12:00:00+00:00")
        engine.store.catalog.scales.put("default", fitted)
        create_key(engine.store.catalog.access, KeyScope.READ, name="of the port", collections=["default"], days=9)
        answer = engine.ask(QUESTION)
        engine.receipts.keep(answer)
        engine.receipts.rate(answer.id, helpful=True, comment="Well said")
        jobs = Jobs(engine)  # never started: what it accepts waits
        job = jobs.new_id()
        waiting = jobs.open(job)
        for name in ("0", "1"):
            (waiting / name).write_bytes(b"The ferry of Tarn sails at noon.\n")
        jobs.accept(job, "default", ["ferry.txt", "boat.txt"])
        with closing(sqlite3.connect(folder / "data" / "catalog.db")) as catalog, catalog:
            catalog.execute("UPDATE job_files SET reason = 'none', document_id = 'lamp' WHERE position = 1")
    return folder / "data"


@pytest.fixture(scope="module")
def backup(data_dir: Path) -> Path:
    file = data_dir.parent / "backup.zip"
    back_up(data_dir, file)
    return file


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Path]:
    """A folder of somebody else, which is as it was at the end of the test."""
    folder = tmp_path / "victim"
    for name in ("0", "1", "notes/diary.txt", f"job_{'0' * 28}/0"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(SECRET)
    before = seen(folder)
    yield folder
    assert seen(folder) == before


def seen(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else b"", path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
    }


def changed(backup: Path, target: Path, sql: Sequence[Change], **renamed: str) -> Path:
    """A copy of a backup with right checksums, after ``sql`` has changed its catalog; files are left out or renamed."""
    with zipfile.ZipFile(backup) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    files["catalog.db"] = changed_catalog(files["catalog.db"], target.with_suffix(".db"), sql).read_bytes()
    files = {renamed.get(name, name): content for name, content in files.items()}
    manifest["files"] = [
        {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "about": {}}
        for name, content in files.items()
    ]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", json.dumps(manifest))
    return target


def changed_catalog(catalog: bytes, file: Path, sql: Sequence[Change]) -> Path:
    file.write_bytes(catalog)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        for statement, values in sql:
            connection.execute(statement, values)
    return file


def catalog_of(backup: Path) -> bytes:
    with zipfile.ZipFile(backup) as archive:
        return archive.read("catalog.db")


def use(folder: Path) -> None:
    """Do with a directory what commands and a server do."""
    with closing(opened(folder)) as engine:
        assert engine.store.disagreements() == []
        engine.ask(QUESTION)
        jobs = Jobs(engine)
        jobs.start()
        while unfinished(folder):
            threading.Event().wait(0.01)
        jobs.stop()
        for document in engine.store.catalog.documents("default", limit=99):
            assert SECRET not in engine.store.catalog.source(document.id)


def unfinished(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "catalog.db")) as catalog:
        row = catalog.execute("SELECT count(*) FROM jobs WHERE state NOT IN ('done', 'failed')").fetchone()
        return int(row[0])


TEXT = ["", "{victim}", "../victim", "..", "a\0b", "attacker/model", "x" * 5_000, '{"a":', "[" * 3_000, "[-1]"]
TEXT += ["[99999999]", "[1e400]", "2025-13-45"]
WHOLE = [-1, 1 << 40, (1 << 63) - 1, -(1 << 63)]
REAL = [float("inf"), float("-inf"), 1e300, -21.0, 20.5]
BYTES = [b"", b"\xff" * 40, np.full(64, np.nan, "<f4").tobytes(), np.full(64, 1e38, "<f4").tobytes()]
BYTES += [np.zeros(64, "<f4").tobytes(), np.eye(1, 65, dtype="<f4").tobytes(), b'{"id":', b"[]", b"{}"]
HOSTILE: dict[str, Sequence[object]] = {
    "TEXT": TEXT,
    "INTEGER": WHOLE,
    "REAL": REAL,
    "BLOB": BYTES,
    "": ["x", -1, 1 << 60, None],
}
ANY_TEXT = {  # is only ever shown or searched; a model that only a catalog names is not loaded
    *("documents.title", "documents.author", "documents.publisher", "documents.path", "documents.origin"),
    *("passages.indexed", "sentences.heading", "answers.question", "feedback.comment"),
    *("access_keys.name", "sessions.key_id"),
    *("job_files.name", "job_files.reason", "generations.fingerprint", "generations.encoder"),
}
HARMLESS: dict[str, set[object]] = {  # a well-formed one that is wrong at most
    "documents.media_type": {"attacker/model"},
    "jobs.collection": {"2025-13-45"},
    "job_files.document_id": {"2025-13-45"},
    **{name: {1 << 40} for name in ("collections.version", "sentences.block", "answers.row", "job_files.passages")},
    "scales.questions": {1 << 40},
}


def columns() -> dict[str, list[tuple[str, str]]]:
    """The columns of each table, and their types."""
    with closing(sqlite3.connect(":memory:")) as connection:
        create_tables(connection)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            table: [(row[1], row[2]) for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables
        }


def problem_of(catalog: Path) -> str:
    """What is wrong with it, nothing where it is sound."""
    try:
        examine(catalog)
    except DataDirectoryError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("table", columns())
def test_every_value_of_a_catalog_is_checked(table: str, backup: Path, tmp_path: Path, victim: Path) -> None:
    begun: list[Change] = [
        ("INSERT INTO sessions SELECT sha256, id, created FROM access_keys", ())
    ]  # no backup has any
    whole, tried = changed_catalog(catalog_of(backup), tmp_path / "whole.db", begun).read_bytes(), 0
    assert not problem_of(tmp_path / "whole.db")
    for column, kind in columns()[table]:
        for value in HOSTILE[kind]:
            given = str(victim) if value == "{victim}" else value
            file = changed_catalog(
                whole, tmp_path / "catalog.db", [(f'UPDATE OR IGNORE {table} SET "{column}" = ?', [given])]
            )
            if file.read_bytes() == whole:
                continue
            tried += 1
            name, problem = f"{table}.{column}", problem_of(file)
            assert problem or name in ANY_TEXT or value in HARMLESS.get(name, ()), f"{name} may be {value!r}"
            assert re.match("it (is|has|cannot)|$", problem), (column, value)
    assert tried > 4


def test_texts_of_a_restored_catalog_lead_nowhere(backup: Path, tmp_path: Path, victim: Path) -> None:
    odd = [name for name in sorted(ANY_TEXT) if not name.startswith("generations")]
    for number, value in enumerate((str(victim), "../victim", "../../victim/0")):
        sql: list[Change] = [("UPDATE {} SET {} = ?".format(*name.split(".")), [value]) for name in odd]
        archive = changed(backup, tmp_path / f"{number}.zip", sql)
        assert restore(archive, tmp_path / f"new{number}").documents == 2
        use(tmp_path / f"new{number}")
        export(tmp_path / f"new{number}", "default", tmp_path / f"out{number}.zip")
        with zipfile.ZipFile(tmp_path / f"out{number}.zip") as out:
            assert all(name.startswith("documents/") for name in out.namelist() if name != "manifest.json")


JOBS = ["{victim}", "../../victim", "..", ".", "", "job_../../victim", "job_0/../../../victim", "JOB_0", "jöb", "a\0b"]


@pytest.mark.parametrize("job", JOBS)
def test_job_that_is_no_plain_folder_is_refused_and_never_followed(
    job: str, backup: Path, data_dir: Path, tmp_path: Path, victim: Path
) -> None:
    """Neither by restoring it, nor by a server on a catalog that was put in place by hand; at any of its states."""
    given = job.format(victim=victim)
    archive = changed(backup, tmp_path / "evil.zip", [("UPDATE jobs SET id = ?", [given])])
    with pytest.raises(ArchiveError, match=r"evil\.zip holds a catalog that cannot be used: .* id of jobs .* is "):
        restore(archive, tmp_path / "new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["lock"]
    for number, outcome in enumerate((None, "added")):  # files are read, and then all are removed
        sql: list[Change] = [("UPDATE jobs SET id = ?", [given]), ("UPDATE job_files SET outcome = ?", [outcome])]
        folder = tmp_path / f"placed{number}"
        folder.mkdir()
        changed_catalog(catalog_of(backup), folder / "catalog.db", sql)
        use(folder)


@pytest.mark.parametrize("position", [-1, 1 << 40])
def test_position_that_no_file_has_is_refused(position: int, backup: Path, tmp_path: Path) -> None:
    sql = [("UPDATE job_files SET position = ? WHERE position = 1", [position])]
    with pytest.raises(ArchiveError, match=f"position of job_files|{SPOOL_OF}{position}"):
        restore(changed(backup, tmp_path / "evil.zip", sql), tmp_path / "new")


SPOOL_OF = r"does not have 'spool/job_[0-9a-f]+/"


def test_waiting_files_are_those_that_the_catalog_names(backup: Path, tmp_path: Path) -> None:
    done: list[Change] = [("UPDATE job_files SET outcome = 'added'", [])]
    with pytest.raises(ArchiveError, match=r"has 'spool/job_[0-9a-f]+/0', which its catalog does not name"):
        restore(changed(backup, tmp_path / "surplus.zip", done), tmp_path / "new")
    with zipfile.ZipFile(backup) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/1"))
    other = {name: name[:-1] + "7"}
    with pytest.raises(ArchiveError, match=r"does not have 'spool/job_[0-9a-f]+/1', which its catalog says was"):
        restore(changed(backup, tmp_path / "missing.zip", [], **other), tmp_path / "new")
    for name_of_it in ("spool/x/1", "spool/job_zz/1", "spool/job_1/01", "spool/job_1/-1", "catalogXdb", "lock"):
        with pytest.raises(ArchiveError, match=r"has '.*', which no backup has"):
            restore(changed(backup, tmp_path / "name.zip", [], **{name: name_of_it}), tmp_path / "new")
        (tmp_path / "name.zip").unlink()


def test_tables_that_are_views_or_indexes_with_something_else_are_refused(backup: Path, tmp_path: Path) -> None:
    forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS number, 'x' AS id FROM n"
    sql: list[Change] = [
        ("ALTER TABLE collections RENAME TO hidden", []),
        (f"CREATE VIEW collections AS {forever}", []),
    ]
    with pytest.raises(ArchiveError, match="it has other tables than a catalog"):
        restore(changed(backup, tmp_path / "view.zip", sql), tmp_path / "new")
    sql = [("UPDATE lexical_1_1_data SET block = randomblob(2000)", []), ("DELETE FROM lexical_1_1_docsize", [])]
    sql += [("UPDATE lexical_1_1_config SET v = 9", []), ("INSERT INTO lexical_1_1_config VALUES ('rank', 'x(9)')", [])]
    restore(changed(backup, tmp_path / "words.zip", sql), tmp_path / "words")
    with closing(opened(tmp_path / "words")) as engine:
        assert len(engine.store.catalog.search_words("default", ["lighthouse"], 9)) == 1


def mutated(whole: bytes, random: Random) -> bytes:
    """The bytes of a file with one to four changes of any kind."""
    for _ in range(random.randint(1, 4)):
        place, length = random.randrange(len(whole)), random.choice([1, 2, 4, 30, 600])
        match random.randrange(4):
            case 0:
                whole = whole[:place] + random.randbytes(length) + whole[place + length :]
            case 1:
                whole = whole[:place] + whole[place + length :]
            case 2:
                whole = whole[:place] + random.choice([b"\0", b"\xff"]) * length + whole[place + length :]
            case _:
                whole = whole[: -random.choice([1, 22, 100])] if random.random() < 0.3 else whole[:place] + whole
    return whole


def test_archive_of_changed_bytes_is_refused_or_whole(
    backup: Path, data_dir: Path, tmp_path: Path, victim: Path
) -> None:
    export(data_dir, "default", tmp_path / "export.zip")
    refused: list[bool] = []
    with closing(opened(tmp_path / "engine")) as engine:

        def bring_in(file: Path, _: Path) -> object:
            return import_collection(engine, file)

        for seed in range(150):
            random = Random(seed)
            tail = random.random() < 0.5  # half of them where zip and manifest say what there is
            for file, take in ((backup, restore), (tmp_path / "export.zip", bring_in)):
                whole = file.read_bytes()
                cut = max(0, len(whole) - 1_500) if tail else 0
                bad = tmp_path / "bad.zip"
                bad.write_bytes(whole[:cut] + mutated(whole[cut:], random))
                try:
                    take(bad, tmp_path / f"new{seed}")
                except ArchiveError as error:
                    refused.append(str(error).startswith(str(bad)))
                    assert take is not restore or not (tmp_path / f"new{seed}" / "catalog.db").exists()
    assert all(refused)
    assert len(refused) > 200


def test_catalog_of_changed_bytes_is_refused_or_usable(backup: Path, tmp_path: Path, victim: Path) -> None:
    whole, refused = catalog_of(backup), 0
    for seed in range(60):
        random = Random(seed)
        file = tmp_path / f"{seed}.db"
        changes = bytearray(whole)
        for _ in range(random.choice([1, 3, 10])):
            place, length = random.randrange(100, len(whole)), random.choice([1, 4, 50])
            changes[place : place + length] = random.randbytes(len(changes[place : place + length]))
        file.write_bytes(changes)
        try:
            examine(file)
            index_again(file)
        except DataDirectoryError:
            refused += 1
        else:
            (tmp_path / f"new{seed}").mkdir()
            file.rename(tmp_path / f"new{seed}" / "catalog.db")
            if seed % 3 == 0:
                use(tmp_path / f"new{seed}")
    assert 10 < refused < 60


PARTS = ["spool", "vectors-1-1", "catalog.db", "catalog.db-wal", "lock", "models", "restoring", "scratch", "seeded"]


@pytest.mark.parametrize("part", [*PARTS, "vectors-1-1/{graph}", "spool/{job}", "spool/{job}/0"])
def test_link_in_a_data_directory_is_never_followed(part: str, backup: Path, tmp_path: Path, victim: Path) -> None:
    folder = tmp_path / "placed"
    restore(backup, folder)
    opened(folder).close()
    (job,) = (path.name for path in (folder / "spool").iterdir())
    graph = next(path.name for path in (folder / "vectors-1-1").iterdir() if path.is_dir())
    path = folder / part.format(job=job, graph=graph)
    if path.is_dir():
        path.rename(tmp_path / "aside")
    path.unlink(missing_ok=True)
    whole = part.split("/")[-1] in ("lock", "seeded", "catalog.db", "catalog.db-wal", "0")
    path.symlink_to(victim / "0" if whole else victim)
    said = rf"{re.escape(str(path))} is a link, and no link in a data directory is followed"
    for act in (
        lambda: opened(folder),
        lambda: export(folder, "default", tmp_path / "out.zip"),
        lambda: back_up(folder, tmp_path / "all.zip"),
        lambda: restore(backup, folder),
    ):
        with pytest.raises(DataDirectoryError, match=said):
            act()
    refused = footnote("doctor", data_dir=folder) if part == "spool" else None
    assert refused is None or (refused.returncode == 1 and "is a link" in refused.stderr)
    spool = Spool(folder / "spool")
    if part == "spool":
        for use_it in (lambda: spool.file(job, 0), lambda: spool.remove(job), lambda: spool.remove_others([])):
            with pytest.raises(DataDirectoryError, match="spool is a link"):
                use_it()
    elif part.startswith("spool/"):
        with pytest.raises(DataDirectoryError, match="is a link"):
            spool.file(job, 0)
        spool.remove_others([])  # removes the link, not what it leads to
        assert list((folder / "spool").iterdir()) == []


def test_data_directory_may_be_reached_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "real").mkdir()
    with closing(opened(tmp_path / "link")) as engine:
        write_and_ingest(engine, tmp_path / "files", TEXTS)
        assert "Ada Stone" in engine.ask(QUESTION).answer
        with pytest.raises(DataDirectoryInUse):
            opened(tmp_path / "real")


@pytest.mark.parametrize(
    "name", ["/victim", "..", "../victim", "a\0b", "", "job_1/2", "job_x", "job_1\n", "job_" + 99 * "1"]
)
def test_spool_knows_only_the_ids_of_jobs(name: str, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    (tmp_path / "spool").mkdir()
    (tmp_path / "victim").mkdir()
    for act in (
        lambda: spool.open(name),
        lambda: spool.file(name, 0),
        lambda: spool.keep(name),
        lambda: spool.remove(name),
    ):
        with pytest.raises(DataDirectoryError, match=r"the catalog has a job .*, which no job is called"):
            act()
    for position in (-1, "0", "../0", None, 1.0):
        with pytest.raises(DataDirectoryError, match=r"has a file at .*, where none can be"):
            spool.file("job_1", position)  # type: ignore[arg-type]
    assert (tmp_path / "victim").is_dir()


def test_new_jobs_are_called_as_the_spool_and_the_catalog_expect(data_dir: Path, tmp_path: Path) -> None:
    with closing(opened(tmp_path / "data")) as engine:
        jobs = Jobs(engine)
        assert all(JOB_ID.fullmatch(jobs.new_id()) for _ in range(100))


ABOUT: dict[str, object] = {
    "a path that is a number": {"path": 7},
    "no path": {},
    "an empty path": {"path": " "},
    "a path with a NUL": {"path": "a\0.txt"},
    "a long path": {"path": "x" * 2_000},
    "an id that is a list": {"path": "a.txt", "id": [1]},
    "an id that is a path": {"path": "a.txt", "id": "/etc/passwd"},
    "a long id": {"path": "a.txt", "id": "x" * 5_000},
}


@pytest.mark.parametrize("name", ABOUT)
def test_export_that_says_something_else_of_a_document_is_refused(name: str, data_dir: Path, tmp_path: Path) -> None:
    export(data_dir, "default", tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    manifest["files"][0]["about"] = ABOUT[name]
    files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for one, content in files.items():
            archive.writestr(one, content)
    with closing(opened(tmp_path / "data")) as engine:
        with pytest.raises(ArchiveError, match=r"bad\.zip: '.*' has the (path|id) "):
            import_collection(engine, tmp_path / "bad.zip")
        assert engine.store.catalog.is_empty()


@pytest.mark.parametrize("path", ["../../etc/passwd.txt", "/etc/passwd.txt", "a\nb.txt", "\x1b[2J.txt"])
def test_path_of_an_import_is_only_a_name(path: str, data_dir: Path, tmp_path: Path, victim: Path) -> None:
    with closing(opened(tmp_path / "source")) as engine:
        (tmp_path / "a.txt").write_text("The mill at Quarn grinds rye.\n", encoding="utf-8")
        ingest(engine, [SourceFile(file=tmp_path / "a.txt", path=path, origin="/x")], collection="default")
    export(tmp_path / "source", "default", tmp_path / "out.zip")
    with closing(opened(tmp_path / "data")) as engine:
        (outcome,) = import_collection(engine, tmp_path / "out.zip")
        assert (outcome.outcome, outcome.path) == ("added", path)
        assert re.fullmatch("[A-Za-z0-9._-]+", outcome.document_id or "")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.txt", "data", "out.zip", "source", "victim"]


def test_model_that_only_the_catalog_names_is_not_loaded(backup: Path, tmp_path: Path) -> None:
    """Nor looked for: that a folder is no model would be said if it were opened."""
    made = "encoder=evil@1 dimension=64 passage_tokens=48"
    (tmp_path / "model").mkdir()
    for number, name in enumerate((str(tmp_path / "model"), "attacker/model")):
        sql = [("UPDATE generations SET encoder = ?, fingerprint = ?", [name, made])]
        folder = tmp_path / f"new{number}"
        restore(changed(backup, tmp_path / f"{number}.zip", sql), folder)
        with pytest.raises(ModelError, match=rf"encoder '{name}', which the settings do not name.* `footnote reindex`"):
            opened(folder, as_it_is=True)
        with pytest.raises(IndexMismatch, match="encoder=evil@1"):
            opened(folder)
        recipe = Recipe(encoder=WordEncoder(), named="words", passage_tokens=48)
        with Store(folder, made_with=recipe.made_with, any_generation=True) as store:
            assert Reindex(store, recipe, Gate()).run() is True  # as `footnote reindex` does
        with closing(opened(folder)) as engine:
            assert "Ada Stone" in engine.ask(QUESTION).answer
