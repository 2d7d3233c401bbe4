"""Footnote asks nothing of any other machine, and writes nowhere but in its data directory.

Each command runs as itself in a sealed room (``tests.support.sealed``), with documents that name an address in every
way that a format has, and with telemetry asked for by whoever starts it.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.made import documents_that_refer_to
from tests.support.minilm import minilm_folder
from tests.support.places import ROOT
from tests.support.sealed import Seen, watch, why_not

sealed = pytest.mark.skipif(why_not() is not None, reason=f"no sealed room: {why_not()}")

ELSEWHERE = "http://192.0.2.9:8399"
ASKED_FOR = {"ORT_DISABLE_TELEMETRY": "0", "HF_HUB_DISABLE_TELEMETRY": "0", "ANONYMIZED_TELEMETRY": "True"}
QUESTION = "Who built the mill of Zarnov?"
REPORT_SECONDS = 12
"""How long a process must run for onnxruntime to look up where it reports to: it does so after ten seconds."""

MISBEHAVING = """
import os, socket, sys
socket.getaddrinfo("name.example.org", 443)
for family, address in ((socket.AF_INET, "8.8.8.8"), (socket.AF_INET6, "2001:4860:4860::8888")):
    with socket.socket(family) as connection:
        connection.setblocking(False)
        connection.connect_ex((address, 443))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
    datagram.sendto(b"here I am", ("203.0.113.5", 8125))
for place in (os.environ["HOME"], os.environ["TMPDIR"], ".", "/tmp", "/var/tmp", os.path.expanduser("~root")):
    with open(os.path.join(place, "left"), "w") as file:
        file.write("behind")
try:
    open(sys.argv[1], "w")
except OSError as error:
    print(error.strerror)
"""

IMPORTING = """
import importlib, os, sys

class Watched:
    def find_spec(self, name, path=None, target=None):
        if name == "onnxruntime":
            print(os.environ["ORT_DISABLE_TELEMETRY"])

sys.meta_path.insert(0, Watched())
importlib.import_module(sys.argv[1])
import onnxruntime
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room with documents and a question about them."""
    room = tmp_path_factory.mktemp("room")
    documents = room / "documents"
    documents.mkdir()
    for name, content in documents_that_refer_to(ELSEWHERE).items():
        (documents / name).write_bytes(content)
    (documents / "mill.txt").write_text("The mill\n\nThe mill of Zarnov was built by Ada Kern in 1902.\n", "utf-8")
    gold = [{"document": "mill.txt", "quote": "built by Ada Kern"}]
    question = {"id": "q", "kind": "who", "question": QUESTION, "unanswerable": False, "gold": gold}
    (room / "questions.jsonl").write_text(json.dumps(question) + "\n", "utf-8")
    return room


COMMANDS = ["ingest", "ask", "ask without a seal", "search", "doctor", "backup", "export", "eval", "reindex"]


@pytest.fixture(scope="module")
def seen(place: Path) -> dict[str, Seen]:
    """What every command did, one after the other on one data directory."""
    documents, questions = str(place / "documents"), str(place / "questions.jsonl")
    arguments = {
        "ingest": [documents],
        "ask": [QUESTION],
        "search": [QUESTION],
        "backup": [str(place / "backup.zip")],
        "export": ["default", str(place / "export.zip")],
        "eval": ["--corpus", documents, "--questions", questions, "--out", str(place / "results")],
    }
    found = {}
    for name in COMMANDS:
        command = name.split()[0]
        if command != name:
            for seal in (place / "data").glob("vectors-*/seal.json"):
                seal.unlink()
        changed = {"FOOTNOTE_ENCODER": str(minilm_folder())} if command == "reindex" else {}
        run = [sys.executable, "-m", "rag", command, *arguments.get(command, [])]
        found[name] = watch(place, *run, **ASKED_FOR, **changed)
    return found


@sealed
def test_room_sees_names_connections_and_files_of_a_childs_child(place: Path) -> None:
    program = place / "misbehaving.py"
    program.write_text(MISBEHAVING, "utf-8")
    own = [sys.executable, str(program), str(ROOT / "left")]
    seen = watch(place, "sh", "-c", 'sh -c \'"$0" "$@"\' "$0" "$@"; true', *own)
    assert (seen.status, seen.output) == (0, "Read-only file system\n")
    assert seen.names == ["name.example.org"]
    assert set(seen.sent) == {"tcp 8.8.8.8:443", "tcp [2001:4860:4860::8888]:443", "udp 203.0.113.5:8125"}
    expected = [place / name for name in ("home", "tmp", "cwd")] + [Path("/tmp"), Path("/var/tmp"), Path("/root")]
    assert set(seen.files) == {str(folder / "left") for folder in expected}


@sealed
@pytest.mark.parametrize("command", COMMANDS)
def test_command_asks_nobody_and_leaves_nothing_outside(seen: dict[str, Seen], command: str) -> None:
    one = seen[command]
    assert (one.status, one.names, one.sent, one.files) == (0, [], [], []), one.output


@sealed
def test_commands_did_their_work(seen: dict[str, Seen]) -> None:
    """The rows above say nothing where a command gives up at once."""
    assert "9 added" in seen["ingest"].output
    assert "Ada Kern" in seen["ask"].output
    assert "Ada Kern" in seen["ask without a seal"].output
    assert "evidence recall" in seen["eval"].output


@sealed
def test_server_asks_nobody_and_leaves_nothing_outside(place: Path) -> None:
    visit = [sys.executable, "-m", "tests.support.visit", str(place / "documents"), str(REPORT_SECONDS)]
    one = watch(place, *visit, **ASKED_FOR, FOOTNOTE_DATA_DIR=str(place / "served"))
    assert (one.status, one.names, one.sent, one.files) == (0, [], [], []), one.output
    visited = json.loads(one.output)
    assert "Ada Kern" in visited["answer"]
    assert visited["job"]["state"] == "done"
    loaded = re.findall(r"""(?:src|href)=["']([^"']*)""", "".join(visited["pages"].values()))
    assert [address for address in loaded if "//" in address] == []


@pytest.mark.parametrize("module", ["rag", "rag.models.onnx", "server.app", "eval"])
def test_onnxruntime_is_imported_after_its_reports_are_off(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING, module],
        env={"PYTHONPATH": str(ROOT), **ASKED_FOR},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (set(done.stdout.split()), done.returncode) == ({"1"}, 0), done.stderr
