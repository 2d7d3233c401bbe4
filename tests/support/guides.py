"""Guides: pages of ``docs/`` that show files and commands, done as a reader would do them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.places import ROOT

_FILE = re.compile(r"^```\w+ title=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def write_files(guide: str, folder: Path) -> Path:
    """Write every file that ``guide`` shows, below ``folder``."""
    for name, text in _FILE.findall(guide):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def shown_commands(guide: str) -> Iterator[tuple[str, str]]:
    """Each command of the blocks ``console``, in order, and the output that stands below it."""
    for block in _CONSOLE.findall(guide):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def agrees(shown: str, printed: str) -> bool:
    """Whether a program printed what a guide shows; ``…`` stands for anything.

    >>> agrees("1 added in … s\\n", "1 added in 2.5 s\\n"), agrees("1 added\\n", "2 added\\n")
    (True, False)
    """
    return re.fullmatch(".*".join(map(re.escape, shown.split("…"))), printed, re.DOTALL) is not None


@dataclass(slots=True)
class Shell:
    """A shell of its own home, in ``folder``, that keeps what is exported.

    Args:
        environ: Set besides what a reader would have.
    """

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    exported: list[str] = field(default_factory=list)

    def run(self, command: str) -> str:
        """Everything that a command prints."""
        if command.startswith("export "):
            self.exported.append(command)
        done = subprocess.run(
            self._arguments(command),
            cwd=self.folder,
            env=self._environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return done.stdout

    @contextmanager
    def running(self, command: str) -> Iterator[str]:
        """Run a command until the block ends; gives the first line that it prints."""
        process = subprocess.Popen(
            self._arguments(f"exec {command}"),
            cwd=self.folder,
            env=self._environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        try:
            assert process.stdout is not None
            yield process.stdout.readline()
        finally:
            process.terminate()
            process.communicate(timeout=30)

    def _arguments(self, command: str) -> list[str]:
        return ["sh", "-c", "\n".join([*self.exported, command])]

    def _environ(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("FOOTNOTE_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        home = {"HOME": str(self.folder), "PATH": path, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
        return {**kept, **home, **self.environ}
