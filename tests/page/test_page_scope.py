"""What a question goes to: a collection, or some of its documents alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.browsing import DESKTOP, PHONE, Photographer, accessibility_faults, ask, expect
from tests.support.desk import PRICES, bring, work_in

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

COST = "What does the roof of the mill cost?"
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


def switch(page: Page) -> None:
    """Opens the menu of collections."""
    if page.locator("#side-button").is_visible() and not page.locator("#side").is_visible():
        page.locator("#side-button").click()
    page.locator("#collection").click()


@SIZES
def test_collection_is_made_named_and_removed(page: Page, desk_server: str, size: ViewportSize) -> None:
    picture = Photographer(page, size).take
    page.goto(desk_server)
    expect(page.locator(".offers button").first).to_be_visible()
    switch(page)
    picture("30-switch")
    page.get_by_role("button", name="New collection").click()
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()
    picture("31-new-collection")
    page.get_by_role("textbox", name="Name").fill("Büro & Garten <b>")
    page.keyboard.press("Enter")
    expect(page.locator("#collection bdi")).to_have_text("Büro & Garten <b>")
    made = {one["id"] for one in httpx.get(f"{desk_server}/v1/collections").json()}
    assert "buro-garten-b" in made
    bring(desk_server, "buro-garten-b", PRICES)
    switch(page)
    expect(page.locator(".choice[aria-current=true]")).to_have_text("Büro & Garten <b>3 documents")
    page.get_by_role("button", name="Rename this collection").click()
    page.get_by_role("textbox", name="Name, in this browser").fill("Garden")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#collection bdi")).to_have_text("Garden")
    page.reload()
    expect(page.locator("#overview")).to_contain_text("3 documents")
    switch(page)
    page.get_by_role("button", name="Remove this collection").click()
    dialog = page.get_by_role("dialog", name="Remove “Garden”?")
    expect(dialog).to_contain_text(re.compile(r"3 documents · \d+ passages will be removed with it"))
    picture("32-remove-collection")
    dialog.get_by_role("button", name="Remove").click()
    expect(page.locator("#collection bdi")).to_have_text("Default")
    assert "buro-garten-b" not in {one["id"] for one in httpx.get(f"{desk_server}/v1/collections").json()}


def test_name_in_another_script_makes_a_collection_too(page: Page, desk_server: str) -> None:
    page.goto(desk_server)
    switch(page)
    page.get_by_role("button", name="New collection").click()
    page.get_by_role("textbox", name="Name").fill("وثائق")
    page.keyboard.press("Enter")
    expect(page.locator("#collection bdi")).to_have_text("وثائق")
    made = [one["id"] for one in httpx.get(f"{desk_server}/v1/collections").json()]
    (made_of_it,) = [one for one in made if one.startswith("collection-")]
    httpx.delete(f"{desk_server}/v1/collections/{made_of_it}").raise_for_status()


@SIZES
def test_only_the_chosen_documents_are_asked(page: Page, desk_server: str, size: ViewportSize) -> None:
    picture = Photographer(page, size).take
    collection = f"mill-{size['width']}"
    bring(desk_server, collection, PRICES)
    work_in(page, desk_server, collection, "documents")
    expect(page.locator(".documents li")).to_have_count(3)
    for name in ("Offer of the north", "minutes.txt"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    picture("33-chosen")
    page.get_by_role("button", name="Ask only these").click()
    chips = page.locator(".scope .chip")
    expect(chips).to_have_text(["Offer of the north", "minutes.txt"])
    page.get_by_role("button", name="Leave out minutes.txt").click()
    expect(chips).to_have_count(1)
    picture("34-scope")
    turn = ask(page, COST)
    expect(turn.locator(".statement")).to_contain_text("4200 pounds")
    expect(turn.locator(".statements")).not_to_contain_text("3900")
    expect(turn.locator(".over")).to_have_text("Asked over: Offer of the north")
    picture("35-asked-over")
    page.get_by_role("button", name="Ask all").click()
    expect(chips).to_have_count(0)
    turn = ask(page, COST)
    expect(turn.locator(".statements")).to_contain_text("3900")
    expect(turn.locator(".over")).to_have_text(f"Asked over: {collection}")
    page.reload()
    expect(page.locator(".over")).to_have_text(["Asked over: Offer of the north", f"Asked over: {collection}"])
    assert page.evaluate("window.shifts.reduce((sum, shift) => sum + shift, 0)") < 0.001


def test_document_that_is_read_can_be_asked_by_itself(page: Page, desk_server: str) -> None:
    bring(desk_server, "loft", PRICES)
    work_in(page, desk_server, "loft", "documents")
    page.get_by_role("link", name="Offer of the south").click()
    page.get_by_role("button", name="Ask only this document").click()
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator(".scope .chip")).to_have_text("Offer of the south")
    expect(page.locator("#question")).to_be_focused()
    expect(ask(page, COST).locator(".statement")).to_contain_text("3900 pounds")


def test_conversation_brings_its_collection_along(page: Page, desk_server: str) -> None:
    bring(desk_server, "barn", PRICES)
    page.goto(desk_server)
    page.evaluate("localStorage['footnote:collection'] = '\"barn\"'")
    page.reload()
    ask(page, COST)
    conversation = page.url
    expect(page.locator("#chats a")).to_have_count(1)
    switch(page)
    page.get_by_role("button", name="Default").click()
    expect(page.locator("#collection bdi")).to_have_text("Default")
    expect(page.locator("#chats a")).to_have_count(0)
    expect(page.locator("#welcome")).to_be_visible()
    page.goto(conversation)
    expect(page.locator("#collection bdi")).to_have_text("barn")
    expect(page.locator(".turn h2")).to_have_text(COST)


def test_samples_go_at_once_when_there_are_own_documents(page: Page, desk_server: str) -> None:
    page.goto(f"{desk_server}/#/documents")
    expect(page.locator(".documents li")).to_have_count(5)
    expect(page.locator(".notice")).to_be_hidden()
    bring(desk_server, "default", {"own.md": "# Own\n\nThe lamp of the porch is lit at dusk by the baker.\n"})
    page.reload()
    expect(page.locator(".notice")).to_contain_text("5 documents came with Footnote as samples.")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Remove the samples").click()
    expect(page.locator(".documents li")).to_have_count(1)
    expect(page.locator(".notice")).to_be_hidden()
    expect(page.locator(".documents a")).to_have_text("Own")
