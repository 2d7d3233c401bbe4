"""``--server`` of the commands that a server can answer."""

import click.testing
import pytest

from rag.cli import main


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["documents", "list"], "000_f4202c7007f7a94d"),
        (["documents", "show", "000_f4202c7007f7a94d"], "path         000_f4202c7007f7a94d.txt"),
        (["collections", "list"], "default"),
        (["search", "prisoners of war", "--limit", "1"], "prisoners of war"),
        (["ask", "How many prisoners of war will be exchanged?"], "one thousand prisoners of war"),
    ],
)
def test_server_that_is_named_is_asked(seeds_server: str, command: list[str], said: str) -> None:
    elsewhere = {"FOOTNOTE_SERVER": "http://127.0.0.1:9"}
    done = click.testing.CliRunner(env=elsewhere).invoke(main, [*command, "--server", seeds_server])
    assert done.exit_code == 0, done.output
    assert said in done.output


def test_server_that_is_not_there_is_told() -> None:
    done = click.testing.CliRunner().invoke(main, ["documents", "list", "--server", "http://127.0.0.1:9"])
    assert done.exit_code == 1
    assert "the server at http://127.0.0.1:9 does not answer" in done.output


def test_folders_are_watched_here_alone(seeds_server: str, tmp_path: object) -> None:
    done = click.testing.CliRunner().invoke(main, ["ingest", str(tmp_path), "--watch", "--server", seeds_server])
    assert done.exit_code == 2
    assert "leave --server out" in done.output
