"""Every state of the page at both sizes, light and dark: pictures to look at, and nothing too wide or unreadable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import pytest

from tests.browsing import (
    AGREED,
    DESKTOP,
    NITROGEN,
    PERSISTED,
    PHONE,
    PUBLISHED,
    SCREENSHOTS,
    accessibility_faults,
    ask,
    expect,
    overflow,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize


def photographer(page: Page, size: ViewportSize) -> Callable[[str], None]:
    """Takes a picture of a state in light and in dark, and looks for what is too wide, or hard to read or reach.

    It looks in a window so tall that nothing lies below the question box: in dark at one size, in light at the other.
    """

    schemes: list[Literal["light", "dark"]] = ["light", "dark"]

    def picture(state: str) -> None:
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}-{state}.png", animations="disabled")
        assert overflow(page) <= 0, state
        page.set_viewport_size({"width": size["width"], "height": 3000})
        page.emulate_media(color_scheme="dark" if size is DESKTOP else "light")
        assert accessibility_faults(page) == [], state
        page.set_viewport_size(size)

    name = f"{size['width']}x{size['height']}"
    SCREENSHOTS.mkdir(exist_ok=True)
    page.set_viewport_size(size)
    return picture


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_state_fits_and_is_accessible(page: Page, seeds_server: str, size: ViewportSize) -> None:
    picture = photographer(page, size)
    page.goto(seeds_server)
    expect(page.locator(".named")).to_be_visible()
    picture("1-welcome")
    turn = ask(page, PUBLISHED)
    picture("2-answer")
    turn.locator(".footnote").first.focus()
    turn.locator(".footnote").first.click()
    expect(page.locator("#panel mark").first).to_be_in_viewport()
    picture("3-source")
    page.get_by_role("button", name="Close").click()
    turn.get_by_text("How was this found").click()
    turn.locator(".how").evaluate("node => node.scrollIntoView()")
    picture("4-how-found")
    ask(page, NITROGEN)
    picture("5-unanswered")
    ask(page, PERSISTED)
    ask(page, AGREED)
    page.locator(".turn").nth(2).evaluate("node => node.scrollIntoView()")
    picture("7-conflict-and-follow-up")
    page.goto(f"{seeds_server}/#/documents")
    expect(page.locator(".documents li")).to_have_count(5)
    picture("6-documents")


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
