"""Privacy at rest: only the owner may read what is written, and what was removed is in no file any more."""

import json
import re
import shutil
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import msgspec
import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.ingest.pipeline import drop_collection
from rag.library import Library, assemble
from rag.settings import Settings
from rag.storage.receipts import Standing, standing
from rag.types import Answer
from rag.upkeep.backup import back_up, restore
from rag.upkeep.exchange import export
from rag.upkeep.jobs import Jobs
from tests.support.engines import write_and_ingest

CONSONANTS = "bcdfghjklmnpqrstvwxz"


def opened(data_dir: Path, keep_answers: int = 100) -> Library:
    settings = Settings(data_dir=data_dir, encoder="words", threshold=0.0, keep_answers=keep_answers)
    return assemble(settings, WordEncoder(), WordScorer())


def secrets(count: int, seed: int) -> list[str]:
    """Words that are in no other file of the world."""
    random = Random(seed)
    return ["".join(random.choices(CONSONANTS, k=14)) for _ in range(count)]


def told(words: Sequence[str]) -> str:
    """A text with a sentence a word."""
    return "\n\n".join(f"The {word} of house number {number} is kept there." for number, word in enumerate(words))


def found_in(data_dir: Path, words: Sequence[str]) -> dict[str, set[str]]:
    """Which of ``words`` a file still has, or in the lexical index all but the beginning of; by file.

    Not the files of the vector index: they get no text, but Chroma writes to disk what it has reserved and not
    used, which is memory that had something else before, as the words of this test.
    """
    wanted = {word[3:]: word for word in words}
    found = {}
    files = (path for path in data_dir.rglob("*") if path.is_file())
    for file in (path for path in files if not path.relative_to(data_dir).parts[0].startswith("vectors-")):
        runs = re.findall(rf"[{CONSONANTS}]{{11,}}".encode(), file.read_bytes())
        if held := {wanted[run[-11:].decode()] for run in runs if run[-11:].decode() in wanted}:
            found[file.name] = held
    return found


def gone(data_dir: Path, words: Sequence[str]) -> bool:
    """Whether no file has any of ``words``, now or after a while: the files are scrubbed behind a removal."""
    for _ in range(200):
        if not found_in(data_dir, words):
            return True
        threading.Event().wait(0.05)
    return False


def test_words_of_documents_are_found_in_the_files(tmp_path: Path) -> None:
    words = secrets(200, seed=1)
    with closing(opened(tmp_path / "data")) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": told(words)})
    assert found_in(tmp_path / "data", words) == {"catalog.db": set(words)}


def test_removed_document_leaves_nothing_but_what_was_quoted(tmp_path: Path) -> None:
    words, data_dir = secrets(200, seed=1), tmp_path / "data"
    with closing(opened(data_dir)) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": told(words), "b.txt": "The mill grinds rye.\n"})
        answer = engine.ask(f"Where is the {words[100]} kept?")
        before = json.loads(engine.receipts.keep(answer))
        quoted = {word for word in words for citation in answer.citations if word in citation.quote}
        assert words[100] in quoted
        assert len(quoted) < 20 < len({word for word in words if word in json.dumps(before)})
        engine.remove("a")
        stored = msgspec.json.decode(engine.receipts.find(answer.id).body)
        assert gone(data_dir, [word for word in words if word not in quoted])  # while the engine is open
    assert found_in(data_dir, words) == {"catalog.db": quoted}
    assert msgspec.json.decode(msgspec.json.encode(stored), type=Answer) == emptied(answer)
    assert [citation["quote"] for citation in stored["citations"]] == [one.quote for one in answer.citations]


def emptied(answer: Answer) -> Answer:
    """An answer when all its documents are gone."""
    return replace(
        answer,
        citations=tuple(replace(one, before="", after="") for one in answer.citations),
        passages=tuple(replace(one, text="") for one in answer.passages),
    )


