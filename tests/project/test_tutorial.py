"""The tutorial, done from its first command to its last: everything is printed as it is shown."""

import re
import socket

import httpx
import pytest

from tests.support.guides import Shell, agrees, shown_commands, write_files
from tests.support.places import ROOT
from tests.support.processes import wait_until_ready

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
PORT = "8000"


def conversation() -> list[tuple[str, ...]]:
    """What is asked on the page, how it is understood, and what is answered."""
    rows = [tuple(cell.strip() for cell in row.split("|")) for row in re.findall(r"^\| (.*) \|$", TUTORIAL, re.M)]
    return rows[1:]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    return Shell(write_files(TUTORIAL, tmp_path_factory.mktemp("tutorial")), {"FOOTNOTE_PORT": port})


def test_every_command_prints_what_is_shown(shell: Shell) -> None:
    done = []
    for command, shown in shown_commands(TUTORIAL):
        if command == "footnote serve":
            serve(shell, shown)
        else:
            printed = shell.run(command)
            assert agrees(shown, printed), f"$ {command}\n{printed}"
        done.append(command.split()[0])
    assert done == ["export", *["footnote"] * 4, "python"]


def serve(shell: Shell, shown: str) -> None:
    """The conversation with the server, as the page holds it."""
    history: list[dict[str, str]] = []
    assert len(conversation()) == 2
    with shell.running("footnote serve") as printed:
        assert printed == shown.replace(PORT, shell.environ["FOOTNOTE_PORT"])
        address = printed.split()[-1].rstrip("/")
        wait_until_ready(address)
        for question, understood, told in conversation():
            asked = {"question": question, "history": history}
            answer = httpx.post(f"{address}/v1/ask", json=asked, timeout=60).json()
            assert (answer["understood"], answer["answer"]) == (understood, told)
            history += [{"role": "user", "content": question}, {"role": "assistant", "content": told}]
