"""Display text, dates, words and token counts: pure functions of a text."""

import sqlite3
import unicodedata
from collections.abc import Callable
from contextlib import closing
from datetime import date
from math import log
from time import process_time

import dateparser
import pytest
import tiktoken
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.language.english.values.dates import parse_date
from rag.language.english.words import content_words, names, overlap_scores, stem, words
from rag.language.text import clean, display, folded
from rag.language.tokens import ENCODING, count_tokens
from rag.storage.catalog.lexical import match_any

FAST = settings(derandomize=True, max_examples=150, deadline=None)
ANY_TEXT = st.text(st.characters() | st.characters(categories=["Cs", "Cc", "Cf"]), max_size=60)
MARKED = st.lists(
    st.sampled_from(
        [
            *["*", "_", "#", "`", "[", "](", ")", "> ", "- ", "1. ", "a", "â€”", "\n", "\x85", "-\n", "\\", "<br>"],
            *["<b>", "</b>", "<!--", "-->", "&lt;", "&#0;", "[^", "]", "{%", "%}", "<sup>", "</sup>", "."],
        ]
    )
).map("".join)
OPERATORS = st.lists(
    st.sampled_from(
        ["AND", "OR", "NOT", "NEAR(", '"', "'", "*", "^", ":", "(", ")", "+", "-", "{", "}", ",", " ", "x", "é"]
    )
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rebuild trustâ€”a daunting\ntask", "rebuild trust—a daunting task"),
        ("Donâ€™t", "Don’t"),
        ("“curly” ‘quotes’ stay", "“curly” ‘quotes’ stay"),
        ("the &lt;b&gt; of a café", "the &lt;b&gt; of a café"),
        ("a\r\n\tb\u00a0 c", "a b c"),
        ("nul\x00bell\x07end", "nul bell end"),
        ("esc\x1b[31mred", "esc [31mred"),
        ("\ufeffmark", "mark"),
        ("zero\u200bwidth", "zerowidth"),
        ("abc\u202edef\u2069", "abcdef"),
        ("lone\ud800half", "lone\ufffdhalf"),
        ("\ud83d\ude00", "\ufffd\ufffd"),
        ("😀 is one code point", "😀 is one code point"),
        ("**bold** # stays", "**bold** # stays"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_clean_repairs_and_keeps_marks(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#hashtag", "#hashtag"),
        ("C# is a language", "C# is a language"),
        ("1984. A year", "1984. A year"),
        ("3.5 is a number", "3.5 is a number"),
        ("a **bold** word, *slanted* or ***both***", "a bold word, slanted or both"),
        ("__Strong__ and __two words__", "Strong and two words"),
        ("snake_case_name", "snake_case_name"),
        ("2 * 3 * 4 = 24", "2 * 3 * 4 = 24"),
        ("2*3*4", "2*3*4"),
        ("run `make check` now", "run make check now"),
        ("see [the docs](https://example.org/a) now", "see the docs now"),
        ('![a chart](chart.png "Chart") above', "a chart above"),
        ("array[0](x)", "array0"),
        ("**META:** trustâ€”a", "META: trust—a"),
        ("plain", "plain"),
    ],
)
def test_display_takes_markdown_marks_away(text: str, expected: str) -> None:
    assert display(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("**Kyiv**, then *Oslo*.", "Kyiv, then Oslo."), ("Call `run()`.", "Call run()."), ("(`x`)", "(x)")],
)
def test_display_puts_no_space_between_a_marked_word_and_its_punctuation(text: str, expected: str) -> None:
    assert display(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *["# 4 bolts hold it", "> 5 mm: no action", "- 3 degrees", "12. an item", "+ 2 dB"],
        *["delete *.log and *.tmp files", "(*.log|*.tmp)", "src/**/*.py", "*Prices exclude VAT", "5* hotels, 4* inns"],
        *["edit __init__.py, not __main__.py", "the __init__ method", "a_b_ and _c", "/a/_b_/c", "f(*args, **kwargs)"],
        *["**kwargs are passed on", "x = a * b * c", "a**b**c", "char *a, *b;", "SELECT * FROM t WHERE a = '*'"],
        *["C:\\_temp\\ is full", "rated *****", "~~old~~ new", "[1][2]", "a[i][j]", "[x] done, [ ] open", "[^a-z]+"],
        *[
            "press the ` key",
            "``quoted'' and `so' and `again'",
            "List<String>",
            "<name>@<host>",
            "the <b> tag",
            "a < b > c",
        ],
        *["AT&T &copy me", "{{ variable }}", "a --> b", "5 & 6; 7"],
    ],
)
def test_display_keeps_marks_without_a_partner(text: str) -> None:
    assert display(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("use `*.log`, ``a`b`` or `**x**`", "use *.log, a`b or **x**"),
        ("**.NET** and **[a *link*](b(c))**, **H**yper", ".NET and a link, Hyper"),
        ("_slanted_, **Bold *in* it**, ***x*** and _y_.", "slanted, Bold in it, x and y."),
        (
            "[![badge](a.svg)](b), [text][ref] and <https://a.org> or <a@b.org>",
            "badge, text and https://a.org or a@b.org",
        ),
        ("[a](<b c> \"t\") [d](e 't')", "a d"),
        ("It rose.[^3] It fell[^note], too", "It rose. It fell, too"),
        ("a &amp; b&nbsp;c &lt;b&gt; &#58;&#x41;", "a & b c <b> :A"),
        ("one<br>two<br/>three <kbd>Ctrl</kbd>+<kbd>C</kbd><!-- no --> <p align=center>x", "one two three Ctrl+C x"),
        ("10<sup>3</sup> m<sup>-2</sup>, 1<sup>st</sup>, H<sub>2</sub>O", "10³ m⁻², 1st, H2O"),
        ("Street 5\\\nTown", "Street 5 Town"),
        ("snake\\_case, 5 \\* 3 and a \\| b", "snake_case, 5 * 3 and a | b"),
        ("a\n> b\n> c", "a b c"),
        ("a\n> 5 b\nc", "a > 5 b c"),
        ("{% include x.html %} a {{< youtube x >}} b {{% note %}} c `{% raw %}`", "a b c {% raw %}"),
        ("[!WARNING]\nHot", "Warning: Hot"),
        ("see <!-- what. Why", "see"),
    ],
)
def test_display_shows_what_a_renderer_shows(text: str, expected: str) -> None:
    assert display(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("**Warning.", "Warning."), ("Do not open it.**", "Do not open it."), ("Version 3.*", "Version 3.*")],
)
def test_display_of_a_sentence_out_of_a_strong_passage_has_no_mark(text: str, expected: str) -> None:
    assert display(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for-\nmer subven-\r\n  tion INSTRU-\nMENT", "former subvention INSTRUMENT"),
        ("well-\nknown, coal-\nfired, state-of-the-\nart", "well-known, coal-fired, state-of-the-art"),
        ("Anglo-\nSaxon, COVID-\n19, 3-\n5", "Anglo-Saxon, COVID-19, 3-5"),
        ("first-\nand second-year", "first- and second-year"),
        ("co\u00adope\u00ad\nrate", "cooperate"),
        ("a -\nb", "a - b"),
        ("x" * 40 + "-\ny", "x" * 40 + "y"),
    ],
)
def test_display_joins_a_word_that_is_cut_at_the_end_of_a_line(text: str, expected: str) -> None:
    assert display(text) == expected


