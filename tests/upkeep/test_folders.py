"""Finding files by paths and patterns, and folders that a collection follows, by the real command line and server."""

import signal
from pathlib import Path

import httpx
import pytest

from rag.errors import InvalidRequest
from rag.ingest.sources import find_files
from tests.support.folders import LAMP, PORT, said, wait_for, watching, write
from tests.support.processes import footnote, serve


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    write(folder, {"a.txt": LAMP, "b.md": PORT, "sub/c.md": LAMP, "sub/deep/d.txt": PORT, "e.bin": "x"})
    write(folder, {".hidden.txt": LAMP, ".git/f.txt": LAMP, "sub/[g].txt": LAMP})
    return folder


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        ([""], ["a.txt", "b.md", "sub/[g].txt", "sub/c.md", "sub/deep/d.txt"]),
        (["sub"], ["[g].txt", "c.md", "deep/d.txt"]),
        (["a.txt", "sub/c.md"], ["a.txt", "c.md"]),
        (["*.md"], ["b.md"]),
        (["**/*.md"], ["b.md", "sub/c.md"]),
        (["sub/*"], ["[g].txt", "c.md", "deep/d.txt"]),
        (["s?b/**/*.txt"], ["sub/[g].txt", "sub/deep/d.txt"]),
        (["sub/[g].txt"], ["[g].txt"]),
        (["a.txt", "", "*.txt"], ["a.txt", "b.md", "sub/[g].txt", "sub/c.md", "sub/deep/d.txt"]),
        (["nowhere.txt"], ["nowhere.txt"]),
    ],
)
def test_paths_folders_and_patterns_name_files(notes: Path, paths: list[str], names: list[str]) -> None:
    found = find_files([notes / path for path in paths])
    assert [file.path for file in found] == names
    assert all(Path(file.origin) == file.file.resolve() for file in found)


def test_pattern_that_finds_nothing_is_refused(notes: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"notes/\*\.pdf' finds no file"):
        find_files([notes / "*.pdf"])


def test_link_is_a_document_of_its_own(notes: Path) -> None:
    (notes / "link.txt").symlink_to(notes / "a.txt")
    assert [file.path for file in find_files([notes])][:3] == ["a.txt", "b.md", "link.txt"]


def test_watched_folder_and_collection_stay_in_step(tmp_path: Path) -> None:
    notes, data_dir = tmp_path / "notes", tmp_path / "data"
    write(notes, {"a.txt": LAMP, "sub/b.txt": PORT, "c.txt": "It rains in Quarn.\n"})
    (notes / "c.txt").rename(tmp_path / "c.txt")
    with watching(notes, data_dir) as process:
        (tmp_path / "c.txt").rename(notes / "c.txt")
        assert said(process, 1) == ["added c.txt (1 passages)"]
        write(notes, {"a.txt": LAMP.replace("Ada Stone", "Ben Wood"), "bad.txt": "", ".swap.txt": PORT, "x.bin": "x"})
        assert said(process, 2) == [
            "rejected bad.txt: empty: the file has no letter or digit",
            "updated a.txt (1 passages)",
        ]
        (notes / "sub").rename(notes / "moved")
        assert said(process, 2) == ["added moved/b.txt (1 passages)", "removed sub/b.txt"]
        (notes / "c.txt").unlink()
        assert said(process, 1) == ["removed c.txt"]
        notes.rename(tmp_path / "unplugged")
        assert process.stderr is not None
        assert "not there; its documents stay until it is back" in process.stderr.readline()
        (tmp_path / "unplugged" / "a.txt").unlink()
        (tmp_path / "unplugged").rename(notes)
        assert said(process, 2) == ["rejected bad.txt: empty: the file has no letter or digit", "removed a.txt"]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert process.stderr.read().endswith("Stopped.\n")
        assert process.stdout is not None
        assert process.stdout.read() == ""
    assert list(data_dir.glob("vectors-*/seal.json"))
    listed = footnote("documents", "list", data_dir=data_dir).stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["moved-b-" + listed[0].split()[0][-8:]]


def test_server_follows_a_folder_and_says_how_to_bring_documents_in(tmp_path: Path) -> None:
    notes, data_dir = tmp_path / "notes", tmp_path / "data"
    write(notes, {"a.txt": LAMP})
    with serve(data_dir, "--watch", str(notes)) as address:
        wait_for(address, ["a.txt"])
        write(notes, {"sub/b.txt": PORT})
        wait_for(address, ["a.txt", "sub/b.txt"])
        (notes / "a.txt").unlink()
        wait_for(address, ["sub/b.txt"])
        answer = httpx.post(f"{address}/v1/ask", json={"question": "Who dug the harbour of Pelm?"}, timeout=60).json()
        assert "Otto Reed" in answer["answer"]
        second = footnote("ingest", str(notes), data_dir=data_dir)
        third = footnote("ingest", "--watch", str(notes), data_dir=data_dir)
    assert second.returncode == 0
    assert "1 unchanged; 0 passages in" in second.stderr
    assert third.returncode == 1
    assert "bring documents in through its page or POST /v1/documents" in third.stderr


def test_watch_takes_folders_alone(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": LAMP})
    done = footnote("ingest", "--watch", str(tmp_path / "a.txt"), data_dir=tmp_path / "data")
    assert done.returncode == 2
    assert "a.txt' is no folder; only folders can be watched" in done.stderr


def test_documents_are_removed_by_id_and_an_unknown_one_is_named(tmp_path: Path) -> None:
    write(tmp_path / "notes", {"a.txt": LAMP, "b.txt": PORT, "c.txt": PORT})
    quoted = footnote("ingest", str(tmp_path / "notes" / "*.txt"), data_dir=tmp_path / "data")
    assert quoted.returncode == 0
    assert "3 added; 3 passages in" in quoted.stderr
    assert "passages/s)" in quoted.stderr
    done = footnote("documents", "remove", "a", "nowhere", "c", data_dir=tmp_path / "data")
    assert (done.returncode, done.stdout) == (1, "removed a\nremoved c\n")
    assert done.stderr == "Error: there is no document 'nowhere'; `footnote documents list` lists them\n"
    listed = footnote("documents", "list", data_dir=tmp_path / "data").stdout
    assert [line.split()[0] for line in listed.splitlines()] == ["b"]
