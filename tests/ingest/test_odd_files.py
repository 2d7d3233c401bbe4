"""Folders with links, pipes, devices and what cannot be read: what is no file of it is named and passed over."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import chdir, closing, suppress
from pathlib import Path

import pytest

from rag.errors import DocumentRejected, InvalidRequest
from rag.ingest.files import read_file
from rag.ingest.pipeline import Work, ensure_collection, ingest
from rag.ingest.sources import find_files, survey
from rag.upkeep.follow import Follower
from tests.support.engines import OpenLibrary
from tests.support.folders import LAMP, PORT, said, wait_for, watching, write
from tests.support.places import ROOT
from tests.support.processes import footnote, serve

SECRET = "The secret password of the vault of Quarn is swordfish.\n"
LIMIT = 1_000_000

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder, with a secret beside it and a hidden one in it."""
    write(tmp_path, {"outside/secret.txt": SECRET, "outside/deep/more.txt": SECRET})
    write(tmp_path / "notes", {"a.txt": LAMP, "sub/b.txt": PORT, ".hidden/key.txt": SECRET})
    return tmp_path / "notes"


def close_off(place: Path) -> None:
    """Make a folder one that cannot be read."""
    place.chmod(0)
    with suppress(PermissionError):
        os.listdir(place)
        pytest.skip("this user may read every folder")


def bind(place: Path) -> None:
    """Leave a socket's name behind; a bound name is at most some 100 bytes long."""
    with chdir(place.parent), closing(socket.socket(socket.AF_UNIX)) as made:
        made.bind(place.name)


def link(target: str, **beside: str) -> Callable[[Path], None]:
    """Makes a link; before, those that ``beside`` says, by name."""

    def make(place: Path) -> None:
        for name, other in beside.items():
            (place.parent / name).symlink_to(other)
        place.symlink_to(target)

    return make


def link_to_pipe(place: Path) -> None:
    os.mkfifo(place.parent / "sub" / "pipe")
    place.symlink_to("sub/pipe")


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "link out of it": (link("../outside/secret.txt"), "a link that leads out of the folder"),
    "absolute link": (link("/etc/passwd"), "a link that leads out of the folder, to '/etc"),
    "link to a link": (link("on", on="../outside/secret.txt"), "a link that leads out of the folder"),
    "link through a linked folder": (link("by/secret.txt", by="../outside"), "a link that leads out of the folder"),
    "link to what is hidden": (link(".hidden/key.txt"), "a link to what is hidden"),
    "link to a device": (link("/dev/zero"), "not a regular file: it is a device"),
    "link to a folder": (link("sub"), "not a regular file: it is a folder"),
    "link to a process's file": (link("/proc/self/environ"), "a link that leads out of the folder, to '/proc/"),
    "dangling link": (link("nowhere"), "unreadable: No such file or directory"),
    "link to itself": (
        lambda place: place.symlink_to(place.name),
        "unreadable: Too many levels of symbolic links",
    ),
    "pipe": (lambda place: os.mkfifo(place), "not a regular file: it is a pipe"),
    "link to a pipe": (link_to_pipe, "not a regular file: it is a pipe"),
    "socket": (bind, "not a regular file: it is a socket"),
    "what went meanwhile": (lambda place: None, "unreadable: No such file or directory"),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_of_the_folder_is_not_read(folder: Path, kind: str) -> None:
    make, reason = ODD[kind]
    make(folder / "odd.txt")
    with pytest.raises(DocumentRejected, match=f"^{reason}"):
        read_file(folder / "odd.txt", limit=LIMIT, within=folder)


@needs_root
def test_device_is_not_opened(folder: Path) -> None:
    os.mknod(folder / "odd.txt", 0o020600, os.makedev(1, 5))  # /dev/zero
    with pytest.raises(DocumentRejected, match=r"^not a regular file: it is a device$"):
        read_file(folder / "odd.txt", limit=LIMIT, within=folder)


