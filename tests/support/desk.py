"""What the tests of scope and documents share: collections of their own, filled through the interface."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.support.browsing import expect
from tests.support.uploading import finished

if TYPE_CHECKING:
    from playwright.sync_api import Page

PRICES = {
    "north.md": "# Offer of the north\n\nThe roof of the mill costs 4200 pounds, tiles included.\n",
    "south.md": "# Offer of the south\n\nThe roof of the mill costs 3900 pounds, without tiles.\n",
    "minutes.txt": "The council of Orrin met on 3 May 2024 and chose the bench of oak for the green.\n",
}


def bring(server: str, collection: str, files: dict[str, str]) -> None:
    """Makes a collection, where there is none, and ingests files into it as one job."""
    with httpx.Client(base_url=server, timeout=60) as client:
        client.post("/v1/collections", json={"id": collection})
        if not files:
            return
        parts = [("file", (name, text.encode())) for name, text in files.items()]
        answer = client.post("/v1/documents", data={"collection": collection}, files=parts)
        status = finished(client, answer.raise_for_status().json()["job"])
    assert {file["outcome"] for file in status["files"]} == {"added"}


def work_in(page: Page, server: str, collection: str, view: str = "") -> None:
    """Opens the page on a collection."""
    page.add_init_script(f"localStorage['footnote:collection'] = '\"{collection}\"'")
    page.goto(f"{server}/#/{view}")
    expect(page.locator("#collection")).to_have_text(collection)


def drop(page: Page, path: Path, before: Callable[[], None]) -> None:
    """Drops a file or a folder of the disk onto the middle of the page; ``before`` runs while it is above it."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        if kind == "drop":
            expect(page.locator(".dropping")).to_be_visible()
            before()
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 190, "y": 300, "data": data})
