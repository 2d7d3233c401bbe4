"""The page of a result: what it shows, that its texts stay texts, that it works offline in a browser."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from eval import measure
from eval.report.compare import compare
from eval.report.page import cited_windows, gold_windows, render, segments
from eval.report.plots import calibration_plot, risk_coverage_plot
from eval.report.result import Json, ResultError, as_json, read_result
from rag.cli import main
from tests.support.sets import small_set, write_lines

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
TREATY = f"The {HOSTILE} treaty of Zarnov was signed in 1847 by King Odo."


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Documents and questions, with markup in a document, a question and a kind."""
    folder = tmp_path_factory.mktemp("page")
    documents, _ = small_set(folder)
    (documents / "treaty.txt").write_text(f'The "Treaty" & more\n\n{TREATY} It ended a war.\n', encoding="utf-8")
    records = [
        {
            "id": "bridge",
            "kind": "when",
            "question": "When was the bridge at Orlen opened?",
            "unanswerable": False,
            "gold": [{"document": "bridge", "quote": "opened in 1932"}],
        },
        {
            "id": "treaty",
            "kind": "<b>who",
            "question": f"Who signed the treaty of Zarnov? {HOSTILE}",
            "unanswerable": False,
            "gold": [{"document": "treaty", "quote": TREATY}],
            "answers": [HOSTILE, "King Odo"],
        },
        {"id": "bread", "kind": "off_topic", "question": "How do I bake sourdough bread?", "unanswerable": True},
    ]
    return documents, write_lines(folder / "three.jsonl", records)


@pytest.fixture(scope="module")
def result(files: tuple[Path, Path]) -> Json:
    """A result with two answers and a refusal."""
    return as_json(measure(*files, without_evidence=True))


@pytest.fixture(scope="module")
def earlier(result: Json) -> Json:
    """The same, but for one question that was refused before and one that was answered otherwise."""
    changed = copy.deepcopy(json.loads(json.dumps(result)))
    bridge, treaty, _ = changed["questions"]
    bridge["outcome"] = "missed"
    bridge["judged"] |= {"answered": False, "right": False}
    bridge["judged"]["values"] |= {"evidence recall": 0.0, "over-refusal": 1.0}
    treaty["answer"]["statements"][0]["text"] = "Odo did."
    return dict(changed)