@pytest.mark.parametrize(
    "piece",
    ["`a ", "``a`", "<!-- ", "[", "[a](", "[a][", "](a 'b", "**a ", "*a_", "{{<", "<b ", "&a", "a-\n", "\\*", "[^a"],
)
def test_display_takes_time_in_proportion_to_the_marks(piece: str) -> None:
    began = process_time()
    display(piece * (300_000 // len(piece)))
    assert process_time() - began < 5


@FAST
@given(text=ANY_TEXT | MARKED)
def test_display_of_any_text_is_one_clean_line(text: str) -> None:
    for shown in (clean(text), display(text)):
        assert shown == " ".join(shown.split())
        assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in shown)
        shown.encode("utf-8")


@FAST
@given(text=st.text(st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x7F) | st.just(" "), max_size=40))
def test_display_keeps_plain_words(text: str) -> None:
    assert display(text).split() == text.split()


def test_display_takes_time_in_proportion_to_the_white_space() -> None:
    # With a pattern that starts again at each space this takes hours.
    assert display("a" + " " * 500_000 + "b") == "a b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-05-20", "2025-05-20"),
        ("2025/06/02", "2025-06-02"),
        ("2025-06-02T10:11:12Z", "2025-06-02"),
        ("2025-06-02T23:59:59+02:00", "2025-06-02"),
        ("June 02, 2025", "2025-06-02"),
        ("2 June 2025", "2025-06-02"),
        ("2nd June 2025", "2025-06-02"),
        ("05 SEP 2024", "2024-09-05"),
        ("Sept. 5, 2024", "2024-09-05"),
        ("Monday, June 2, 2025", "2025-06-02"),
        ("Mon, 02 Jun 2025 10:11:12 GMT", "2025-06-02"),
        ("June 2, 2025, 5:30 PM EDT", "2025-06-02"),
        ("the 5th of September, 2024", "2024-09-05"),
        ("July 4, 1776", "1776-07-04"),
        ("13.06.2025", "2025-06-13"),
        ("06/13/2025", "2025-06-13"),
        ("03/03/2025", "2025-03-03"),
        ("29 February 2024", "2024-02-29"),
    ],
)
def test_parse_date_reads_a_whole_date(text: str, expected: str) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize("text", ["03/04/2025", "02.06.2025", "1-2-2025", "4/5/2024 10:00", "Published 03/04/2025"])
def test_parse_date_of_a_date_that_could_be_two_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *["", "   ", "2025", "June 2025", "1 June", "Tuesday", "today", "two days ago", "5:30 PM", "20250602"],
        *["29 February 2023", "June 31, 2025", "2025-13-45", "May 3rd, 1066", "3 May 3024", "Call 555-2024-01-02"],
        *["Battle of Waterloo, 18 June 1815", "Room 12, 5 May 2020", "Jan 5 2024 to 2025", "12 May 2024 - 13 May 2024"],
        "The talks of June 2, 2025 ended without any result, as everyone had expected.",
    ],
)
def test_parse_date_of_something_else_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ["May 12-14, 2024", "In 1999 we met on May 4"])
def test_parse_date_of_a_range_or_a_clause_is_none(text: str) -> None:
    assert parse_date(text) is None


