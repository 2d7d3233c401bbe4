"""The source beside the answer: the marked characters are the quote, wherever one comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.browsing import (
    NITROGEN,
    PRISONERS,
    PUBLISHED,
    REBUILD,
    accessibility_faults,
    ask,
    ask_api,
    expect,
    expect_marked,
    forgive_failed_loads,
    text_of,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

KERN = "Who built the lighthouse of Norbury?"
ZARNOV = "When was the treaty of Zarnov signed?"


@pytest.mark.parametrize(
    ("server", "question"),
    [("seeds_server", PRISONERS), ("seeds_server", REBUILD), ("hostile_server", KERN)],
    ids=["plain", "mojibake", "byte-order-mark-and-emoji"],
)
def test_marked_characters_are_the_quote_in_the_whole_text(
    page: Page, server: str, question: str, request: pytest.FixtureRequest
) -> None:
    address = request.getfixturevalue(server)
    citation = ask_api(address, question)["citations"][0]
    text = text_of(address, citation["document_id"])
    page.goto(address)
    ask(page, question).locator(".footnote").first.click()
    assert citation["quote"] == text[citation["start"] : citation["end"]]
    expect_marked(page, citation["quote"])
    assert page.locator("#panel .text").evaluate("node => node.textContent") == text
    expect(page.locator("#panel")).to_contain_text(f"characters {citation['start']}–{citation['end']}")
    page.get_by_role("button", name="Copy a link to this place").click()
    expect(page.locator("#panel")).to_contain_text("Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    page.goto("about:blank")
    page.goto(link)
    expect_marked(page, citation["quote"])
    expect(page.locator("#panel h2")).to_have_text(citation["title"] or citation["path"])


def test_previous_next_back_and_forward_walk_the_citations(page: Page, seeds_server: str) -> None:
    citations = ask_api(seeds_server, PUBLISHED)["citations"]
    assert len(citations) > 1
    page.goto(seeds_server)
    turn = ask(page, PUBLISHED)
    conversation = page.url
    turn.locator(".footnote").first.click()
    expect_marked(page, citations[0]["quote"])
    expect(page.locator("#panel")).to_contain_text(f"Source 1 of {len(citations)}")
    expect(page.get_by_role("button", name="Previous citation")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Next citation").click()
    expect_marked(page, citations[1]["quote"])
    expect(turn.locator(".footnote[aria-current=true]")).to_have_text("2")
    expect(page.get_by_role("button", name="Next citation")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect_marked(page, citations[0]["quote"])
    expect(page.locator("#announcer")).to_have_text(re.compile("^Source 1: "))
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    assert page.url == conversation
    page.go_forward()
    expect_marked(page, citations[0]["quote"])
    page.reload()
    expect_marked(page, citations[0]["quote"])
    expect(page.locator(".turn h2")).to_have_text(PUBLISHED)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#panel")).to_be_hidden()
    assert page.url == conversation


def test_hovering_previews_the_quote_with_document_and_date(page: Page, seeds_server: str) -> None:
    citation = ask_api(seeds_server, PUBLISHED)["citations"][0]
    page.goto(seeds_server)
    turn = ask(page, PUBLISHED)
    expect(turn.locator(".source").first).to_contain_text("2 June 2025")
    turn.locator(".footnote").first.hover()
    preview = page.get_by_role("tooltip")
    expect(preview.locator("blockquote")).to_have_text(citation["quote"])
    expect(preview).to_contain_text(citation["title"])
    expect(preview).to_contain_text("2 June 2025")
    preview.hover()
    expect(preview).to_be_visible()
    page.mouse.move(5, 5)
    expect(preview).to_be_hidden()


def test_search_finds_within_the_document(page: Page, hostile_server: str) -> None:
    page.goto(f"{hostile_server}/#/documents")
    page.get_by_role("link", name="Its builders").click()
    expect(page.locator("#panel h3")).to_have_text("Its builders")
    expect(page.locator("#panel h4")).to_have_text("Its keepers")
    field = page.locator("#panel").get_by_role("searchbox")
    field.fill("THE KEEPERS  changed")
    expect(page.locator("#panel output")).to_have_text("1 of 40")
    field.press("Enter")
    expect(page.locator("#panel output")).to_have_text("2 of 40")
    found = page.evaluate("Array.from(CSS.highlights.get('current'), String)")
    assert found == ["The keepers changed"]
    page.get_by_role("button", name="Previous match").click()
    page.get_by_role("button", name="Previous match").click()
    expect(page.locator("#panel output")).to_have_text("40 of 40")
    field.fill("(unbalanced [")
    expect(page.locator("#panel output")).to_have_text("no match")


def test_headings_of_every_format_lead_to_their_place(page: Page, hostile_server: str) -> None:
    page.goto(f"{hostile_server}/#/documents/bridge.pdf")
    headings = page.locator("#panel :is(h3, h4)")
    expect(headings.filter(has_text="The great repair")).not_to_be_in_viewport()
    page.get_by_role("button", name="Headings").click()
    page.locator("#outline").get_by_role("button", name="The great repair").click()
    expect(page.locator("#outline")).to_be_hidden()
    expect(headings.filter(has_text="The great repair")).to_be_in_viewport()
    expect(page.get_by_role("region", name="Document")).to_be_focused()
    for name in ("bridge.docx", "bridge.html", "bridge.epub"):
        page.goto(f"{hostile_server}/#/documents/{name}")
        expect(headings.filter(has_text="The great repair")).to_have_count(1)
        expect(page.locator("#panel .text p", has_text="opened on the fourth of June 1932")).to_have_count(1)
    page.goto(f"{hostile_server}/#/documents/arabic")
    expect(page.locator("#panel .text")).to_be_visible()
    expect(page.get_by_role("button", name="Headings")).to_be_hidden()


@pytest.mark.parametrize("place", ["%", "%E0%A4%A", "nothing?start=9&end=3", "..", "nothing?end=1e99&start=-1"])
def test_addresses_that_lead_nowhere_say_so(page: Page, hostile_server: str, place: str, faults: list[str]) -> None:
    page.goto(f"{hostile_server}/#/documents/{place}")
    expect(page.locator("#panel .warning")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#welcome")).to_be_visible()
    forgive_failed_loads(faults)


def test_hostile_document_stays_text(page: Page, hostile_server: str) -> None:
    page.goto(hostile_server)
    turn = ask(page, ZARNOV)
    expect(turn.locator(".statements")).to_contain_text("The treaty of Zarnov was signed in 1847 by King")
    expect(turn.locator(".statements :is(b, i)")).to_have_count(0)
    turn.locator(".footnote").first.click()
    expect(page.locator("#panel mark")).to_contain_text("<i>King Odo</i>")
    text = page.locator("#panel .text")
    expect(text).to_contain_text('<script>window.hacked=1</script> <img src=x onerror="window.hacked=1">')
    expect(text).to_contain_text("[The archive](javascript:window.hacked=1)")
    assert page.locator(":is(.turn, #panel) :is(img, script, .statement b, .text b, .text i)").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.evaluate("window.hacked") is None
    assert accessibility_faults(page) == []


def test_right_to_left_text_reads_from_the_right(page: Page, hostile_server: str) -> None:
    page.goto(f"{hostile_server}/#/documents/arabic")
    paragraph = page.locator("#panel .text p").first
    assert paragraph.evaluate("node => getComputedStyle(node).direction") == "rtl"


def test_removed_document_still_shows_what_was_cited(page: Page, hostile_server: str, faults: list[str]) -> None:
    page.goto(f"{hostile_server}/#/documents")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "ferry.txt", "mimeType": "text/plain", "buffer": b"The ferry to Osk leaves at seven. It is red."}
    )
    expect(page.locator(".results")).to_contain_text("1 added")
    page.goto(f"{hostile_server}/#/")
    turn = ask(page, "When does the ferry to Osk leave?")
    document = turn.locator(".footnote").first.evaluate("node => node.citation.document_id")
    assert httpx.delete(f"{hostile_server}/v1/documents/{document}").status_code == 204
    turn.locator(".footnote").first.click()
    expect(page.locator("#panel")).to_contain_text("This document cannot be read any more.")
    expect_marked(page, "The ferry to Osk leaves at seven.")
    page.keyboard.press("Escape")
    page.goto(f"{hostile_server}/#/documents/nothing")
    expect(page.locator("#panel .warning")).to_have_text("Not Found: there is no document 'nothing'")
    ask(page, NITROGEN)
    forgive_failed_loads(faults)  # last: text and blocks are asked for side by side, and both are not there