class Elements(HTMLParser):
    """Every element of a page with its attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_page_has_no_markup_but_its_own_and_names_nothing_outside(result: Json, earlier: Json) -> None:
    page = render(result, compare(earlier, result))
    elements = Elements(page).found
    tags = [tag for tag, _ in elements]
    assert (tags.count("script"), tags.count("style"), tags.count("img"), tags.count("link"), tags.count("b")) == (
        1,
        1,
        0,
        0,
        0,
    )
    names = {name for _, attributes in elements for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in ("src", "href", "style", "action")}
    policy = next(attributes["content"] for tag, attributes in elements if "http-equiv" in attributes)
    assert policy is not None
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-\S{44}'; script-src 'sha256-\S{44}'; base-uri 'none'", policy
    )


def test_page_shows_each_measure_and_each_question(result: Json) -> None:
    page = render(result)
    assert page.count('<details class="question"') == 3
    for name in ("evidence recall", "AUROC without evidence", "coverage at 5 % risk", "nDCG@10"):
        assert f">{name}</th>" in page
    assert "Against" not in page
    assert "Without the documents that answer: " in page
    assert result["set"]["sha256"] in page


def test_cited_and_gold_characters_are_marked_where_they_stand(result: Json) -> None:
    bridge, treaty, bread = result["questions"]
    (citation, shown), *_ = cited_windows(bridge)
    assert citation["document_id"] == "bridge"
    assert [(one.text, one.cited, one.gold) for one in shown] == [
        ("The Bridge\n\n", False, False),
        ("The bridge at Orlen was ", True, False),
        ("opened in 1932", True, True),
        (".", True, False),
        (" Mayor Ines Halvorsen cut the ribbon.\n", False, False),
    ]
    ((_, wanted),) = gold_windows(treaty)
    assert [one.text for one in wanted if one.gold and one.cited] == [TREATY]
    assert list(cited_windows(bread)) == list(gold_windows(bread)) == []


def test_ranges_that_reach_out_of_the_window_are_cut() -> None:
    found = segments("abcd", 10, cited=[(0, 12)], gold=[(13, 99), (50, 60)])
    assert [(one.text, one.cited, one.gold) for one in found] == [
        ("ab", True, False),
        ("c", False, False),
        ("d", False, True),
    ]


def test_plots_have_their_origin_at_the_bottom_left() -> None:
    curve = risk_coverage_plot([(0.25, 0.0), (1.0, 0.5)])
    assert (curve.line, curve.guide) == ("60.0,240.0 240.0,120.0", "0.0,228.0 240.0,228.0")
    calibrated = calibration_plot([(0.1, 0.0, 4), (0.9, 1.0, 16)])
    assert calibrated.line == "24.0,240.0 216.0,0.0"
    assert calibrated.dots[0].radius < calibrated.dots[1].radius
    assert calibrated.dots[1].label == "confidence 0.90, answerable 1.00, 16 questions"


def test_comparison_says_what_was_fixed_broken_and_changed(result: Json, earlier: Json) -> None:
    forward, back = compare(earlier, result), compare(result, earlier)
    assert forward.changes == {"bridge": "fixed", "treaty": "changed", "bread": "same"}
    assert back.changes == {"bridge": "broken", "treaty": "changed", "bread": "same"}
    recall = next(change for change in forward.measures if change.measure == "evidence recall")
    assert (recall.before, recall.after, recall.worse) == (0.5, 1.0, False)
    fewer = {**earlier, "questions": earlier["questions"][1:]}
    assert compare(fewer, result).changes == {"treaty": "changed", "bread": "same"}
    page = render(result, forward)
    assert "1 fixed, 0 broken, 1 changed otherwise, 1 the same." in page
    assert page.count('<span class="change fixed">fixed</span>') == 1


def test_command_compares_with_an_earlier_result(files: tuple[Path, Path], earlier: Json, tmp_path: Path) -> None:
    documents, questions = files
    before = tmp_path / "before.json"
    before.write_text(json.dumps(earlier), encoding="utf-8")
    arguments = ["eval", "--corpus", str(documents), "--questions", str(questions), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, [*arguments, "--name", "after", "--compare", str(before)])
    assert done.exit_code == 0, done.stderr
    assert "1 fixed, 0 broken, 1 changed, 1 same" in done.stdout
    assert "1 fixed, 0 broken, 1 changed otherwise" in (tmp_path / "out" / "after.html").read_text("utf-8")
    with pytest.raises(ResultError, match=r"three\.jsonl is no result of footnote eval"):
        read_result(questions)


@pytest.fixture
def page(browser: Browser, result: Json, earlier: Json, tmp_path: Path) -> Iterator[Page]:
    """The page, opened from its file; the test fails on an error, or a request for anything else."""
    file = tmp_path / "page.html"
    file.write_text(render(result, compare(earlier, result)), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: faults.append(request.url) if request.url != file.as_uri() else None)
    page.goto(file.as_uri())
    yield page
    assert page.evaluate("window.hacked") is None
    assert faults == []
    context.close()


def test_questions_are_filtered_in_the_browser(page: Page) -> None:
    questions = page.locator(".question:visible")
    assert (questions.count(), page.locator("#count").inner_text()) == (3, "3 shown")
    page.select_option("#kind", "<b>who")
    assert (questions.count(), page.locator("#count").inner_text()) == (1, "1 shown")
    assert HOSTILE in page.locator(".question:visible .asked").inner_text()
    page.select_option("#kind", "")
    page.select_option("#outcome", "refused")
    assert page.locator(".question:visible .asked").all_inner_texts() == ["How do I bake sourdough bread?"]
    page.select_option("#outcome", "")
    page.select_option("#change", "fixed")
    assert page.locator(".question:visible .asked").all_inner_texts() == ["When was the bridge at Orlen opened?"]
    page.select_option("#change", "")
    page.fill("#words", "ZARNOV")
    assert questions.count() == 1
    page.check("#open")
    assert page.locator(".question:visible mark.both").first.inner_text() == TREATY
