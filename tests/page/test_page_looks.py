"""Every state of the page at both sizes, light and dark: pictures to look at, and nothing too wide or unreadable."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.support.browsing import (
    AGREED,
    DESKTOP,
    NITROGEN,
    PERSISTED,
    PHONE,
    PUBLISHED,
    SCREENSHOTS,
    SIDES,
    Line,
    Photographer,
    ask,
    expect,
    forgive_failed_loads,
    overflow,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_asking_fits_and_is_accessible(page: Page, seeds_server: str, size: ViewportSize, faults: list[str]) -> None:
    picture = Photographer(page, size).take
    with closing(Line(seeds_server)) as line:
        page.goto(line.address)
        expect(page.locator(".offers button").first).to_be_visible()
        picture("01-welcome")
        line.fault = "hold"
        page.locator("#question").fill(SIDES)
        page.locator("#question").press("Enter")
        turn = page.locator(".turn").last
        expect(turn.locator(".statement")).to_have_count(1)
        picture("02-streaming")
        page.get_by_role("button", name="Stop").click()
        expect(turn.get_by_role("button", name="Try again")).to_be_visible()
        picture("03-stopped")
        line.let.set()
        line.fault = ""
        turn.get_by_role("button", name="Try again").click()
        expect(turn.locator(".how")).to_be_visible()
        turn.locator(".status summary").click()
        picture("04-answer")
        ask(page, PERSISTED)
        picture("05-conflict")
        ask(page, AGREED)
        picture("06-follow-up")
        turn = ask(page, NITROGEN)
        expect(turn.locator(".offers button").first).to_be_visible()
        picture("07-unanswered")
        turn.get_by_role("button", name="This did not help").click()
        turn.get_by_role("textbox").scroll_into_view_if_needed()
        turn.get_by_text("How was this found").click()
        turn.locator(".how").evaluate("node => node.scrollIntoView()")
        picture("08-feedback-and-how-found")
        line.let.clear()
        line.fault = "cut"
        page.locator("#question").fill(PUBLISHED)
        page.locator("#question").press("Enter")
        expect(page.locator(".turn").last.locator(".statement")).to_have_count(1)
        line.let.set()
        expect(page.locator(".turn").last.locator(".failed")).to_be_visible()
        picture("09-broken-off")
        forgive_failed_loads(faults)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_reading_and_keeping_fit_and_are_accessible(page: Page, seeds_server: str, size: ViewportSize) -> None:
    picture = Photographer(page, size).take
    page.goto(seeds_server)
    turn = ask(page, PUBLISHED)
    turn.locator(".footnote").first.focus()
    expect(page.get_by_role("tooltip")).to_be_visible()
    picture("10-preview")
    page.keyboard.press("Enter")
    expect(page.locator("#panel mark").first).to_be_in_viewport()
    picture("11-source")
    page.get_by_role("button", name="Headings").click()
    expect(page.locator("#outline button").first).to_be_visible()
    picture("12-headings")
    page.locator("#outline button").nth(1).click()
    page.get_by_role("searchbox").fill("peace")
    picture("13-search")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="This conversation").click()
    picture("14-menu")
    page.get_by_role("button", name="Rename").click()
    picture("15-rename")
    page.keyboard.press("Escape")
    receipt = turn.get_by_role("link", name="Receipt").get_attribute("href")
    if size is PHONE:
        page.get_by_role("button", name="Conversations and documents").click()
        picture("16-side")
    page.get_by_role("link", name="Documents", exact=True).click()
    expect(page.locator(".documents li")).to_have_count(5)
    picture("17-documents")
    page.get_by_role("button", name="Remove").first.click()
    picture("18-remove")
    page.goto(f"{seeds_server}{receipt}")
    picture("19-receipt")


@pytest.mark.parametrize(("width", "height"), [(320, 640), (640, 400)], ids=["narrow", "200-percent-zoom"])
def test_small_windows_scroll_only_downwards(page: Page, seeds_server: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(seeds_server)
    turn = ask(page, "w" * 300)
    turn.get_by_text("How was this found").click()
    assert overflow(page) <= 0
    turn = ask(page, PUBLISHED)
    turn.locator(".footnote").first.click()
    expect(page.locator("#panel mark").first).to_be_in_viewport()
    page.screenshot(path=SCREENSHOTS / f"{width}x{height}-source.png")
    assert overflow(page) <= 0
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Conversations and documents").click()
    page.screenshot(path=SCREENSHOTS / f"{width}x{height}-side.png")
    page.locator("#side > a", has_text="Documents").click()
    expect(page.locator(".documents li")).to_have_count(5)
    expect(page.locator("#side")).to_be_hidden()
    assert overflow(page) <= 0


def test_touch_opens_the_source_without_a_preview(browser: Browser, seeds_server: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(seeds_server)
    expect(page.locator("#note")).to_have_text("")
    turn = ask(page, PUBLISHED)
    target = turn.locator(".footnote").first.bounding_box()
    assert target is not None
    assert min(target["width"], target["height"]) >= 24
    turn.locator(".footnote").first.tap()
    expect(page.locator("#panel mark").first).to_be_in_viewport()
    expect(page.get_by_role("tooltip")).to_be_hidden()
    expect(turn.locator(".footnote").first).to_be_in_viewport()
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    context.close()
