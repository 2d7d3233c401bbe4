"""Written answers over HTTP: a real server, a scripted model, the stream and the receipt."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.processes import footnote, serve
from tests.support.slow import STREAM
from tests.support.writers import Status, Writer, endless, good, saying, stalling, writing

WHEN = "When was the lighthouse of Skerry built?"
TRUE = "The lighthouse of Skerry was built in 1871 by the engineer Anna Holm."
OTHER = "In 1871, Anna Holm built the lighthouse of Skerry"


@pytest.fixture(scope="module")
def writer() -> Iterator[Writer]:
    with writing(good) as running:
        yield running


@pytest.fixture(scope="module")
def server(writer: Writer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("written")
    (folder / "skerry.md").write_text(f"{TRUE}\n", "utf-8")
    assert footnote("ingest", str(folder / "skerry.md"), data_dir=folder / "data").returncode == 0
    with serve(
        folder / "data",
        FOOTNOTE_WRITER_URL=writer.address,
        FOOTNOTE_WRITER_MODEL="scripted",
        FOOTNOTE_WRITER_KEY="sk-7",
        FOOTNOTE_WRITER_RETRIES="0",
    ) as address:
        yield address


def asked(server: str, **more: object) -> httpx.Response:
    return httpx.post(f"{server}/v1/ask", json={"question": WHEN, **more}, timeout=60)


def test_an_answer_says_who_wrote_it_and_what_was_dropped(server: str, writer: Writer) -> None:
    writer.script = saying(f"{OTHER} [1]. {TRUE.replace('1871', '1917')} [1]")
    answer = asked(server).json()
    assert answer["models"]["reader"] == "generative"
    assert answer["models"]["writer"] == "scripted"
    assert answer["usage"]["prompt"] == 123
    assert [one["text"] for one in answer["statements"]] == [f"{OTHER}."]
    assert answer["citations"][0]["quote"] == TRUE
    assert [one["text"] for one in answer["writing"]["dropped"]] == [TRUE.replace("1871", "1917")]
    assert writer.keys[-1] == "Bearer sk-7"
    kept = httpx.get(f"{server}/v1/answers/{answer['id']}", timeout=60)
    assert kept.json()["writing"]["prompt_sha256"] == answer["writing"]["prompt_sha256"]
    page = httpx.get(f"{server}/v1/answers/{answer['id']}", headers={"Accept": "text/html"}, timeout=60)
    assert "written by scripted" in page.text


def test_a_statement_is_streamed_while_the_model_writes(server: str, writer: Writer) -> None:
    writer.script = stalling(f"{OTHER} [1]. It is white and", lambda: writer.over)
    with httpx.stream("POST", f"{server}/v1/ask", json={"question": WHEN}, headers=STREAM, timeout=60) as response:
        lines = response.iter_lines()
        assert next(line for line in lines if line.startswith("event: statement"))
        statement = json.loads(next(lines).removeprefix("data: "))
    assert statement["statement"]["text"] == f"{OTHER}."
    assert statement["citations"][0]["quote"] == TRUE


def test_a_client_that_leaves_ends_the_model_s_work(server: str, writer: Writer) -> None:
    writer.over.clear()
    writer.script = endless
    with httpx.stream("POST", f"{server}/v1/ask", json={"question": WHEN}, headers=STREAM, timeout=60) as response:
        next(line for line in response.iter_lines() if line == ": writing")
    assert writer.over.wait(timeout=20)


def test_a_model_that_fails_is_no_error(server: str, writer: Writer) -> None:
    writer.script = lambda _: Status(500)
    response = asked(server)
    assert response.status_code == 200
    answer = response.json()
    assert answer["models"]["reader"] == "extractive"
    assert answer["answer"] == f"{TRUE} [1] (In the sources' own words: the writer failed: with status 500.)"


def test_the_command_line_asks_the_server(server: str, writer: Writer, tmp_path: Path) -> None:
    writer.script = saying(f"{OTHER} [1].")
    asked_before = len(writer.asked)
    data_dir = next(tmp_path.parent.glob("written*/data"))
    written = footnote("ask", WHEN, data_dir=data_dir)
    assert written.stdout.startswith(f"{OTHER}. [1]\n")
    quoted = footnote("ask", WHEN, "--reader", "extractive", data_dir=data_dir)
    assert quoted.stdout.startswith(f"{TRUE} [1]\n")
    assert len(writer.asked) == asked_before + 1


def test_readers_are_listed(server: str) -> None:
    listed = httpx.get(f"{server}/v1/readers", timeout=60).json()
    assert listed == {"readers": ["extractive", "generative"], "default": "generative", "writer": "scripted"}


def test_a_reader_that_there_is_not_is_refused(server: str, seeds_server: str) -> None:
    assert asked(server, reader="poetic").status_code == 400
    refused = asked(seeds_server, reader="generative")
    assert refused.status_code == 400
    assert "FOOTNOTE_WRITER_URL" in refused.json()["detail"]
    quoted = httpx.get(f"{seeds_server}/v1/readers", timeout=60).json()
    assert quoted == {"readers": ["extractive"], "default": "extractive", "writer": None}
