"""A question is answered though its asker tells of themself before it, and refused where the sources do not say."""

from collections.abc import Iterator

import pytest

from rag.answer.narrated import asked_alone
from rag.library import Library
from rag.models.protocols import Encoder, PairScorer
from tests.support.engines import library_of

FILES = {
    "pool.md": "# The pool\n\nThe pool opens at seven. Lockers take a pound. Children below eight swim free.",
    "bees.txt": "Notes on bees\n\nA smoker calms the bees before a hive is opened. Honey is taken in August.",
    "ferry.md": "# Ferry\n\nThe ferry to Inchmarn carries bicycles free of charge. The crossing takes forty minutes.",
}
TOLD = [
    (
        "I have just moved here with my daughter and we both like to swim early, so I wonder when the pool opens.",
        "The pool opens at seven.",
    ),
    (
        "We are going to the island in June with our bicycles. My brother was there last year."
        " How long does the crossing take?",
        "The crossing takes forty minutes.",
    ),
    (
        "My neighbour gave me two hives last spring and I am still afraid of them; could you tell me how to calm the"
        " bees before I open one?",
        "A smoker calms the bees before a hive is opened.",
    ),
]
NOT_SAID = [
    "I have just moved here with my daughter and we both like to swim late, so I wonder what the sauna costs.",
    "My neighbour gave me two hives last spring and I am afraid of them; could you tell me how much a queen costs?",
]


@pytest.fixture(scope="module")
def library(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_of(FILES, tmp_path_factory.mktemp("narrated"), encoder, scorer) as opened:
        yield opened


@pytest.mark.parametrize(("question", "text"), TOLD)
def test_what_an_asker_tells_does_not_hide_the_question(library: Library, question: str, text: str) -> None:
    answer = library.ask(question)
    assert answer.statements[0].text == text
    assert answer.question == question


@pytest.mark.parametrize("question", NOT_SAID)
def test_what_the_sources_do_not_say_stays_refused(library: Library, question: str) -> None:
    assert not library.ask(question).answered


def test_as_typed_is_read_in_no_other_way(library: Library) -> None:
    question = TOLD[2][0]
    assert library.ask(question).understood != question
    assert library.ask(question, as_typed=True).understood == question


@pytest.mark.parametrize(
    "question",
    [
        "When does the pool open?",
        "We want to know when the pool opens.",
        "In the lease of 2019 for the boat shed on the north bank of the river, what is the rent of a quarter?",
        "I like the pool very much and so do my three children and all of their friends.",
    ],
)
def test_only_a_story_of_the_asker_is_left_out(question: str) -> None:
    assert asked_alone(question) is None
