"""A question is read once, and every stage takes what was read."""

import re
from dataclasses import dataclass, field

import pytest

from rag.answer.question import read_question
from rag.language.english import words
from rag.language.english.asked import ValueKind
from rag.library import Library

QUESTION = "How many prisoners of war will be exchanged between Russia and Ukraine in June 2025?"


@dataclass(slots=True)
class Counted:
    """A regular expression that remembers what it was given to find words in."""

    pattern: re.Pattern[str]
    read: list[str] = field(default_factory=list)

    def findall(self, text: str) -> list[str]:
        self.read.append(text)
        found: list[str] = self.pattern.findall(text)
        return found

    def search(self, text: str) -> re.Match[str] | None:
        return self.pattern.search(text)


def test_one_ask_reads_the_words_of_its_question_once(seeds_engine: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted(words._WORD)
    monkeypatch.setattr(words, "_WORD", counted)
    assert seeds_engine.ask(QUESTION).answered
    assert counted.read.count(QUESTION) == 1


def test_a_question_holds_what_the_stages_ask_of_it() -> None:
    question = read_question(QUESTION)
    assert question.content == ("prisoners", "war", "exchanged", "Russia", "Ukraine", "June", "2025")
    assert question.names == ("Russia", "Ukraine", "June", "2025")
    assert question.wanted.kinds[0] is ValueKind.COUNT
    assert question.date == "2025-06"
    assert not question.broad
    assert question.holds_value is not None
    assert question.holds_value("1,000 prisoners of war were exchanged.")


def test_a_question_without_words_of_its_own_is_looked_for_with_all_it_has() -> None:
    assert read_question("Who is it?").sought == ("Who", "is", "it")
    assert read_question("Who met?").sought == ("met",)
