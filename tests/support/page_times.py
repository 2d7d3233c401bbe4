"""How fast the page is: ``python -m tests.support.page_times`` with FOOTNOTE_TEST_CHROMIUM or a Chromium on the PATH.

Prints first paint, the time of the first statement on the screen to that of ``POST /v1/ask``, layout shift and size.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from server.page.routes import STATIC
from tests.support.browsing import SIDES, ask_api
from tests.support.chromium import BROWSER_ARGUMENTS, OBSERVE_PAGE, chromium_path
from tests.support.processes import serve

RUNS = 15
FIRST_STATEMENT = """async (question) => {
  const turns = document.querySelector("#turns");
  const appeared = (what) => new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      if (!turns.querySelector(what)) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now()));
    }).observe(turns, { childList: true, subtree: true });
  });
  const [statement, end] = [appeared(".statement"), appeared(".how")];
  document.querySelector("#question").value = question;
  const start = performance.now();
  document.querySelector("#composer").requestSubmit();
  await end;
  return await statement - start;
}"""


def measure(page: Page, address: str) -> list[str]:
    """The lines to print."""
    paints = []
    for _ in range(RUNS):
        page.goto(address)
        page.wait_for_selector(".named")
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    statement, answer = [], []
    for _ in range(RUNS):
        page.evaluate("location.hash = '#/'")
        page.wait_for_selector(".named")
        statement.append(page.evaluate(FIRST_STATEMENT, SIDES))
        start = time.perf_counter()
        ask_api(address, SIDES)
        answer.append(1000 * (time.perf_counter() - start))
    shift = page.evaluate("window.shifts.reduce((sum, value) => sum + value, 0)")
    own = sum(file.stat().st_size for file in STATIC.iterdir())
    first, whole = statistics.median(statement), statistics.median(answer)
    ratio = statistics.median(one / other for one, other in zip(statement, answer, strict=True))
    return [
        f"first contentful paint   {statistics.median(paints):.0f} ms",
        f"first statement          {first:.0f} ms, {ratio:.2f} times POST /v1/ask ({whole:.0f} ms)",
        f"cumulative layout shift  {shift:.4f}",
        f"own code                 {own:,} bytes",
    ]


def main() -> None:
    """Measure on the seeds with a server and a browser of its own."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "data") as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=BROWSER_ARGUMENTS)
        page = browser.new_page()
        page.add_init_script(OBSERVE_PAGE)
        sys.stdout.write("\n".join([*measure(page, address), ""]))
        browser.close()


if __name__ == "__main__":
    main()
