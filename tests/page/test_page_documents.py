"""The documents on the page: the list, taking files in, removing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx

from tests.support.browsing import DESKTOP, PHONE, Photographer, accessibility_faults, ask, expect, expect_marked

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

NAME = '<img src=x onerror="window.hacked=1">\u202etxt.exe.txt'
TEXT = "The bakery of Orrin sells rye bread at dawn.\n\nThe oven was built sixty years ago by a mason from Hale."


def test_list_is_paged_with_dates_and_sizes(page: Page, seeds_server: str, hostile_server: str) -> None:
    page.goto(f"{seeds_server}/#/documents")
    first = page.locator(".documents li").first
    expect(first).to_contain_text("2 June 2025")
    expect(first).to_contain_text("000_f4202c7007f7a94d.txt · 4 kB · added ")
    page.goto(f"{hostile_server}/#/documents")
    expect(page.locator(".documents li")).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    page.get_by_role("link", name="note-49.txt").click()
    expect(page.locator("#panel .text")).to_have_text("Locker 49 of the harbour office holds rope number 56.")
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_upload_tells_the_bytes_that_are_sent(page: Page, hostile_server: str) -> None:
    """On a line that takes 60 kB a second."""
    photographers = [Photographer(page, size) for size in (PHONE, DESKTOP)]
    page.goto(f"{hostile_server}/#/documents")
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 60_000}
    line.send("Network.emulateNetworkConditions", slow)
    sentences = b"".join(b"The lock-keeper of mile %d counts boats.\n\n" % mile for mile in range(3))
    long = sentences + b" " * (300_000 - len(sentences))
    files: list[FilePayload] = [
        {"name": "empty.txt", "mimeType": "text/plain", "buffer": b" "},
        {"name": "lock.txt", "mimeType": "text/plain", "buffer": long},
    ]
    page.locator("input[type=file]").set_input_files(files)
    sent = page.locator(".uploads li").last
    expect(sent).to_contain_text(re.compile(r"sending, \d+ kB of 301 kB"))
    assert 0 < float(sent.locator("progress").get_attribute("value") or 0) < 301_000
    for photographer in photographers:
        photographer.take("20-upload")
    line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    expect(sent).to_have_text(re.compile(r"txt(added|updated)$"))
    expect(page.locator(".uploads li").first).to_contain_text("not taken: empty")
    for photographer in photographers:
        photographer.take("21-uploaded")
    httpx.delete(f"{hostile_server}/v1/documents/lock").raise_for_status()


def test_upload_is_answered_from_and_removal_forgets(page: Page, hostile_server: str) -> None:
    page.goto(f"{hostile_server}/#/documents")
    expect(page.locator(".documents li")).to_have_count(50)
    files: list[FilePayload] = [
        {"name": NAME, "mimeType": "text/plain", "buffer": TEXT.encode()},
        {"name": "picture.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"},
    ]
    page.locator("input[type=file]").set_input_files(files)
    uploads = page.locator(".uploads li")
    expect(uploads.first).to_contain_text("added")
    expect(uploads.last).to_contain_text("not taken: ")
    expect(page.locator("#announcer")).to_contain_text("picture.png: not taken")
    expect(uploads.locator("progress")).to_have_count(0)
    assert page.locator(".uploads img, .documents img").count() == 0
    bidi = page.locator(".documents a", has_text="<img").evaluate("node => getComputedStyle(node).unicodeBidi")
    assert bidi == "isolate", "a right-to-left override ends with the name that holds it"
    assert accessibility_faults(page) == []
    page.locator("#side > a", has_text="New conversation").click()
    turn = ask(page, "What does the bakery of Orrin sell?")
    turn.locator(".footnote").first.click()
    expect_marked(page, "The bakery of Orrin sells rye bread at dawn.")
    expect(page.locator("#panel h2")).to_contain_text("<img src=x")
    page.locator("#side > a", has_text="Documents").click()
    remove = page.get_by_role("button", name="Remove <img")
    remove.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("<img src=x")
    dialog.get_by_role("button", name="Cancel").click()
    expect(remove).to_be_visible()
    remove.click()
    dialog.get_by_role("button", name="Remove").click()
    expect(remove).to_have_count(0)
    expect(page.locator("#announcer")).to_contain_text("was removed")
    page.locator("#side > a", has_text="New conversation").click()
    expect(ask(page, "What does the bakery of Orrin sell?").locator(".unanswered")).to_be_visible()
    assert page.evaluate("window.hacked") is None
