"""The commands that README and docs show are there, and over the seeds they print what is shown."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from rag.cli import main
from tests.support.guides import Shell, agrees, shown_commands
from tests.support.places import ROOT, SEEDS

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND_LINE = ROOT / "docs" / "command-line.md"
_BLOCK = re.compile(r"^```(?:sh|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^(?:\$ )?(?:FOOTNOTE_\w+=\S+ )?(footnote .*)$", re.MULTILINE)


def footnote_commands(page: Path) -> Iterator[list[str]]:
    """The arguments of every ``footnote`` command that a page shows."""
    for block in _BLOCK.findall(page.read_text("utf-8")):
        for line in _COMMAND.findall(block.replace("\\\n", " ")):
            words = shlex.split(line, comments=True)
            for part in " ".join(map(shlex.quote, words)).split(" '&&' "):
                yield shlex.split(part)[1:]


def hold(command: click.Command, name: str, words: list[str]) -> None:
    """Read the arguments of a command as it would; files that only a reader has may be missing.

    Raises:
        click.UsageError: For a command or an option that is not there.
    """
    if isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(click.Context(command, info_name=name), words[0])
        if inner is None:
            raise click.UsageError(f"no command {words[0]}")
        hold(inner, words[0], words[1:])
        return
    try:
        command.make_context(name, list(words))
    except click.BadParameter as error:
        if isinstance(error, click.MissingParameter):
            raise


def test_every_command_that_is_shown_is_there() -> None:
    found = [(page.name, words) for page in PAGES for words in footnote_commands(page)]
    assert len(found) > 30
    for page, words in found:
        try:
            hold(main, "footnote", words)
        except click.UsageError as error:
            pytest.fail(f"{page}: footnote {shlex.join(words)}: {error.format_message()}")


def test_a_command_that_is_not_there_would_be_found() -> None:
    for words in (["forget"], ["ask", "peace", "--twice"], ["documents", "burn"], ["search"]):
        with pytest.raises(click.UsageError):
            hold(main, "footnote", words)


def test_questions_over_the_seeds_print_what_is_shown(tmp_path: Path) -> None:
    shell = Shell(tmp_path, {"FOOTNOTE_DATA_DIR": str(tmp_path / "data")})
    shell.run(f"footnote ingest {shlex.quote(str(SEEDS))}")
    shown = [(command, output) for command, output in shown_commands(COMMAND_LINE.read_text("utf-8")) if output]
    asked = [(command, output) for command, output in shown if command.startswith("footnote ask ")]
    assert len(asked) == 3
    for command, output in asked:
        printed = shell.run(command)
        assert agrees(output, printed), f"$ {command}\n{printed}"
