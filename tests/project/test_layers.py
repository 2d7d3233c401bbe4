"""What an import loads, that the import contract names every folder, and who sees the settings."""

import re
import subprocess
import sys
import tomllib

import pytest

from tests.support.places import ROOT

HEAVY = ["torch", "transformers", "sentence_transformers", "chromadb", "onnxruntime", "openai"]


def loaded_by(statement: str, names: list[str]) -> list[str]:
    """Those of ``names`` that a fresh interpreter has loaded after ``statement``."""
    code = f"{statement}\nimport sys\nprint(*(name for name in {names!r} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_loaded_by_finds_what_is_loaded() -> None:
    assert loaded_by("import json", ["json", "torch"]) == ["json"]


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("rag", [*HEAVY, "numpy"]),
        ("rag.types", HEAVY),
        ("rag.library", [*HEAVY, "litestar"]),
        ("rag.cli", [*HEAVY, "litestar"]),
        ("server.app", ["torch", "mcp", "openai", "structlog", "opentelemetry"]),
        ("server.mcp.command", ["torch", "mcp", "openai"]),
    ],
)
def test_import_loads_no_heavy_package(module: str, names: list[str]) -> None:
    assert loaded_by(f"import {module}", names) == []


def test_seven_layers_hold_every_folder_of_rag() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if "rag.storage" in contract["layers"])
    named = [name.strip() for layer in layers for name in layer.replace(":", "|").split("|")]
    files = {path.stem for path in (ROOT / "rag").glob("*.py")} - {"__init__", "__main__"}
    folders = {path.parent.name for path in (ROOT / "rag").glob("*/__init__.py")}
    assert len(layers) == 7
    assert sorted(named) == sorted(f"rag.{name}" for name in files | folders)


@pytest.mark.parametrize("layer", ["answer", "ingest", "storage", "language", "models", "upkeep"])
def test_nothing_below_is_handed_the_settings_or_the_library(layer: str) -> None:
    whole = re.compile(r"^\s*(?:from rag\.(?:settings|library) |import rag\.(?:settings|library)\b)", re.M)
    modules = list((ROOT / "rag" / layer).rglob("*.py"))
    assert modules
    assert [path for path in modules if whole.search(path.read_text("utf-8"))] == []