@FAST
@given(day=st.dates())
def test_parse_date_round_trips_iso_dates_from_1500_to_2099(day: object) -> None:
    year = int(str(day)[:4])
    assert parse_date(str(day)) == (str(day) if 1500 <= year < 2100 else None)


@FAST
@given(
    day=st.dates(date(1500, 1, 1), date(2099, 12, 31)),
    spelling=st.sampled_from(["%B %d, %Y", "%d %B %Y", "%b %d %Y", "%d %b. %Y", "%Y-%m-%d", "%dth %b, %Y"]),
    change=st.sampled_from([str, str.upper, str.lower]),
)
def test_parse_date_of_usual_spellings_is_what_dateparser_finds(
    day: date, spelling: str, change: Callable[[str], str]
) -> None:
    text = change(day.strftime(spelling))
    found = dateparser.parse(text, languages=["en"], settings={"STRICT_PARSING": True})
    assert found is not None
    assert parse_date(text) == found.date().isoformat() == day.isoformat()


@FAST
@given(text=ANY_TEXT)
def test_parse_date_of_any_text_does_not_raise(text: str) -> None:
    found = parse_date(f"2024 {text}")
    assert found is None or len(found) == 10


@given(ANY_TEXT)
@FAST
def test_folding_changes_raised_and_lowered_digits_alone(text: str) -> None:
    digits = set("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉")
    assert folded(folded(text)) == folded(text)
    kept = [letter for letter in text if letter not in digits]
    assert [letter for letter in folded(text) if letter not in digits | set(" 0123456789")] == [
        letter for letter in kept if letter not in " 0123456789"
    ]


