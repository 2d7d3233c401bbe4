"""The guide to measuring one's own documents works as it is written."""

import os
import re
import shlex
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner

from eval.run.score import ANSWERS, REFUSALS
from rag.cli import main
from tests.support.guides import write_files
from tests.support.places import ROOT

README = (ROOT / "docs" / "evaluation.md").read_text("utf-8")


def commands() -> list[list[str]]:
    """The commands of the guide over its example, in order."""
    return [shlex.split(line)[1:] for line in re.findall(r"^footnote eval --corpus handbook.*$", README, re.MULTILINE)]


def test_guide_shows_files_and_commands(tmp_path: Path) -> None:
    write_files(README, tmp_path)
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == [
        "leave.md",
        "questions.jsonl",
        "test_grounding.py",
        "travel.md",
    ]
    assert [command[5:] for command in commands()] == [
        [],
        ["--name", "after", "--compare", "eval/results/questions.json"],
        ["--write-baseline", "grounding.json"],
        ["--gate", "grounding.json"],
    ]


def test_commands_of_the_guide_do_what_it_says(tmp_path: Path) -> None:
    _, after, baseline, gate = commands()
    with chdir(write_files(README, tmp_path)):
        # making the base line writes the result of the first command as well
        done = [CliRunner().invoke(main, command) for command in (baseline, after, gate)]
        assert [one.exit_code for one in done] == [0, 0, 0], done[-1].stderr
        names = sorted(file.name for file in Path("eval/results").iterdir())
    assert names == ["after.html", "after.json", "questions.html", "questions.json"]
    assert "0 fixed, 0 broken, 0 changed, 6 same" in done[1].stdout
    assert "no worse than grounding.json" in done[2].stderr


def test_recipe_passes_and_fails_when_grounding_falls(tmp_path: Path) -> None:
    good, bad = write_files(README, tmp_path / "good"), write_files(README, tmp_path / "bad")
    questions = bad / "questions.jsonl"
    spoilt = questions.read_text("utf-8").replace(
        "Hotels cost at most 120 euros a night.", "Trains are booked in second class."
    )
    questions.write_text(spoilt, encoding="utf-8")
    files = [str(folder / "tests" / "test_grounding.py") for folder in (good, bad)]
    command = [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", "-p", "no:cacheprovider", *files]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 3 passed" in done.stdout
    assert "AssertionError: {'hotel': 'wrong'}" in done.stdout


def test_guide_defines_every_measure() -> None:
    guide = README.replace("statements, words of an answer", "statements of an answer, words of an answer")
    guide = guide.replace("refusal precision, F1", "refusal precision, refusal F1")
    guide = guide.replace("refused, AUROC without evidence", "refused without evidence, AUROC without evidence")
    first_cells = ", ".join(re.findall(r"^\| (.*?) \|", guide, re.MULTILINE)).split(", ")
    assert [name for name in (*ANSWERS, *REFUSALS) if name not in first_cells] == []
