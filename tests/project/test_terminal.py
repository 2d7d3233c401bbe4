"""Whatever documents, names and questions hold, a terminal is shown nothing that it would obey."""

import ast
import json
import logging
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from rag.cli import main
from rag.cli.terminal import LineFormatter, echo_json, one_line, plain
from tests.support.places import ROOT

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\x7f\u202e\u2066\u2028"
NAME = f"evil{ESCAPES}\nforged: line\r"
TEXT = (
    f"# The mast {ESCAPES} of Morvane\n\n"
    f"The mast{ESCAPES} of Morvane was raised in 1871{ESCAPES} by Ada{ESCAPES} Stone.\r"
    "\nforged: a line of the text that is no line of the answer.\n"
)
PAGE = (
    "<html><head><title>Harbour &#27;[31m&#155;&#x202e; of Pelm</title></head>"
    "<body><p>Otto Reed dug it.</p></body></html>"
)
QUESTION = "Who raised the mast of Morvane?"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def obeyed(text: str) -> set[str]:
    """The characters of ``text`` that a terminal would obey, other than line breaks and tabs."""
    return {one for one in text if unicodedata.category(one) in ("Cc", "Zl", "Zp", "Cs") or one in BIDI} - {"\n", "\t"}


def environ(**more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_")}
    return {**kept, "HF_HUB_OFFLINE": "1", **more}


def run(*arguments: str, data_dir: Path) -> tuple[int, str]:
    """The exit status of a command, and all that it wrote, byte for byte."""
    command = [sys.executable, "-m", "rag", *arguments]
    env = environ(FOOTNOTE_DATA_DIR=str(data_dir))
    done = subprocess.run(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, cwd=ROOT, check=False
    )
    return done.returncode, done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "notes"
    folder.mkdir()
    (folder / f"{NAME}.md").write_text(TEXT, encoding="utf-8", newline="")
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    (folder / f"{NAME}.txt").write_bytes(b"")
    (folder / f"{NAME}.p\x1b[31mng").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def data(folder: Path) -> tuple[Path, tuple[int, str]]:
    """A data directory of the folder's documents; and what its making printed."""
    data_dir = folder.parent / "data"
    printed = run("ingest", str(folder), data_dir=data_dir)
    return data_dir, printed


@pytest.fixture(scope="module")
def printed(data: tuple[Path, tuple[int, str]], folder: Path) -> dict[str, tuple[int, str]]:
    """What each command printed, on a copy of the data directory of its own; several by name for one command."""
    data_dir, made = data
    place = folder.parent
    gold = [{"document": "page.html", "quote": "Otto Reed dug it."}]
    asked = {"id": f"q{ESCAPES}", "kind": f"kind{ESCAPES}[bold]", "question": QUESTION, "unanswerable": False}
    (place / "q.jsonl").write_text(json.dumps({**asked, "gold": gold}), encoding="utf-8")
    (place / "corpus").mkdir()
    for name in (f"{NAME}.md", "page.html"):
        shutil.copy(folder / name, place / "corpus" / name)
    export, backup, out = (str(place / f"{name}{NAME}") for name in ("export", "backup", "out"))
    first = {
        "ask": ["ask", QUESTION],
        "ask unanswered": ["ask", f"Who is Zanzor{ESCAPES}?"],
        "search": ["search", "mast of Morvane"],
        "search as JSON": ["search", "mast of Morvane", "--json"],
        "documents list": ["documents", "list"],
        "documents list as JSON": ["documents", "list", "--json"],
        "documents show": ["documents", "show", "page.html", "--text"],
        "documents remove": ["documents", "remove", NAME, "page.html"],
        "collections list": ["collections", "list"],
        "collections create": ["collections", "create", "others"],
        "collections remove": ["collections", "remove", NAME],
        "verify": ["verify", str(folder / f"{NAME}.md")],
        "completion": ["completion", NAME],
        "mcp": ["mcp", NAME],
        "doctor": ["doctor"],
        "feedback": ["feedback"],
        "keys create": ["keys", "create", "--scope", "read", "--name", NAME],
        "keys list": ["keys", "list"],
        "keys revoke": ["keys", "revoke", NAME],
        "reindex": ["reindex"],
        "migrate": ["migrate", "--to", NAME],
        "backup": ["backup", backup],
        "export": ["export", "default", export],
        "eval": [
            "eval",
            "--corpus",
            f"{place}/corpus",
            "--questions",
            f"{place}/q.jsonl",
            "--name",
            NAME,
            "--out",
            out,
        ],
        "serve": ["serve", "--port", NAME],
    }
    second = {"restore": ["restore", backup], "import": ["import", export]}

    def one(name: str, arguments: list[str], empty: bool = False) -> tuple[int, str]:
        own = place / "copies" / name
        return run(*arguments, data_dir=own if empty else Path(shutil.copytree(data_dir, own)))

    with ThreadPoolExecutor(2) as pool:
        done = dict(zip(first, pool.map(lambda name: one(name, first[name]), first), strict=True))
        done |= dict(zip(second, pool.map(lambda name: one(name, second[name], True), second), strict=True))
    return {"ingest": made, **done}


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield before + name


def test_every_command_is_tried(printed: dict[str, tuple[int, str]]) -> None:
    # those below eval print by ``rag.cli.terminal`` alone, as the last test here holds
    tried = {"eval" if name.startswith("eval ") else name for name in commands(main)}
    assert tried == set(printed) - {"ask unanswered", "search as JSON", "documents list as JSON"}


def test_no_command_prints_what_a_terminal_obeys(printed: dict[str, tuple[int, str]]) -> None:
    assert {name: obeyed(text) for name, (_, text) in printed.items() if obeyed(text)} == {}
    assert [name for name, (_, text) in printed.items() if re.search("^forged", text, re.MULTILINE)] == []
    assert [name for name, (_, text) in printed.items() if "Traceback" in text] == []


def test_commands_did_what_they_print(printed: dict[str, tuple[int, str]]) -> None:
    failed = {
        "ingest": 1,
        "ask unanswered": 3,
        "documents remove": 1,
        "migrate": 1,
        "serve": 2,
        "completion": 2,
        "mcp": 2,
        "keys revoke": 1,
        "collections remove": 1,
    }
    assert {name: code for name, (code, _) in printed.items() if code} == failed
    assert "rejected evil\ufffd[2J" in printed["ingest"][1]
    assert "passed over: 1 of other types" in printed["ingest"][1]
    assert "evil\ufffd[2J" in printed["ask"][1]
    assert "mast\ufffd[2J" in printed["search"][1]
    assert "Harbour" in printed["documents list"][1]
    assert [one["path"] for one in json.loads(printed["documents list as JSON"][1])][-1] == "page.html"
    assert "path         page.html\n" in printed["documents show"][1]
    assert printed["documents show"][1].endswith("Otto Reed dug it.\n")
    assert printed["collections create"][1] == "created others\n"
    assert re.search(r"^default +2 documents +\d+ passages$", printed["collections list"][1], re.MULTILINE)
    assert "kind\ufffd" in printed["eval"][1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", QUESTION, "--limit", NAME],
        ["ask", QUESTION, NAME],
        ["ask", f"--{NAME}"],
        [NAME],
        [f"--{NAME}"],
        ["ingest", f"{NAME}*"],
        ["ingest", os.fsdecode(b"caf\xe9\x1b[31m.txt")],
        ["search", "mast", "--collection", NAME],
        ["restore", f"nowhere{NAME}.zip"],
        ["documents", NAME],
    ],
)
def test_wrong_usage_is_told_plainly(arguments: list[str], tmp_path: Path) -> None:
    done = CliRunner(env={"FOOTNOTE_DATA_DIR": str(tmp_path / "data")}).invoke(main, arguments)
    assert done.exit_code in (1, 2)
    assert "Error: " in done.output
    assert obeyed(done.output) == set()
    assert "\nforged" not in done.output


