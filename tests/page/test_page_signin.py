"""The page of a server with keys: a key is asked for once, and no script can read what remains of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.browsing import accessibility_faults, expect
from tests.support.keyed import Keyed

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_key_is_asked_for_and_the_session_ended(page: Page, keyed: Keyed, faults: list[str]) -> None:
    page.goto(keyed.address)
    dialog = page.get_by_role("dialog", name="Sign in")
    dialog.get_by_label("Key").fill(keyed.keys["revoked"])
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog.get_by_role("alert")).to_have_text("This key is unknown, expired or revoked.")
    assert accessibility_faults(page) == []
    dialog.get_by_label("Key").fill(keyed.keys["read"])
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("#overview")).to_contain_text("Add documents")
    assert page.evaluate("document.cookie") == ""
    page.reload()
    expect(page.locator("#overview")).to_contain_text("Add documents")
    page.get_by_role("button", name="Sign out").click()
    expect(dialog).to_be_visible()
    assert {fault for fault in faults if "401" not in fault} == set()
    faults.clear()
