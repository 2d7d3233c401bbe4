"""What only the catalog package may know: SQLite and its SQL."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import ROOT

CATALOG = ROOT / "rag" / "storage" / "catalog"
OWN_DATABASE = ROOT / "rag" / "storage" / "vectors" / "chroma.py"  # it reads which folders are Chroma's own
SQL = re.compile(r"\bSELECT\b.*\bFROM\b|\bINSERT INTO\b|\bMATCH \?", re.DOTALL)


def outside_the_catalog() -> list[Path]:
    return [path for path in sorted((ROOT / "rag").rglob("*.py")) if not path.is_relative_to(CATALOG)]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def queries(tree: ast.AST) -> list[str]:
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text for text in texts if SQL.search(text)]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("q = 'SELECT id\\nFROM documents'", True),
        ("q = f'INSERT INTO {table} VALUES (?)'", True),
        ("q = f'{table} MATCH ?'", True),
        ("q = 'select one from many'", False),
    ],
)
def test_queries_are_found_in_constants(code: str, found: bool) -> None:
    assert bool(queries(ast.parse(code))) is found


def test_only_the_catalog_imports_sqlite() -> None:
    importing = {path for path in outside_the_catalog() if "sqlite3" in imported(ast.parse(path.read_text("utf-8")))}
    assert importing == {OWN_DATABASE}


def test_only_the_catalog_has_sql() -> None:
    having = {path for path in outside_the_catalog() if queries(ast.parse(path.read_text("utf-8")))}
    assert having == {OWN_DATABASE}
