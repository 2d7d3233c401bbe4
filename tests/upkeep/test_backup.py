"""Backups and exports: consistent while a server writes, whole or not there, and checked before anything is used."""

import hashlib
import json
import sqlite3
import threading
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.errors import ArchiveError, DataDirectoryError, DataDirectoryInUse, NotFound
from rag.library import Library, assemble
from rag.settings import Settings
from rag.storage.catalog import KeyScope
from rag.storage.catalog.schema import VERSION
from rag.upkeep.backup import back_up, restore
from rag.upkeep.exchange import export, import_collection
from rag.upkeep.jobs import Jobs
from rag.upkeep.keys import begin_session, create_key, digest, open_keys
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.processes import footnote, serve

TEXTS = {
    "lamp.txt": "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n",
    "notes/port.md": "# Pelm\n\nThe harbour of Pelm was dug in 1902 by Otto Reed. Its basin holds sixty ships.\n",
    "Ünïcode – 船.txt": "The mill at Quarn grinds rye. Its wheel turns twelve times a minute.\n",
}
QUESTION = "Who built the lighthouse of Morvane?"


def opened(data_dir: Path) -> Library:
    return assemble(Settings(data_dir=data_dir, encoder="words", threshold=0.2), WordEncoder(), WordScorer())


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    with closing(opened(tmp_path / "data")) as engine:
        write_and_ingest(engine, tmp_path / "files", TEXTS)
        write_and_ingest(engine, tmp_path / "files", TEXTS, collection="other")
    return tmp_path / "data"


def test_restored_directory_answers_as_the_one_that_was_backed_up(filled: Path, tmp_path: Path) -> None:
    (filled / "seeded").touch()
    with closing(opened(filled)) as engine:
        before = engine.ask(QUESTION)
        made = back_up(filled, tmp_path / "all.zip")  # the engine has the directory open
    assert (made.documents, made.collections, made.waiting) == (6, 2, ())
    assert restore(tmp_path / "all.zip", tmp_path / "new") == made
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["catalog.db", "lock", "seeded"]
    with closing(opened(tmp_path / "new")) as engine:
        assert engine.store.disagreements() == []
        assert engine.encoder.encoded == 0  # type: ignore[attr-defined]
        assert replace(engine.ask(QUESTION), id="") == replace(before, id="")


def test_waiting_files_are_in_the_backup_and_are_taken_in_after_a_restore(filled: Path, tmp_path: Path) -> None:
    with closing(opened(filled)) as engine:
        jobs = Jobs(engine)  # never started: what it accepts waits
        job = jobs.new_id()
        folder = jobs.open(job)
        (folder / "0").write_bytes(b"The ferry of Tarn sails at noon.\n")
        jobs.accept(job, "default", ["ferry.txt"])
        assert back_up(filled, tmp_path / "all.zip").waiting == ((job, 0),)
    restore(tmp_path / "all.zip", tmp_path / "new")
    with closing(opened(tmp_path / "new")) as engine:
        jobs = Jobs(engine)
        jobs.start()
        while jobs.status(job).job.state != "done":
            threading.Event().wait(0.02)
        jobs.stop()
        assert "noon" in engine.ask("When does the ferry of Tarn sail?").answer


