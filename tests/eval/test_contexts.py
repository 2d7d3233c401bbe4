"""The study of contexts: each question is asked of its own text alone."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.sets.forms import Grid, load_context_set
from eval.sets.office import FORMATS, html_of, write_documents
from eval.sets.question import EvalSetError
from eval.studies.contexts import ask_set
from rag.cli import main
from rag.ingest.parse import parse
from tests.support.engines import OpenLibrary
from tests.support.outlines import drawn

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
GRID = [["", "", "Year", "Year"], ["", "", "2018", "2019"], ["Ferry", "Adult", "4", "5"], ["Ferry", "Child", "2", "3"]]
FARES = {
    "id": "fares",
    "markdown": "| | | Year 2018 | Year 2019 |\n|-|-|-|-|\n| Ferry | Adult | 4 | 5 |\n| Ferry | Child | 2 | 3 |\n",
    "table": GRID,
    "header_rows": 2,
    "questions": [{"question": "What did a child pay on the ferry in 2019?", "answers": ["3"], "from": "table"}],
}


def written(folder: Path, *records: object) -> Path:
    file = folder / "contexts.jsonl"
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return file


def test_a_context_answers_its_own_questions_only(open_library: OpenLibrary, tmp_path: Path) -> None:
    chosen = load_context_set(written(tmp_path, PORTS, OTHER))
    outcomes = [*ask_set(open_library(), write_documents(chosen, "md", tmp_path), chosen)]
    assert [one.right for one in outcomes] == [True, False, True]
    assert (outcomes[0].statements, outcomes[0].words) == (1, 8)


def test_a_line_that_lacks_a_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalSetError, match="line 2: there is no 'markdown'"):
        load_context_set(written(tmp_path, OTHER, {"id": "none"}))


def test_a_grid_has_one_cell_where_a_name_reaches_over_several() -> None:
    assert html_of("|a|\n|-|\n", Grid(rows=GRID, heads=2)).partition('<table border="1">')[2] == (
        '<thead><tr><th></th><th></th><th colspan="2">Year</th></tr>'
        "<tr><th></th><th></th><th>2018</th><th>2019</th></tr></thead>"
        '<tbody><tr><td rowspan="2">Ferry</td><td>Adult</td><td>4</td><td>5</td></tr>'
        "<tr><td>Child</td><td>2</td><td>3</td></tr></tbody></table>"
    )


@pytest.mark.parametrize("suffix", FORMATS[1:])
def test_a_context_is_written_in_a_format_with_its_table(suffix: str, tmp_path: Path) -> None:
    chosen = load_context_set(written(tmp_path, FARES, PORTS))
    files = write_documents(chosen, suffix, tmp_path)
    assert [file.name for file in files.values()] == [f"fares.{suffix}", f"ports.{suffix}"]
    parsed = [parse(file.name, file.read_bytes()) for file in files.values()]
    assert drawn(parsed[0]) == [
        "table",
        "  row head | 2:Year",
        "  row head | 2:2018 | 3:2019",
        "  row | 0:Ferry | 1:Adult | 2:4 | 3:5",
        "  row | 0:Ferry | 1:Child | 2:2 | 3:3",
    ]
    assert drawn(parsed[1])[1:] == ["table", "  row head | 0:Port | 1:Depth", "  row | 0:Norbury | 1:9 m"]


def test_every_format_that_is_named_is_measured(tmp_path: Path) -> None:
    arguments = ["eval", "contexts", "--as", "md", "--as", "docx", str(written(tmp_path, OTHER))]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    titles = [line for line in done.output.splitlines() if line.startswith(tmp_path.name)]
    assert titles == [f"{tmp_path.name}, .md", f"{tmp_path.name}, .docx"]
    assert done.output.count("1.00 of 1") >= 2


def test_without_libreoffice_it_is_said_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(main, ["eval", "contexts", "--as", "pdf", str(written(tmp_path, OTHER))])
    assert done.exit_code == 1
    assert done.output == "Error: LibreOffice writes .pdf files, and there is no soffice on the path: install it\n"
