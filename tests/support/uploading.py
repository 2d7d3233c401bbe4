"""Uploads, and what becomes of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.places import ROOT
from tests.support.processes import wait_until_ready

TOWNS = ("Morvane", "Pelm", "Quarn", "Zarnov", "Orlen", "Tulvik")


def book(number: int, entries: int) -> str:
    """A text of which every passage names its book."""
    town = TOWNS[number % len(TOWNS)]
    lines = [
        f"Entry {line} of ledger {number} of {town} lists {line * 7 + number} sacks of rye, {line + 3} of barley, "
        f"and the {line % 31 + 1} days that it took the mill to grind them in the year {1700 + line}."
        for line in range(entries)
    ]
    return "\n\n".join(lines) + "\n"


def empty_data_dir(folder: Path) -> Path:
    """A data directory that takes no seeds in."""
    folder.mkdir(parents=True)
    (folder / "seeded").touch()
    return folder


@contextmanager
def killable(data_dir: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[str]]]:
    """A server process that the test ends in its own way."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_")}
    command = [sys.executable, "-m", "rag", "serve", "--port", "0", "--data-dir", str(data_dir)]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stderr is not None
            address = process.stderr.readline().split()[-1].rstrip("/")
            wait_until_ready(address)
            with httpx.Client(base_url=address, timeout=60) as client:
                yield client, process
        finally:
            process.kill()


def status_of(client: httpx.Client, job: str) -> dict[str, Any]:
    status: dict[str, Any] = client.get(f"/v1/jobs/{job}").raise_for_status().json()
    return status


def finished(client: httpx.Client, job: str) -> dict[str, Any]:
    for _ in range(1_200):
        status = status_of(client, job)
        if status["state"] in ("done", "failed"):
            return status
        time.sleep(0.05)
    raise TimeoutError(f"{job} is not done after a minute: {status}")
