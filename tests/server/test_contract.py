"""The running server keeps to its own OpenAPI document, whatever it is sent."""

import re
import subprocess
import sys
from pathlib import Path

import httpx

from tests.support.places import ROOT
from tests.support.processes import serve

CONFIG = ROOT / "tests" / "server" / "schemathesis.toml"
PHASES = "examples,coverage,fuzzing,stateful"


def test_server_keeps_to_its_openapi_document(tmp_path: Path) -> None:
    with serve(tmp_path / "data") as address:
        command = [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "--config-file",
            str(ROOT / "tests" / "server" / "schemathesis.toml"),
        ]
        asked = [f"{address}/schema/openapi.json", "--phases", PHASES, "--seed", "1"]
        bounds = ["--max-examples", "12", "--request-timeout", "60", "--no-color"]
        done = subprocess.run(
            [*command, "run", *asked, *bounds],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
            cwd=tmp_path,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert re.search(r"Tested: (\d+)", done.stdout), done.stdout
        assert httpx.get(f"{address}/health/ready").status_code == 200
