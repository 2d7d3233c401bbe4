"""Commands of a data directory that a server owns: they ask the server, and what they print is the same."""

import json
import os
import signal
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.upkeep.serving import publish, server_of
from tests.support.processes import footnote, serve
from tests.support.uploading import empty_data_dir, killable

LIGHTHOUSE = "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"
HARBOUR = "The harbour of Pelm was dug in 1902 by Otto Reed. Its basin holds sixty ships.\n"
WHO_BUILT = "Who built the lighthouse of Morvane?"

READING = {
    "answered": ["ask", WHO_BUILT],
    "unanswered": ["ask", "What is the boiling point of nitrogen?"],
    "json": ["ask", WHO_BUILT, "--json"],
    "search": ["search", "lighthouse of Morvane"],
    "search as json": ["search", "lighthouse of Morvane", "--json", "--limit", "1"],
    "list": ["documents", "list"],
    "show as json": ["documents", "show", "notes.txt", "--json", "--text"],
    "collections as json": ["collections", "list", "--json"],
    "the default": ["collections", "remove", "default"],
    "no collection": ["ask", "peace", "--collection", "nowhere"],
    "no collection to list": ["documents", "list", "--collection", "nowhere"],
    "no document": ["documents", "remove", "nothing"],
    "blank": ["ask", "  "],
    "too many statements": ["ask", "peace", "--max-statements", "11"],
    "no such name": ["ingest", __file__, "--collection", "Bad name!"],
}
Told = tuple[int, str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of one name in two folders, one that is unusual, and two that cannot become documents."""
    folder = tmp_path_factory.mktemp("documents")
    for name, text in (("north/notes.txt", LIGHTHOUSE), ("south/notes.txt", HARBOUR), ("Łódź & co.md", "# A town\n")):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "Łódź & co.md").write_text("# A town\n\nThe mill of Zarnov was sold in 1911.\n", encoding="utf-8")
    (folder / "empty.txt").touch()
    (folder / "north" / "out.md").symlink_to("/etc/hostname")
    return folder


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_data_dir(tmp_path_factory.mktemp("served") / "data")


@pytest.fixture(scope="module")
def ingested(data_dir: Path, folder: Path) -> dict[str, Told]:
    """What ingests and readers print while a server has the directory."""
    told = {}
    with serve(data_dir), ThreadPoolExecutor(2) as pool:
        told["empty"] = run(["ask", WHO_BUILT], data_dir)
        told["first"] = run(["ingest", str(folder)], data_dir)
        told["again"] = run(["ingest", str(folder)], data_dir)
        told |= zip(READING, pool.map(lambda words: run(words, data_dir), READING.values()), strict=True)
    return told


def run(words: list[str], data_dir: Path) -> Told:
    done = footnote(*words, data_dir=data_dir)
    return done.returncode, done.stdout, done.stderr


def without_chance(told: Told) -> Any:
    """A told answer without what differs each time."""
    if not told[1].startswith("{"):
        return told
    answer = json.loads(told[1])
    return told[0], {key: value for key, value in answer.items() if key not in ("id", "timings_ms")}, told[2]


def test_empty_library_says_so(ingested: dict[str, Told]) -> None:
    assert ingested["empty"][:2] == (
        3,
        "There are no documents yet. Add some: `footnote ingest FOLDER`, or POST /v1/documents.\n",
    )


def test_ingest_tells_what_became_of_each_file(ingested: dict[str, Told]) -> None:
    status, _, err = ingested["first"]
    assert status == 1
    assert [line for line in err.splitlines() if line.startswith("rejected")] == [
        "rejected north/out.md: a link that leads out of the folder, to '/etc/hostname'; to ingest that, name it",
        "rejected empty.txt: empty: the file has no letter or digit",
    ]
    assert "3 added, 2 rejected; 4 passages in" in err
    assert "2 rejected, 3 unchanged; 0 passages in" in ingested["again"][2]


def test_ingest_without_the_server_finds_the_same_documents(
    ingested: dict[str, Told], data_dir: Path, folder: Path, tmp_path: Path
) -> None:
    assert "2 rejected, 3 unchanged; 0 passages in" in run(["ingest", str(folder)], data_dir)[2]
    assert "3 added, 2 rejected; 4 passages in" in run(["ingest", str(folder)], tmp_path / "data")[2]
    assert run(["documents", "list"], tmp_path / "data") == ingested["list"]


@pytest.mark.parametrize("name", READING)
def test_command_prints_the_same_with_and_without_a_server(
    ingested: dict[str, Told], data_dir: Path, name: str
) -> None:
    alone = run(READING[name], data_dir)
    assert without_chance(ingested[name]) == without_chance(alone)
    assert "Traceback" not in alone[2]


def test_removed_and_changed_documents_are_the_server_s(tmp_path: Path) -> None:
    data_dir, notes = empty_data_dir(tmp_path / "data"), tmp_path / "notes"
    notes.mkdir()
    (notes / "one.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    assert run(["ingest", str(notes)], data_dir)[0] == 0
    with serve(data_dir) as address:
        (notes / "one.txt").write_text(HARBOUR, encoding="utf-8")
        assert "1 updated; 1 passages in" in run(["ingest", str(notes)], data_dir)[2]
        assert httpx.get(f"{address}/v1/documents/one/text").text == HARBOUR
        assert run(["documents", "remove", "one"], data_dir)[:2] == (0, "removed one\n")
        assert httpx.get(f"{address}/v1/documents/one").status_code == 404
        assert run(["ingest", str(notes), "--collection", "news"], data_dir)[0] == 0
        assert httpx.get(f"{address}/v1/documents/news~one").status_code == 200


def test_command_waits_for_a_server_that_loads(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with serve(data_dir, wait=False):
        while not (data_dir / "server").exists():
            pass
        assert run(["ask", "How many prisoners of war did both sides agree to exchange?"], data_dir)[0] == 0


def test_file_larger_than_the_server_takes_is_rejected_by_itself(tmp_path: Path) -> None:
    data_dir, notes = empty_data_dir(tmp_path / "data"), tmp_path / "notes"
    notes.mkdir()
    (notes / "large.txt").write_text("word " * 300_000, encoding="utf-8")
    (notes / "small.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    with serve(data_dir, FOOTNOTE_MAX_UPLOAD_MB="1"):
        told = run(["ingest", str(notes)], data_dir)
    assert "rejected large.txt: " in told[2]
    assert "1 added, 1 rejected" in told[2]


def test_server_says_where_it_is_while_it_serves(tmp_path: Path) -> None:
    data_dir = empty_data_dir(tmp_path / "data")
    with serve(data_dir) as address:
        assert server_of(data_dir) == address
        assert stat.S_IMODE((data_dir / "server").stat().st_mode) == 0o600
    assert not (data_dir / "server").exists()
    assert server_of(data_dir) is None


def test_address_of_a_killed_server_counts_no_more(tmp_path: Path) -> None:
    data_dir = empty_data_dir(tmp_path / "data")
    with killable(data_dir) as (_, process):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert (data_dir / "server").exists()
    told = run(["search", "lighthouse"], data_dir)
    assert told == (0, "", "There are no documents yet. Add some: `footnote ingest FOLDER`, or POST /v1/documents.\n")
    assert not (data_dir / "server").exists()


@pytest.mark.parametrize("written", ["", "http://example.org:80", "http://127.0.0.1:80/x", "ftp://127.0.0.1:80"])
def test_what_is_no_address_of_this_machine_is_passed_over(tmp_path: Path, written: str) -> None:
    publish(tmp_path, written)
    assert server_of(tmp_path) is None


def test_link_in_place_of_the_address_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("http://127.0.0.1:80", encoding="utf-8")
    (tmp_path / "server").symlink_to(tmp_path / "elsewhere")
    assert server_of(tmp_path) is None


def test_commands_ask_the_server_that_the_environment_names(seeds_server: str, tmp_path: Path) -> None:
    listed = footnote("documents", "list", data_dir=tmp_path / "elsewhere", FOOTNOTE_SERVER=seeds_server)
    assert (listed.returncode, len(listed.stdout.splitlines())) == (0, 5)
    assert not (tmp_path / "elsewhere").exists()
    gone = footnote("documents", "list", data_dir=tmp_path / "elsewhere", FOOTNOTE_SERVER="http://127.0.0.1:9")
    assert gone.returncode == 1
    assert "the server at http://127.0.0.1:9 does not answer" in gone.stderr


def test_collections_are_made_and_removed_by_the_server(tmp_path: Path) -> None:
    data_dir = empty_data_dir(tmp_path / "data")
    with serve(data_dir):
        assert run(["collections", "create", "ships"], data_dir)[:2] == (0, "created ships\n")
        again = run(["collections", "create", "ships"], data_dir)
        assert (again[0], again[2]) == (1, "Error: there is a collection 'ships' already\n")
        assert [one.split()[0] for one in run(["collections", "list"], data_dir)[1].splitlines()] == [
            "default",
            "ships",
        ]
        assert run(["collections", "remove", "ships"], data_dir)[:2] == (0, "removed ships\n")
        missing = run(["collections", "remove", "ships"], data_dir)
        assert "there is no collection 'ships'; `footnote collections list` lists them" in missing[2]
