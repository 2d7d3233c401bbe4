"""Answers as Markdown: a document's words are shown as they are, and nothing of them becomes markup or a link."""

from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.language.text import without_footnotes
from rag.types import Citation, Item, Statement, TableRows
from server.api.openai.markdown import escaped, read_back, statement_markdown

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "![x](http://evil.example/?q=secret)",
    "[click](javascript:alert(1)) and <img src=x onerror=alert(1)>",
    "<https://evil.example> https://evil.example/a?b=c, www.evil.example and ftp://evil.example",
    "HTTP://EVIL.example/`whoami`",
    "[ref]: http://evil.example 'title'",
    "mail to bob@evil.example now",
    "# heading *bold* _em_ ~~gone~~ `code` | a | b |",
    "&lt;b&gt; &#60;script&#62;",
    "- item",
    "1. item",
    "1) item",
    "> quoted",
    "+++",
    "===",
    "a\\*b \\[c]",
    "max_tokens is 5 * 3 & R&D [sic] 10 | 20",
]


def inline(text: str) -> list[Token]:
    """The parts of what must be one paragraph."""
    opening, found, closing = MARKDOWN.parse(text)
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    return found.children or []


def shown(text: str) -> str:
    return "".join(token.content for token in inline(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    found = inline(escaped(text))
    assert {token.type for token in found} <= {"text", "text_special", "code_inline"}
    said = "".join(token.content for token in found)
    assert said.replace("`", "") == text.replace("`", "")


@pytest.mark.parametrize("text", HOSTILE[:6])
def test_addresses_stand_as_code_alone(text: str) -> None:
    plain = "".join(token.content for token in inline(escaped(text)) if token.type != "code_inline")
    assert not any(mark in plain.lower() for mark in ("://", "www.", "@"))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1 .)(*_[]<>#|~&;`\\!-+=:/@\"'", min_size=1, max_size=40))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    line = " ".join(without_footnotes(text).split())
    if line:
        found = inline(escaped(text))
        assert {token.type for token in found} <= {"text", "text_special", "code_inline"}
        assert shown(escaped(text)).replace("`", "").split() == line.replace("`", "").split()


@given(st.text(alphabet="ab .*_[]<>#|~&\\!-+=", max_size=40))
def test_what_was_written_is_read_back(text: str) -> None:
    assert read_back(escaped(text)).split() == without_footnotes(text).split()


def statement(text: str, **more: object) -> Statement:
    return Statement(**{"text": text, "citations": (1, 2), "support": 0.9, "verdict": "supported", **more})  # type: ignore[arg-type]


def test_table_is_a_table_with_the_asked_cell_bold() -> None:
    table = TableRows(columns=("Day", "Closes | at"), rows=(("Tuesday", "15:30"),), marked=((0, 1),))
    found = statement_markdown(statement("Day: Tuesday; Closes | at: 15:30", kind="table", table=table), [])
    html = MARKDOWN.render(found)
    assert "<th>Closes | at</th>" in unescape(html)
    assert "<td><strong>15:30</strong></td>" in html
    assert found.endswith("[1][2]")


def test_steps_are_a_list_below_what_leads_to_them() -> None:
    items = (Item(text="1. Switch it *off*.", citations=(1,)), Item(text="2. Wait.", citations=(2,)))
    text = "To clean the oven:\n1. Switch it *off*.\n2. Wait."
    found = statement_markdown(statement(text, kind="steps", items=items), [])
    assert found == "To clean the oven:\n\n1. Switch it \\*off\\*. [1]\n2. Wait. [2]"


def test_record_is_a_list_of_its_fields() -> None:
    items = (Item(text="Phone: 12", citations=(1,)), Item(text="Open", citations=(2,)))
    found = statement_markdown(statement("Phone: 12\nOpen", kind="record", items=items), [])
    assert found == "- **Phone:** 12 [1]\n- Open [2]"


def test_code_stands_between_more_ticks_than_it_has() -> None:
    code = "print('```')\n[1](http://evil.example)"
    citation = Citation(
        number=1,
        document_id="a",
        title=None,
        path="a.md",
        author=None,
        publisher=None,
        published=None,
        sha256="",
        start=0,
        end=1,
        before="",
        quote=code,
        after="",
    )
    found = statement_markdown(statement(code, kind="code", citations=(1,)), [citation])
    fence = MARKDOWN.parse(found)[0]
    assert (fence.type, fence.content) == ("fence", code + "\n")
    assert found.endswith("\n\n[1]")


def test_what_is_partly_supported_says_so() -> None:
    assert statement_markdown(statement("It rains.", verdict="partly"), []) == "It rains. [1][2] *(partly supported)*"
