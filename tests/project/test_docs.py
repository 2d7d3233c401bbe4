"""The documentation builds by the command of ``make docs``, and what would mislead its reader fails it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")

Built = subprocess.CompletedProcess[str]


def build(root: Path) -> Built:
    """Build the site of ``root`` into its ``build/docs``, as the Makefile does."""
    (line,) = re.findall(r"^\t@\$\(BIN\)/python (-m sphinx .*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    pytest.importorskip("sphinx", reason="building the documentation needs the extra docs")
    command = [sys.executable, *line.split()]
    environ = {**os.environ, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    return subprocess.run(
        command, cwd=root, env=environ, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of every page and of what the pages show."""
    for folder in ("docs", "rag/models", "tests/files/screenshots"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for page in ROOT.glob("*.md"):
        shutil.copy(page, tmp_path)
    return tmp_path


def test_every_page_is_built_without_a_warning(copy: Path) -> None:
    done = build(copy)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    site = copy / "build" / "docs"
    pages = [*copy.glob("*.md"), *copy.glob("docs/*.md"), *copy.glob("rag/models/*.md")]
    assert len(pages) > 12
    assert [page.name for page in pages if not (site / page.relative_to(copy)).with_suffix(".html").exists()] == []


NOWHERE = {
    "docs/page.md": {
        "[a](nowhere.md)": r"docs/page\.md:\d+: WARNING: .*'nowhere\.md'",
        "[b](http.md#no-heading)": r"docs/page\.md:\d+: WARNING: .*'no-heading'",
        "[c](#no-heading-here)": r"docs/page\.md:\d+: WARNING: .*'no-heading-here'",
        "[d](../rag/nowhere.py)": r"docs/page\.md:\d+: WARNING: .*'\.\./rag/nowhere\.py'",
        "![e](../nowhere.webp)": r"docs/page\.md:\d+: WARNING: .*nowhere\.webp",
    },
    "README.md": {"[f](docs/evaluation.md#never)": r"README\.md:\d+: WARNING: .*'never'"},
    "docs/unlisted.md": {"# Unlisted": r"docs/unlisted\.md: WARNING: document isn't included in any toctree"},
}
"""What is added to a page, and what the build says of it."""


def test_what_leads_nowhere_and_a_page_in_no_list_fail(copy: Path) -> None:
    for page, added in NOWHERE.items():
        with (copy / page).open("a", encoding="utf-8") as file:
            file.write("\n\n" + "\n\n".join(added) + "\n")
    done = build(copy)
    assert done.returncode == 1
    complaints = [complaint for added in NOWHERE.values() for complaint in added.values()]
    assert [one for one in complaints if not re.search(one, done.stderr)] == [], done.stderr
    assert done.stderr.count(" WARNING: ") == len(complaints)


def test_architecture_names_places_that_are_there() -> None:
    places = re.findall(r"`((?:rag|server|eval|tests|docs)/[^`]*)`", ARCHITECTURE)
    assert len(places) > 40
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_architecture_names_what_its_places_hold() -> None:
    named = re.findall(r"`(\w+)` in `([^`]+)`", ARCHITECTURE)
    assert len(named) > 15
    held = r"^\s*(?:def|class) {0}\b|^{0}\b.*="
    lost = [one for one in named if not re.search(held.format(one[0]), (ROOT / one[1]).read_text("utf-8"), re.M)]
    assert lost == []


def test_architecture_draws_modules_that_are_there() -> None:
    modules = [f"/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "rag").rglob("*.py")]
    drawings = re.findall(r"^```text\n(.*?)^```$", ARCHITECTURE, re.M | re.S)
    drawn = re.findall(r"[\w/]+\.py\b", "\n".join(drawings))
    assert (len(drawings), len(drawn) > 15) == (3, True)
    assert [one for one in drawn if not any(module.endswith(f"/{one}") for module in modules)] == []
