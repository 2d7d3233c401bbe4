"""What is learned of documents of many genres: gold quotes answer, what only looks like an answer does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from eval.sets.load import load_set
from eval.sets.question import Gold, Question
from eval.training.genres import genre_pairs
from eval.training.pairs import Pair
from eval.training.rounds import third_round
from eval.training.sets import GENRE_QUESTIONS, GENRES, genre_use
from rag.ingest.pipeline import document_id
from rag.models.protocols import PairScorer
from tests.support.engines import OpenLibrary, write_and_ingest

FERRY = """# The ferry of Ulsund

The ferry crosses the sound every half an hour. A bicycle costs four crowns.

Nobody pays for a dog. The ferry was painted in the spring.

On board there are:

- a bench for twelve
- a rack for eight bicycles
"""
FERRY_ID = document_id("ferry.md", "default")
FARE = Question(
    id="a",
    text="What does it cost to take a bike across?",
    kind="value",
    group="ferry.md/bike",
    answerable=True,
    gold=(Gold(document_id=FERRY_ID, quote="A bicycle costs four crowns."),),
    answers=("four crowns",),
)
PAINTER = Question(
    id="b",
    text="Who painted the ferry?",
    kind="who",
    group="ferry.md/paint",
    answerable=False,
    traps=(Gold(document_id=FERRY_ID, quote="The ferry was painted in the spring."),),
)
BIKES = replace(FARE, id="c", text="How many bikes fit on the ferry?", answers=("eight bicycles",))
BIKES = replace(BIKES, gold=(Gold(document_id=FERRY_ID, quote="a rack for eight bicycles"),))


@pytest.fixture
def pairs(open_library: OpenLibrary, scorer: PairScorer, tmp_path: Path) -> list[Pair]:
    library = open_library()
    write_and_ingest(library, tmp_path, {"ferry.md": FERRY})
    return list(genre_pairs(library, scorer, [FARE, PAINTER, BIKES], seed=1))


def test_the_sentence_that_answers_answers_and_the_one_that_misleads_comes_first_of_the_others(
    pairs: list[Pair], scorer: PairScorer
) -> None:
    fare = [one for one in pairs if one.question == FARE.text]
    assert [one.answerable for one in fare] == [True] + [False] * (len(fare) - 1)
    assert fare[0].text.endswith("A bicycle costs four crowns.")
    assert fare[0].relevance == scorer.score(FARE.text, [fare[0].text]).relevance[0]
    painter = [one for one in pairs if one.question == PAINTER.text]
    assert painter[0].text.endswith("The ferry was painted in the spring.")
    assert not any(one.answerable for one in painter)


def test_items_are_not_for_the_judge_of_running_text(pairs: list[Pair]) -> None:
    assert not any("rack" in one.text for one in pairs)
    assert not any(one.answerable for one in pairs if one.question == BIKES.text)


def test_documents_that_teach_calibrate_and_measure_are_others() -> None:
    genres = load_set(GENRES, GENRE_QUESTIONS)
    cited: dict[str, set[str]] = {}
    for one in genres.questions:
        cited.setdefault(genre_use(one), set()).add(one.group.partition("/")[0])
        assert one.answerable or one.traps or not one.gold
    assert set(cited) == {"learns", "calibrates", "measures"}
    assert sum(map(len, cited.values())) == len(set.union(*cited.values())) == len(genres.documents)


def test_the_third_lessons_are_genres_among_as_much_of_what_was_learned(scorer: PairScorer) -> None:
    def made(source: str, count: int) -> list[Pair]:
        return [
            Pair(question=f"Which is {source} {n}?", text=str(n), answerable=True, relevance=1.0, source=source)
            for n in range(count)
        ]

    genres, pairs, own = made("genres", 1_500), made("squad2", 4_000), made("seeds", 10)
    found = third_round(genres, pairs, own, scorer)
    assert found[: len(genres)] == genres
    assert len({one.question for one in found} & {one.question for one in pairs}) >= len(genres)
    assert sum(one.source == "seeds" and one.answerable for one in found) == 20
    assert found == third_round(genres, pairs, own, scorer)
