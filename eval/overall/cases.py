"""Cases that a program of their own asks of a running server: ``FOLDER/run.py``, whose summary is read."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.cost.scale.service import serve
from eval.overall.asking import Asked, SetResult
from eval.overall.outcome import HOLDS, REFUSED
from eval.run.judge import Judged
from rag.errors import FootnoteError

MEASURES = (HOLDS, REFUSED)
"""What is known of cases: how many questions work, and how many that should be refused are."""


class CasesError(FootnoteError):
    """A folder of cases that cannot be run."""


def ask_cases(folder: Path) -> SetResult:
    """Run the cases of a folder against a server that is started for them.

    A question that the program finds to work partly does not.

    Raises:
        CasesError: When there is no program, or it fails.
        RunError: When the server does not start.
    """
    began = time.monotonic()
    refusals = _refusals(folder)
    asked = tuple(_asked(row, refused=(row["case"], row["question"]) in refusals) for row in _rows(folder))
    return SetResult(name="cases", seconds=round(time.monotonic() - began, 1), questions=asked)


def _rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of the summary that the program of the cases writes."""
    program = folder / "run.py"
    if not program.is_file():
        raise CasesError(f"{folder} has no run.py, the program that asks the cases")
    with tempfile.TemporaryDirectory(prefix="footnote-cases-") as place, serve(Path(place, "data")) as server:
        summary = Path(place, "summary.json")
        command = [sys.executable, str(program), "--base", server.address.rstrip("/"), "--cases", str(folder)]
        done = subprocess.run([*command, "--json", str(summary)], capture_output=True, text=True, check=False)
        if done.returncode or not summary.is_file():
            raise CasesError(f"{program} ended with status {done.returncode}: {done.stderr[-500:]}")
        rows: list[dict[str, Any]] = json.loads(summary.read_text("utf-8"))["rows"]
    return rows


def _refusals(folder: Path) -> set[tuple[str, str]]:
    """The case and the question of each that should be refused."""
    found = set()
    for file in folder.glob("*/case.json"):
        case = json.loads(file.read_text("utf-8"))
        for one in (case, *case.get("more", ())):
            if one.get("expect_refused"):
                found.add((file.parent.name, one["question"]))
    return found


def _asked(row: Mapping[str, Any], *, refused: bool) -> Asked:
    works = row["verdict"] == "works"
    judged = Judged(
        id=f"{row['case']}: {row['question']}",
        kind=row["kind"],
        answerable=not refused,
        answered=not works if refused else True,  # whether a question that fails was refused is not said
        right=None if refused else works,
        confidence=0.0,
        values={REFUSED if refused else HOLDS: float(works)},
    )
    return Asked(question=row["question"], accepted=row["verdict"], said=str(row["answer"]), judged=judged)
