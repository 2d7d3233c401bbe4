"""A PostgreSQL server of the tests' own: its data in a temporary folder, reached by a socket in it."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

_DEBIAN = Path("/usr/lib/postgresql")
_FAST = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=200")
_START_SECONDS = "60"


class Server:
    """A server that runs in ``folder``; what is at each ``new_url`` is empty.

    Args:
        folder: Of short path: a socket's has 107 characters at most.
        programs: Where those of PostgreSQL are.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        self._programs = programs
        self._data = folder / "data"
        self._folder = folder
        self._run("initdb", "--auth=trust", "--username=footnote", "--encoding=UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        """Start it."""
        options = " ".join(f"-c {one}" for one in (*_FAST, f"unix_socket_directories={self._folder}"))
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", f"--timeout={_START_SECONDS}", f"--log={log}", f"--options={options}")

    def stop(self, mode: str = "fast") -> None:
        """Stop it, once every transaction is undone; ``immediate`` as a crash would."""
        self._run("pg_ctl", "stop", "--wait", f"--mode={mode}")

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"postgresql://footnote@/postgres?host={quote(str(self._folder), safe='')}"

    def new_url(self) -> str:
        """The URL of a part of the database that is empty: a schema, which takes less time than a database."""
        name = f"s{secrets.token_hex(6)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{self.url}&options={quote(f'-csearch_path={name}', safe='')}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*_as_other_user(), str(self._programs / program), f"--pgdata={self._data}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self._folder, check=False, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stdout[-500:]} {done.stderr[-500:]}")


@contextmanager
def running() -> Iterator[Server]:
    """A server that runs until the block ends, and leaves nothing."""
    found = programs()
    if found is None:
        raise RuntimeError("no PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if _as_other_user():
        shutil.chown(folder, _USER)
    try:
        server = Server(folder, found)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder)


def programs() -> Path | None:
    """Where the programs of the newest PostgreSQL are, ``None`` where there are none."""
    on_path = shutil.which("initdb")
    found = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda one: int(one.parent.parent.name))
    if found:
        return found[-1].parent
    return Path(on_path).parent if on_path else None


_USER = "postgres"


def _as_other_user() -> list[str]:
    """What lets another user run a command: PostgreSQL refuses to run as root."""
    return ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"] if os.geteuid() == 0 else []
