"""Answers as Markdown: lists, tables and code as such, and nothing of a document's words as markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from tests.support.browsing import ask, expect
from tests.support.handbook import BRING, CLOSES, OVEN, TILL

if TYPE_CHECKING:
    from playwright.sync_api import Page

EXPORT = """async (answer) => {
    const { chatMarkdown } = await import("/static/actions.js");
    return chatMarkdown({ title: "Title", turns: [{ question: "Why?", answer }] });
}"""
NASTY = [
    "*a* <b>",
    "1. x",
    "- y",
    "a | b",
    "`c`",
    "[d](e)",
    "# f",
    "~~g~~",
    "&lt;",
    "\\",
    "+ h",
    "> i",
    "_j_",
    "[^1]: k",
]


def answered(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An answer with these statements, as the browser keeps one."""
    citation = {"number": 1, "document_id": "a", "path": "a.md", "start": 0, "end": 4, "quote": "till"}
    whole = [{"citations": [1], "verdict": "supported", "items": None, "table": None, **one} for one in statements]
    return {"answer": "", "statements": whole, "citations": [citation], "conflicts": [], **more}


def rendered(text: str) -> str:
    """What a common reader of Markdown makes of it."""
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def test_copied_answer_has_the_form_of_its_statements(page: Page, handbook_server: str) -> None:
    page.goto(handbook_server)
    for question, written in (
        (BRING, "[^1]\n\n- an apron[^2]\n- closed shoes, of which[^3]\n  - soles must not slip[^4]\n"),
        (OVEN, "To clean the oven:[^1]\n\n1. Switch the oven off at the wall.[^2]\n2. Wait for twenty minutes.[^3]\n"),
        (CLOSES, "| Day | Opens | Closes |"),
        (TILL, "command:[^1][^2]\n\n```\ntill --start --port 8080 \\\n  --printer"),
    ):
        ask(page, question).get_by_role("button", name="Copy Markdown").click()
        expect(page.get_by_role("button", name="Copied").last).to_be_visible()
        text = page.evaluate("navigator.clipboard.readText()")
        assert written in text
        if question == CLOSES:
            assert "| --- | --- | --- |" in text
            assert "| Tuesday | 9:00 | **15:30** |" in text


@pytest.mark.parametrize("words", NASTY)
def test_words_of_a_document_are_no_markup(page: Page, handbook_server: str, words: str) -> None:
    page.goto(handbook_server)
    table = {"columns": [words, "B"], "rows": [[words, "c"]], "marked": [[0, 0]]}
    answer = answered(
        {"kind": "sentence", "text": words},
        {"kind": "list", "text": f"- {words}\n  - {words}", "items": [{"text": f"- {words}", "citations": [1]}] * 2},
        {"kind": "record", "text": f"Record:\nk: {words}", "items": [{"text": f"k: {words}", "citations": [1]}]},
        {"kind": "table", "text": "", "table": table},
        conflicts=[{"kind": "number", "statements": [0, 0], "values": [words, "other"]}],
    )
    html = rendered(page.evaluate(EXPORT, answer))
    for tag in ("<b>", "<em>", "<code>", "<s>", "<a ", "<ol", "<blockquote", "<h3"):
        assert tag not in html.replace('<a href="http://127', ""), tag
    assert html.count("<ul>") == 3
    assert html.count("<td>") == 2
    assert html.count("<h1>") + html.count("<h2>") == 2


def test_code_has_more_ticks_around_it_than_in_it(page: Page, handbook_server: str) -> None:
    page.goto(handbook_server)
    code = "a\n```\n# b\n````"
    html = rendered(page.evaluate(EXPORT, answered({"kind": "code", "text": code})))
    assert f"<pre><code>{code}\n</code></pre>" in html
