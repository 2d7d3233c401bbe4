"""A visit to a server: starts one, uses each part of it once, and stops it.

A program of its own, for a sealed room: ``python -m tests.support.visit FOLDER SECONDS`` uploads the files of the
folder, lets the server run at least so long, and writes as JSON what came of it. It does not import ``rag``, which
would prepare the environment that the server is to prepare for itself.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

_QUESTION = "Who built the mill of Zarnov?"
_PAGES = ("/", "/static/app.js", "/schema", "/schema/openapi.json", "/v1/suggestions", "/v1/documents")
_WAIT_SECONDS = 120


def visit(folder: Path, seconds: float) -> dict[str, object]:
    """Serve for at least so many seconds; the answer to a question, what became of the files, the exit status."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "rag", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = server.stderr.readline().split()[-1].rstrip("/") if server.stderr else ""
            with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
                found = _use(client, folder)
            time.sleep(max(0.0, begun + seconds - time.monotonic()))
        finally:
            server.terminate()
    return {**found, "status": server.returncode}


def _use(client: httpx.Client, folder: Path) -> dict[str, object]:
    _wait(client, "/health/ready", lambda ready: ready.status_code == httpx.codes.OK)
    files = [("file", (path.name, path.read_bytes())) for path in sorted(folder.iterdir())]
    job = client.post("/v1/documents", files=files).raise_for_status().json()["job"]
    done = _wait(client, f"/v1/jobs/{job}", lambda found: found.json()["state"] in ("done", "failed"))
    answer = client.post("/v1/ask", json={"question": _QUESTION}).raise_for_status().json()
    streamed = {"Accept": "text/event-stream"}
    client.post("/v1/ask", json={"question": _QUESTION}, headers=streamed).raise_for_status()
    client.post("/v1/search", json={"query": "mill"}).raise_for_status()
    client.get("/v1/suggestions", params={"near": _QUESTION}).raise_for_status()
    pages = {path: client.get(path).raise_for_status().text for path in _PAGES}
    return {"job": done.json(), "answer": answer["answer"], "pages": pages}


def _wait(client: httpx.Client, path: str, until: Callable[[httpx.Response], bool]) -> httpx.Response:
    for _ in range(_WAIT_SECONDS * 10):
        try:
            response = client.get(path)
            if until(response):
                return response
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{path} did not come to an end within {_WAIT_SECONDS} seconds")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(visit(Path(sys.argv[1]), float(sys.argv[2]))))