def test_link_within_the_folder_is_followed_and_one_that_a_person_names_leads_anywhere(folder: Path) -> None:
    (folder / "same.txt").symlink_to("sub/b.txt")
    (folder / "out.txt").symlink_to("../outside/secret.txt")
    assert read_file(folder / "same.txt", limit=LIMIT, within=folder) == PORT.encode()
    named = {source.path: source for source in find_files([folder, folder / "out.txt"])}
    assert sorted(named) == ["a.txt", "out.txt", "same.txt", "sub/b.txt"]
    assert named["out.txt"].read(LIMIT) == SECRET.encode()
    assert named["same.txt"].within == folder
    with pytest.raises(DocumentRejected, match="leads out of the folder"):
        next(source for source in find_files([folder]) if source.path == "out.txt").read(LIMIT)


@pytest.mark.parametrize("paths", [["{}/*.txt"], ["{}/**/*.txt"], ["{}/*"]])
def test_link_that_a_pattern_finds_does_not_lead_out(folder: Path, paths: list[str]) -> None:
    (folder / "out.txt").symlink_to("../outside/secret.txt")
    (folder / "beside").symlink_to("../outside")
    found = {one.path: one for one in find_files([Path(path.format(folder)) for path in paths])}
    assert set(found) - {"sub/b.txt"} == {"a.txt", "out.txt"}
    with pytest.raises(DocumentRejected, match="leads out of the folder"):
        found["out.txt"].read(LIMIT)


def test_no_more_than_the_limit_is_read_whatever_the_size_says(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 100)
    assert read_file(tmp_path / "a.txt", limit=100) == b"x" * 100
    with pytest.raises(DocumentRejected, match=r"^too large: 100 bytes; at most 99 bytes are accepted"):
        read_file(tmp_path / "a.txt", limit=99)
    maps = Path("/proc/self/maps")  # says that it has 0 bytes
    assert b"python" in read_file(maps, limit=LIMIT)
    with pytest.raises(DocumentRejected, match=r"^too large: more than 100 bytes; at most 100 bytes are accepted"):
        read_file(maps, limit=100)


def test_file_that_grows_and_shrinks_while_it_is_read_is_some_state_of_it_or_rejected(tmp_path: Path) -> None:
    file, stop = tmp_path / "log.txt", threading.Event()
    file.write_bytes(b"")

    def change() -> None:
        with file.open("r+b", buffering=0) as opened:
            while not stop.is_set():
                opened.write(b"x" * 4_096)
                if opened.tell() > 3_000_000:
                    opened.truncate(0)
                    opened.seek(0)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(200):
            with suppress(DocumentRejected):
                assert len(read_file(file, limit=2_000_000)) <= 2_000_000
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(("name", "other"), [("x.txt", "../outside/secret.txt"), ("deep", "../outside/deep")])
def test_file_or_folder_that_becomes_a_link_in_the_middle_does_not_lead_out(
    folder: Path, name: str, other: str
) -> None:
    write(folder, {"x.txt": LAMP} if name == "x.txt" else {"deep/more.txt": LAMP})
    link, stop = folder / ".link", threading.Event()

    def swap() -> None:
        while not stop.is_set():
            link.symlink_to(other)
            (folder / name).rename(folder / ".kept")
            link.rename(folder / name)
            (folder / name).unlink()
            (folder / ".kept").rename(folder / name)

    thread = threading.Thread(target=swap)
    thread.start()
    read = 0
    try:
        for _ in range(3_000):
            try:
                file = folder / ("x.txt" if name == "x.txt" else "deep/more.txt")
                assert read_file(file, limit=LIMIT, within=folder) == LAMP.encode()
                read += 1
            except DocumentRejected:
                pass
    finally:
        stop.set()
        thread.join()
    assert read > 0


