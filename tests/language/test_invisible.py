"""Invisible characters hide no word: they are dropped where words are shown, compared and found, and nowhere else."""

from dataclasses import replace
from pathlib import Path

import pytest

from rag.answer.followup import readings
from rag.answer.question import read_question
from rag.answer.read.compose import says_the_same
from rag.answer.read.conflicts import find_conflicts
from rag.language.english.context import stands_alone
from rag.language.text import clean, display
from rag.types import Turn
from tests.support.candidates import candidate
from tests.support.engines import OpenLibrary, write_and_ingest

INSIDE = {
    "soft hyphen": "\u00ad",
    "space of no width": "\u200b",
    "non-joiner": "\u200c",
    "joiner": "\u200d",
    "word joiner": "\u2060",
    "byte order mark": "\ufeff",
    "text selector": "\ufe0e",
    "emoji selector": "\ufe0f",
    "ideographic selector": "\U000e0101",
    "grapheme joiner": "\u034f",
    "Mongolian separator": "\u180e",
    "left-to-right mark": "\u200e",
    "override": "\u202e",
    "isolate": "\u2066",
    "tags": "\U000e0067\U000e006f\U000e007f",
    "several": "\u200b\u00ad\u2060",
}
"""What has been put inside a word to hide it."""


@pytest.mark.parametrize("hidden", INSIDE.values(), ids=INSIDE)
@pytest.mark.parametrize("show", [clean, display])
def test_a_word_with_something_invisible_inside_is_shown_as_that_word(show: object, hidden: str) -> None:
    assert callable(show)
    assert show(f"King Zan{hidden}zor{hidden} won.") == "King Zanzor won."


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d👩\u200d👧",
        "❤\ufe0f and ☎\ufe0e",
        "👁\ufe0f\u200d🗨\ufe0f",
        "#\ufe0f\u20e3",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می\u200cخواهم",
        "क्\u200dष",
        "ක්\u200dර",
        "ภาษา\u200bไทย",
        "葛\U000e0100城市",
        "ᠠ\u180eᠡ",
    ],
)
def test_what_a_script_or_an_emoji_needs_stays(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("😀\U000e0101\U000e0102\U000e0103", "😀"),  # bytes smuggled behind an emoji
        ("🏴\U000e0069\U000e0067\U000e006e\U000e006f\U000e0072\U000e0065\U000e0020\U000e0061", "🏴"),
        ("ZanÃ\u00adzor", "Zanízor"),  # half of a mojibake, repaired before
        ("a \u200b b", "a b"),
        ("a\u3164b", "a b"),  # drawn as a space
    ],
)
def test_nothing_else_stays(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u200d", "\ufe0f"])
def test_a_hidden_word_is_found_is_not_missing_and_is_quoted_to_the_character(
    open_library: OpenLibrary, tmp_path: Path, hidden: str
) -> None:
    source = f"King Zan{hidden}zor of Morvane built the old harbour wall in 1847.\n"
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"morvane.txt": source})
    for question in ("What has King Zanzor built?", f"What has King Zan{hidden}zor built?"):
        answer = engine.ask(question)
        assert answer.missing_terms == ()
        assert answer.statements[0].text == "King Zanzor of Morvane built the old harbour wall in 1847."
        assert answer.citations[0].quote == source.strip()


def test_sentences_are_compared_without_what_is_invisible() -> None:
    plain = candidate("Odo Harwick built the lighthouse of Morvane in 1847.", 6.0)
    hidden = candidate("Odo Har\u200bwick bu\u00adilt the light\u2060house of Mor\u200dvane in 1847.", 5.0, name="two")
    assert says_the_same(plain, hidden)
    assert not stands_alone("\u200bHe lit it himself.")


def test_a_value_with_something_invisible_inside_still_disagrees() -> None:
    question = "Who built the lighthouse of Morvane?"
    one = candidate("Odo Harwick built the lighthouse of Morvane in 1847.", 6.0)
    other = replace(one, sentence=candidate("Ada Ber\u200bwick built the lighthouse of Morvane in 1847.", 6.0).sentence)
    other = replace(other, document=replace(other.document, id="two"))
    (found,) = find_conflicts(read_question(question), [one, other])
    assert found.values == ("Odo Harwick", "Ada Berwick")


def test_a_follow_up_takes_a_name_over_without_what_is_invisible() -> None:
    before = [
        Turn(role="user", content="Who built the wall?"),
        Turn(role="assistant", content="The wall was built by Odo Har\u200bwick. [1]"),
    ]
    assert "Odo Harwick" in readings("When did he die?", before)[0].text
