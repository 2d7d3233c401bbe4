"""The page with a writer: quoted or written for each question, and what the sources do not support on demand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browsing import accessibility_faults, ask, expect
from tests.support.processes import footnote, serve
from tests.support.writers import Writer, dying, good, saying, writing

if TYPE_CHECKING:
    from playwright.sync_api import Page

WHEN = "When was the lighthouse of Skerry built?"
TRUE = "The lighthouse of Skerry was built in 1871 by the engineer Anna Holm"


@pytest.fixture(scope="module")
def writer() -> Iterator[Writer]:
    with writing(good) as running:
        yield running


@pytest.fixture(scope="module")
def server(writer: Writer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("written")
    (folder / "skerry.md").write_text(f"{TRUE}.\n", "utf-8")
    assert footnote("ingest", str(folder / "skerry.md"), data_dir=folder / "data").returncode == 0
    with serve(
        folder / "data",
        FOOTNOTE_WRITER_URL=writer.address,
        FOOTNOTE_WRITER_MODEL="scripted",
        FOOTNOTE_WRITER_RETRIES="0",
    ) as address:
        yield address


def test_a_question_is_written_or_quoted_as_chosen(page: Page, server: str, writer: Writer) -> None:
    writer.script = saying(
        f"In 1871, Anna Holm built the lighthouse of Skerry [1]. {TRUE.replace('1871', '1872')} [1]."
    )
    page.goto(server)
    choice = page.get_by_label("How to answer")
    expect(choice).to_have_value("generative")
    turn = ask(page, WHEN)
    expect(turn.locator(".statement")).to_have_text("In 1871, Anna Holm built the lighthouse of Skerry.\u20601")
    turn.get_by_text("1 sentence was not supported").click()
    expect(turn.locator(".dropped li")).to_contain_text("1872")
    assert accessibility_faults(page) == []
    asked = len(writer.asked)
    choice.select_option("Quoted")
    expect(ask(page, WHEN).locator(".statement")).to_contain_text(TRUE)
    assert len(writer.asked) == asked


def test_what_takes_the_place_of_a_failed_writer_says_so(page: Page, server: str, writer: Writer) -> None:
    writer.script = dying("The light")
    page.goto(server)
    turn = ask(page, WHEN)
    expect(turn.locator(".statement")).to_contain_text(TRUE)
    expect(turn).to_contain_text("This is in the sources’ own words: the writer failed")


def test_without_a_writer_nothing_is_to_choose(page: Page, seeds_server: str) -> None:
    with page.expect_response("**/v1/readers"):
        page.goto(seeds_server)
    expect(page.locator("#reader option")).to_have_count(1)
    expect(page.locator("#reader")).to_be_hidden()
