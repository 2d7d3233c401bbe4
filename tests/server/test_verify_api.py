"""``POST /v1/verify`` and ``POST /v1/quotes/check`` on a running server, and the command that asks it."""

import json
from pathlib import Path

import httpx
import pytest

from tests.support.processes import footnote, serve

PASSAGE = "The mill of Zarnov was sold in 1911 to Otto Reed. It has three wheels."


def test_sentences_are_held_against_given_passages(seeds_server: str) -> None:
    asked = {"text": "The mill of Zarnov was sold in 1912. It has 3 wheels.", "passages": [PASSAGE]}
    found = httpx.post(f"{seeds_server}/v1/verify", json=asked, timeout=60).raise_for_status().json()
    assert [one["verdict"] for one in found["sentences"]] == ["contradicted", "supported"]
    assert found["sentences"][0]["differences"] == [{"kind": "date", "said": "1912", "source": "1911"}]
    assert found["supported"] == 0.5
    cited = found["citations"][0]
    assert PASSAGE[cited["start"] : cited["end"]] == cited["quote"]


def test_quotes_are_checked_in_their_order(seeds_server: str) -> None:
    quotes = ["one thousand prisoners of war", "one million prisoners of war", "The cat sat on the mat and slept"]
    found = httpx.post(f"{seeds_server}/v1/quotes/check", json={"quotes": quotes}, timeout=60).raise_for_status().json()
    assert [one["quote"] for one in found["quotes"]] == quotes
    assert [one["verdict"] for one in found["quotes"]] == ["found", "altered", "not_found"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("verify", {"text": ""}, 400),
        ("verify", {"text": "It rained.", "passage": ["x"]}, 400),
        ("verify", {"text": "It rained.", "collection": "nowhere"}, 404),
        ("verify", {"text": "It rained.", "document_ids": ["nothing"]}, 404),
        ("quotes/check", {"quotes": []}, 400),
        ("quotes/check", {"quotes": ["a"], "collection": "nowhere"}, 404),
    ],
)
def test_wrong_bodies_are_problems(seeds_server: str, path: str, body: dict[str, object], status: int) -> None:
    answer = httpx.post(f"{seeds_server}/v1/{path}", json=body, timeout=60)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, "application/problem+json")


def test_command_reports_as_table_json_and_page(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(PASSAGE, encoding="utf-8")
    report = tmp_path / "report.md"
    report.write_text("# On mills\n\nThe mill of Zarnov was sold in 1912 <b>to</b> Otto Reed.\n", encoding="utf-8")
    data = tmp_path / "data"
    footnote("ingest", str(tmp_path / "notes.txt"), data_dir=data)
    page = tmp_path / "report.html"
    alone = footnote("verify", str(report), "--json", "--html", str(page), data_dir=data)
    assert alone.returncode == 3
    assert json.loads(alone.stdout)["sentences"][0]["verdict"] == "contradicted"
    written = page.read_text("utf-8")
    assert "The mill of Zarnov was sold in 1911 to Otto Reed." in written
    assert "source “1911”" in written
    assert "&lt;b&gt;" in written
    assert "contradicted" in footnote("verify", str(report), data_dir=data).stdout
    with serve(data):
        assert footnote("verify", str(report), "--json", data_dir=data).stdout == alone.stdout
