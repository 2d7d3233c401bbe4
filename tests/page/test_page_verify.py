"""A text that is checked on the page: verdicts, sources beside it, differences, and what is handed out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browsing import (
    DESKTOP,
    PHONE,
    Photographer,
    accessibility_faults,
    expect,
    expect_marked,
    forgive_failed_loads,
)
from tests.support.desk import drop

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

TWO = "The talks resulted in both sides agreeing to exchange two thousand prisoners of war."
HOPES = (
    "Hopes for a swift resolution to the ongoing conflict between Russia and Ukraine have been tempered by "
    "persistent stagnation in peace negotiations."
)
CHEESE = 'The moon is made of <img src=x onerror="window.hacked=1"> green cheese.'
QUOTE = (
    "The talks, which took place amid global scrutiny over Russia’s actions in Ukraine, resulted in both sides "
    "agreeing to exchange one thousand prisoners of war."
)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_each_sentence_has_its_verdict_and_source_beside_it(page: Page, seeds_server: str, size: ViewportSize) -> None:
    picture = Photographer(page, size).take
    page.goto(f"{seeds_server}/#/verify")
    picture("40-check")
    page.get_by_role("textbox", name="The text to check").fill(f"{TWO} {HOPES} {CHEESE}")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".checked h2")).to_have_text("1 of 3 sentences is supported")
    two, hopes, cheese = page.locator(".checked li").all()
    expect(two.locator(".verdict")).to_have_text("contradicted")
    expect(two.locator("mark")).to_have_text(["two thousand", "one thousand"])
    expect(two.locator("blockquote")).to_have_text(QUOTE)
    expect(two).to_contain_text("number: “two thousand”, the source has “one thousand”")
    expect(hopes.locator(".verdict")).to_have_text("supported")
    expect(hopes.locator("mark")).to_have_count(0)
    expect(cheese.locator(".verdict")).to_have_text("not in the documents")
    expect(cheese.locator(".said")).to_have_text(CHEESE)
    picture("41-checked")
    two.get_by_role("link").first.click()
    expect_marked(page, QUOTE)
    expect(page.locator("#panel")).to_contain_text("Source 1 of")
    picture("42-checked-source")
    page.keyboard.press("Escape")
    with page.expect_download() as waited:
        page.get_by_role("button", name="Export as HTML").click()
    written = Path(waited.value.path()).read_text(encoding="utf-8")
    assert waited.value.suggested_filename == "checked.html"
    assert '<mark dir="auto">two thousand</mark>' in written
    assert "<img" not in written
    assert f'href="{seeds_server}/#/documents/004_e8bd50c7991fc38f?start=298&amp;end=455"' in written
    assert page.evaluate("window.hacked") is None


def test_text_is_dropped_kept_and_checked_again_when_the_server_is_back(
    page: Page, seeds_server: str, tmp_path: Path, faults: list[str]
) -> None:
    page.goto(f"{seeds_server}/#/verify")
    box = page.get_by_role("textbox", name="The text to check")
    (tmp_path / "letter.txt").write_text(HOPES, encoding="utf-8")
    drop(
        page, tmp_path / "letter.txt", lambda: expect(page.locator(".dropping")).to_have_text("Drop a text to check it")
    )
    expect(box).to_have_value(HOPES)
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.4")
    drop(page, tmp_path / "letter.pdf", lambda: None)
    expect(page.locator("#text-note")).to_contain_text("Only plain text")
    page.reload()
    expect(box).to_have_value(HOPES)
    page.context.set_offline(True)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".checked .failed")).to_contain_text("The server cannot be reached")
    assert accessibility_faults(page) == []
    page.context.set_offline(False)
    forgive_failed_loads(faults)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".checked h2")).to_have_text("1 of 1 sentence is supported")
    box.fill("a" * 20_001)
    expect(page.locator("#text-note")).to_have_text("20,001 of 20,000 characters: please check it in parts.")
    page.get_by_role("button", name="Clear").click()
    expect(box).to_have_value("")
    expect(page.locator(".checked")).to_be_empty()
    page.reload()
    expect(box).to_have_value("")
