"""Answers that are remembered: the same again, stale at the first change, and never those of other documents."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.answer.events import Event, Finished
from rag.library import Library, assemble
from rag.settings import Settings
from rag.storage.catalog import FittedScale
from rag.types import Answer, Scale, Turn
from tests.support.engines import write_and_ingest

LAMP = "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"
MILL = "The mill at Quarn grinds rye. Its wheel turns twelve times a minute.\n"
QUESTION = "Who built the lighthouse of Morvane?"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library of toy models with two documents, which remembers three answers."""
    settings = Settings(data_dir=tmp_path / "data", encoder="words", threshold=0.2, cached_answers=3)
    with assemble(settings, WordEncoder(), WordScorer()) as opened:
        write_and_ingest(opened, tmp_path / "files", {"lamp.txt": LAMP, "mill.txt": MILL})
        yield opened


def told(library: Library, question: str = QUESTION) -> tuple[list[Event], Answer]:
    *events, last = library.stream(question)
    assert isinstance(last, Finished)
    return events, last.answer


def test_the_same_question_is_answered_again_with_the_same_events(library: Library) -> None:
    events, first = told(library)
    again, second = told(library)
    assert (first.cached, second.cached) == (False, True)
    assert events == again
    assert first.id != second.id
    assert replace(second, id=first.id, cached=False) == first
    assert list(second.timings_ms) == ["total"]
    library.receipts.keep(second)
    assert b'"cached":true' in library.receipts.find(second.id).body


def test_nothing_is_remembered_without_the_setting(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", encoder="words", threshold=0.2)
    with assemble(settings, WordEncoder(), WordScorer()) as library:
        write_and_ingest(library, tmp_path / "files", {"lamp.txt": LAMP})
        assert [library.ask(QUESTION).cached for _ in range(2)] == [False, False]


def test_another_question_conversation_or_option_is_another_occasion(library: Library) -> None:
    document_id = library.ask(QUESTION).citations[0].document_id
    assert library.ask(QUESTION).cached
    history = [Turn(role="user", content="What does the mill grind?"), Turn(role="assistant", content="Rye.")]
    assert not library.ask(QUESTION, history=history).cached
    assert library.ask(QUESTION, history=history, as_typed=True).cached
    assert not library.ask(QUESTION.lower()).cached
    assert not library.ask(QUESTION, max_statements=1).cached
    assert not library.ask(QUESTION, document_ids=[document_id]).cached


@pytest.mark.parametrize("change", ["changed", "added", "removed", "rescaled"])
def test_a_change_makes_an_answer_stale_at_once(change: str, library: Library, tmp_path: Path) -> None:
    lamp = told(library)[1].citations[0].document_id
    assert told(library)[1].cached
    corpus = library.store.catalog.corpus("default")
    match change:
        case "changed":
            write_and_ingest(library, tmp_path / "files", {"lamp.txt": LAMP.replace("Ada Stone", "Otto Reed")})
        case "added":
            write_and_ingest(library, tmp_path / "files", {"more.txt": "Nothing of the kind happened at Pelm.\n"})
        case "removed":
            library.remove(lamp)
        case "rescaled":
            fitted = FittedScale(scale=Scale(intercept=-1.0), questions=20, created="2026-11-30T12:00:00+00:00")
            library.store.catalog.scales.put("default", fitted)
    assert library.store.catalog.corpus("default") != corpus
    after = told(library)[1]
    assert not after.cached
    if change == "changed":
        assert "Otto Reed" in after.answer
    if change == "removed":
        assert "Ada Stone" not in str(after)


def test_what_was_removed_is_not_left_in_memory(library: Library) -> None:
    told(library)
    assert library.remembered is not None
    assert len(library.remembered) == 1
    library.remove(next(library.documents()).id)
    assert len(library.remembered) == 0


def test_collections_never_answer_for_each_other(library: Library, tmp_path: Path) -> None:
    told(library)
    write_and_ingest(library, tmp_path / "other", {"lamp.txt": LAMP.replace("Ada Stone", "Otto Reed")}, "other")
    assert told(library)[1].cached
    other = library.ask(QUESTION, collection="other")
    assert not other.cached
    assert "Otto Reed" in other.answer


def test_collection_that_is_made_again_is_another(library: Library, tmp_path: Path) -> None:
    write_and_ingest(library, tmp_path / "other", {"lamp.txt": LAMP}, "other")
    before = library.store.catalog.corpus("other")
    library.store.drop_collection("other")
    write_and_ingest(library, tmp_path / "again", {"lamp.txt": LAMP.replace("Ada Stone", "Otto Reed")}, "other")
    assert library.store.catalog.corpus("other") != before
    assert "Otto Reed" in library.ask(QUESTION, collection="other").answer


def test_the_one_that_was_longest_not_asked_for_goes_first(library: Library) -> None:
    questions = [QUESTION, "What does the mill grind?", "How tall is the lighthouse?"]
    for question in questions:
        library.ask(question)
    assert library.ask(QUESTION).cached
    library.ask("How often does the wheel turn?")
    assert library.ask(QUESTION).cached
    assert not library.ask(questions[1]).cached


def test_an_answer_that_nobody_waited_for_is_not_remembered(library: Library) -> None:
    events = library.stream(QUESTION)
    next(events)
    events.close()
    assert library.remembered is not None
    assert len(library.remembered) == 0
