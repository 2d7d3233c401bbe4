"""Another generation beside the one that answers: equal to a fresh ingest, resumable, never mixed with the former."""

import re
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.errors import IndexMismatch, ModelError, PassageTooLong
from rag.ingest.recipe import Recipe
from rag.library import Library, assemble
from rag.models.gate import Gate
from rag.settings import Settings
from rag.types import Answer
from rag.upkeep.reindex import Reindex
from tests.support.engines import write_and_ingest
from tests.support.places import SEEDS
from tests.support.processes import footnote, serve

OLD = WordEncoder("old", dimension=32)
NEW = WordEncoder("new", dimension=64)
LONG = "It was " + "very ".join(f"{number} " for number in range(90)) + "long."
TEXTS = {
    "lamp.txt": "# The lighthouse\n\nThe lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n",
    "port.txt": "The harbour of Pelm was dug in 1902 by Otto Reed. Its basin holds sixty ships.\n",
    "mill.txt": f"The mill at Quarn\n\nBy Ida Holm\n\nThe mill at Quarn grinds rye. {LONG} Its wheel turns slowly.\n",
    "list.txt": "\n".join(f"Item {number} of the list names ship number {number * 7}." for number in range(40)),
}
CHANGED = TEXTS["lamp.txt"].replace("Ada Stone", "Ben Wood")
QUESTION = "Who built the lighthouse of Morvane?"
SEEDS_QUESTION = "How many prisoners of war did both sides agree to exchange?"


def opened(data_dir: Path, encoder: WordEncoder, *, tokens: int = 48, as_it_is: bool = False) -> Library:
    settings = Settings(data_dir=data_dir, encoder=encoder.name, passage_tokens=tokens, threshold=0.2)
    return assemble(settings, encoder, WordScorer(), as_it_is=as_it_is)


def recipe(encoder: WordEncoder, tokens: int = 48) -> Recipe:
    return Recipe(encoder=encoder, named=encoder.name, passage_tokens=tokens)


