"""No text keeps a regular expression of the product busy for longer than its length explains."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.followup import _FOOTNOTES
from rag.answer.replacement import _ALSO
from rag.answer.suggest.templates import _ACTED, _DATED, _DEFINED, _MEANT, _QUOTED, _ROLE
from rag.ingest.describe.names import _BYLINE, _CUT
from rag.ingest.parse.pdf.wraps import _LAST_WORD
from rag.ingest.parse.text.tree import _without_marks
from rag.language.english import polarity
from rag.language.english.questions import _ADVERBIAL
from rag.language.english.values import durations
from rag.types import Span
from tests.support.attacks import slow_attack
from tests.support.patterns import Used, used_patterns

QUESTION = "a question has at most 2,000 characters, and no line break"
BOUNDED = {
    "rag.language.english.asked._COUNTED": QUESTION,
    "rag.answer.replacement._OWNER": QUESTION,
    "rag.answer.suggest.templates._ROLE": "a sentence has at most 3,000 characters",
    "rag.ingest.parse.markup.html._DECLARED": "it is sought in the first 4,096 bytes",
}
"""Patterns that are slow for a long text, and why they get none."""

FORMER = [
    (r"#{1,6}[ \t]+(?P<words>\S.*?)(?:[ \t]+#+)?|(?P<under>\S.*?)\s*[\r\n]+[ \t]*(?:=+|-+)", re.DOTALL, "fullmatch"),
    (r"(?:\s*,)?\s*(?:\band\b)?\s+", re.IGNORECASE, "fullmatch"),
    (r"\bnot\b[^.;]*\bbut\s+(?:in|on|at|by|from|to|for|only|rather|of)\b", re.IGNORECASE, "search"),
    (r"authors?\b\s*:?\s+(?P<rest>\S.*)", re.IGNORECASE, "fullmatch"),
    (r",?\s+[|·•—–-]\s+|,\s+", 0, "finditer"),
    (r"\s*\[\d+\]", 0, "sub"),
    (r"\s+(?:too|as well|then|instead)$", 0, "sub"),
    (r"\w+$", 0, "search"),
    (r"(?:(?:in|on|at)\s+\w+.*|when)$", re.IGNORECASE, "match"),
    (r"(?P<subject>.+?) (?P<be>was|were) (?P<verb>\w+(?:ed|en))(?: [^,.;]*?)? (?:in|on) \d\d\d\d\b", 0, "match"),
    (r" - at `\$(?P<path>.*?)`$", 0, "search"),
    (r"(a+)+b", 0, "search"),
    (r"(?:a|a)*b", 0, "fullmatch"),
    (r"a*a*a*b", 0, "match"),
]
"""Patterns that were mended, and textbook ones: the attacks must find each."""


@pytest.mark.parametrize(("pattern", "flags", "method"), FORMER)
def test_attacks_find_patterns_that_are_slow(pattern: str, flags: int, method: str) -> None:
    assert slow_attack(Used(pattern=re.compile(pattern, flags), methods={method})) is not None


def test_every_pattern_takes_time_in_proportion_to_its_text() -> None:
    used = used_patterns()
    assert len(used) > 200
    slow = {one.name(): attack for one in used if one.name() not in BOUNDED and (attack := slow_attack(one))}
    assert slow == {}


def test_pattern_that_is_bounded_is_there() -> None:
    assert BOUNDED.keys() <= {one.name() for one in used_patterns()}


# --- the mended ones find what the former ones found ----------------------------------------------------------------

COMPARED = settings(derandomize=True, max_examples=400, deadline=None)


def texts(*parts: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(parts), max_size=14).map("".join)


def found(pattern: re.Pattern[Any], method: str, text: str) -> list[tuple[tuple[int, int], dict[str, str | None]]]:
    matched = getattr(pattern, method)(text)
    matches = matched if method == "finditer" else [matched] if matched else []
    return [(match.span(), match.groupdict()) for match in matches]


@COMPARED
@given(
    text=texts("#", "##", "###### ", " ", "  ", "\t", "\n", "\r\n", "\r", "=", "==", "-", "a", "b c", "\xa0", "\x0b")
)
def test_heading_loses_the_same_marks(text: str) -> None:
    words = text.strip()
    if not words:
        return
    former = re.compile(*FORMER[0][:2]).fullmatch(words)
    name = former.lastgroup if former else None
    expected = Span(start=2 + former.start(name), end=2 + former.end(name)) if former and name else None
    span = Span(start=2, end=2 + len(words))
    assert _without_marks(f"xx{words}xx", span) == (expected or span)


MENDED: dict[str, tuple[re.Pattern[str], re.Pattern[str], str, st.SearchStrategy[str]]] = {
    "and": (
        durations._AND,
        re.compile(r"(?:\s*,)?\s*(?:\band\b)?\s+", re.IGNORECASE),
        "fullmatch",
        texts(" ", "\n", ",", "and", "And", "x"),
    ),
    "byline": (
        _BYLINE,
        re.compile(r"(?:(?:written |posted )?by|authors?)\b\s*:?\s+(?P<rest>\S.*)", re.IGNORECASE),
        "fullmatch",
        texts("by", "written ", "Author", "authors", " ", "  ", ":", "a", "\n"),
    ),
    "cut": (_CUT, re.compile(FORMER[4][0]), "finditer", texts(" ", "  ", ",", ", ", "|", " - ", "a", "\n")),
    "footnotes": (_FOOTNOTES, re.compile(FORMER[5][0]), "finditer", texts(" ", "\n", "[", "1", "[23]", "]", "a")),
    "also": (_ALSO, re.compile(FORMER[6][0]), "finditer", texts(" ", "  ", "too", "as well", "a", "\n")),
    "last word": (_LAST_WORD, re.compile(FORMER[7][0]), "search", texts("a", "bc", "é", " ", ".", "-", "1", "\n")),
    "dated": (
        _DATED,
        re.compile(_DATED.pattern.replace("{1,70}?", "+?")),
        "match",
        texts("A", " ", "The mill", " was", " built", " in", " 1871", ",", ".", " opened", " 3", "\n"),
    ),
    "meant": (
        _MEANT,
        re.compile(_MEANT.pattern.replace("{1,70}?", "+?")),
        "match",
        texts("A mill", ", of old,", " is", " was", " meant", " to", ",", " ", "\n"),
    ),
    "defined": (
        _DEFINED,
        re.compile(_DEFINED.pattern.replace("{1,70}?", "+?")),
        "match",
        texts("A mill", " (old)", " (", ")", " is", " a", " one of", " wheel", ".", " "),
    ),
    "acted": (
        _ACTED,
        re.compile(_ACTED.pattern.replace("{1,70}?", "+?")),
        "match",
        texts("A mill", ", of old,", " has", " also", " offered", " insists on", ",", ":", " "),
    ),
    "role": (
        _ROLE,
        re.compile(_ROLE.pattern.replace("{1,20}", "+")),
        "finditer",
        texts("Chief ", "prime ", "the ", "Minister", "Envoy", ", ", " Ada", " Stone", " ", "A."),
    ),
}


@pytest.mark.parametrize("name", MENDED)
def test_mended_pattern_finds_what_the_former_one_found(name: str) -> None:
    now, former, method, alphabet = MENDED[name]

    @COMPARED
    @given(text=alphabet)
    def compare(text: str) -> None:
        before = found(former, method, text)
        if any(len(fields.get("subject") or "") > _QUOTED for _, fields in before):
            before = []  # too long to ask about
        assert found(now, method, text) == before

    compare()


@COMPARED
@given(text=texts("not", " ", "but", " in", " on", ".", ";", "a", "\n", "nota", "Not"))
def test_contrast_is_there_where_it_was(text: str) -> None:
    former = re.compile(r"\bnot\b[^.;]*\bbut\s+(?:in|on|at|by|from|to|for|only|rather|of)\b", re.IGNORECASE)
    assert bool(polarity._CONTRAST.search(text)) == bool(former.search(text))


@COMPARED
@given(text=texts("under", " ", "\t", "a", "1", "when", "how", " long", "\n", "!"))
def test_adverbial_is_one_where_it_was(text: str) -> None:
    former = re.compile(_ADVERBIAL.pattern.replace(r"\w.*|when", r"\w+.*|when"), re.IGNORECASE)
    assert former.pattern != _ADVERBIAL.pattern
    assert bool(_ADVERBIAL.match(text)) == bool(former.match(text))
