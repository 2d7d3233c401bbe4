"""What an installation needs: every package that is imported is declared, and the light one has no torch."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.support.places import ROOT
from tests.support.scans import needs_recognition

OWN = {"rag", "server", "eval"}
OPTIONAL = ROOT / "rag" / "models" / "sentence_transformers.py"
RECOGNITION = ROOT / "rag" / "ingest" / "parse" / "ocr" / "engine.py"
TRACES = ROOT / "server" / "sight" / "traces.py"
POSTGRES = sorted((ROOT / "rag" / "storage" / "catalog" / "postgres").glob("*.py"))
WITHOUT = """
import sys
sys.modules["sentence_transformers"] = None  # what an interpreter that lacks it does
from rag.errors import ModelError
from rag.models import load_encoder, load_reranker
for load, name in ((load_encoder, "org/encoder"), (load_reranker, "org/reranker")):
    try:
        load(name, threads=1)
    except ModelError as error:
        print(error)
"""


def declared(*extras: str) -> set[str]:
    """The names of the distributions that an installation with ``extras`` asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    found = {match[0].lower() for line in lines if (match := re.match(r"[A-Za-z0-9._-]+", line))}
    inner = [line[len("footnote[") : -1] for line in lines if line.startswith("footnote[")]
    return (found | declared(*inner) if inner else found) - {"footnote"}


def imported(file: Path) -> Iterator[str]:
    """The roots of the third-party modules that a file imports, at its top or within a function."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        else:
            continue
        roots = {name.partition(".")[0] for name in names}
        yield from roots - OWN - sys.stdlib_module_names


def undeclared(files: list[Path], declared: set[str]) -> list[str]:
    owners = packages_distributions()
    return [
        f"{file.relative_to(ROOT)}: {root}"
        for file in files
        for root in imported(file)
        if not declared & {owner.lower().replace("_", "-") for owner in owners.get(root, [])}
    ]


@pytest.mark.parametrize(("package", "extras"), [("rag", []), ("server", []), ("eval", ["eval"])])
def test_every_import_is_declared(package: str, extras: list[str]) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert len(files) > 10
    assert (
        undeclared(
            [file for file in files if file not in (OPTIONAL, RECOGNITION, TRACES, *POSTGRES)], declared(*extras)
        )
        == []
    )


def test_only_the_extra_brings_sentence_transformers() -> None:
    assert undeclared([OPTIONAL], declared("sentence-transformers")) == []
    found = [line.rpartition(" ")[2] for line in undeclared([OPTIONAL], declared())]
    assert sorted(found) == ["sentence_transformers", "torch"]


@needs_recognition
def test_only_the_extra_brings_text_recognition() -> None:
    assert undeclared([RECOGNITION], declared("ocr")) == []
    found = {line.rpartition(" ")[2] for line in undeclared([RECOGNITION], declared())}
    assert found == {"cv2", "rapidocr_onnxruntime"}


def test_only_the_extra_brings_postgresql() -> None:
    assert undeclared(POSTGRES, declared("postgres")) == []
    found = {line.rpartition(" ")[2] for line in undeclared(POSTGRES, declared())}
    assert found == {"psycopg", "psycopg_pool"}


def test_only_the_extra_brings_opentelemetry() -> None:
    assert undeclared([TRACES], declared("otel")) == []
    found = {line.rpartition(" ")[2] for line in undeclared([TRACES], declared())}
    assert found == {"opentelemetry"}


def test_another_model_without_the_extra_fails_with_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    command = "pip install 'footnote[sentence-transformers]'"
    assert done.stdout.splitlines() == [
        f"org/encoder needs sentence-transformers, which is not installed: {command}",
        f"org/reranker needs sentence-transformers, which is not installed: {command}",
    ]
