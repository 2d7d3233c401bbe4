"""The front door: what ``import rag`` offers, and the example of the guide."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import rag
from tests.support.places import ROOT

GUIDE = (ROOT / "docs" / "python.md").read_text("utf-8")
NOTE = "The ferry\n\nThe ferry of Tarn sails at noon. The last ferry sails at six.\n"


def test_every_name_of_the_front_door_is_there_and_nothing_else_is() -> None:
    assert rag.__all__ == sorted(rag.__all__)
    for name in rag.__all__:
        assert getattr(rag, name).__name__ == name
    assert set(rag.__all__) <= set(dir(rag))
    with pytest.raises(AttributeError, match="no attribute 'Engine'"):
        _ = rag.Engine


def test_importing_it_loads_no_model_and_no_store() -> None:
    heavy = ["torch", "chromadb", "onnxruntime", "litestar", "rag.library"]
    code = f"import sys, rag; sys.exit(', '.join(name for name in {heavy} if name in sys.modules) or 0)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_the_guide_s_example_prints_citations_that_are_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "ferry.txt").write_text(NOTE, "utf-8")
    first, *_ = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(compile(first, "docs/python.md", "exec"), {})
    path, start, end, quote = capsys.readouterr().out.splitlines()[0].split(maxsplit=3)
    assert path.endswith("ferry.txt")
    assert NOTE[int(start) : int(end)] == quote == "The ferry of Tarn sails at noon."


def test_a_library_lists_reads_and_removes(tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text(NOTE, "utf-8")
    with rag.Library.open(tmp_path / "data", threshold=0.5) as library:
        (outcome,) = library.ingest([tmp_path / "ferry.txt"])
        assert (outcome.outcome, outcome.passages) == ("added", 2)
        (document,) = library.documents()
        assert library.text(document.id) == NOTE
        assert library.collections() == ["default"]
        history = [
            rag.Turn(role="user", content="When does the ferry of Tarn sail?"),
            rag.Turn(role="assistant", content=library.ask("When does the ferry of Tarn sail?").answer),
        ]
        assert library.ask("Why?", history=history).understood != "Why?"
        library.remove(document.id)
        assert [*library.documents()] == []
        with pytest.raises(rag.NotFound):
            library.text(document.id)
        with pytest.raises(rag.InvalidRequest):
            library.ask(" ")
    with rag.Library.open(tmp_path / "data") as library:
        assert [*library.documents()] == []