def test_words_keep_inner_marks() -> None:
    assert words("U.S. envoy's 3.5-hour snake_case café’s (NEAR*)") == [
        *["U.S", "envoy's", "3.5-hour", "snake", "case", "café’s", "NEAR"],
    ]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("Negotiations", "negoti"), ("PUTIN’S", "putin"), ("'s", ""), ("ran", "ran"), ("Эрдоган", "эрдоган")],
)
def test_stem_is_lower_case_without_possessive(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_content_words_are_each_stem_once_in_order() -> None:
    assert content_words("What do the talks, talking Talks or Kyiv's talk mean for Kyiv?") == ["talks", "Kyiv's"]
    assert content_words("Who is it?") == []


@pytest.mark.parametrize(
    ("text", "kept", "named"),
    [
        ("What does the WHO recommend?", ["WHO", "recommend"], ["WHO"]),
        ("Did the US's envoy, or IT, tell us who it is?", ["US's", "envoy", "IT"], ["US's", "IT"]),
        ("Did US President Trump call?", ["US", "President", "Trump", "call"], ["US President Trump"]),
        ("WHAT DOES THE WHO RECOMMEND?", ["RECOMMEND"], ["RECOMMEND"]),
        ("Is it peace AND prosperity, or NOT?", ["peace", "prosperity"], []),
        ("Who am I, A or B?", ["B"], ["B"]),
        ("What DID Putin say AFTER the talks?", ["Putin", "talks"], ["Putin"]),
    ],
)
def test_abbreviation_in_capitals_is_no_stop_word(text: str, kept: list[str], named: list[str]) -> None:
    assert content_words(text) == kept
    assert names(text) == named


def test_abbreviation_is_another_word_than_the_pronoun_and_the_same_without_points() -> None:
    assert stem("US") == stem("U.S") == stem("US's") != stem("us")
    assert stem("EU") == stem("E.U") == stem("eu")
    assert overlap_scores(stems_of("What does the US want?"), ["Tell us.", "The U.S. want it."])[0] == 0.0


def stems_of(question: str) -> set[str]:
    return {stem(word) for word in content_words(question)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a" OR NEAR(peace) NOT war*', '"peace" OR "war"'),
        ("Who is it?", '"Who" OR "is" OR "it"'),
        ("3.5-hour U.S. talks", '"3" OR "5" OR "hour" OR "U" OR "S" OR "talks"'),
        ("?!", None),
        ("", None),
    ],
)
def test_match_expression_quotes_every_word(text: str, expected: str | None) -> None:
    assert match_any(content_words(text) or words(text)) == expected


@FAST
@given(text=ANY_TEXT | OPERATORS)
@example(text='col:x* ^y "z" NEAR(a b, 2) {a b}: - NOT')
@example(text="nul\x00 \ud800 ' \" -- ;")
def test_match_expression_of_any_text_is_sound_in_fts5(text: str) -> None:
    expression = match_any(content_words(text) or words(text))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='porter unicode61 remove_diacritics 2')")
        connection.execute("INSERT INTO t VALUES (?)", (" ".join(words(text)),))
        found = connection.execute("SELECT count(*) FROM t WHERE t MATCH ?", (expression or '"none"',)).fetchone()[0]
    assert (expression is None) == (words(text) == [])
    assert found == 1 or not any(character.isascii() and character.isalnum() for character in text)


def test_overlap_scores_sum_the_idf_of_shared_stems() -> None:
    texts = ["Putin met Witkoff.", "Putin’s envoys spoke.", "Nothing."]
    putin, met = log(1 + 3 / 2), log(1 + 3 / 1)
    assert overlap_scores(stems_of("Who met Putin in Oslo?"), texts) == pytest.approx([putin + met, putin, 0.0])


def test_overlap_scores_of_nothing() -> None:
    assert overlap_scores(stems_of("Who met Putin?"), []) == []
    assert overlap_scores(stems_of("Who is it?"), ["It is him."]) == [0.0]


def test_count_tokens_of_known_texts() -> None:
    assert [count_tokens(text) for text in ("", "hello world", "the cat sat.")] == [0, 2, 4]


@pytest.mark.parametrize("special", ["<|endoftext|>", "<|fim_prefix|>", "<|endofprompt|>"])
def test_count_tokens_takes_special_tokens_as_plain_text(special: str) -> None:
    assert count_tokens(special) > 3


@FAST
@given(text=ANY_TEXT)
def test_count_tokens_is_what_tiktoken_counts(text: str) -> None:
    assert count_tokens(text) == len(tiktoken.get_encoding(ENCODING).encode_ordinary(text))
