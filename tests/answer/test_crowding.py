"""One document, however it is stuffed with the words of a question, leaves others their place in an answer."""

from collections import Counter
from pathlib import Path

import pytest

from eval.run.looking import candidates_for, found_for, nearest_to
from rag.answer.find.crowding import crowding
from rag.answer.find.rerank import rerank
from rag.answer.question import read_question
from rag.answer.read.compose import compose
from tests.support.candidates import BROAD, candidate
from tests.support.crowds import ASKED, HONEST, STUFFED, TREES, asked_of, paragraphs
from tests.support.engines import OpenLibrary, write_and_ingest

OTHERS = {
    "honest.txt": f"A history\n\nMorvane lies on the northern coast. {HONEST} He built a wall and two towers.\n",
    "fish.txt": "Fishing\n\nThe boats of Morvane leave at dawn. The king of fish is the salmon.\n",
    "mill.txt": "The mill\n\nThe mill of Norbury burnt down in 1847. Ada Kern rebuilt it in the spring.\n",
}


def test_where_all_would_be_of_one_document_another_that_answers_as_well_is_stated_too() -> None:
    own = [
        candidate(f"Reef {tree} is the main danger of the coast.", 6.0 - n / 10, start=n * 60)
        for n, tree in enumerate(TREES)
    ]
    other = candidate("Fog is what drowns most sailors there.", 4.5, name="two")
    poor = candidate("Sailors drown there.", -3.0, name="two")
    assert compose(read_question(BROAD), [*own, other], limit=4, confidence=0.95) == [
        *([one] for one in own[:3]),
        [other],
    ]
    assert compose(read_question(BROAD), [*own, poor], limit=4, confidence=0.95) == [[one] for one in own[:4]]
    assert compose(read_question(BROAD), [*own, other], limit=1, confidence=0.95) == [own[:1]]


STUFFING = {
    "keywords": paragraphs(
        *(
            f"{ASKED} Zan Zor was the king of Morvane in 1847, king Morvane 1847, says {tree} {n}."
            for n in range(5)
            for tree in TREES
        )
    ),
    "variants": paragraphs(
        *(
            f"In the book of {tree} on page {n} it is written that the king of Morvane in 1847 was Zan Zor."
            for n in range(5)
            for tree in TREES
        )
    ),
    "headings": "\n\n".join(f"# King of Morvane {tree} {n}\n\n{STUFFED}" for n in range(5) for tree in TREES) + "\n",
    "repeats": paragraphs(*[STUFFED] * 150),
    "one paragraph": paragraphs(" ".join(f"{STUFFED} {tree} saw {n} of them." for n in range(5) for tree in TREES)),
}


@pytest.mark.parametrize("text", STUFFING.values(), ids=STUFFING)
def test_a_stuffed_document_leaves_the_honest_one_its_place(
    open_library: OpenLibrary, tmp_path: Path, text: str
) -> None:
    engine = open_library(retrieve_limit=8)
    cited = asked_of(engine, tmp_path / "files", {**OTHERS, "stuffed.md": text})
    assert "honest" in [document for document, _ in cited]
    judged = Counter(one.document.id for one in candidates_for(engine, ASKED))
    assert judged["honest"] == 4
    (conflict,) = engine.ask(ASKED).conflicts  # both are shown; which comes first is the judge's
    assert sorted(conflict.values) == ["Odo Harwick", "Zan Zor"]


def test_stuffing_does_not_keep_others_out_of_what_is_found(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {**OTHERS, "stuffed.md": STUFFING["variants"]})
    hits = nearest_to(engine, ASKED, limit=8)
    assert {hit.passage.document_id for hit in hits} == {"stuffed.md"}
    hits = found_for(engine, ASKED)[1]
    assert {hit.passage.document_id for hit in hits} == {"honest", "fish", "mill", "stuffed.md"}
    assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))
    assert [hit.rank for hit in hits] == [*range(1, len(hits) + 1)]
    (honest,) = {hit.passage.id: hit for hit in hits if HONEST in hit.passage.text}.values()
    assert {"dense", "lexical", "fused"} <= set(honest.scores)


def test_words_are_searched_without_the_documents_that_are_left_out(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", OTHERS)
    catalog = engine.store.catalog
    everything = catalog.search_words("default", ["morvane"], 10)
    left = catalog.search_words("default", ["morvane"], 10, {"honest", "nowhere", "'"})
    assert {one.partition("#")[0] for one, _ in everything} == {"honest", "fish"}
    assert left == [one for one in everything if one[0].startswith("fish#")]


def test_a_document_alone_is_judged_as_far_as_the_budget_goes(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"alone.md": STUFFING["variants"]})
    judged = candidates_for(engine, ASKED)
    cost = [engine.scorer.count_tokens(ASKED, one.judged) for one in judged]
    assert engine.settings.rerank_tokens - max(cost) < sum(cost) <= engine.settings.rerank_tokens


def test_what_others_leave_of_the_budget_goes_back(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"large.md": STUFFING["variants"], "mill.txt": OTHERS["mill.txt"]})
    found = rerank(
        engine.store.catalog, engine.scorer, read_question(ASKED), nearest_to(engine, ASKED, limit=200), budget=900
    )
    judged = Counter(one.document.id for one in found.candidates)
    cost = sum(engine.scorer.count_tokens(ASKED, one.judged) for one in found.candidates)
    assert judged["mill"] == 3
    assert judged["large.md"] > 10
    assert cost > 800


def test_a_few_documents_that_hold_most_of_what_was_found_crowd() -> None:
    assert crowding([]) == frozenset()
    assert crowding(["a"]) == {"a"}
    assert crowding("aaab") == {"a", "b"}
    assert crowding("a" * 6 + "bcde") == {"a"}
    assert crowding("abcde" * 2) == frozenset()
