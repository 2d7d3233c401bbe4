"""Questions that name a code or the number of a row are answered of that one, not of its neighbours."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library import Library
from rag.models.protocols import Encoder, PairScorer
from rag.types import Answer
from tests.support.engines import library_of

_CHANCE = random.Random(3)
_KINDS = ("relay", "valve", "pump", "filter", "sensor")
PARTS = {
    f"P-{34_800 + number * 7}": (_CHANCE.choice(_KINDS), f"{_CHANCE.choice('ABCD')}{_CHANCE.randint(1, 99)}")
    for number in range(60)
}
LINES = {number: f"{_CHANCE.randint(4, 7)}:{_CHANCE.randint(10, 59)}" for number in range(31, 43)}
FILES = {
    "stock.csv": "\n".join(["part,kind,shelf", *(f"{part},{kind},{shelf}" for part, (kind, shelf) in PARTS.items())]),
    "bus.md": "\n".join(
        ["| Line | First bus |", "|---|---|", *(f"| {line} | {time} |" for line, time in LINES.items())]
    ),
    "errors.md": "# What the display shows\n\n- E11: the door is open\n- E14: the filter is clogged\n- E17: no water\n",
}


@pytest.fixture(scope="module")
def library(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_of(FILES, tmp_path_factory.mktemp("codes"), encoder, scorer) as opened:
        yield opened


def said(answer: Answer) -> str:
    return "\n".join(statement.text for statement in answer.statements)


@pytest.mark.parametrize("part", [*PARTS][3::8])
@pytest.mark.parametrize("question", ["Which shelf holds {}?", "On what shelf is part {}?"])
def test_row_of_a_code_is_stated_alone(library: Library, part: str, question: str) -> None:
    shown = said(library.ask(question.format(part)))
    assert PARTS[part][1] in shown
    assert [other for other in PARTS if other in shown] == [part]


@pytest.mark.parametrize("line", [*LINES][1::3])
def test_row_of_a_number_is_stated_alone(library: Library, line: int) -> None:
    answer = library.ask(f"When does the first bus of line {line} leave?")
    assert [time for time in LINES.values() if time in said(answer)] == [LINES[line]]


def test_item_of_a_code_is_stated_alone(library: Library) -> None:
    shown = said(library.ask("What does E14 mean?"))
    assert "the filter is clogged" in shown
    assert "E11" not in shown


def test_code_that_no_source_has_leaves_what_is_near_it_refused(library: Library) -> None:
    answer = library.ask("Which shelf holds P-34801?")
    assert not answer.answered
    assert "P-34801" in answer.missing_terms


@pytest.mark.parametrize("question", ["What does E15 mean?", "What should I do about error e12?"])
def test_another_code_of_one_document_does_not_answer(
    question: str, encoder: Encoder, scorer: PairScorer, tmp_path: Path
) -> None:
    """A document need not name what it is about, but this one names its codes."""
    with library_of({"errors.md": FILES["errors.md"]}, tmp_path, encoder, scorer) as engine:
        assert not engine.ask(question).answered
        assert "the filter is clogged" in said(engine.ask("What does E14 mean?"))
