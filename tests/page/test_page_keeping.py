"""What the page keeps and hands out: conversations, copies, exports, a word on an answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.support.browsing import NITROGEN, PRISONERS, accessibility_faults, ask, ask_api, expect

if TYPE_CHECKING:
    from playwright.sync_api import Page


def exported(page: Page) -> str:
    """The conversation as its menu hands it out."""
    page.get_by_role("button", name="This conversation").click()
    with page.expect_download() as waited:
        page.get_by_role("button", name="Export as Markdown").click()
    return Path(waited.value.path()).read_text(encoding="utf-8")


def test_conversation_is_kept_renamed_exported_and_deleted(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    ask(page, PRISONERS)
    ask(page, NITROGEN)
    page.reload()
    expect(page.locator(".turn h2")).to_have_text([PRISONERS, NITROGEN])
    expect(page.locator(".turn .statement").first).to_contain_text("one thousand prisoners of war")
    page.get_by_role("button", name="This conversation").click()
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value(PRISONERS)
    assert accessibility_faults(page) == []
    page.get_by_role("textbox", name="Name").fill("Talks <b>*now*</b>")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Talks <b>*now*</b>")
    expect(page.locator("#chats a[aria-current=page]")).to_have_text("Talks <b>*now*</b>")
    citation = ask_api(seeds_server, PRISONERS)["citations"][0]
    written = exported(page)
    assert written.split("\n\n")[:2] == [r"# Talks \<b\>\*now\*\</b\>", f"## {PRISONERS}"]
    assert f"[^1-1]: {citation['title']}: “{citation['quote']}”" in written
    assert f"#/documents/{citation['document_id']}?start={citation['start']}&end={citation['end']}" in written
    page.locator("#side > a", has_text="New conversation").click()
    expect(page.locator("#welcome")).to_be_visible()
    page.go_back()
    expect(page.locator(".turn")).to_have_count(2)
    page.get_by_role("button", name="This conversation").click()
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("#welcome")).to_be_visible()
    expect(page.locator("#chats li")).to_have_count(0)


def test_full_storage_is_said_and_the_conversation_goes_on(page: Page, seeds_server: str) -> None:
    page.goto(seeds_server)
    for name, broken in (("cut", "{"), ("other", '{"title": "x"}'), ("null", "null")):
        page.evaluate("([name, text]) => { localStorage[`footnote:chat:${name}`] = text }", [name, broken])
    page.goto(f"{seeds_server}/#/c/other")
    page.evaluate(
        """for (let i = 0, part = "x".repeat(1e6); i < 30; i++)
             try { localStorage[i] = part } catch { part = part.slice(part.length / 2) }"""
    )
    ask(page, PRISONERS)
    expect(page.locator("#note")).to_contain_text("the conversation is not kept")
    expect(ask(page, NITROGEN).locator(".unanswered")).to_be_visible()


def test_answer_is_copied_with_its_footnotes_and_judged(page: Page, seeds_server: str) -> None:
    answer = ask_api(seeds_server, PRISONERS)
    citation = answer["citations"][0]
    place = f"({citation['path']}, characters {citation['start']}–{citation['end']})"
    page.goto(seeds_server)
    turn = ask(page, PRISONERS)
    turn.get_by_role("button", name="Copy", exact=True).click()
    expect(turn.get_by_role("button", name="Copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith(f"{answer['answer']}\n\n[1] {citation['title']}: “{citation['quote']}” {place}")
    turn.get_by_role("button", name="Copy Markdown").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('[^1]:'))")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith(f"{answer['statements'][0]['text']}[^1]")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("document.addEventListener('copy', () => { window.copied = getSelection().toString() })")
    turn.get_by_role("button", name=re.compile("^Cop")).first.click()
    assert page.evaluate("window.copied").startswith(answer["answer"])
    turn.get_by_role("button", name="This did not help").click()
    expect(turn.get_by_role("button", name="This did not help")).to_have_attribute("aria-pressed", "true")
    comment = turn.get_by_role("textbox", name=re.compile("^What was right"))
    comment.fill("Too short")
    with page.expect_request("**/feedback") as sent:
        comment.press("Enter")
    assert sent.value.post_data_json == {"helpful": False, "comment": "Too short"}
    expect(turn.get_by_role("status")).to_have_text("Thank you, noted.")
    address = turn.get_by_role("link", name="Receipt").get_attribute("href")
    assert httpx.get(f"{seeds_server}{address}").json()["question"] == PRISONERS
    with page.context.expect_page() as opened:
        turn.get_by_role("link", name="Receipt").click()
    expect(opened.value.locator("h1")).to_have_text(PRISONERS)
