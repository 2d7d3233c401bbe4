"""Pages of other sites in a real browser: they may neither change nor read anything, nor tell what there is."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.chromium import BROWSER_ARGUMENTS, chromium_path
from tests.support.processes import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EVIL = "evil.example"
OUTCOME = """
async ([kind, url]) => new Promise((resolve) => {
  const element = document.createElement(kind === "prefetch" ? "link" : kind);
  element.onload = () => resolve("loaded");
  element.onerror = () => resolve("refused");
  if (kind === "prefetch") { element.rel = "prefetch"; element.href = url; } else { element.src = url; }
  document.body.append(element);
})
"""
FETCH = """
async ([url, options]) => {
  try { const response = await fetch(url, options); return response.type + " " + response.status; }
  catch (error) { return "refused"; }
}
"""


class Foreign(BaseHTTPRequestHandler):
    """An empty page of another site."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>evil</title><body></body>")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


@contextmanager
def foreign_site() -> Iterator[int]:
    """The port of a server that is not Footnote."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(tmp_path_factory.mktemp("other-sites") / "data") as served:
        yield served


@pytest.fixture(scope="module")
def rebinding_browser(browser: "Browser") -> Iterator["Browser"]:
    """A browser for which the other site's name is this machine, as after a rebinding."""
    rules = f"--host-resolver-rules=MAP {EVIL} 127.0.0.1"
    other = browser.browser_type.launch(executable_path=chromium_path(), args=[*BROWSER_ARGUMENTS, rules])
    yield other
    other.close()


@pytest.fixture
def evil_page(rebinding_browser: "Browser") -> Iterator["Page"]:
    """A page of another site."""
    with foreign_site() as port:
        context = rebinding_browser.new_context()
        page = context.new_page()
        page.goto(f"http://{EVIL}:{port}/")
        yield page
        context.close()


def documents(address: str) -> list[str]:
    return [item["id"] for item in httpx.get(f"{address}/v1/documents").json()["items"]]


def test_rebound_name_is_not_served(rebinding_browser: "Browser", address: str) -> None:
    port = httpx.URL(address).port
    context = rebinding_browser.new_context()
    page = context.new_page()
    response = page.goto(f"http://{EVIL}:{port}/")
    assert response is not None
    assert response.status == 421
    for path, options in [
        ("/v1/documents", {}),
        ("/v1/ask", {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": '{"question":"Who?"}'}),
        (f"/v1/documents/{documents(address)[0]}", {"method": "DELETE"}),
    ]:
        found = page.evaluate(FETCH, [f"http://{EVIL}:{port}{path}", options])
        assert found in ("basic 421", "refused"), path  # refused: by the policy of the page that was not served
    assert len(documents(address)) == 5
    context.close()


@pytest.mark.parametrize("kind", ["img", "script", "iframe", "prefetch"])
def test_element_of_another_site_loads_nothing(evil_page: "Page", address: str, kind: str) -> None:
    known = documents(address)[0]
    for path in ("/static/favicon.svg", "/static/app.js", f"/v1/documents/{known}", "/v1/documents/nowhere"):
        outcome = evil_page.evaluate(OUTCOME, [kind, address + path])
        if kind == "iframe":  # a frame says "loaded" for a page that was refused too
            frame = evil_page.frames[-1]
            assert "favicon" not in frame.content()
            assert frame.evaluate("document.title + document.body.innerText").find(known) == -1
        else:
            assert outcome == "refused", path


@pytest.mark.parametrize(
    ("mode", "method"),  # a browser sends no DELETE without CORS
    [("cors", "GET"), ("cors", "POST"), ("cors", "DELETE"), ("no-cors", "GET"), ("no-cors", "POST")],
)
def test_fetch_of_another_site_is_refused(evil_page: "Page", address: str, mode: str, method: str) -> None:
    for path in (f"/v1/documents/{documents(address)[0]}", "/v1/documents", "/v1/suggestions?near=peace", "/v1/ask"):
        assert evil_page.evaluate(FETCH, [address + path, {"mode": mode, "method": method}]) == "refused", path
    assert len(documents(address)) == 5


def test_form_of_another_site_changes_nothing(evil_page: "Page", address: str) -> None:
    evil_page.set_content(
        f'<form method=post enctype=multipart/form-data action="{address}/v1/documents">'
        "<input type=file name=file><input type=submit></form>"
    )
    file = {"name": "evil.txt", "mimeType": "text/plain", "buffer": b"The evil site was here in 2025."}
    evil_page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    with evil_page.expect_navigation() as navigated:
        evil_page.locator("input[type=submit]").click()
    assert navigated.value.status == 403
    assert len(documents(address)) == 5


def test_person_who_follows_a_link_arrives_and_the_other_site_keeps_no_hold(evil_page: "Page", address: str) -> None:
    evil_page.set_content(f'<a href="{address}/" target=_blank rel=opener>Footnote</a>')
    with evil_page.context.expect_page() as opened:
        evil_page.locator("a").click()
    page = opened.value
    page.wait_for_load_state()
    assert page.title() == "Footnote"
    assert page.evaluate("window.opener") is None
