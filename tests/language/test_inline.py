"""Markdown within a block: what is styled, what is only a mark, and what is neither."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.language.inline import Style, inline_styles, line_marks
from rag.types import Span

MARKS = st.text(st.sampled_from('*_~`[]()<>!\\ \nab:/."'), max_size=60)


def read(text: str) -> list[tuple[str, str]]:
    """Each styled part with its style, but for the marks."""
    found = inline_styles(text, Span(start=0, end=len(text)))
    return [(one.style.value, text[one.start : one.end]) for one in found if one.style is not Style.SYNTAX]


def shown(text: str) -> str:
    """What is left to read."""
    hidden = {
        place
        for one in inline_styles(text, Span(start=0, end=len(text)))
        if one.style is Style.SYNTAX
        for place in range(one.start, one.end)
    }
    return "".join(character for place, character in enumerate(text) if place not in hidden)


@pytest.mark.parametrize(
    ("text", "styles", "left"),
    [
        ("The **lamp** is *new*.", [("strong", "lamp"), ("emphasis", "new")], "The lamp is new."),
        ("***both***", [("emphasis", "**both**"), ("strong", "both")], "both"),
        ("**all *of* it**", [("strong", "all *of* it"), ("emphasis", "of")], "all of it"),
        ("**one *and two***", [("strong", "one *and two*"), ("emphasis", "and two")], "one and two"),
        ("__Key:__ _x_", [("strong", "Key:"), ("emphasis", "x")], "Key: x"),
        ("~~gone~~ ~5 mm", [("struck", "gone")], "gone ~5 mm"),
        ("run `a *b*` now", [("code", "a *b*")], "run a *b* now"),
        ("``a ` b``", [("code", "a ` b")], "a ` b"),
        ('[the *form*](https://x.org/a_b "Title")', [("link", "the *form*"), ("emphasis", "form")], "the form"),
        ("![a plan](plan.png)", [("link", "a plan")], "a plan"),
        ("see <https://x.org/_a_>.", [("link", "https://x.org/_a_")], "see https://x.org/_a_."),
        (r"5 \* 3 \| 2", [], "5 * 3 | 2"),
        ("«**café**» **naïve**", [("strong", "café"), ("strong", "naïve")], "«café» naïve"),
    ],
)
def test_marks_style_what_is_between_them(text: str, styles: list[tuple[str, str]], left: str) -> None:
    assert read(text) == styles
    assert shown(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "all *.log and *.txt files",
        "open __init__.py first",
        "the field user_id of my_table",
        "2 * 3 * 4",
        "a ` b",
        "[1] and [sic] and [x] (y)",
        "sign the sheet <by the door>",
        "f(x)[0](",
        "x **y",
        "[](empty)",
        "__main__.run and _private",
        "* not a word *",
    ],
)
def test_marks_that_carry_meaning_stay(text: str) -> None:
    assert read(text) == []
    assert shown(text) == text


def test_only_the_given_part_is_read() -> None:
    text = "**a | b** | *c*"
    found = inline_styles(text, Span(start=0, end=3))
    assert found == []
    assert [one.start for one in inline_styles(text, Span(start=12, end=15))] == [12, 13, 14]


def test_lines_of_quotations_and_items_begin_with_marks() -> None:
    text = "One\n> two\r\n>> three\n    four\n\nfive > six"
    found = [text[one.start : one.end] for one in line_marks(text, Span(start=0, end=len(text)))]
    assert found == ["> ", ">> ", "    "]


@given(MARKS)
@settings(max_examples=300, deadline=None)
def test_styles_nest_and_stay_within_the_text(text: str) -> None:
    found = inline_styles(text, Span(start=0, end=len(text))) if text else []
    marks = [one for one in found if one.style is Style.SYNTAX]
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= after.start for one, after in pairwise(marks))
    assert not any(character.isalnum() for one in marks for character in text[one.start : one.end]) or "](" in text


@pytest.mark.parametrize(
    "part", ["*", "**a ", "_a", "`", "`a``", "[", "![a", "](", '](a "', "<http:", "\\", "*a_ ", "[a](b ", "~~", "\n>"]
)
def test_time_grows_with_the_text(part: str) -> None:
    text = part * (200_000 // len(part))
    started = time.process_time()
    span = Span(start=0, end=len(text))
    inline_styles(text, span)
    list(line_marks(text, span))
    assert time.process_time() - started < 3
