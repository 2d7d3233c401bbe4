"""What the answerability model learns from: which pairs are made of a question, and what they are said to be."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from eval.run.looking import candidates_for
from eval.sets.load import QUESTIONS, load_set
from eval.sets.question import EvalSet, Gold, Question
from eval.training.pairs import Pair, pairs_of
from eval.training.rounds import first_round, second_round
from eval.training.sets import LESSON_QUESTIONS, LESSONS, lesson_use
from rag.ingest.pipeline import document_id
from rag.models.protocols import PairScorer
from rag.settings import SEEDS
from tests.support.engines import OpenLibrary, write_and_ingest

MILL = "The Mill of Quarn\n\nThe mill of Quarn grinds rye. It was built by two brothers in 1932. It burned in 1950.\n"
PORT = "The Port of Sellin\n\nThe port of Sellin was opened in 1871. Ships from Quarn carry rye to it.\n"
BUILT = "When was the mill of Quarn built?"
PAINTED = "Who painted the port of Sellin?"


def question(text: str, *, answers: Sequence[str] = (), relevant: Sequence[str] = ()) -> Question:
    return Question(
        id=text,
        text=text,
        kind="fact",
        group=text,
        answerable=bool(answers),
        answers=tuple(answers),
        relevant_ids=tuple(document_id(path, "default") for path in relevant),
    )


@pytest.fixture
def pairs(open_library: OpenLibrary, tmp_path: Path) -> list[Pair]:
    engine = open_library()
    write_and_ingest(engine, tmp_path, {"mill.txt": MILL, "port.txt": PORT})
    questions = [question(BUILT, answers=["1932"], relevant=["mill.txt"]), question(PAINTED)]
    return list(pairs_of(engine, EvalSet(name="mill", documents=(), questions=()), questions, 1, lambda: None))


def test_a_candidate_is_answerable_where_it_holds_the_answer_and_near_misses_are_not(pairs: list[Pair]) -> None:
    asked = [one for one in pairs if one.question == BUILT]
    assert {one.answerable for one in asked} == {True, False}
    assert all(one.answerable == ("1932" in one.text) for one in asked)
    assert not any(one.answerable for one in pairs if one.question == PAINTED)
    made = [one for one in pairs if one.question not in (BUILT, PAINTED)]
    assert all(one.source == "near miss" and "1932" in one.text and not one.answerable for one in made)
    assert all((one.relevance is None) is (one in made) for one in pairs)


def test_evidence_that_retrieval_missed_teaches_too(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library(retrieve_limit=5)
    crowd = {f"{n}.txt": f"The mill of Quarn, number {n}, was built in 19{n}.\n" for n in range(20, 60)}
    write_and_ingest(engine, tmp_path, {"crane.txt": "Ottokar hoisted the granite into place.\n", **crowd})
    asked = replace(
        question("Who built the mill of Quarn?", answers=["Ottokar"], relevant=["crane.txt"]),
        gold=(Gold(document_id=document_id("crane.txt", "default"), quote="Ottokar hoisted the granite into place."),),
    )
    assert not any("Ottokar" in one.judged for one in candidates_for(engine, asked.text))
    found = pairs_of(engine, EvalSet(name="crane", documents=(), questions=()), [asked], 1, lambda: None)
    assert [one.text for one in found if one.answerable] == ["Ottokar hoisted the granite into place."]


def test_the_last_lessons_are_the_questions_over_the_seeds_twice_and_misspelt_and_strange_ones(
    scorer: PairScorer,
) -> None:
    own = [Pair(question="Who rang the bell?", text="own", answerable=True, relevance=1.0, source="seeds")]
    pairs = [
        Pair(question=f"Who built lighthouse number {n}?", text=str(n), answerable=True, relevance=1.0, source="s")
        for n in range(1_500)
    ]
    found = second_round(pairs, own, scorer)
    assert found[:2] == own * 2
    known = {one.question for one in [*pairs, *own]}
    typed = [one for one in found[2:] if one.question not in known]
    assert len(typed) > 500
    assert all(one.question == one.question.lower() for one in typed)
    strange = [one for one in found if not one.answerable]
    assert len(strange) == 800
    assert all((one.text == "own") is (one.source == "s") for one in strange)
    assert all(one.relevance == scorer.score(one.question, [one.text]).relevance[0] for one in strange[:5])
    assert found == second_round(pairs, own, scorer)
    first = first_round([*pairs, *own], scorer)
    assert first[: len(pairs) + 1] == [*pairs, *own]
    assert [one.answerable for one in first[len(pairs) + 1 :]] == [False] * 800


def test_lessons_that_teach_calibrate_and_measure_have_no_text_in_common() -> None:
    lessons = load_set(LESSONS, LESSON_QUESTIONS)
    clusters: dict[str, set[str]] = {}
    cited: dict[str, set[str]] = {}
    for one in lessons.questions:
        clusters.setdefault(lesson_use(one), set()).add(one.group.partition("/")[0])
        cited.setdefault(lesson_use(one), set()).update(gold.document_id for gold in one.gold)
    assert {use: len(found) for use, found in clusters.items()} == {"learns": 63, "calibrates": 21, "measures": 4}
    assert len(set.union(*clusters.values())) == 88
    assert sum(len(found) for found in cited.values()) == len(set.union(*cited.values()))
    assert {one.path.partition("_")[0] for one in lessons.documents} == set.union(*clusters.values())


def test_the_questions_over_the_seeds_of_another_hand_are_none_of_those_that_teach() -> None:
    own, others = load_set(SEEDS, QUESTIONS), load_set(SEEDS, QUESTIONS.with_name("seeds-others.jsonl"))
    assert len(others.questions) == 125
    assert not {one.text.casefold() for one in own.questions} & {one.text.casefold() for one in others.questions}
