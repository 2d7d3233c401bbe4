"""The files of deploy/: what they name is there, what they promise they say, and what can be run is."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from rag.settings import PREFIX, Settings
from tests.support.places import ROOT

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
UNIT = (DEPLOY / "footnote.service").read_text("utf-8")
VECTORS_UNIT = (DEPLOY / "team" / "footnote-vectors.service").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile: name and rest, continued lines joined."""
    lines = [line for line in DOCKERFILE.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def test_what_is_copied_is_there_and_nothing_of_the_packages_is_left_out() -> None:
    copied = [
        word
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for word in shlex.split(rest)[:-1]
    ]
    assert [one for one in copied if not (ROOT / one).exists()] == []
    assert {"rag", "server", "eval", "pyproject.toml", "constraints.txt"} <= set(copied)
    kept = re.findall(r"^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8"), re.MULTILINE)
    assert sorted(kept) == sorted(copied)


def test_image_has_two_stages_and_its_last_user_is_not_root() -> None:
    found = instructions()
    assert [name for name, _ in found].count("FROM") == 2
    assert [rest for name, rest in found if name == "USER"] == ["10001:10001"]
    last = max(place for place, (name, _) in enumerate(found) if name == "USER")
    assert "RUN" not in {name for name, _ in found[last:]}


def test_every_setting_that_is_named_is_one(tmp_path: Path) -> None:
    named = re.findall(rf"\b({PREFIX}[A-Z_]+)=(\S+)", DOCKERFILE + UNIT)
    assert len(named) >= 5
    for key, value in named:
        assert getattr(Settings.from_environ({key: value}), key.removeprefix(PREFIX).lower()) is not None


def test_compose_promises_what_the_issue_asks() -> None:
    service = COMPOSE["services"]["footnote"]
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert [port for port in service["ports"] if not port.startswith("127.0.0.1:")] == []
    assert {volume.partition(":")[0] for volume in service["volumes"]} - {"./documents"} == set(COMPOSE["volumes"])


def health_check(address: str) -> int:
    """The exit status of the image's health check against another address."""
    (check,) = [rest for name, rest in instructions() if name == "HEALTHCHECK"]
    _, flag, script = yaml.safe_load(check.partition("CMD ")[2])
    command = [sys.executable, flag, script.replace("http://127.0.0.1:8000", address)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


def test_health_check_tells_a_ready_server_from_none(seeds_server: str) -> None:
    assert health_check(seeds_server) == 0
    assert health_check("http://127.0.0.1:9") == 1
    assert health_check(f"{seeds_server}/nowhere") == 1


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "footnote.service"
    unit.write_text(UNIT.replace("/opt/footnote/bin/footnote", sys.executable), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    unit.write_text(VECTORS_UNIT.replace("/opt/footnote/bin/chroma", sys.executable), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    unit.write_text(UNIT.replace("ProtectSystem=strict", "ProtectSystem=srtict"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60, check=False)
    assert "srtict" in done.stderr
