"""What the browser tests share: asking, looking, and a network that can be held or cut."""

from __future__ import annotations

import json
import re
import socket
import threading
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.places import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, ViewportSize

sync_api = pytest.importorskip("playwright.sync_api", reason="the browser tests need the package playwright")
expect = sync_api.expect
expect.set_options(timeout=20_000)

SCREENSHOTS = ROOT / "tests" / "screenshots"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}

PRISONERS = "How many prisoners of war will be exchanged?"
REBUILD = "What do both parties need to rebuild for peace talks to succeed?"
PUBLISHED = "When was the article about renewed talks published?"
PERSISTED = "How many years has the conflict persisted?"
AGREED = "And who agreed to it?"
SIDES = "What do Russia and Ukraine each want?"
NITROGEN = "What is the boiling point of nitrogen?"


def ask(page: Page, question: str) -> Locator:
    """Asks with Enter and gives the turn once its answer is complete."""
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    turn = page.locator(".turn").last
    expect(turn.locator(".how")).to_be_visible(timeout=20_000)
    return turn


def ask_api(server: str, question: str, **more: Any) -> dict[str, Any]:
    """The same question through the interface, without the page."""
    request = urllib.request.Request(
        f"{server}/v1/ask",
        data=json.dumps({"question": question, **more}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def text_of(server: str, document_id: str) -> str:
    """A document's text, decoded as it was sent."""
    with urllib.request.urlopen(f"{server}/v1/documents/{document_id}/text", timeout=60) as response:
        text: str = response.read().decode("utf-8")
    return text


def expect_marked(page: Page, quote: str) -> None:
    """Exactly ``quote`` is marked in the document beside the answer, and can be seen."""
    marks = "Array.from(document.querySelectorAll('#panel mark'), (mark) => mark.textContent).join('')"
    page.wait_for_function(f"(quote) => {marks} === quote", arg=quote)
    expect(page.locator("#panel mark:visible").first).to_be_in_viewport()


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def accessibility_faults(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA and its best practices, each with the elements it is about."""
    options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


class Photographer:
    """Takes pictures of states at one size and looks for what is too wide, or hard to read or reach.

    It looks in a window so tall that nothing lies below the question box: in dark on the desktop, which is
    photographed in both, in light on the phone.
    """

    def __init__(self, page: Page, size: ViewportSize) -> None:
        self._page, self._size = page, size
        SCREENSHOTS.mkdir(exist_ok=True)
        page.set_viewport_size(size)

    def take(self, state: str) -> None:
        """A picture of the page as it is, called ``state``."""
        page, size = self._page, self._size
        page.set_viewport_size(size)
        schemes: list[Literal["light", "dark"]] = ["light", "dark"] if size is DESKTOP else ["light"]
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            name = f"{size['width']}x{size['height']}-{scheme}-{state}.png"
            page.screenshot(path=SCREENSHOTS / name, animations="disabled")
        assert overflow(page) <= 0, state
        page.set_viewport_size({"width": size["width"], "height": 3000})
        assert accessibility_faults(page) == [], state
        page.set_viewport_size(size)


def forgive_failed_loads(faults: list[str]) -> None:
    """Chromium logs every response above 399 and every lost connection: a test that provokes one forgives that."""
    assert [fault for fault in faults if not re.search("Failed to load resource|net::ERR_", fault)] == []
    faults.clear()


class Line:
    """A network line to ``server`` that holds what follows an answer's first statement, then goes on or is cut.

    ``fault`` is "hold" or "cut", or empty for none; ``let`` ends the holding.
    """

    def __init__(self, server: str) -> None:
        self._upstream = (server.split("/")[2].split(":")[0], int(server.rsplit(":", 1)[1]))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.fault = ""
        self.let = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Ends the line; what is held goes on."""
        self.let.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._upstream)
                threading.Thread(target=self._carry, args=(client, server), daemon=True).start()
                threading.Thread(target=self._carry_answer, args=(server, client), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):  # the other side was closed
            while data := client.recv(65536):
                server.sendall(data)
        _end(client, server)

    def _carry_answer(self, server: socket.socket, client: socket.socket) -> None:
        seen = b""
        with suppress(OSError):
            while data := server.recv(65536):
                start = len(seen)
                seen += data
                end = _end_of_first_statement(seen)
                if not self.fault or end <= start:
                    client.sendall(data)
                    continue
                client.sendall(seen[start:end])
                self.let.wait(timeout=30)
                if self.fault == "cut":
                    break
                client.sendall(seen[end:])
        _end(server, client)


def _end(read: socket.socket, written: socket.socket) -> None:
    """Ends a connection; each thread closes the socket that it alone reads."""
    for one in (read, written):
        with suppress(OSError):  # it has ended
            one.shutdown(socket.SHUT_RDWR)
    read.close()


def _end_of_first_statement(stream: bytes) -> int:
    """Where the first statement of the last answer on a connection ends, -1 where there is none yet."""
    answer = stream.rfind(b"event: passages")
    statement = stream.find(b"event: statement", max(answer, 0))
    end = stream.find(b"\r\n\r\n", statement)
    return end + 4 if answer >= 0 and statement >= 0 and end >= 0 else -1
