"""The study of contexts: each question is asked of its own text alone."""

import json
from pathlib import Path

import pytest

from eval.sets.forms import load_context_set
from eval.sets.question import EvalSetError
from eval.studies.contexts import ask_set
from tests.support.engines import OpenLibrary

PORTS = {
    "id": "ports",
    "markdown": "The port of Norbury was opened in 1902.\n\n| Port | Depth |\n|---|---|\n| Norbury | 9 m |\n",
    "questions": [
        {"question": "When was the port of Norbury opened?", "answers": ["1902"], "from": "text"},
        {"question": "When was the port of Morvane opened?", "answers": ["1847"], "from": "text"},
    ],
}
OTHER = {
    "id": "other",
    "markdown": "The port of Morvane was opened in 1847 by King Odo.\n",
    "questions": [{"question": "Who opened the port of Morvane?", "answers": ["king odo"], "from": "text"}],
}


def written(folder: Path, *records: object) -> Path:
    file = folder / "contexts.jsonl"
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return file


def test_a_context_answers_its_own_questions_only(open_library: OpenLibrary, tmp_path: Path) -> None:
    chosen = load_context_set(written(tmp_path, PORTS, OTHER))
    outcomes = [*ask_set(open_library(), tmp_path / "texts", chosen)]
    assert [one.right for one in outcomes] == [True, False, True]
    assert (outcomes[0].statements, outcomes[0].words) == (1, 8)


def test_a_line_that_lacks_a_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalSetError, match="line 2: there is no 'markdown'"):
        load_context_set(written(tmp_path, OTHER, {"id": "none"}))
