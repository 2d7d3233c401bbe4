"""Questions that name what they ask for by the number of an item, by a month without its year, or by no known word."""

from collections.abc import Iterator

import pytest

from rag.library import Library
from rag.models.protocols import Encoder, PairScorer
from rag.types import Answer
from tests.support.engines import library_of

NOTES = {
    "february.txt": ("10 February 2023", "The choir sang in the old mill.", 44),
    "march.txt": ("9 March 2023", "The choir sang in the station.", 61),
    "may.txt": ("12 May 2023", "The choir sang in the school.", 38),
    "june.txt": ("8 June 2023", "The choir sang on the market.", 120),
}
FILES = {
    name: f"Choir diary\n\nDate: {day}\n\n{place} The treasurer counted {guests} guests.\n"
    for name, (day, place, guests) in NOTES.items()
}
FILES["chess.md"] = """# Junior chess club

## House rules

1. Shake hands before the game.
2. Phones stay in the box.
3. A touched piece is moved.
4. Arbiters decide all disputes.

## Prizes

1. A wooden board
2. A book on endings
3. A clock
"""
FILES["paneer.md"] = """# Paneer tikka

## Directions

1. Take a glass container and mix the paneer with the spices and the yogurt.
2. Let the mix marinade for an hour.
3. Preheat the oven and place the cubes on skewers.
4. Grill them until they are golden.
"""
FILES["lease.md"] = """# Lease of the boat shed

The conditions are as follows:

(1) The rent is paid each quarter.
(2) The tenant insures the boats.
(3) Paint may not be stored inside.
"""


@pytest.fixture(scope="module")
def library(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_of(FILES, tmp_path_factory.mktemp("asked-by"), encoder, scorer) as opened:
        yield opened


def said(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is rule 3?", "House rules — 3. A touched piece is moved."),
        ("What does house rule 2 say?", "House rules — 2. Phones stay in the box."),
        ("What is prize 2?", "Prizes — 2. A book on endings"),
        ("What is condition 2?", "The conditions are as follows: (2) The tenant insures the boats."),
    ],
)
def test_item_that_is_asked_for_by_its_number_is_stated_alone(library: Library, question: str, text: str) -> None:
    assert said(library.ask(question)) == [text]


@pytest.mark.parametrize("question", ["What is rule 7?", "What is condition 9?"])
def test_item_that_is_not_there_is_not_answered_by_another(library: Library, question: str) -> None:
    assert not library.ask(question).answered


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many guests came in March?", "The treasurer counted 61 guests."),
        ("Where did the choir sing in May?", "The choir sang in the school."),
        ("How many guests did the treasurer count in June?", "The treasurer counted 120 guests."),
    ],
)
def test_month_without_a_year_is_that_of_the_note(library: Library, question: str, text: str) -> None:
    assert said(library.ask(question)) == [text]


def test_month_without_a_note_is_not_answered(library: Library) -> None:
    assert not library.ask("How many guests came in October?").answered


def test_question_of_which_no_source_has_a_word_is_refused(library: Library) -> None:
    answer = library.ask("How do I make tiramisu?")
    assert not answer.answered
    assert answer.missing_terms == ("tiramisu",)
