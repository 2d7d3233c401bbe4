"""The documents on the page: the list, bringing files in, removing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.browsing import DESKTOP, PHONE, Photographer, accessibility_faults, ask, expect, expect_marked
from tests.support.desk import PRICES, bring, drop, work_in
from tests.support.uploading import book

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page, ViewportSize

NAME = '<img src=x onerror="window.hacked=1">\u202etxt.exe.txt'
TEXT = "The bakery of Orrin sells rye bread at dawn.\n\nThe oven was built sixty years ago by a mason from Hale."
PNG = b"\x89PNG\r\n\x1a\n"
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


def test_list_is_read_on_as_it_is_scrolled(page: Page, hostile_server: str) -> None:
    total = httpx.get(f"{hostile_server}/v1/documents?limit=1").json()["total"]
    assert total > 50
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/documents?" in request.url else None)
    page.goto(f"{hostile_server}/#/documents")
    expect(page.locator(".documents li").nth(49)).to_be_attached()
    expect(page.locator(".filters [role=status]")).to_have_text(f"{total} documents")
    assert page.locator(".documents li").count() == 50
    page.locator(".documents li").last.scroll_into_view_if_needed()
    expect(page.locator(".documents li")).to_have_count(total)
    assert len({url for url in asked if "limit=50" in url}) == 2
    page.get_by_role("link", name="note-49.txt").click()
    expect(page.locator("#panel .text")).to_have_text("Locker 49 of the harbour office holds rope number 56.")


def test_list_says_what_each_document_is_and_finds_it(page: Page, hostile_server: str) -> None:
    page.goto(f"{hostile_server}/#/documents")
    row = page.locator(".documents li")
    page.get_by_role("searchbox", name="Search by title or file name").fill("note-07")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Locker 7 of the harbour office holds rope number 14.")
    expect(row).to_contain_text(re.compile(r"1 kB · added \d+ \w+ \d{4}"))
    page.get_by_role("searchbox").fill("nothing has this name")
    expect(page.locator(".empty")).to_have_text("Nothing fits.")
    page.get_by_role("searchbox").fill("")
    page.get_by_role("combobox", name="Type").select_option("PDF")
    expect(row.first).to_contain_text(".pdf")
    listed = httpx.get(f"{hostile_server}/v1/documents?limit=1000").json()
    pdfs = [one for one in listed["items"] if one["media_type"] == "application/pdf"]
    expect(row).to_have_count(len(pdfs))
    expect(page.locator(".filters [role=status]")).to_have_text(f"{len(pdfs)} of {listed['total']} documents")
    page.get_by_role("combobox", name="Added").select_option("In the last day")
    expect(row).to_have_count(len(pdfs))
    assert accessibility_faults(page) == []
    page.get_by_role("combobox", name="Type").select_option("")
    page.get_by_role("combobox", name="Order").select_option("By title")
    titles = sorted((one["title"] or one["path"]).lower() for one in listed["items"])
    expect(row).to_have_count(len(titles))
    shown = [text.lower() for text in page.locator(".documents a").all_text_contents()]
    assert [one for one in shown if one.isascii()] == [one for one in titles if one.isascii()]


@SIZES
def test_several_are_chosen_and_removed_at_once(page: Page, desk_server: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    collection = f"several-{size['width']}"
    bring(desk_server, collection, {f"memo-{number}.txt": f"Memo {number} is about the pond." for number in range(8)})
    work_in(page, desk_server, collection, "documents")
    rows, bar = page.locator(".documents li"), page.get_by_role("group", name="Selected documents")
    expect(rows).to_have_count(8)
    expect(bar).to_be_hidden()
    rows.nth(1).locator("input").click()
    rows.nth(4).locator("input").click(modifiers=["Shift"])
    expect(bar).to_contain_text("4 selected")
    bar.get_by_role("button", name="Remove").click()
    dialog = page.get_by_role("dialog", name="Remove 4 documents?")
    Photographer(page, size).take("36-remove-several")
    with page.expect_request("**/v1/documents/delete") as sent:
        dialog.get_by_role("button", name="Remove").click()
    assert len(json.loads(sent.value.post_data or "")["ids"]) == 4
    expect(rows).to_have_count(4)
    expect(bar).to_be_hidden()
    expect(page.locator(".filters [role=status]")).to_have_text("4 documents")
    page.get_by_role("button", name="Select all").click()
    expect(bar).to_contain_text("4 selected")


@SIZES
def test_a_dropped_folder_is_one_job_with_one_result(
    page: Page, desk_server: str, size: ViewportSize, tmp_path: Path
) -> None:
    picture = Photographer(page, size).take
    collection = f"folder-{size['width']}"
    bring(desk_server, collection, {})
    files = {f"notes/deep/memo-{number:02}.txt": f"Memo {number} is about the pond." for number in range(20)}
    files |= {"notes/film.mp4": "x", "notes/empty.md": " ", "notes/.hidden.txt": "It is hidden."}
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    posted: list[str] = []
    page.on("request", lambda one: posted.append(one.url) if one.method == "POST" else None)
    work_in(page, desk_server, collection)
    expect(page.locator("#overview a")).to_have_text("Add documents")
    drop(page, tmp_path / "notes", lambda: picture("37-dropping"))
    results = page.locator(".results")
    expect(results.locator("p")).to_have_text("20 added, 2 rejected")
    expect(results.locator("li").first).to_have_text("notes/film.mp4.mp4 files cannot be read")
    expect(results.locator("li").last).to_contain_text("notes/empty.md")
    assert posted == [f"{desk_server}/v1/documents"]
    expect(page.locator(".documents li")).to_have_count(20)
    expect(page.locator(".documents li").first).to_contain_text("notes/deep/memo-")
    picture("38-brought")
    page.reload()
    expect(results.locator("p")).to_have_text("2 rejected")
    results.get_by_role("button", name="Dismiss").click()
    expect(results).to_be_empty()
    page.reload()
    expect(page.locator(".documents li")).to_have_count(20)
    expect(results).to_be_empty()


def test_progress_tells_bytes_then_files_and_can_be_cancelled(page: Page, desk_server: str) -> None:
    """On a line that takes 60 kB a second."""
    bring(desk_server, "slow", {})
    work_in(page, desk_server, "slow", "documents")
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 60_000}
    line.send("Network.emulateNetworkConditions", slow)
    long = b"The lock-keeper of the canal counts boats.\n\n" + b" " * 300_000
    files: list[FilePayload] = [{"name": f"lock-{n}.txt", "mimeType": "text/plain", "buffer": long} for n in (1, 2)]
    page.locator("input[type=file]").first.set_input_files(files)
    progress = page.locator(".bringing")
    expect(progress).to_contain_text(re.compile(r"Sending, \d+ kB of 601 kB"))
    assert 0 < float(progress.locator("progress").get_attribute("value") or 0) < 601_000
    assert accessibility_faults(page) == []
    progress.get_by_role("button", name="Cancel").click()
    expect(page.locator(".results p")).to_have_text("1 rejected")
    expect(page.locator(".results li")).to_contain_text("Stopped")
    line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.locator("input[type=file]").first.set_input_files(files)
    expect(page.locator(".results p")).to_have_text(re.compile("^2 added"))
    expect(progress).to_be_hidden()
    assert page.locator("input[type=file]").first.get_attribute("accept").startswith(".txt,")  # type: ignore[union-attr]


def test_job_that_runs_already_is_followed(page: Page, desk_server: str) -> None:
    """As after the page was loaded again in the middle of it."""
    bring(desk_server, "ledgers", {})
    books = {f"book-{number}.txt": book(number, 60) for number in range(4)} | {"blank.md": " "}
    parts = [("file", (name, text.encode())) for name, text in books.items()]
    httpx.post(f"{desk_server}/v1/documents", data={"collection": "ledgers"}, files=parts).raise_for_status()
    work_in(page, desk_server, "ledgers", "documents")
    expect(page.locator(".bringing")).to_contain_text("of 5 files done")
    expect(page.locator(".results p")).to_have_text("4 added, 1 rejected")
    expect(page.locator(".documents li")).to_have_count(4)


def test_upload_is_answered_from_and_removal_forgets(page: Page, desk_server: str) -> None:
    bring(desk_server, "bakery", PRICES)
    work_in(page, desk_server, "bakery", "documents")
    files: list[FilePayload] = [
        {"name": NAME, "mimeType": "text/plain", "buffer": TEXT.encode()},
        {"name": "picture.pdf", "mimeType": "application/pdf", "buffer": PNG},
    ]
    page.locator("input[type=file]").first.set_input_files(files)
    results = page.locator(".results")
    expect(results.locator("p")).to_have_text("1 added, 1 rejected")
    expect(results.locator("li")).to_contain_text("picture.pdf")
    expect(page.locator("#announcer")).to_contain_text("1 added, 1 rejected")
    assert page.locator(".results img, .documents img").count() == 0
    bidi = page.locator(".documents a", has_text="<img").evaluate("node => getComputedStyle(node).unicodeBidi")
    assert bidi == "isolate", "a right-to-left override ends with the name that holds it"
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
