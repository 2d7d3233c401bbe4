"""The commands below ``footnote eval``: all there, loaded when run, clear about what is not installed."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from rag.cli import main
from tests.support.places import ROOT

COMMANDS = [
    "ablate",
    "all",
    "bench",
    "calibrate",
    "conflicts",
    "contexts",
    "faults",
    "followups",
    "load",
    "quotes",
    "scale",
    "stress",
    "train",
    "verify",
    "wikitables",
]

LACKING = """
import sys
from rag.cli import main

class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(name=name)

sys.meta_path.insert(0, Lacking())
main({arguments!r})
"""


def run_without(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``footnote`` in an interpreter that lacks ``package``."""
    code = LACKING.format(package=package, arguments=list(arguments))
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_help(command: str) -> None:
    done = CliRunner().invoke(main, ["eval", command, "--help"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"Usage: main eval {command} [OPTIONS]")


@pytest.mark.parametrize("package", ["psutil", "sklearn", "torch"])
def test_help_of_eval_needs_no_extra(package: str) -> None:
    done = run_without(package, "eval", "--help")
    assert done.returncode == 0, done.stderr
    listed = done.stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == COMMANDS


@pytest.mark.parametrize(
    ("command", "package"), [("bench", "psutil"), ("calibrate", "sklearn"), ("scale", "psutil"), ("train", "torch")]
)
def test_a_command_without_the_extra_fails_with_what_installs_it(command: str, package: str) -> None:
    done = run_without(package, "eval", command)
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: footnote eval {command} needs {package}, which is not installed: pip install 'footnote[eval]'\n"
    )


def test_an_option_before_a_command_is_refused() -> None:
    done = CliRunner().invoke(main, ["eval", "--limit", "3", "ablate"])
    assert done.exit_code == 2
    assert "options of ablate go after its name" in done.output


def test_without_its_extra_eval_says_what_installs_it_and_holds_up_no_other_command() -> None:
    needed = "footnote eval needs ir_measures, which is not installed: pip install 'footnote[eval]'"
    listed = run_without("ir_measures", "--help")
    assert (listed.returncode, "serve" in listed.stdout, "eval" in listed.stdout) == (0, True, True)
    asked = run_without("ir_measures", "eval", "--limit", "1")
    assert (asked.returncode, asked.stderr) == (1, f"Error: {needed}\n")