def test_json_is_lossless_and_plain(printed: dict[str, tuple[int, str]]) -> None:
    passages = json.loads(printed["search as JSON"][1])["passages"]
    assert f"mast{ESCAPES} of Morvane" in " ".join(passage["text"] for passage in passages)


def test_watching_and_serving_log_plainly(folder: Path, tmp_path: Path) -> None:
    watched = Path(shutil.copytree(folder, tmp_path / "notes"))
    os.mkfifo(watched / f"pipe{NAME}.txt")
    for arguments in (["ingest", "--watch", str(watched)], ["serve", "--port", "0", "--watch", str(watched)]):
        command = [sys.executable, "-m", "rag", *arguments, "--data-dir", str(tmp_path / arguments[0])]
        log = tmp_path / f"{arguments[0]}.log"
        with (
            log.open("wb") as out,
            subprocess.Popen(command, env=environ(), stdout=out, stderr=out, cwd=ROOT) as process,
        ):
            try:
                wait_for(log, r"rejected '?pipe")
                (watched / f"new {arguments[0]} {NAME}.txt").write_text("It rains in Quarn.\n", encoding="utf-8")
                wait_for(log, f"added '?new {arguments[0]}")
                process.terminate()
                assert process.wait(timeout=60) in (0, -signal.SIGTERM)
            finally:
                process.kill()
        text = log.read_bytes().decode("utf-8")
        assert obeyed(text) == set()
        assert "\nforged" not in text