def test_links_that_lead_back_are_not_walked_in_circles(folder: Path) -> None:
    for name in ("one", "two", "sub/three"):
        (folder / name).symlink_to(folder)
    script = (
        "import sys; from pathlib import Path; from rag.ingest.sources import find_files\n"
        "print(*[one.path for path in sys.argv[1:] for one in find_files([Path(path)])])"
    )
    patterns = [str(folder), f"{folder}/**/*.txt", f"{folder}/**"]
    done = subprocess.run(
        [sys.executable, "-c", script, *patterns], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert done.stdout.split() == ["a.txt", "sub/b.txt"] * 3, done.stderr


def test_path_that_cannot_even_be_looked_up_is_kept_to_be_rejected(folder: Path) -> None:
    (folder / "loop").symlink_to("loop")
    for path in (folder / ("n" * 5_000), folder / "loop" / "x.txt", folder / "a.txt" / "x.txt"):
        (source,) = find_files([path])
        with pytest.raises(DocumentRejected, match=r"^unreadable: "):
            source.read(LIMIT)


def test_stars_within_a_name_match_as_one(folder: Path) -> None:
    assert [one.path for one in find_files([folder / "**.txt"])] == ["a.txt"]
    with pytest.raises(InvalidRequest, match="finds no file"):
        find_files([folder / "**.pdf"])


def test_names_that_are_no_utf8_and_names_spelled_alike_are_files_of_their_own(folder: Path) -> None:
    for name in (b"caf\xe9.txt", b"caf\\udce9.txt", b"caf\\x5cudce9.txt", b"back\\slash.txt"):
        (folder / os.fsdecode(name)).write_text(LAMP, encoding="utf-8")
    found = find_files([folder])
    assert len({one.path for one in found}) == len({one.origin for one in found}) == len(found) == 6
    assert "back\\slash.txt" in {one.path for one in found}


def test_folders_deeper_than_calls_go_are_walked_to_the_end(tmp_path: Path) -> None:
    write(tmp_path, {"d/" * 200 + "a.txt": LAMP})
    script = (
        "import sys; from pathlib import Path; from rag.ingest.sources import find_files\n"
        "sys.setrecursionlimit(100)\n"
        "print(*[one.path.rpartition('/')[2] for one in find_files([Path(sys.argv[1])])])"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert done.stdout == "a.txt\n", done.stderr


def test_what_a_folder_holds_besides_is_counted(folder: Path) -> None:
    for name in ("x.gif", "y.GIF", "z.zip", "Makefile", ".env.txt"):
        (folder / name).touch()
    (folder / "sub" / "beside").symlink_to("../../outside")
    told = str(survey([folder]).passed_over)
    assert told == "4 of other types (2 .gif, 1 without suffix, 1 .zip), 2 hidden, 1 linked folder"
    for number in range(6):
        (folder / f"more{number}.t{number}").touch()
    assert ", …)" in str(survey([folder]).passed_over)
    assert str(survey([folder / "sub" / "b.txt"]).passed_over) == ""


def test_folder_with_everything_odd_is_ingested_by_the_command_line(folder: Path, tmp_path: Path) -> None:
    for kind, (make, _) in ODD.items():
        make(folder / f"{kind}.txt")
    write(folder, {"picture.gif": "x", "same.txt": LAMP})
    os.mkfifo(folder / "named.txt")
    done = footnote("ingest", str(folder), str(folder / "named.txt"), data_dir=tmp_path / "data")
    assert done.returncode == 1
    rejected = [line.split(": ")[0] for line in done.stderr.splitlines() if line.startswith("rejected ")]
    odd = {f"rejected {kind}.txt" for kind in ODD} - {
        "rejected link to a folder.txt",
        "rejected what went meanwhile.txt",
    }
    assert set(rejected) == {*odd, "rejected named.txt"}
    assert "3 added, " in done.stderr
    told = "passed over: 3 of other types (2 without suffix, 1 .gif), 1 hidden, 2 linked folders"
    assert done.stderr.splitlines()[-1] == told
    listed = footnote("documents", "list", data_dir=tmp_path / "data").stdout
    assert [line.split()[0][:5] for line in listed.splitlines()] == ["a", "same", "sub-b"]


def test_folder_that_cannot_be_read_is_named(folder: Path) -> None:
    close_off(folder / "sub")
    problems = [(one.path, one.problem) for one in find_files([folder])]
    assert problems == [("a.txt", None), ("sub", "a folder that cannot be read: Permission denied")]


def test_documents_of_a_folder_that_cannot_be_read_for_a_while_stay(
    open_library: OpenLibrary, folder: Path, tmp_path: Path
) -> None:
    engine = open_library()
    ensure_collection(engine, "default")
    for readable, outcomes in ((True, ["added"] * 2), (False, ["unchanged", "rejected"]), (True, ["unchanged"] * 2)):
        (folder / "sub").chmod(0o700) if readable else close_off(folder / "sub")
        work, seen = Work(), []
        for outcome in Follower(engine, [folder], collection="default").follow(work):
            seen.append(outcome.outcome)
            if len(seen) == 2:
                work.stop.set()
        assert seen == outcomes
    assert engine.store.catalog.state("default").documents == 2


def test_watched_folder_with_odd_files_is_followed(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "out.txt").symlink_to("../outside/secret.txt")
    (folder / "disk").symlink_to("/")  # all of the disk
    (folder / "beside").symlink_to("../outside")
    with watching(folder, tmp_path / "data") as process:
        assert said(process, 2) == [
            f"rejected out.txt: a link that leads out of the folder, to '{tmp_path}/outside/secret.txt'; "
            "to ingest that, name it",
            "rejected pipe.txt: not a regular file: it is a pipe",
        ]
        write(tmp_path / "outside", {"new.txt": SECRET})
        (folder / "sub" / "beside").symlink_to("../../outside")
        write(tmp_path / "outside", {"newer.txt": SECRET})
        write(folder, {"new/deep/c.txt": LAMP})
        assert said(process, 1) == ["added new/deep/c.txt (1 passages)"]
        write(folder, {"new/deep/c.txt": PORT})
        assert said(process, 1) == ["updated new/deep/c.txt (1 passages)"]
        (folder / "new").rename(folder / "moved")
        assert said(process, 2) == ["added moved/deep/c.txt (1 passages)", "removed new/deep/c.txt"]
        os.mkfifo(folder / "moved" / "deep" / "x.txt")
        assert said(process, 1) == ["rejected moved/deep/x.txt: not a regular file: it is a pipe"]
        write(folder, {"moved/deep/d.txt": LAMP})
        assert said(process, 1) == ["added moved/deep/d.txt (1 passages)"]
        process.terminate()
        assert process.wait(timeout=60) == 0


def test_server_that_watches_odd_files_is_ready_and_follows(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "name.txt").symlink_to("/etc/hostname")
    (folder / "disk").symlink_to("/")
    with serve(tmp_path / "data", "--watch", str(folder)) as address:
        wait_for(address, ["a.txt", "sub/b.txt"])
        write(folder, {"sub/c.txt": LAMP.replace("Ada", "Eva")})
        wait_for(address, ["a.txt", "sub/b.txt", "sub/c.txt"])


def test_document_whose_file_becomes_a_link_out_stays_and_is_named(open_library: OpenLibrary, folder: Path) -> None:
    engine = open_library()
    ingest(engine, find_files([folder]), collection="default")
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to("../outside/secret.txt")
    outcomes = {one.path: one for one in ingest(engine, find_files([folder]), collection="default")}
    assert (outcomes["a.txt"].outcome, outcomes["sub/b.txt"].outcome) == ("rejected", "unchanged")
    assert engine.store.catalog.text("a") == LAMP


def test_a_data_directory_within_a_folder_is_passed_over(open_library: OpenLibrary, tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "The lamp of Morvane is lit at dusk.\n"})
    engine = open_library()
    assert (engine.store.data_dir / "vectors-1-1" / "seal.json").is_file()
    assert [file.path for file in find_files([tmp_path])] == ["a.txt"]
