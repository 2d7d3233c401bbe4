"""Asking on the chat page: Chromium, a real server, and a line between them that can fail."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from server.page.routes import STATIC
from tests.support.browsing import (
    AGREED,
    NITROGEN,
    PERSISTED,
    PRISONERS,
    PUBLISHED,
    SIDES,
    Line,
    accessibility_faults,
    ask,
    ask_api,
    expect,
    forgive_failed_loads,
)
from tests.support.processes import serve, wait_until_ready

if TYPE_CHECKING:
    from playwright.sync_api import Page

BUDGET = 122 * 1024  # 120 for the page, 2 for signing in
COMMENTS = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|^\s*// .*$| // .*$", re.MULTILINE)


def test_own_code_is_below_122_kb() -> None:
    """Comments are not counted: they are for whoever changes the page."""
    code = (COMMENTS.sub("", file.read_text("utf-8")) for file in STATIC.iterdir())
    assert sum(len(text.encode()) for text in code) < BUDGET


def test_own_files_are_checked_for_changes(seeds_server: str) -> None:
    """A browser that kept yesterday's modules would mix them with today's."""
    for path in ("/", "/static/app.js"):
        assert httpx.get(seeds_server + path).headers["Cache-Control"] == "no-cache"


def test_first_visit_says_what_there_is(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    welcome = page.locator("#welcome")
    expect(welcome).to_contain_text(re.compile(r"5 documents · \d+ passages · 20 May 2025 to 2 June 2025"))
    expect(welcome.locator(".named a").first).to_have_text(re.compile("Talks"))
    expect(page.locator("#question")).to_be_focused()
    assert accessibility_faults(page) == []
    welcome.get_by_role("link", name="All documents").click()
    expect(page.locator(".documents li")).to_have_count(5)


def test_answer_streams_without_moving_anything(page: Page, seeds_server: str) -> None:
    expected = ask_api(seeds_server, SIDES)
    assert len(expected["statements"]) > 1
    page.goto(seeds_server)
    turn = ask(page, SIDES)
    expect(turn.locator("h2")).to_have_text(SIDES)
    shown = [text.replace("\u2060", "") for text in turn.locator(".statement").all_text_contents()]
    assert shown == [one["text"] + "".join(map(str, one["citations"])) for one in expected["statements"]]
    names = [citation["title"] or citation["path"] for citation in expected["citations"]]
    titles = turn.locator(".source div").evaluate_all("nodes => nodes.map((node) => node.firstChild.textContent)")
    assert titles == names
    expect(turn.locator(".footnote").first).to_have_accessible_name(f"Source 1: {names[0]}")
    expect(page.locator("#announcer")).to_have_text(re.compile(r"^An answer has come: \d+ statements"))
    expect(page.locator("#question")).to_have_value("")
    ask(page, PUBLISHED)
    assert page.evaluate("window.shifts.reduce((sum, shift) => sum + shift, 0)") < 0.001


def test_answer_says_how_sure_it_is_and_how_it_was_found(page: Page, seeds_server: str) -> None:
    expected = ask_api(seeds_server, PRISONERS)
    page.goto(seeds_server)
    turn = ask(page, PRISONERS)
    expect(turn.locator(".status summary")).to_have_text(re.compile("confidence$"))
    expect(turn.locator(".status")).not_to_contain_text("%", use_inner_text=True)
    turn.locator(".status summary").click()
    expect(turn.locator(".status")).to_contain_text(f"{expected['confidence'] * 100:.0f} %", use_inner_text=True)
    turn.get_by_text("How was this found").click()
    expect(turn.locator("tbody")).to_have_count(len(expected["passages"]))
    expect(turn.locator(".how")).to_contain_text(expected["models"]["encoder"])
    cells = turn.locator("tbody").first.locator("td")
    assert [float(cell) for cell in cells.all_text_contents()] == [
        pytest.approx(expected["passages"][0]["scores"][stage], rel=0.01)
        for stage in ("dense", "lexical", "fused", "rerank")
    ]
    best = [float(bar.get_attribute("value") or 0) for bar in cells.locator("progress").all()]
    assert best[3] == 1, "the passages are ranked by the last stage, so its first bar is full"


def test_unanswered_question_shows_what_is_missing_and_nearest(page: Page, seeds_server: str) -> None:
    expected = ask_api(seeds_server, NITROGEN)
    page.goto(seeds_server)
    turn = ask(page, NITROGEN)
    expect(turn.locator(".unanswered")).to_contain_text(expected["answer"])
    assert turn.locator(".missing em").all_text_contents() == expected["missing_terms"]
    assert turn.locator("blockquote").all_text_contents() == [one["text"] for one in expected["passages"][:3]]
    expect(turn.locator(".footnote, .source")).to_have_count(0)
    expect(page.locator("#announcer")).to_have_text(expected["answer"])
    turn.locator("figure a").first.click()
    expect(page.locator("#panel mark").first).to_be_in_viewport()
    assert "".join(page.locator("#panel mark").all_text_contents()) == expected["passages"][0]["text"]


def test_conflicting_sources_stand_side_by_side(page: Page, seeds_server: str) -> None:
    expected = ask_api(seeds_server, PERSISTED)
    (conflict,) = expected["conflicts"]
    page.goto(seeds_server)
    turn = ask(page, PERSISTED)
    notice = turn.get_by_role("region", name="The sources differ")
    expect(notice).to_contain_text(conflict["kind"])
    sides = notice.locator("li")
    for side, value, at in zip(sides.all(), conflict["values"], conflict["statements"], strict=True):
        (number,) = expected["statements"][at]["citations"]
        citation = expected["citations"][number - 1]
        expect(side).to_contain_text(f"“{value}”")
        expect(side.locator(".footnote")).to_have_text(str(number))
        year, month, day = citation["published"].split("-")
        expect(side).to_contain_text(f"{int(day)} {['May', 'June'][int(month) - 5]} {year}")
    first, second = [side.bounding_box() for side in sides.all()]
    assert first is not None
    assert second is not None
    assert first["y"] == second["y"]


def test_follow_up_shows_how_it_was_understood(page: Page, seeds_server: str) -> None:
    said = ask_api(seeds_server, PRISONERS)["answer"]
    history = [{"role": "user", "content": PRISONERS}, {"role": "assistant", "content": said}]
    understood = ask_api(seeds_server, AGREED, history=history)["understood"]
    assert understood != AGREED
    page.goto(seeds_server)
    expect(ask(page, PRISONERS).locator(".understood")).to_be_empty()
    turn = ask(page, AGREED)
    expect(turn.locator("h2")).to_have_text(AGREED)
    expect(turn.locator(".understood q")).to_have_text(understood)
    assert page.evaluate("window.shifts.reduce((sum, shift) => sum + shift, 0)") < 0.001
    turn.get_by_role("button", name="Correct").click()
    expect(page.locator("#question")).to_have_value(understood)
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.press("Enter")
    corrected = page.locator(".turn").nth(2)
    expect(corrected.locator(".how")).to_be_visible()
    expect(corrected.locator(".understood")).to_be_empty()
    page.locator(".turn").nth(1).get_by_role("button", name="Ask as typed").click()
    typed = page.locator(".turn").nth(3)
    expect(typed.locator(".how")).to_be_visible()
    expect(typed.locator("h2")).to_have_text(AGREED)
    expect(typed.locator(".understood")).to_be_empty()


def test_question_box_sends_only_what_can_be_asked(page: Page, seeds_server: str) -> None:
    """Characters are code points: 2001 emoji are 4002 UTF-16 units."""
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if "/v1/ask" in request.url else None)
    page.goto(seeds_server)
    box = page.locator("#question")
    for blank in ("", " \n\t\u00a0"):
        box.fill(blank)
        box.press("Enter")
    box.fill("\U0001f600" * 2001)
    box.press("Enter")
    expect(page.locator("#note")).to_contain_text("2001 of 2000 characters")
    expect(box).to_have_value("\U0001f600" * 2001)
    box.fill("one")
    box.press("Shift+Enter")
    box.press_sequentially("two")
    expect(box).to_have_value("one\ntwo")
    assert sent == []
    markup = '<script>window.hacked=1</script><img src=x onerror="window.hacked=1">'
    assert ask(page, markup).locator("h2").text_content() == markup
    ask(page, NITROGEN)
    assert page.evaluate("window.hacked") is None
    first, second = map(json.loads, sent)
    assert (first["history"], second["question"]) == ([], NITROGEN)
    assert [turn["role"] for turn in second["history"]] == ["user", "assistant"]
    assert second["history"][0]["content"] == markup


@pytest.fixture
def line(seeds_server: str) -> Iterator[Line]:
    opened = Line(seeds_server)
    yield opened
    opened.close()


def test_stop_keeps_what_came(page: Page, line: Line) -> None:
    page.goto(line.address)
    expect(page.locator(".named")).to_be_visible()
    line.fault = "hold"
    page.locator("#question").fill(SIDES)
    page.get_by_role("button", name="Ask", exact=True).click()
    turn = page.locator(".turn")
    expect(turn.locator(".statement")).to_have_count(1)
    expect(turn.locator(".status")).to_have_text(re.compile(r"^Reading \d+ passages of \d documents…$"))
    expect(turn.locator(".how")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
    expect(turn.locator(".status")).to_have_text("Stopped")
    expect(turn.locator(".statement")).to_have_count(1)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    line.fault = ""
    line.let.set()
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".how")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)
    assert turn.locator(".statement").count() > 1


def test_lost_connection_keeps_what_came_and_retries(page: Page, line: Line, faults: list[str]) -> None:
    page.goto(line.address)
    expect(page.locator(".named")).to_be_visible()
    line.fault = "cut"
    page.locator("#question").fill(SIDES)
    page.locator("#question").press("Enter")
    turn = page.locator(".turn")
    expect(turn.locator(".statement")).to_have_count(1)
    line.let.set()
    expect(turn.locator(".status")).to_have_text("The answer broke off")
    expect(turn.locator(".statement")).to_have_count(1)
    turn.locator(".footnote").first.click()
    expect(page.locator("#panel mark")).to_be_in_viewport()
    page.keyboard.press("Escape")
    forgive_failed_loads(faults)
    line.fault = ""
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".how")).to_be_visible()
    page.context.set_offline(True)
    page.locator("#question").fill(PRISONERS)
    page.locator("#question").press("Enter")
    expect(page.locator(".turn").last.locator(".status")).to_have_text("The server cannot be reached")
    forgive_failed_loads(faults)


def test_loading_models_are_waited_for(page: Page, tmp_path: Path, faults: list[str]) -> None:
    with serve(tmp_path / "data", wait=False) as address:
        wait_until_ready(address, "/health/live")
        page.goto(address)
        page.locator("#question").fill(PRISONERS)
        page.locator("#question").press("Enter")
        expect(page.locator(".status")).to_have_text("Loading the models…")
        expect(page.locator(".statement").first).to_contain_text("one thousand prisoners", timeout=60_000)
        expect(page.locator("#overview .offers button").first).to_be_attached(timeout=60_000)
        forgive_failed_loads(faults)


def test_skip_button_leads_to_the_question_and_nowhere_else(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    ask(page, PRISONERS)
    address = page.url
    page.get_by_role("button", name="Skip to the question box").focus()
    expect(page.get_by_role("button", name="Skip to the question box")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator(".turn")).to_have_count(1)
    assert page.url == address


def test_keyboard_alone_asks_checks_and_returns(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(PRISONERS)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".how")).to_be_visible()
    footnote = page.locator(".footnote").first
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if footnote.evaluate("node => node === document.activeElement"):
            break
    expect(footnote).to_be_focused()
    assert footnote.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    preview = page.get_by_role("tooltip")
    expect(preview).to_contain_text("one thousand prisoners of war")
    expect(footnote).to_have_attribute("aria-describedby", "preview")
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_be_focused()
    expect(page.locator("#panel mark")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(footnote).to_be_focused()
