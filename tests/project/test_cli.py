"""The command line as people run it: processes, their output and their exit status."""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from rag import __version__
from rag.cli import main
from rag.errors import DataDirectoryError, InvalidRequest
from rag.ingest.pipeline import find_files, ingest
from rag.library import Library
from tests.support.engines import write_and_ingest
from tests.support.processes import footnote, serve

Run = subprocess.CompletedProcess[str]
OpenLibrary = Callable[..., Library]

LIGHTHOUSE = "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"
HARBOUR = "The harbour of Pelm was dug in 1902 by Otto Reed. Its basin holds sixty ships.\n"
WHO_BUILT = "Who built the lighthouse of Morvane?"
WHO_DUG = "Who dug the harbour of Pelm?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two good files among an empty one, one that is no text, a folder with a file's name, and a dangling link."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "good.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    (folder / "zz-last.md").write_text(f"# Pelm\n\n{HARBOUR}", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(b"caf\xe9\x00\x81 au lait")
    (folder / "folder.txt").mkdir()
    (folder / "dangling.txt").symlink_to(folder / "nowhere")
    return folder


@pytest.fixture(scope="module")
def ingested(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """A data directory, and the run that filled it. The dangling link is named: a folder's walk passes it over."""
    data_dir = tmp_path_factory.mktemp("cli") / "data"
    return data_dir, footnote("ingest", str(folder), str(folder / "dangling.txt"), data_dir=data_dir)


@pytest.fixture(scope="module")
def runs(ingested: tuple[Path, Run], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    """Commands that only read, two at a time, each on a copy of the data directory, which only one may own."""
    commands: dict[str, list[str]] = {
        "answered": ["ask", WHO_BUILT],
        "unanswered": ["ask", "What is the boiling point of nitrogen?"],
        "json": ["ask", WHO_BUILT, "--json"],
        "search": ["search", "lighthouse of Morvane", "--limit", "2"],
        "list": ["documents", "list"],
        "doctor": ["doctor"],
        "no collection": ["ask", "peace", "--collection", "nowhere"],
        "blank": ["ask", "  "],
    }
    copies = tmp_path_factory.mktemp("copies")

    def run(name: str) -> Run:
        return footnote(*commands[name], data_dir=Path(shutil.copytree(ingested[0], copies / name)))

    with ThreadPoolExecutor(2) as pool:
        yield dict(zip(commands, pool.map(run, commands), strict=True))


def test_ingest_names_what_it_rejects_and_goes_on(ingested: tuple[Path, Run]) -> None:
    done = ingested[1]
    assert done.returncode == 1
    rejected = [line for line in done.stderr.splitlines() if line.startswith("rejected")]
    assert rejected == [
        "rejected binary.txt: not UTF-8, UTF-16 or Windows-1252: byte 0xe9 at offset 3 does not fit; binary?",
        "rejected dangling.txt: unreadable: No such file or directory",
        "rejected empty.txt: empty: the file has no letter or digit",
    ]
    assert re.search(r"2 added, 3 rejected; [1-9]\d* passages in", done.stderr)
    assert "Traceback" not in done.stderr


def test_ask_prints_the_answer_and_its_citation(runs: dict[str, Run]) -> None:
    assert runs["answered"].returncode == 0
    end = LIGHTHOUSE.index(" It is")
    assert runs["answered"].stdout.splitlines() == [
        f"{LIGHTHOUSE[:end]} [1]",
        "  [1] good.txt",
        f"      good.txt, characters 0-{end}",
    ]


def test_ask_unanswered_is_status_3_and_says_what_is_missing(runs: dict[str, Run]) -> None:
    assert runs["unanswered"].returncode == 3
    first, missing, nearest = runs["unanswered"].stdout.splitlines()
    assert first == "The sources do not answer this."
    assert missing == "  not found in the sources: boiling, point, nitrogen"
    assert nearest.startswith("  nearest: ")


def test_ask_json_has_the_keys_of_the_api(runs: dict[str, Run], seeds_server: str) -> None:
    printed = json.loads(runs["json"].stdout)
    served = httpx.post(f"{seeds_server}/v1/ask", json={"question": "How many prisoners?"}, timeout=60).json()
    assert runs["json"].returncode == 0
    assert list(printed) == list(served)
    assert printed["answered"] is True
    quote = printed["citations"][0]
    assert LIGHTHOUSE[quote["start"] : quote["end"]] == quote["quote"]


def test_search_lists_passages_by_rank(runs: dict[str, Run]) -> None:
    lines = runs["search"].stdout.splitlines()
    assert runs["search"].returncode == 0
    assert [line.split()[0] for line in lines[::2]] == ["1", "2"]
    assert lines[0].split()[2:] == ["good", f"0-{len(LIGHTHOUSE) - 1}"]
    assert lines[1].strip() == LIGHTHOUSE.strip()


def test_documents_list_names_every_document(runs: dict[str, Run]) -> None:
    assert runs["list"].returncode == 0
    assert [line.split()[0] for line in runs["list"].stdout.splitlines()] == ["good", "zz-last.md"]


def test_doctor_finds_a_healthy_directory_healthy(runs: dict[str, Run]) -> None:
    out = runs["doctor"].stdout
    assert (runs["doctor"].returncode, runs["doctor"].stderr) == (0, "")
    assert re.search(r"default: 2 documents, [1-9]\d* passages\n", out)
    assert "bge-small-en-v1.5@68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743" in out
    assert re.search(
        r"^catalog +0\.\d MB\nvector index +\d\.\d MB\nspool +0\.0 MB\nmodels +[1-9]\d\.\d MB\n", out, re.M
    )
    assert re.search(r"^waiting +no accepted file\n", out, re.M)
    assert out.endswith("the catalog and the vector index agree\n")


def test_unknown_collection_is_status_1_and_a_blank_question_status_2(runs: dict[str, Run]) -> None:
    nowhere, blank = runs["no collection"], runs["blank"]
    assert (nowhere.returncode, nowhere.stdout) == (1, "")
    assert nowhere.stderr == "Error: there is no collection 'nowhere'\n"
    assert (blank.returncode, blank.stdout) == (2, "")
    assert blank.stderr.endswith("Error: question must not be blank\n")


@pytest.mark.parametrize(
    ("arguments", "environ", "status", "message"),
    [
        (["ask", "peace"], {"FOOTNOTE_TEMPERATURE": "1"}, 1, "FOOTNOTE_TEMPERATURE is not a setting"),
        (
            ["ask", "peace"],
            {"FOOTNOTE_PASSAGE_TOKENS": "15"},
            1,
            "FOOTNOTE_PASSAGE_TOKENS='15' cannot be used: it must",
        ),
        (["ask", "peace"], {"FOOTNOTE_THRESHOLD": "high"}, 1, "FOOTNOTE_THRESHOLD='high' cannot be used: it must"),
        (["ask"], {}, 2, "Missing argument 'QUESTION'"),
        (["forget"], {}, 2, "No such command 'forget'"),
        (["search", "peace", "--limit", "many"], {}, 2, "Invalid value for '--limit'"),
    ],
)
def test_wrong_usage_and_settings_are_named(
    arguments: list[str], environ: dict[str, str], status: int, message: str, tmp_path: Path
) -> None:
    done = footnote(*arguments, data_dir=tmp_path / "data", **environ)
    assert (done.returncode, done.stdout) == (status, "")
    assert f"Error: {message}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_version_is_the_package_s(tmp_path: Path) -> None:
    done = footnote("--version", data_dir=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"footnote, version {__version__}\n")


def test_serve_on_a_taken_port_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = footnote("serve", "--port", str(port), data_dir=tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"Error: cannot serve on 127.0.0.1:{port}: Address already in use; choose another --port\n"


def test_second_process_is_refused_while_a_server_owns_the_directory(
    ingested: tuple[Path, Run], tmp_path: Path
) -> None:
    data_dir = Path(shutil.copytree(ingested[0], tmp_path / "data"))
    with serve(data_dir) as address, ThreadPoolExecutor(2) as pool:
        seconds = list(pool.map(lambda words: footnote(*words, data_dir=data_dir), (["doctor"], ["serve", "--port=0"])))
        assert httpx.post(f"{address}/v1/ask", json={"question": WHO_BUILT}, timeout=60).json()["answered"] is True
    for second in seconds:
        assert second.returncode == 1
        assert f"Error: {data_dir.resolve()} is in use by another Footnote process; stop that one" in second.stderr
        assert "Traceback" not in second.stderr


def test_ingest_again_passes_over_and_a_changed_file_replaces_its_passages(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    before = open_library()
    write_and_ingest(before, files, {"good.txt": LIGHTHOUSE, "other.txt": HARBOUR})
    good, other = before.store.catalog.passage_keys("default")
    before.close()
    again = footnote("ingest", str(files), data_dir=tmp_path / "data")
    assert again.returncode == 0
    assert "2 unchanged; 0 passages in" in again.stderr
    (files / "good.txt").write_text(LIGHTHOUSE.replace("Ada Stone", "Ben Wood and his son"), encoding="utf-8")
    changed = footnote("ingest", str(files), data_dir=tmp_path / "data")
    assert changed.returncode == 0
    assert "1 unchanged, 1 updated; 1 passages in" in changed.stderr
    engine = open_library()
    assert "Ben Wood" in engine.ask(WHO_BUILT).answer
    assert not any("Ada Stone" in passage.text for passage in engine.search("Ada Stone", limit=100))
    held = set(engine.store.catalog.passage_keys("default"))
    assert len(held) == 2
    assert good not in held
    assert other in held
    assert engine.store.vectors.keys("default") == held
    assert engine.store.catalog.state("default").version == 3


def test_removed_document_is_gone(ingested: tuple[Path, Run], open_library: OpenLibrary, tmp_path: Path) -> None:
    data_dir = Path(shutil.copytree(ingested[0], tmp_path / "data"))
    done = footnote("documents", "remove", "good", data_dir=data_dir)
    assert (done.returncode, done.stdout) == (0, "removed good\n")
    engine = open_library(data_dir)
    assert [document.id for document in engine.store.catalog.documents("default", limit=9)] == ["zz-last.md"]
    answer = engine.ask(WHO_BUILT)
    assert (answer.answered, "Morvane" in answer.missing_terms) == (False, True)
    assert {passage.document_id for passage in engine.search(WHO_BUILT, limit=100)} == {"zz-last.md"}
    assert engine.store.disagreements() == []


def test_files_of_one_name_from_two_folders_are_both_kept(open_library: OpenLibrary, tmp_path: Path) -> None:
    for name, text in (("first", LIGHTHOUSE), ("second", HARBOUR)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text(text, encoding="utf-8")
    done = footnote("ingest", str(tmp_path / "first"), str(tmp_path / "second"), data_dir=tmp_path / "data")
    assert done.returncode == 0
    assert "2 added" in done.stderr
    engine = open_library(tmp_path / "data")
    assert "Ada Stone" in engine.ask(WHO_BUILT).answer
    assert "Otto Reed" in engine.ask(WHO_DUG).answer
    assert [one.path for one in engine.store.catalog.documents("default", limit=9)] == ["notes.txt", "notes.txt"]


def test_folder_gives_its_dangling_links_too(folder: Path) -> None:
    named = [file.path for file in find_files([folder])]
    assert "dangling.txt" in named


def test_file_that_becomes_its_namesake_loses_its_former_text(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "a", {"notes.txt": LIGHTHOUSE})
    write_and_ingest(engine, tmp_path / "b", {"notes.txt": HARBOUR})
    write_and_ingest(engine, tmp_path / "b", {"notes.txt": LIGHTHOUSE})
    assert engine.store.catalog.search_words("default", ["harbour"], 9) == []


def test_collection_name_that_chroma_refuses_is_refused_first(open_library: OpenLibrary) -> None:
    with pytest.raises((InvalidRequest, DataDirectoryError), match="collection"):
        ingest(open_library(), [], collection="Bad name!")


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_completion_prints_what_the_shell_reads(shell: str) -> None:
    printed = CliRunner().invoke(main, ["completion", shell], prog_name="footnote")
    assert printed.exit_code == 0
    assert f"_FOOTNOTE_COMPLETE={shell}_complete" in printed.output
    asked = {"_FOOTNOTE_COMPLETE": f"{shell}_complete", "COMP_WORDS": "footnote sea", "COMP_CWORD": "1"}
    if shell == "fish":
        asked["COMP_CWORD"] = "sea"
    completed = CliRunner().invoke(main, [], prog_name="footnote", env=asked)
    assert "search" in completed.output
