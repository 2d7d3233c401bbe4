"""The web page in a real headless Chromium against a real server.

Every test fails when the page logs a console error, throws, or breaks the Content-Security-Policy.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Request, Route

sync_api = pytest.importorskip("playwright.sync_api", reason="the browser tests need the package playwright")
expect = sync_api.expect

SCREENSHOTS = Path(__file__).parent / "screenshots"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 375, "height": 740}
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
});
"""

PRISONERS = "How many prisoners of war will be exchanged?"
REBUILD = "What do both parties need to rebuild for peace talks to succeed?"
PUBLISHED = "When was the article about renewed talks published?"
NITROGEN = "What is the boiling point of nitrogen?"
RENEWED_TALKS = "Renewed Talks Amidst Lingering Tensions: A Closer Look at Russia-Ukraine Peace Negotiations"


def chromium_path() -> str | None:
    """The browser to test with: FOOTNOTE_TEST_CHROMIUM, or the first Chromium on the PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return os.environ.get("FOOTNOTE_TEST_CHROMIUM") or next((path for path in found if path), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: set FOOTNOTE_TEST_CHROMIUM or put chromium on the PATH")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in the browser; a test that provokes a fault checks and clears the list."""
    return []


@pytest.fixture
def page(browser: Browser, faults: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_init_script(REPORT_VIOLATIONS)
    yield page
    context.close()
    assert faults == []


def ask(page: Page, question: str) -> Locator:
    """Asks with Enter and gives the turn once it has an answer."""
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    turn = page.locator(".turn").last
    expect(turn.locator(".answered, .unanswered")).to_be_visible(timeout=20_000)
    return turn


def ask_api(server: str, question: str) -> dict[str, Any]:
    """The same question through the interface, without the page."""
    request = urllib.request.Request(
        f"{server}/v1/ask",
        data=json.dumps({"question": question}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def asked(page: Page) -> list[Request]:
    """A list that grows with every question the page sends."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/v1/ask") else None)
    return sent


def fulfil_with_problem(route: Route, status: int, title: str, detail: str) -> None:
    route.fulfill(
        status=status,
        headers={"Content-Type": "application/problem+json", "Retry-After": "1"},
        body=json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}),
    )


def forgive_failed_loads(faults: list[str]) -> None:
    """Chromium logs every response above 399: a test that provokes one forgives that, and nothing else."""
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []
    faults.clear()


def test_first_visit_lists_the_documents(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    expect(page.locator(".documents li")).to_have_count(5)
    expect(page.locator("#welcome")).to_contain_text(RENEWED_TALKS)
    expect(page.locator("#corpus")).to_have_text(re.compile(r"^5 documents, \d+ passages$"))


def test_no_documents_says_how_to_add_some(page: Page, seeds_server: str) -> None:
    empty: dict[str, Any] = {"items": [], "next_cursor": None}
    page.route(re.compile(r"/v1/documents\?"), lambda route: route.fulfill(json=empty))
    page.goto(seeds_server)
    expect(page.locator("#welcome code")).to_have_text("footnote ingest PATH")


def test_missing_collections_fall_back_to_documents(page: Page, seeds_server: str, faults: list[str]) -> None:
    page.route("**/v1/collections", lambda route: fulfil_with_problem(route, 404, "Not found", ""))
    page.goto(seeds_server)
    expect(page.locator("#corpus")).to_have_text(re.compile(r"^5 documents, \d+ passages$"))
    forgive_failed_loads(faults)


def test_ask_with_click_shows_footnotes(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    page.locator("#question").fill(PRISONERS)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".statements")).to_contain_text("one thousand prisoners of war")
    expect(page.locator(".statements .footnote").first).to_have_accessible_name(re.compile("^Source 1: "))
    expect(page.locator("#announcer")).to_have_text(re.compile("^An answer has come"))
    expect(page.locator("#welcome")).to_be_hidden()


def test_ask_with_enter_shows_footnotes_and_sources(page: Page, seeds_server: str) -> None:
    expected = ask_api(seeds_server, PRISONERS)
    page.goto(seeds_server)
    turn = ask(page, PRISONERS)
    expect(turn.locator("h2")).to_have_text(PRISONERS)
    shown = turn.locator(".statement > span:first-child").all_text_contents()
    assert shown == [statement["text"] for statement in expected["statements"]]
    assert turn.locator(".source .title").all_text_contents() == [
        citation["title"] or citation["path"] for citation in expected["citations"]
    ]
    expect(page.locator("#question")).to_have_value("")


def test_shift_enter_makes_a_new_line(page: Page, seeds_server: str) -> None:
    sent = asked(page)
    page.goto(seeds_server)
    page.locator("#question").press_sequentially("one")
    page.locator("#question").press("Shift+Enter")
    page.locator("#question").press_sequentially("two")
    expect(page.locator("#question")).to_have_value("one\ntwo")
    assert sent == []


@pytest.mark.parametrize("question", [PRISONERS, REBUILD], ids=["plain", "mojibake"])
def test_panel_marks_the_exact_quote(page: Page, seeds_server: str, question: str) -> None:
    citation = ask_api(seeds_server, question)["citations"][0]
    page.goto(seeds_server)
    ask(page, question).locator(".footnote").first.click()
    passage = page.locator("#panel .passage")
    assert passage.locator("mark").text_content() == citation["quote"]
    assert passage.text_content() == citation["before"] + citation["quote"] + citation["after"]
    expect(passage.locator("mark")).to_be_in_viewport()
    characters = f"Characters {citation['start']}–{citation['end']} of {citation['path']}"
    expect(page.locator("#panel")).to_contain_text(characters)


def test_full_text_link_leads_to_the_cited_characters(page: Page, seeds_server: str) -> None:
    citation = ask_api(seeds_server, REBUILD)["citations"][0]
    page.goto(seeds_server)
    ask(page, REBUILD).locator(".footnote").first.click()
    link = page.get_by_role("link", name="Open the full text")
    expect(link).to_have_attribute("rel", "noopener")
    with urllib.request.urlopen(seeds_server + str(link.get_attribute("href")), timeout=60) as response:
        text = response.read().decode("utf-8")
    assert text[citation["start"] : citation["end"]] == page.locator("#panel mark").text_content()


def test_source_shows_title_and_date(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    source = ask(page, PUBLISHED).locator(".source").filter(has_text=RENEWED_TALKS).first
    expect(source.locator("time")).to_have_text("2 June 2025")
    source.click()
    expect(page.locator("#panel h2")).to_have_text(RENEWED_TALKS)
    expect(page.locator("#panel time")).to_have_attribute("datetime", re.compile("^2025-06-02"))


def test_unanswered_question_shows_the_nearest_passages(page: Page, seeds_server: str) -> None:
    expected = ask_api(seeds_server, NITROGEN)
    page.goto(seeds_server)
    turn = ask(page, NITROGEN)
    expect(turn.locator(".unanswered .sentence")).to_have_text(expected["answer"])
    for term in expected["missing_terms"]:
        expect(turn.locator(".missing")).to_contain_text(term)
    expect(turn.locator(".footnote")).to_have_count(0)
    turn.get_by_text("The nearest passages").click()
    shown = turn.locator(".nearest blockquote").all_text_contents()
    assert shown == [passage["text"] for passage in expected["passages"][:3]]


def test_how_found_lists_models_and_ranked_passages(page: Page, seeds_server: str) -> None:
    expected = ask_api(seeds_server, PRISONERS)
    page.goto(seeds_server)
    turn = ask(page, PRISONERS)
    turn.get_by_text("How was this found").click()
    expect(turn.locator(".how dl")).to_contain_text(expected["models"]["encoder"])
    expect(turn.locator(".ranked li")).to_have_count(len(expected["passages"]))


@pytest.mark.parametrize(
    "question",
    ["<script>window.hacked=1</script>", '<img src=x onerror="window.hacked=1">'],
    ids=["script", "img"],
)
def test_markup_in_a_question_is_shown_as_text(page: Page, seeds_server: str, question: str) -> None:
    page.goto(seeds_server)
    turn = ask(page, question)
    assert turn.locator("h2").text_content() == question
    assert page.evaluate("window.hacked") is None


def test_markup_in_a_document_is_shown_as_text(page: Page, hostile_server: str) -> None:
    page.goto(hostile_server)
    expect(page.locator(".documents li")).to_have_count(1)
    turn = ask(page, "When was the treaty of Zarnov signed?")
    expect(turn.locator(".statements")).to_contain_text("The treaty of <b>Zarnov</b> was signed in 1847")
    turn.locator(".footnote").first.click()
    expect(page.locator("#panel mark")).to_contain_text("signed in 1847 by <i>King Odo</i>")
    expect(page.locator("#panel .passage")).to_contain_text("<script>window.hacked=1</script>")
    assert page.locator(".turn img, #panel img, .turn script, #panel script, #panel b").count() == 0
    assert page.evaluate("window.hacked") is None


def test_escape_closes_the_panel_and_returns_the_focus(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    footnote = ask(page, PRISONERS).locator(".footnote").first
    footnote.click()
    expect(page.locator("#panel h2")).to_be_focused()
    expect(footnote).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(footnote).to_be_focused()
    expect(footnote).to_have_attribute("aria-expanded", "false")


def test_next_and_previous_walk_the_citations(page: Page, seeds_server: str) -> None:
    """Two citations are put in the answer on its way, so that the walk is independent of the reader."""

    def double(route: Route) -> None:
        answer = route.fetch().json()
        first = answer["citations"][0]
        answer["citations"] = [first, {**first, "number": 2, "quote": "another"}]
        answer["statements"][0]["citations"] = [1, 2]
        route.fulfill(json=answer)

    page.route("**/v1/ask", double)
    page.goto(seeds_server)
    turn = ask(page, PRISONERS)
    turn.locator(".statements .footnote").first.click()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#panel mark")).to_have_text("another")
    expect(turn.locator(".statements .footnote.current")).to_have_text("2")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    expect(page.get_by_role("button", name="Previous")).to_be_focused()
    page.keyboard.press("Enter")
    expect(turn.locator(".statements .footnote.current")).to_have_text("1")


def test_conflict_names_both_values_with_their_dates(page: Page, seeds_server: str) -> None:
    """The conflict is put in the answer on its way, so that the notice is independent of the reader."""

    def differ(route: Route) -> None:
        answer = route.fetch().json()
        statement = {"text": "x", "support": 1.0, "verdict": "supported"}
        first = answer["citations"][0]
        dates = ["2025-05-20", "2025-06-02"]
        answer["statements"] = [{**statement, "citations": [1]}, {**statement, "citations": [2]}]
        answer["citations"] = [{**first, "number": i + 1, "published": day} for i, day in enumerate(dates)]
        values = ["over three years", "over a <i>year</i>"]
        answer["conflicts"] = [{"statements": [0, 1], "kind": "duration", "values": values}]
        route.fulfill(json=answer)

    page.route("**/v1/ask", differ)
    page.goto(seeds_server)
    notice = ask(page, PRISONERS).locator(".conflicts")
    expect(notice).to_contain_text("The sources differ")
    expect(notice.locator("li")).to_contain_text(
        [re.compile("“over three years”.*1.*20 May 2025"), re.compile("“over a <i>year</i>”.*2.*2 June 2025")]
    )


def test_second_question_sends_the_first_as_history(page: Page, seeds_server: str) -> None:
    sent = asked(page)
    page.goto(seeds_server)
    ask(page, PRISONERS)
    ask(page, NITROGEN)
    first, second = (json.loads(request.post_data or "") for request in sent)
    assert (first["question"], second["question"]) == (PRISONERS, NITROGEN)
    assert first["history"] == []
    history = second["history"]
    assert [turn["role"] for turn in history] == ["user", "assistant"]
    assert history[0]["content"] == PRISONERS


def test_stop_ends_the_wait_and_keeps_the_question(page: Page, seeds_server: str) -> None:
    """The network never answers."""
    page.route("**/v1/ask", lambda route: None)
    page.goto(seeds_server)
    page.locator("#question").fill(PRISONERS)
    page.locator("#question").press("Enter")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".stopped")).to_contain_text("Try again")
    expect(page.locator(".turn h2")).to_have_text(PRISONERS)


def test_keyboard_alone_asks_and_opens_a_source(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type(PRISONERS)
    page.keyboard.press("Tab")
    expect(page.locator("#send")).to_be_focused()
    page.keyboard.press("Enter")
    footnote = page.locator(".footnote").first
    expect(footnote).to_be_visible(timeout=20_000)
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if footnote.evaluate("node => node === document.activeElement"):
            break
    expect(footnote).to_be_focused()
    assert footnote.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#panel mark")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(footnote).to_be_focused()


@pytest.mark.parametrize("question", ["", "   ", " \n\t\u00a0"], ids=["empty", "spaces", "white-space"])
def test_blank_question_is_not_sent(page: Page, seeds_server: str, question: str) -> None:
    sent = asked(page)
    page.goto(seeds_server)
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    page.locator("#send").click()
    expect(page.locator(".turn")).to_have_count(0)
    assert sent == []


def test_question_of_2001_characters_is_refused_and_kept(page: Page, seeds_server: str) -> None:
    """Characters are code points: 2001 emoji are 4002 UTF-16 units."""
    sent = asked(page)
    page.goto(seeds_server)
    page.locator("#question").fill("\U0001f600" * 2001)
    page.locator("#question").press("Enter")
    expect(page.locator("#composer-note")).to_contain_text("2001 of 2000 characters")
    expect(page.locator("#question")).to_have_value("\U0001f600" * 2001)
    assert sent == []


def test_loading_models_are_waited_for(page: Page, seeds_server: str, faults: list[str]) -> None:
    """The network answers 503 once, as a server does that is still loading; the second try reaches it."""
    page.route("**/v1/ask", lambda route: fulfil_with_problem(route, 503, "Not ready", ""), times=1)
    page.goto(seeds_server)
    page.locator("#question").fill(PRISONERS)
    page.locator("#question").press("Enter")
    expect(page.locator(".pending")).to_contain_text("Loading the models…")
    expect(page.locator(".answered")).to_be_visible(timeout=20_000)
    forgive_failed_loads(faults)


def test_failure_keeps_the_question_and_retries(page: Page, seeds_server: str, faults: list[str]) -> None:
    page.route(
        "**/v1/ask",
        lambda route: fulfil_with_problem(route, 500, "Internal error", "See <b>log</b>."),
        times=1,
    )
    page.goto(seeds_server)
    page.locator("#question").fill(PRISONERS)
    page.locator("#question").press("Enter")
    expect(page.locator(".failed")).to_contain_text("Internal error")
    expect(page.locator(".failed")).to_contain_text("See <b>log</b>.")
    expect(page.locator(".turn h2")).to_have_text(PRISONERS)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".answered")).to_be_visible(timeout=20_000)
    expect(page.locator(".turn")).to_have_count(1)
    forgive_failed_loads(faults)


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_no_width_scrolls_sideways(page: Page, seeds_server: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(seeds_server)
    expect(page.locator(".documents")).to_be_visible()
    assert overflow(page) <= 0
    turn = ask(page, PRISONERS)
    turn.get_by_text("How was this found").click()
    assert overflow(page) <= 0
    turn.locator(".footnote").first.click()
    expect(page.locator("#panel mark")).to_be_in_viewport()
    assert overflow(page) <= 0
    page.keyboard.press("Escape")
    ask(page, "w" * 300)
    assert overflow(page) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280x800", "375x740"])
def test_screenshots_show_every_state(
    page: Page, seeds_server: str, size: dict[str, int], scheme: Any, faults: list[str]
) -> None:
    """Writes one picture per state for people to look at, and checks that each state fits the window."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)

    def picture(state: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        name = f"{size['width']}x{size['height']}-{scheme}-{state}.png"
        page.screenshot(path=SCREENSHOTS / name, animations="disabled")
        assert overflow(page) <= 0

    page.goto(seeds_server)
    expect(page.locator(".documents")).to_be_visible()
    picture("1-welcome")
    turn = ask(page, PRISONERS)
    picture("2-answer")
    turn.locator(".footnote").first.click()
    picture("3-source")
    page.keyboard.press("Escape")
    turn.get_by_text("How was this found").click()
    picture("4-how-found")
    ask(page, NITROGEN).get_by_text("The nearest passages").click()
    picture("5-unanswered")
    page.route("**/v1/ask", lambda route: fulfil_with_problem(route, 503, "Not ready", ""))
    page.locator("#question").fill(REBUILD)
    page.locator("#question").press("Enter")
    expect(page.locator(".pending")).to_contain_text("Loading the models…")
    picture("6-loading")
    page.unroute("**/v1/ask")
    expect(page.locator(".answered").nth(1)).to_be_visible(timeout=20_000)
    page.route("**/v1/ask", lambda route: fulfil_with_problem(route, 500, "Internal error", "See the log."))
    page.locator("#question").fill(REBUILD)
    page.locator("#question").press("Enter")
    expect(page.locator(".failed")).to_be_visible()
    picture("7-failed")
    forgive_failed_loads(faults)