def wait_for(log: Path, pattern: str) -> None:
    for _ in range(1_200):
        if re.search(pattern, log.read_text("utf-8", errors="replace")):
            return
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(["sleep", "0.1"], check=True)
    raise TimeoutError(f"{pattern!r} is not in {log.read_text('utf-8', errors='replace')!r}")


def test_on_a_terminal_the_bar_is_drawn_and_the_names_are_not_obeyed(folder: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "rag", "ingest", str(folder), "--data-dir", str(tmp_path / "data")]
    env = environ(TERM="xterm-256color", COLUMNS="200")
    with subprocess.Popen(command, env=env, stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT) as process:
        os.close(theirs)
        written = b""
        with suppress(OSError):  # the other side is closed when the process has ended
            while chunk := os.read(ours, 65_536):
                written += chunk
        assert process.wait(timeout=60) == 1
    os.close(ours)
    text = written.decode("utf-8")
    assert "\x1b[" in text  # rich's own
    assert "rejected evil" in text
    for hostile in ("\x1b[2J", "\x1b]", "\x07", "\x9b", "\u202e", "\u2066", "\nforged"):
        assert hostile not in text


def test_log_record_is_one_line_and_its_traceback_is_set_off() -> None:
    formatter = LineFormatter("%(levelname)s %(message)s")
    try:
        raise ValueError(NAME)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "failed: %s", (NAME,), sys.exc_info())
    first, *rest = formatter.format(record).split("\n")
    assert first.startswith("ERROR failed: evil\ufffd[2J")
    assert first.endswith("\ufffdforged: line\ufffd")
    assert all(line.startswith("  ") for line in rest)
    assert obeyed("".join(rest)) == set()


def test_uncaught_error_is_told_plainly() -> None:
    script = (
        "import sys, click; from rag.cli import main\n"
        "@main.command()\n"
        "def fail(): raise RuntimeError(sys.argv[2])\n"
        "sys.argv = ['footnote', 'fail', *sys.argv[1:]]\n"
        "main(args=['fail'])\n"
    )
    command = [sys.executable, "-c", script, f"x{NAME}"]
    done = subprocess.run(command, capture_output=True, timeout=60, cwd=ROOT, check=False)
    text = done.stderr.decode("utf-8")
    assert done.returncode == 1
    assert "RuntimeError: xevil\ufffd[2J" in text
    assert obeyed(text) == set()


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *map(ord, BIDI), 0xD800, 0xDFFF])
def test_filter_leaves_nothing_that_is_obeyed_and_json_loses_nothing(
    code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    one = chr(code)
    assert one_line(f"a{one}b") == "a\ufffdb"
    assert plain(f"a{one}b") == (f"a{one}b" if one in "\n\t" else "a\ufffdb")
    echo_json({"text": f"a{one}b"})
    written = capfd.readouterr().out
    assert obeyed(written) == set()
    assert json.loads(written) == {"text": f"a{one}b"}


@pytest.mark.parametrize(
    "text", ["café 文 ميناء 😀", "👨‍👩‍👧", "soft\u00adhyphen", "می‌خواهم", "a\u00a0b", "\u200fשלום"]
)
def test_filter_leaves_text_alone(text: str) -> None:
    assert one_line(text) == plain(text) == text


def test_nothing_is_printed_past_the_filter() -> None:
    """No module but ``rag.cli.terminal`` prints, draws a console of its own or sets up a log handler."""
    found = []
    for file in sorted(file for folder in ("rag", "server", "eval") for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and re.fullmatch(
                r"print|click\.(echo|secho|echo_via_pager)|(\w+\.)?(Console|StreamHandler|basicConfig)|sys\.std(out|err)\.write(lines)?",
                ast.unparse(node.func),
            ):
                found.append(f"{file.relative_to(ROOT)}: {ast.unparse(node.func)}")
    # the child that compares an index with the catalog writes ASCII JSON to its parent, not to a terminal
    own = [one for one in found if not one.startswith("rag/cli/terminal.py: ")]
    # and the table of settings prints what stands in its own module
    assert own == ["rag/settings.py: sys.stdout.writelines", "rag/storage/vectors/index.py: sys.stdout.write"]
