"""A server that is asked by several clients from the moment its port is open."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from eval.cost.stress.answers import Answered, answered_json, failed
from rag.cli.terminal import echo

_ASK_SECONDS = 300.0
_POLL_SECONDS = 0.02


def ask_server(data_dir: Path, questions: Sequence[str], clients: int) -> list[Answered]:
    """What each question gets, in order, of a server that has just been started and is asked by so many at once."""
    with _server(data_dir) as address, ThreadPoolExecutor(clients) as pool:
        return list(pool.map(lambda question: _ask(address, question), questions))


def _ask(address: str, question: str) -> Answered:
    """The answer once the models are there; until then the server says that they are loading."""
    try:
        while True:
            with suppress(httpx.ConnectError):  # the address is known a moment before the port is open
                response = httpx.post(f"{address}/v1/ask", json={"question": question}, timeout=_ASK_SECONDS)
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return answered_json(response.raise_for_status().content)
            time.sleep(_POLL_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return failed(error)


@contextmanager
def _server(data_dir: Path) -> Iterator[str]:
    """The address of a server on a free port; its log goes on to this process."""
    command = [sys.executable, "-m", "rag", "serve", "--port", "0", "--data-dir", str(data_dir)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            lines: Iterator[str] = iter(process.stderr or ())
            address = next(lines).split()[-1].rstrip("/")
            threading.Thread(target=_pass_on, args=[lines], daemon=True).start()
            yield address
        finally:
            process.terminate()


def _pass_on(lines: Iterator[str]) -> None:
    for line in lines:
        echo(line.rstrip("\n"), err=True)