def test_replaced_document_and_dropped_collection_leave_nothing(tmp_path: Path) -> None:
    old, new, other = secrets(60, seed=1), secrets(60, seed=2), secrets(60, seed=3)
    with closing(opened(tmp_path / "data")) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": told(old)})
        write_and_ingest(engine, tmp_path / "others", {"o.txt": told(other)}, collection="other")
        answers = [engine.ask(f"Where is the {old[9]} kept?"), engine.ask(f"Where is {other[9]}?", collection="other")]
        for answer in answers:
            engine.receipts.keep(answer)
        write_and_ingest(engine, tmp_path / "files", {"a.txt": told(new)})
        drop_collection(engine, "other")
        quotes = " ".join(one.quote for answer in answers for one in answer.citations)
        assert gone(tmp_path / "data", [word for word in (*old, *other) if word not in quotes])
    assert found_in(tmp_path / "data", new) == {"catalog.db": set(new)}
    found = found_in(tmp_path / "data", [*old, *other])
    assert found == {"catalog.db": {word for word in (*old, *other) if word in quotes}}


def test_answer_that_is_stored_after_its_document_has_gone_keeps_its_quotes_only(tmp_path: Path) -> None:
    words, kept = secrets(60, seed=1), secrets(20, seed=2)
    with closing(opened(tmp_path / "data")) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": told(words), "b.txt": told(kept)})
        answer = engine.ask(f"Where is the {words[9]} or the {kept[9]} kept?")
        engine.remove("a")
        body = engine.receipts.keep(answer)
    with closing(opened(tmp_path / "data")) as engine:
        stored = msgspec.json.decode(engine.receipts.find(answer.id).body, type=Answer)
    assert body == msgspec.json.encode(answer)
    assert [one.text for one in stored.passages] == [
        "" if one.document_id == "a" else one.text for one in answer.passages
    ]
    assert {one.document_id for one in answer.passages} == {"a", "b"}
    quotes = {word for word in words for one in answer.citations if word in one.quote}
    assert found_in(tmp_path / "data", words) == {"catalog.db": quotes}


def test_receipt_of_documents_that_are_still_there_stays_as_it_was_given(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "data")) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": told(secrets(9, seed=1)), "b.txt": "Rye is ground.\n"})
        answer = engine.ask("What is kept in house number 3?")
        body = engine.receipts.keep(answer)
        write_and_ingest(engine, tmp_path / "files", {"c.txt": "The ferry of Tarn sails at noon.\n"})
        engine.remove("b") if "b" not in body.decode() else engine.remove("c")
        late = engine.receipts.keep(replace(answer, id="ans_late"))
    with closing(opened(tmp_path / "data")) as engine:
        assert (engine.receipts.find(answer.id).body, engine.receipts.find("ans_late").body) == (body, late)
        one = answer.citations[0]
        place = {"sha256": one.sha256, "start": one.start, "end": one.end, "quote": one.quote}
        assert standing(engine.store.catalog, one.document_id, **place) is Standing.HOLDS  # type: ignore[arg-type]


def test_answers_beyond_the_newest_and_former_feedback_leave_nothing(tmp_path: Path) -> None:
    words, comments = secrets(6, seed=1), secrets(2, seed=2)
    with closing(opened(tmp_path / "data", keep_answers=2)) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": "Rye is ground in the mill of Quarn.\n"})
        for number, word in enumerate(words):
            answer = replace(engine.ask(f"What is the {word} ground in?"), id=f"ans_{number}")
            engine.receipts.keep(answer)
        for comment in comments:
            engine.receipts.rate("ans_5", helpful=True, comment=comment)
        assert gone(tmp_path / "data", [*words[:-2], comments[0]])
    assert found_in(tmp_path / "data", [*words, *comments]) == {"catalog.db": {*words[-2:], comments[1]}}


def test_removed_text_goes_when_the_last_question_that_reads_it_is_over(tmp_path: Path) -> None:
    words = secrets(60, seed=1)
    with closing(opened(tmp_path / "data")) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": told(words)})
        with engine.store.catalog.snapshot() as frozen:
            engine.remove("a")
            threading.Event().wait(0.8)
            assert words[0] in frozen.text("a")
            assert found_in(tmp_path / "data", words)
        assert gone(tmp_path / "data", words)


