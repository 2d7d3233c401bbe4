"""Watched folders."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.places import ROOT
from tests.support.processes import wait_until_ready

LAMP = "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"


PORT = "The harbour of Pelm was dug in 1902 by Otto Reed. Its basin holds sixty ships.\n"


def write(folder: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


@contextmanager
def watching(folder: Path, data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """``footnote ingest --watch`` on a folder, already watching."""
    command = [sys.executable, "-m", "rag", "ingest", "--watch", str(folder), "--data-dir", str(data_dir)]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_")}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environ, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) as process:
        try:
            assert process.stderr is not None
            while process.stderr.readline() != "Watching. Stop with Ctrl+C.\n":
                assert process.poll() is None
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str], count: int) -> list[str]:
    """The next lines of a watching process, sorted: changes at one time come in any order."""
    assert process.stdout is not None
    return sorted(process.stdout.readline().strip() for _ in range(count))


def wait_for(address: str, paths: list[str]) -> None:
    wait_until_ready(address)
    for _ in range(600):
        items = httpx.get(f"{address}/v1/documents", timeout=60).json()["items"]
        if sorted(item["path"] for item in items) == paths:
            return
    raise TimeoutError(f"{address} has {items}, not {paths}")
