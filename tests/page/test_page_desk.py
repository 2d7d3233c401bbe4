"""What stands around a conversation: the list of them, the theme, keys, print, and a server that comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support.browsing import (
    DESKTOP,
    NITROGEN,
    PHONE,
    PRISONERS,
    Photographer,
    accessibility_faults,
    ask,
    expect,
    forgive_failed_loads,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

# Conversations of other days, as the page keeps them: the n-th is n days old, and all are about one of two things.
MAKE_CHATS = """([count]) => {
  for (let n = 0; n < count; n += 1) {
    const title = `${n % 2 ? "Ships" : "Roofs"} of ${n}`;
    const chat = { id: `old${n}`, title, at: Date.now() - n * 86400000, turns: [{ question: title }] };
    localStorage[`footnote:chat:old${n}`] = JSON.stringify(chat);
  }
}"""


def show_side(page: Page) -> None:
    """Opens the sidebar where it is not there from the start; a dialog closes it."""
    if page.locator("#side-button").is_visible():
        page.locator("#side-button").click()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_conversations_are_dated_searched_renamed_and_deleted(
    page: Page, seeds_server: str, size: ViewportSize
) -> None:
    picture = Photographer(page, size).take
    page.goto(seeds_server)
    page.evaluate(MAKE_CHATS, [40])
    page.reload()
    show_side(page)
    groups = page.locator("#chats h3")
    assert groups.all_text_contents()[:3] == ["Today", "Yesterday", "Last 7 days"]
    assert re.fullmatch(r"[A-Z][a-z]+ \d{4}", groups.nth(3).text_content() or "")
    expect(page.locator("#chats .row")).to_have_count(40)
    picture("50-conversations")
    page.get_by_role("searchbox", name="Search conversations").fill("ships")
    expect(page.locator("#chats .row")).to_have_count(20)
    page.get_by_role("button", name="What can be done with “Ships of 3”").click()
    picture("51-row-menu")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Ships <b>")
    page.keyboard.press("Enter")
    show_side(page)
    expect(page.get_by_role("link", name="Ships <b>")).to_be_visible()
    page.get_by_role("button", name="What can be done with “Ships <b>”").click()
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("dialog", name="Remove “Ships <b>”?").get_by_role("button", name="Remove").click()
    expect(page.locator("#chats .row")).to_have_count(19)
    show_side(page)
    page.get_by_role("searchbox", name="Search conversations").fill("none has this")
    expect(page.locator("#chats")).to_have_text("Nothing fits.")


def test_place_is_marked_in_the_navigation(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    current = page.locator("#side [aria-current=page]")
    expect(current).to_have_text("New conversation")
    page.locator("#side > a", has_text="Documents").click()
    expect(current).to_have_text("Documents")
    page.locator(".documents a").first.click()
    expect(page.locator("#panel")).to_be_visible()
    expect(current).to_have_text("Documents")
    page.locator("#side > a", has_text="Check a text").click()
    expect(current).to_have_text("Check a text")
    page.locator("#side > a", has_text="New conversation").click()
    ask(page, PRISONERS)
    expect(current).to_have_text(PRISONERS)


def test_theme_is_chosen_and_stays(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("combobox", name="Theme").select_option("Dark")
    dark = page.evaluate(paper)
    assert dark != light
    expect(page.locator(".offers button").first).to_be_visible()
    assert accessibility_faults(page) == []
    page.reload()
    assert page.evaluate(paper) == dark
    page.emulate_media(color_scheme="dark")
    page.get_by_role("combobox", name="Theme").select_option("Light")
    assert page.evaluate(paper) == light
    page.get_by_role("combobox", name="Theme").select_option("System theme")
    assert page.evaluate(paper) == dark


def test_keys_lead_somewhere_until_they_are_switched_off(page: Page, seeds_server: str) -> None:
    page.goto(f"{seeds_server}/#/verify")
    title = page.locator("h1")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("d")
    expect(title).to_have_text("Documents")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search by title")).to_be_focused()
    page.keyboard.type("n")
    expect(page.get_by_role("searchbox", name="Search by title")).to_have_value("n")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    expect(title).to_have_text("Footnote")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_contain_text("New conversation")
    assert accessibility_faults(page) == []
    sheet.get_by_role("checkbox", name="Use these single keys").uncheck()
    sheet.get_by_role("button", name="Close").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("c")
    expect(title).to_have_text("Footnote")
    page.get_by_role("button", name="Keyboard").click()
    expect(sheet.get_by_role("checkbox")).not_to_be_checked()


def test_arrow_up_brings_the_last_question_back(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    ask(page, PRISONERS)
    page.locator("#question").press("ArrowUp")
    expect(page.locator("#question")).to_have_value(PRISONERS)


def test_question_is_kept_and_asked_when_the_server_is_back(page: Page, seeds_server: str, faults: list[str]) -> None:
    page.goto(seeds_server)
    expect(page.locator(".offers button").first).to_be_visible()
    page.context.set_offline(True)
    page.locator("#question").fill(PRISONERS)
    page.locator("#question").press("Enter")
    turn = page.locator(".turn")
    expect(turn.locator(".status")).to_have_text("The server cannot be reached")
    expect(turn.locator(".failed")).to_contain_text("asked as soon as the server is there again")
    page.locator("#question").fill("Half a ques")
    page.context.set_offline(False)
    expect(turn.locator(".statement")).to_contain_text("one thousand prisoners")
    expect(turn.locator(".failed")).to_have_count(0)
    expect(page.locator("#question")).to_have_value("Half a ques")
    page.reload()
    expect(page.locator("#question")).to_have_value("Half a ques")
    forgive_failed_loads(faults)


def test_question_that_was_left_is_still_there(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    page.route("**/v1/ask", lambda _: None)
    page.locator("#question").fill(PRISONERS)
    page.locator("#question").press("Enter")
    expect(page.locator("#chats .row")).to_have_text([PRISONERS])
    page.unroute("**/v1/ask")
    page.locator("#side > a", has_text="New conversation").click()
    ask(page, NITROGEN)
    page.locator("#chats a", has_text=PRISONERS).click()
    turn = page.locator(".turn")
    expect(turn.locator(".status")).to_have_text("Not answered yet")
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".statement")).to_contain_text("one thousand prisoners")


def test_print_has_the_answer_and_no_buttons(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    turn = ask(page, PRISONERS)
    page.emulate_media(media="print", color_scheme="dark")
    expect(turn.locator("h2")).to_be_visible()
    expect(turn.locator(".source")).to_be_visible()
    for gone in ("#side", "#composer", ".actions", ".how"):
        expect(page.locator(gone).first).to_be_hidden()
    assert page.locator("button:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(30, 36, 41)"