def test_keys_are_in_the_backup_and_who_is_signed_in_is_not(filled: Path, tmp_path: Path) -> None:
    with open_keys(filled) as keys:
        key, token = create_key(keys, KeyScope.WRITE, name="press", collections=["news"], days=3)
        gone, _ = create_key(keys, KeyScope.ADMIN)
        keys.revoke(gone.id)
        session = begin_session(keys, key, timedelta(hours=1))
        assert keys.of_session(digest(session), key.created) == key
    back_up(filled, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        held = archive.read("catalog.db")
    assert digest(token).encode() in held
    assert digest(session).encode() not in held
    assert token.encode() not in held
    restore(tmp_path / "all.zip", tmp_path / "new")
    with open_keys(tmp_path / "new") as keys:
        assert keys.find(digest(token)) == key
        assert [one.revoked is None for one in keys.all()] == [one.id != gone.id for one in keys.all()]
        assert keys.of_session(digest(session), key.created) is None


def test_backups_of_a_running_server_are_each_of_one_moment(tmp_path: Path) -> None:
    """While documents of ten passages come, a backup has whole documents only, with an index entry a passage."""
    writing = threading.Event()

    def write(engine: Library) -> None:
        for number in range(40):
            text = "\n".join(f"Entry {line} of book{number} lists {line * 7 + 3} sacks of rye." for line in range(10))
            write_and_ingest(engine, tmp_path / "files", {f"book{number % 8}.txt": text})
            writing.set()

    with closing(opened(tmp_path / "data")) as engine:
        thread = threading.Thread(target=write, args=(engine,))
        thread.start()
        writing.wait()
        sizes: list[tuple[int, int]] = []
        while thread.is_alive() and len(sizes) < 6:
            made = back_up(tmp_path / "data", tmp_path / f"{len(sizes)}.zip")
            sizes.append((made.documents, made.passages))
        thread.join()
    assert all(passages == sizes[0][1] // sizes[0][0] * documents for documents, passages in sizes)
    restore(tmp_path / "0.zip", tmp_path / "new")
    with closing(opened(tmp_path / "new")) as engine:
        assert engine.store.disagreements() == []
        assert len(engine.store.catalog.search_words("default", ["rye"], 999)) == sizes[0][1]


def test_restore_refuses_a_directory_that_is_not_empty_or_in_use(filled: Path, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "all.zip")
    with pytest.raises(DataDirectoryError, match=r"data is not empty, it has catalog\.db; restore into a new"):
        restore(tmp_path / "all.zip", filled)
    with closing(opened(filled)), pytest.raises(DataDirectoryInUse, match="is in use by another Footnote process"):
        restore(tmp_path / "all.zip", filled)
    with pytest.raises(ArchiveError, match=r"all\.zip is there already; name another file"):
        back_up(filled, tmp_path / "all.zip")
    with pytest.raises(ArchiveError, match=r"nowhere/all\.zip cannot be written: No such file or directory"):
        back_up(filled, tmp_path / "nowhere" / "all.zip")
    with pytest.raises(DataDirectoryError, match=r"there is no catalog at .*empty/catalog\.db"):
        back_up(tmp_path / "empty", tmp_path / "none.zip")
    assert not (tmp_path / "empty").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "data", "files"]


def test_restore_that_was_cut_short_is_noticed_and_begins_again(filled: Path, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "all.zip")
    new = tmp_path / "new"
    (new / "restoring").mkdir(parents=True)
    (new / "spool" / "job_1").mkdir(parents=True)
    (new / "restoring" / "catalog.db").write_bytes(b"half")
    with pytest.raises(DataDirectoryError, match=r"a restore into .*new was cut short; run `footnote restore` again"):
        opened(new)
    restore(tmp_path / "all.zip", new)
    with closing(opened(new)) as engine:
        assert "Ada Stone" in engine.ask(QUESTION).answer
    assert not (new / "spool").exists()


def test_catalog_that_is_gone_is_not_replaced_by_an_empty_one(filled: Path) -> None:
    for change in (lambda: (filled / "catalog.db").write_bytes(b""), (filled / "catalog.db").unlink):
        change()
        with pytest.raises(DataDirectoryError, match=r"catalog\.db is missing or empty, .* `footnote restore`"):
            opened(filled)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.9999])
def test_catalog_cut_short_is_a_clear_error_and_a_backup_brings_it_back(
    share: float, filled: Path, tmp_path: Path
) -> None:
    back_up(filled, tmp_path / "all.zip")
    whole = (filled / "catalog.db").read_bytes()
    (filled / "catalog.db").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DataDirectoryError, match=r"catalog\.db is not a readable catalog: .*; restore it from a b"):
        opened(filled)
    with pytest.raises(DataDirectoryError, match=r"catalog\.db cannot be"):
        back_up(filled, tmp_path / "damaged.zip")
    assert not (tmp_path / "damaged.zip").exists()
    restore(tmp_path / "all.zip", tmp_path / "new")
    with closing(opened(tmp_path / "new")) as engine:
        assert "Ada Stone" in engine.ask(QUESTION).answer


Change = Callable[[dict[str, Any], dict[str, bytes]], object]