def contents(engine: Library) -> dict[str, object]:
    """Everything that a generation has of every document, and what a search in both legs gives."""
    catalog, found = engine.store.catalog, {}
    keys = catalog.passage_keys("default")
    ids = catalog.ids(keys)
    for document in catalog.documents("default", limit=99):
        found[document.id] = catalog.sentences(document.id, catalog.text(document.id))
    vectors = engine.store.vectors.vectors("default", keys)
    return {
        "sentences": found,
        "passages": sorted((one.id, one.indexed) for one in catalog.passages([*ids.values()]).values()),
        "vectors": {ids[key]: vectors[key].round(5).tolist() for key in keys},
        "words": catalog.search_words("default", ["ship", "lighthouse"], 99),
    }


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A data directory of the old encoder with sixteen-token passages."""
    with closing(opened(tmp_path / "data", OLD, tokens=16)) as engine:
        write_and_ingest(engine, tmp_path / "files", TEXTS)
    return tmp_path / "data"


@pytest.mark.parametrize(("encoder", "tokens"), [(NEW, 48), (OLD, 48), (WordEncoder("short", max_tokens=60), 32)])
def test_reindexed_is_what_a_fresh_ingest_gives(encoder: WordEncoder, tokens: int, old: Path, tmp_path: Path) -> None:
    with closing(opened(tmp_path / "fresh", encoder, tokens=tokens)) as engine:
        write_and_ingest(engine, tmp_path / "files", TEXTS)
        expected, answer = contents(engine), engine.ask(QUESTION)
    with closing(opened(old, OLD, tokens=16)) as engine:
        assert Reindex(engine.store, recipe(encoder, tokens), Gate()).run() is True
    with closing(opened(old, encoder, tokens=tokens)) as engine:
        assert contents(engine) == expected
        assert engine.store.disagreements() == []
        assert same(engine.ask(QUESTION), answer)
        assert engine.store.catalog.generations.retired() is None
    assert [folder.name for folder in old.glob("vectors-*")] == ["vectors-2-1"]
    with pytest.raises(IndexMismatch, match=r"made with encoder=.* passage_tokens=\d+, the settings say encoder=old@"):
        opened(old, OLD, tokens=16)


def same(one: Answer, other: Answer) -> bool:
    return replace(one, id="") == replace(other, id="")


def test_former_generation_answers_the_same_until_the_new_one_does(old: Path) -> None:
    with closing(opened(old, OLD, tokens=16)) as engine:
        before = engine.ask(QUESTION)
        answers: list[Answer] = []
        work = Reindex(engine.store, recipe(OLD, 48), Gate(), lambda *_: answers.append(engine.ask(QUESTION)))
        engine = replace(engine, former=recipe(OLD, 16), wanted=recipe(OLD, 48))
        assert work.run() is True
        after = engine.ask(QUESTION)
    assert len(answers) == len(TEXTS)
    assert all(same(answer, before) for answer in answers)
    assert (after.answer, after.corpus.documents) == (before.answer, before.corpus.documents)
    assert after.corpus.passages < before.corpus.passages


def test_question_that_began_before_the_switch_ends_on_its_own_generation(old: Path) -> None:
    with closing(opened(old, OLD, tokens=16)) as engine:
        expected = [*engine.stream(QUESTION)]
        events = engine.stream(QUESTION)
        first = next(events)
        thread = threading.Thread(target=Reindex(engine.store, recipe(OLD, 48), Gate()).run)
        thread.start()
        while engine.store.index.generation.number == 1:
            thread.join(0.01)
        rest = [*events]
        del events
        thread.join(30)
        assert engine.store.catalog.generations.retired() is None
    assert first == expected[0]
    assert [repr(event) for event in rest[:-1]] == [repr(event) for event in expected[1:-1]]


def test_documents_that_come_change_and_go_meanwhile_are_right_in_the_new_generation(old: Path, tmp_path: Path) -> None:
    done: list[int] = []

    def change(covered: int, _: int) -> None:
        done.append(covered)
        if len(done) == 3:
            write_and_ingest(engine, tmp_path / "more", {"new.txt": "The ferry of Tarn sails at noon.\n"})
            write_and_ingest(engine, tmp_path / "files", {"lamp.txt": CHANGED})
            engine.remove("mill")

    with closing(opened(old, OLD, tokens=16)) as engine:
        Reindex(engine.store, recipe(NEW), Gate(), change).run()
    with closing(opened(old, NEW)) as engine:
        assert engine.store.repairs == []
        assert engine.store.disagreements() == []
        assert [one.id for one in engine.store.catalog.documents("default", limit=9)] == ["lamp", "list", "new", "port"]
        assert "Ben Wood" in engine.ask(QUESTION).answer
        assert "noon" in engine.ask("When does the ferry of Tarn sail?").answer
        assert engine.store.catalog.search_words("default", ["quarn"], 9) == []


def test_interrupted_reindex_goes_on_with_what_is_missing(old: Path) -> None:
    encoder = WordEncoder("new")
    with closing(opened(old, OLD, tokens=16)) as engine:
        first = Reindex(engine.store, recipe(encoder), Gate(), lambda *_: first.stop())
        assert first.run() is False
        assert "Ada Stone" in engine.ask(QUESTION).answer
        begun = encoder.encoded
    with closing(opened(old, OLD, tokens=16)) as engine:
        assert engine.store.catalog.generations.building() is not None
        assert Reindex(engine.store, recipe(encoder), Gate()).run() is True
        assert encoder.encoded == engine.store.catalog.state("default").passages
    assert 0 < begun < encoder.encoded


def test_generation_begun_with_other_settings_is_dropped(old: Path) -> None:
    with closing(opened(old, OLD, tokens=16)) as engine:
        work = Reindex(engine.store, recipe(WordEncoder("other")), Gate(), lambda *_: work.stop())
        assert work.run() is False
        assert Reindex(engine.store, recipe(NEW), Gate()).run() is True
        vectors = engine.store.vectors.vectors("default", engine.store.catalog.passage_keys("default"))
        assert {vector.shape for vector in vectors.values()} == {(NEW.dimension,)}


def test_document_that_the_new_encoder_cannot_take_is_named_and_the_former_index_stays(old: Path) -> None:
    class Reading(WordEncoder):
        def count_tokens(self, text: str) -> int:
            return 600 if "rye" in text and "\n" in text else 1  # a passage with its title, never a sentence

    with closing(opened(old, OLD, tokens=16)) as engine:
        with pytest.raises(PassageTooLong, match=r"document mill cannot be indexed so, .* but short reads 512"):
            Reindex(engine.store, recipe(Reading("short")), Gate()).run()
        assert "Ada Stone" in engine.ask(QUESTION).answer
    with closing(opened(old, OLD, tokens=16)) as engine:
        assert engine.store.disagreements() == []


def test_empty_catalog_takes_the_settings_that_come(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "data", OLD)) as engine:
        write_and_ingest(engine, tmp_path / "files", TEXTS)
        for document in engine.store.catalog.documents("default", limit=9):
            engine.remove(document.id)
    with closing(opened(tmp_path / "data", NEW)) as engine:
        write_and_ingest(engine, tmp_path / "files", TEXTS)
        assert "Ada Stone" in engine.ask(QUESTION).answer
    assert len(list((tmp_path / "data").glob("vectors-*"))) == 1


def test_encoder_that_changed_under_its_name_cannot_answer_from_the_former_index(old: Path) -> None:
    changed = WordEncoder("old", dimension=32)
    changed.fingerprint = "old@other"
    with pytest.raises(ModelError, match=r"indexed with encoder=old@toy .* is old@other now .* run `footnote reindex`"):
        opened(old, changed, as_it_is=True)


def test_server_answers_from_the_former_index_until_the_new_one_is_built(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with serve(data_dir) as address:
        before = ask(address)
    refused = footnote("ask", SEEDS_QUESTION, data_dir=data_dir, FOOTNOTE_PASSAGE_TOKENS="100")
    assert refused.returncode == 1
    assert re.search(r"passage_tokens=48, the settings say .* passage_tokens=100; .*`footnote reindex`", refused.stderr)
    with serve(data_dir, "--reindex", FOOTNOTE_PASSAGE_TOKENS="100") as address:
        answers = [ask(address)]
        while answers[-1]["corpus"]["passages"] == before["corpus"]["passages"]:
            time.sleep(0.1)
            answers.append(ask(address))
    assert {answer["answer"] for answer in answers} == {before["answer"]}
    assert len({answer["corpus"]["passages"] for answer in answers}) == 2
    again = footnote("reindex", data_dir=data_dir, FOOTNOTE_PASSAGE_TOKENS="100")
    assert again.returncode == 0
    assert again.stdout.endswith("dimension=384 passage_tokens=100 already\n")


def test_reindex_command_makes_the_index_that_the_settings_ask_for(tmp_path: Path) -> None:
    assert footnote("ingest", str(SEEDS), data_dir=tmp_path, FOOTNOTE_PASSAGE_TOKENS="16").returncode == 0
    done = footnote("reindex", data_dir=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"passage_tokens={Settings().passage_tokens} now\n")
    assert footnote("ask", SEEDS_QUESTION, data_dir=tmp_path).returncode == 0


def ask(address: str) -> dict[str, Any]:
    answer = httpx.post(f"{address}/v1/ask", json={"question": SEEDS_QUESTION}, timeout=60).raise_for_status().json()
    return dict(answer)