def test_text_that_a_killed_process_removed_goes_when_the_directory_is_next_opened(tmp_path: Path) -> None:
    words = secrets(60, seed=1)
    with closing(opened(tmp_path / "data")) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": told(words)})
        engine.remove("a")
        shutil.copytree(tmp_path / "data", tmp_path / "killed")  # as it is when the process is killed now
    assert found_in(tmp_path / "killed", words)
    with closing(opened(tmp_path / "killed")):
        assert gone(tmp_path / "killed", words)
    assert found_in(tmp_path / "killed", words) == {}


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_left_between_the_rows_when_many_come_and_go(seed: int, tmp_path: Path) -> None:
    """Rows move between pages; what they leave there is no row any more."""
    random = Random(f"come and go {seed}")
    held = {f"d{number}": secrets(random.choice([2, 5, 20, 80]), 100 * seed + number) for number in range(40)}
    removed = random.sample(sorted(held), 20)
    with closing(opened(tmp_path / "data")) as engine:
        for name in random.sample(sorted(held), len(held)):
            write_and_ingest(engine, tmp_path / name, {f"{name}.txt": told(held[name])})
        for name in removed:
            engine.remove(name)
    kept = {word for name, words in held.items() if name not in removed for word in words}
    assert found_in(tmp_path / "data", [word for name in removed for word in held[name]]) == {}
    assert found_in(tmp_path / "data", sorted(kept)) == {"catalog.db": kept}


def readable(*roots: Path) -> list[str]:
    """What others than the owner may do anything with."""
    paths = [path for root in roots for path in (root, *root.rglob("*"))]
    return [f"{path} {oct(path.stat().st_mode)}" for path in paths if path.stat().st_mode & 0o077]


def test_directory_that_others_may_read_is_tightened_when_it_is_opened(tmp_path: Path) -> None:
    data_dir, outside = tmp_path / "data", tmp_path / "outside"
    with closing(opened(data_dir)) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": "Rye is ground.\n"})
        jobs = Jobs(engine)
        job = jobs.new_id()
        (jobs.open(job) / "0").write_bytes(b"The ferry sails at noon.\n")
        jobs.accept(job, "default", ["ferry.txt"])
    outside.write_bytes(b"")
    outside.chmod(0o644)
    (data_dir / "seeded").hardlink_to(outside)
    (data_dir / "notes.txt").write_text("not of Footnote", encoding="utf-8")
    mine = {data_dir / "seeded", data_dir / "notes.txt"}
    for path in (data_dir, *data_dir.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with closing(opened(data_dir)):
        assert not [one for one in readable(data_dir) if Path(one.split()[0]) not in mine]
    assert not [one for one in readable(data_dir) if Path(one.split()[0]) not in mine]
    assert {oct(path.stat().st_mode & 0o777) for path in (*mine, outside)} == {"0o644"}


def test_archives_and_what_is_restored_are_for_the_owner_alone(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "data")) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": "Rye is ground.\n"})
        jobs = Jobs(engine)
        job = jobs.new_id()
        (jobs.open(job) / "0").write_bytes(b"The ferry sails at noon.\n")
        jobs.accept(job, "default", ["ferry.txt"])
        assert not readable(tmp_path / "data" / "spool")
        (tmp_path / "all.zip.unfinished").write_bytes(b"of a process that was killed")
        back_up(tmp_path / "data", tmp_path / "all.zip")
        export(tmp_path / "data", "default", tmp_path / "out.zip")
    restore(tmp_path / "all.zip", tmp_path / "new")
    assert readable(tmp_path / "all.zip", tmp_path / "out.zip", tmp_path / "new") == []


def test_unfinished_archive_is_not_written_through_a_link(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "data")) as engine:
        write_and_ingest(engine, tmp_path / "files", {"a.txt": "Rye is ground.\n"})
    (tmp_path / "victim").write_bytes(b"mine")
    (tmp_path / "all.zip.unfinished").symlink_to(tmp_path / "victim")
    back_up(tmp_path / "data", tmp_path / "all.zip")
    assert (tmp_path / "victim").read_bytes() == b"mine"
    assert not (tmp_path / "all.zip").is_symlink()