def rewritten(source: Path, target: Path, change: Change) -> Path:
    """A copy of an archive after ``change`` has had the first entry of its manifest and the content of its files."""
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    change(manifest, files)
    files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def first(manifest: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = manifest["files"][0]
    return entry


def renamed(name: str) -> Change:
    def change(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        files[name] = files.pop(first(manifest)["name"])
        first(manifest)["name"] = name

    return change


def filled_with(content: bytes) -> Change:
    def change(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        files[first(manifest)["name"]] = content
        first(manifest)["bytes"] = len(content)

    return change


HOSTILE: dict[str, tuple[Change, str]] = {
    "climbing": (renamed("../../evil.txt"), r"a file named '\.\./\.\./evil\.txt', which is no plain name"),
    "absolute": (renamed("/etc/evil.txt"), r"a file named '/etc/evil\.txt', which is no plain name"),
    "drive": (renamed("C:evil.txt"), "a file named 'C:evil.txt', which is no plain name"),
    "folder": (renamed("documents/"), "a file named 'documents/', which is no plain name"),
    "other content": (filled_with(b"other"), "is not what was archived: its sha256 differs"),
    "other size": (lambda manifest, _: first(manifest).update(bytes=1), r"has \d+ bytes, not 1 as manifest\.json says"),
    "bomb": (filled_with(bytes(40_000_000)), r"would grow from \d+ to 400\d+ bytes; more than 200 times as many"),
    "surplus": (lambda _, files: files.update(stray=b"x"), r"has 'stray', which manifest\.json does not name"),
    "missing": (
        lambda manifest, files: files.pop(first(manifest)["name"]),
        r"does not have '.*', which manifest\.json",
    ),
    "twice": (
        lambda manifest, _: manifest["files"].append(first(manifest)),
        r"manifest\.json has '.*' more than once",
    ),
    "no manifest": (
        lambda manifest, files: manifest.update(kind=None),
        r"manifest\.json cannot be read: Expected `str`",
    ),
    "another kind": (lambda manifest, _: manifest.update(kind="photos"), "is an archive of the kind 'photos', not"),
    "another format": (lambda manifest, _: manifest.update(format=9), "has format 9; this Footnote reads format 1"),
}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An export and a backup of one directory."""
    folder = tmp_path_factory.mktemp("archives")
    with closing(opened(folder / "data")) as engine:
        write_and_ingest(engine, folder / "files", TEXTS)
    export(folder / "data", "default", folder / "collection.zip")
    back_up(folder / "data", folder / "backup.zip")
    return folder / "collection.zip", folder / "backup.zip"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """An engine that only takes in what it refuses."""
    with closing(opened(tmp_path_factory.mktemp("empty") / "data")) as engine:
        yield engine


def assert_refused(message: str, engine: Library, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=message):
        import_collection(engine, tmp_path / "collection.zip")
    with pytest.raises(ArchiveError, match=message):
        restore(tmp_path / "backup.zip", tmp_path / "new")
    assert engine.store.catalog.is_empty()
    assert not (tmp_path / "new" / "catalog.db").exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archive_is_refused_saying_why(
    name: str, archives: tuple[Path, Path], empty: Library, tmp_path: Path
) -> None:
    change, message = HOSTILE[name]
    for archive in archives:
        rewritten(archive, tmp_path / archive.name, change)
    assert_refused(message, empty, tmp_path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda whole: whole[: len(whole) // 2], "is not an archive that can be read: File is not a zip file"),
        (lambda whole: b"PK\x05\x06" + bytes(18), r"has no manifest\.json: it was not written by Footnote"),
        (lambda whole: whole[:60] + bytes(40) + whole[100:], "is not an archive that can be read"),
    ],
)
def test_damaged_archive_is_refused(
    damage: Callable[[bytes], bytes], message: str, archives: tuple[Path, Path], empty: Library, tmp_path: Path
) -> None:
    for archive in archives:
        (tmp_path / archive.name).write_bytes(damage(archive.read_bytes()))
    assert_refused(message, empty, tmp_path)


@pytest.mark.parametrize(
    ("name", "attributes", "flags", "message"),
    [
        ("link", 0o120777 << 16, 0, "'link' is no plain file"),
        ("manifest.json", 0, 0, r"has no manifest\.json|manifest\.json' more than once"),
        ("secret", 0, 1, "is not an archive that can be read: File 'secret' is encrypted"),
    ],
)
def test_file_that_is_a_link_or_encrypted_or_there_twice_is_refused(
    name: str, attributes: int, flags: int, message: str, archives: tuple[Path, Path], empty: Library, tmp_path: Path
) -> None:
    entry = {"name": name, "bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest(), "about": {"path": "x.txt"}}
    for archive in archives:
        bad = rewritten(archive, tmp_path / archive.name, lambda manifest, _: manifest["files"].append(entry))
        info = zipfile.ZipInfo(name)
        info.external_attr = attributes
        with zipfile.ZipFile(bad, "a") as target, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # zipfile warns of the name that is there twice
            target.writestr(info, b"x")
        if flags:  # the flag of an encrypted file, in both headers
            whole = bad.read_bytes()
            local, central = whole.rindex(b"PK\x03\x04"), whole.rindex(b"PK\x01\x02")
            whole = whole[: local + 6] + b"\x01" + whole[local + 7 : central + 8] + b"\x01" + whole[central + 9 :]
            bad.write_bytes(whole)
    assert_refused(message, empty, tmp_path)


def test_backup_of_other_tables_or_a_changed_document_is_refused(archives: tuple[Path, Path], tmp_path: Path) -> None:
    for number, (sql, message) in enumerate(
        (
            (
                "CREATE TRIGGER evil AFTER INSERT ON answers BEGIN DELETE FROM documents; END",
                "it has other tables than",
            ),
            ("UPDATE documents SET text = CAST('other' AS BLOB) WHERE id = 'lamp'", "the text of document lamp is not"),
            ("PRAGMA user_version = 7", f"it is a catalog of version 7; this Footnote reads version {VERSION}"),
        )
    ):

        def change(manifest: dict[str, Any], files: dict[str, bytes], sql: str = sql) -> None:
            catalog = tmp_path / "catalog.db"
            catalog.write_bytes(files["catalog.db"])
            with closing(sqlite3.connect(catalog)) as connection:
                connection.execute(sql)
                connection.commit()
            files["catalog.db"] = catalog.read_bytes()
            size, digest = len(files["catalog.db"]), hashlib.sha256(files["catalog.db"]).hexdigest()
            next(entry for entry in manifest["files"] if entry["name"] == "catalog.db").update(
                bytes=size, sha256=digest
            )

        bad = rewritten(archives[1], tmp_path / f"{number}.zip", change)
        with pytest.raises(ArchiveError, match=f"holds a catalog that cannot be used: .*{message}"):
            restore(bad, tmp_path / "new")
        assert [path.name for path in (tmp_path / "new").iterdir()] == ["lock"]


def test_export_has_the_files_as_they_were_given_and_imports_to_the_same_documents(
    filled: Path, tmp_path: Path
) -> None:
    with closing(opened(filled)) as engine:
        write_and_ingest(engine, tmp_path / "others", {"lamp.txt": "Another lamp, of Tarn, is 9 metres tall.\n"})
        before = {one.id: (one.path, one.sha256) for one in engine.store.catalog.documents("default", limit=9)}
        assert export(filled, "default", tmp_path / "out.zip").documents == 4
        with pytest.raises(NotFound, match="there is no collection 'nowhere'"):
            export(filled, "nowhere", tmp_path / "nowhere.zip")
    assert not (tmp_path / "nowhere.zip").exists()
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        names = [name for name in archive.namelist() if name != "manifest.json"]
        assert archive.read("documents/notes/port.md").decode() == TEXTS["notes/port.md"]
    assert sorted(names)[:2] == ["documents/lamp (2).txt", "documents/lamp.txt"]
    with closing(opened(tmp_path / "new")) as engine:
        outcomes = import_collection(engine, tmp_path / "out.zip")
        assert [one.outcome for one in outcomes] == ["added"] * 4
        again = import_collection(engine, tmp_path / "out.zip")
        assert [one.outcome for one in again] == ["unchanged"] * 4
        after = {one.id: (one.path, one.sha256) for one in engine.store.catalog.documents("default", limit=9)}
        assert sorted(after.values()) == sorted(before.values())
        assert [one for one in before if "lamp" not in one] == [one for one in after if "lamp" not in one]
        assert "Ada Stone" in engine.ask(QUESTION).answer
        import_collection(engine, tmp_path / "out.zip", collection="more")
        assert engine.store.catalog.state("more").documents == 4
        assert not (tmp_path / "new" / "scratch").exists()


def test_commands_work_beside_a_running_server(open_library: OpenLibrary, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with serve(data_dir) as address:
        expected = httpx.get(f"{address}/v1/documents", timeout=30).json()["items"]
        backup = footnote("backup", str(tmp_path / "all.zip"), data_dir=data_dir)
        exported = footnote("export", "default", str(tmp_path / "out.zip"), data_dir=data_dir)
    assert (backup.returncode, exported.returncode) == (0, 0), backup.stderr + exported.stderr
    restored = footnote("restore", str(tmp_path / "all.zip"), data_dir=tmp_path / "new")
    assert restored.stdout == backup.stdout.replace(str(tmp_path / "all.zip"), str(tmp_path / "new"))
    refused = footnote("restore", str(tmp_path / "all.zip"), data_dir=tmp_path / "new")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"Error: {tmp_path / 'new'} is not empty")
    imported = footnote("import", str(tmp_path / "out.zip"), data_dir=tmp_path / "new")
    assert imported.returncode == 0, imported.stderr
    assert "5 unchanged" in imported.stderr
    kept = open_library(tmp_path / "new").store.catalog.documents("default", limit=9)
    assert [(one.id, one.sha256, one.passages) for one in kept] == [
        (one["id"], one["sha256"], one["passages"]) for one in expected
    ]
