"""What every catalog does for who writes to it: documents, collections, generations, answers, jobs and scales."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rag.errors import ChangeForbidden, GenerationRetired, NotFound
from rag.storage.catalog import Catalog, Derived, FittedScale, NewDocument, Order, StoredAnswer, Wanted
from rag.types import Description, Kind, MadeWith, Passage, Scale, Sentence, Span

MADE_WITH = MadeWith(fingerprint="encoder=toy", encoder="toy", passage_tokens=8)
OTHER = MadeWith(fingerprint="encoder=other", encoder="other", passage_tokens=8)
MILL = "The mill grinds rye."
LAMP = "The lamp burns oil."


@pytest.fixture
def catalog(catalog_place: Path | str) -> Iterator[Catalog]:
    """An empty catalog of each kind, with a collection."""
    with closing(Catalog(catalog_place)) as opened:
        catalog = opened.at(opened.generations.start(MADE_WITH).number)
        catalog.ensure_collection("all")
        yield catalog


def derived(identifier: str, text: str) -> Derived:
    span = Span(start=0, end=len(text))
    return Derived(
        sentences=[Sentence(span=span, text=text, kind=Kind.BODY, block=0)],
        passages=[Passage(document_id=identifier, span=span, text=text, indexed=text)],
        vectors=np.ones((1, 1), dtype=np.float32),
    )


def document(identifier: str, text: str, *, title: str | None = None, source: bytes | None = None) -> NewDocument:
    made = derived(identifier, text)
    return NewDocument(
        id=identifier,
        collection="all",
        path=f"{identifier}.txt",
        origin=f"/in/{identifier}.txt",
        description=Description(title=title),
        media_type="text/plain",
        sha256="0" * 64,
        source=text.encode() if source is None else source,
        text=text,
        sentences=made.sentences,
        passages=made.passages,
        vectors=made.vectors,
    )


def put(catalog: Catalog, *documents: NewDocument) -> list[str]:
    return catalog.replace(documents, [catalog.new_keys(len(one.passages)) for one in documents])


def answer(identifier: str, catalog: Catalog, document_id: str) -> StoredAnswer:
    cited = {"document_id": document_id, "sha256": "0" * 64, "before": "The", "after": "rye."}
    listed = {"document_id": document_id, "start": 0, "end": len(MILL), "text": MILL}
    body = {
        "collection": "all",
        "corpus": {"version": catalog.state("all").version},
        "citations": [cited],
        "passages": [listed],
    }
    return StoredAnswer(id=identifier, question="?", created="2026-11-30T12:00:00", body=msgspec.json.encode(body))


def test_document_takes_the_place_of_one_with_its_id(catalog: Catalog) -> None:
    keys = catalog.new_keys(1)
    assert catalog.replace([document("mill", MILL)], [keys]) == []
    assert put(catalog, document("mill", LAMP), document("lamp", LAMP)) == keys
    assert catalog.text("mill") == LAMP
    assert catalog.search_words("all", ["rye"], 9) == []
    assert [one for one, _ in catalog.search_words("all", ["oil"], 9)] == ["lamp#0-19", "mill#0-19"]
    assert catalog.state("all").version == 3
    assert int(min(catalog.passage_keys("all"), key=int)) > int(keys[0])


def test_removed_document_leaves_nothing(catalog: Catalog) -> None:
    put(catalog, document("mill", MILL), document("lamp", LAMP))
    before = catalog.search_words("all", ["oil"], 9)
    put(catalog, document("more", LAMP))
    assert catalog.search_words("all", ["oil"], 9) != before
    assert catalog.remove("more") != []
    assert catalog.search_words("all", ["oil"], 9) == before
    with pytest.raises(NotFound, match="no document 'more'"):
        catalog.remove("more")


def test_failed_write_changes_nothing(catalog: Catalog) -> None:
    keys = catalog.new_keys(1)
    put(catalog, document("mill", MILL))
    state = catalog.state("all")
    with pytest.raises(ValueError, match="argument"):
        catalog.replace([document("lamp", LAMP), document("more", LAMP)], [keys])
    assert catalog.state("all") == state
    assert [one.id for one in catalog.documents("all", limit=9)] == ["mill"]


def test_source_and_texts_are_kept_byte_for_byte(catalog: Catalog) -> None:
    source = np.random.default_rng(3).bytes(16_500_000)
    put(catalog, document("large", "A\N{NULL}b \N{SNOWMAN}\r\n" + MILL, title="Ä'\\%_?", source=source))
    put(catalog, document("empty", MILL, source=b""))
    assert catalog.source("large") == source
    assert catalog.source("empty") == b""
    assert catalog.text("large") == "A\N{NULL}b \N{SNOWMAN}\r\n" + MILL
    assert catalog.document("large").title == "Ä'\\%_?"
    with pytest.raises(NotFound, match="no document 'none'"):
        catalog.source("none")


def test_snapshot_stays_as_it_was(catalog: Catalog) -> None:
    put(catalog, document("mill", MILL))
    with catalog.snapshot() as frozen:
        put(catalog, document("mill", LAMP), document("lamp", LAMP))
        assert frozen.text("mill") == MILL
        assert [one for one, _ in frozen.search_words("all", ["rye"], 9)] == ["mill#0-20"]
        assert frozen.state("all").documents == 1
    assert catalog.state("all").documents == 2


def test_collection_goes_with_all_that_is_in_it_once_no_job_needs_it(catalog: Catalog) -> None:
    put(catalog, document("mill", MILL))
    catalog.jobs.add("job_1", "all", ["a.txt"], keep=9)
    with pytest.raises(ChangeForbidden, match="1 unfinished jobs"):
        catalog.drop_collection("all")
    catalog.jobs.cancel("job_1", "not wanted")
    catalog.drop_collection("all")
    assert (catalog.collections(), catalog.is_empty()) == ([], True)
    assert catalog.ensure_collection("all")
    assert not catalog.ensure_collection("all")
    assert catalog.search_words("all", ["rye"], 9) == []


def test_documents_are_listed_by_what_is_wanted(catalog: Catalog) -> None:
    put(
        catalog,
        document("c", MILL, title="beta"),
        document("a", MILL, title="Älpha"),
        document("b", MILL, title="ALPHA"),
    )

    def listed(wanted: Wanted, after: tuple[str, str] | None = None) -> list[str]:
        return [one.id for _, one in catalog.list_documents(wanted, limit=9, after=after)]

    assert listed(Wanted(collection="all")) == ["a", "b", "c"]
    assert listed(Wanted(collection="all", order=Order.TITLE)) == ["b", "c", "a"]
    assert listed(Wanted(collection="all", order=Order.TITLE), after=("alpha", "b")) == ["c", "a"]
    assert listed(Wanted(collection="all", order=Order.PUBLISHED)) == ["a", "b", "c"]
    assert listed(Wanted(collection="all", words="alPHA")) == ["b"]
    assert listed(Wanted(collection="all", words="_.txt")) == []
    assert catalog.count_documents(Wanted(collection="all", words=".TXT")) == 3


def test_generation_takes_over_when_it_has_every_document(catalog: Catalog) -> None:
    put(catalog, document("mill", MILL), document("lamp", LAMP))
    building = catalog.generations.build(OTHER)
    assert catalog.generations.missing(building, 9) == ["lamp", "mill"]
    assert catalog.generations.add(building, "mill", "0" * 64, derived("mill", MILL), catalog.new_keys(1))
    assert not catalog.generations.add(building, "mill", "1" * 64, derived("mill", MILL), catalog.new_keys(1))
    assert not catalog.generations.switch(building)
    assert catalog.generations.add(building, "lamp", "0" * 64, derived("lamp", LAMP), catalog.new_keys(1))
    assert catalog.generations.switch(building)
    with pytest.raises(GenerationRetired, match="derive the documents again"):
        put(catalog, document("more", MILL))
    retired = catalog.generations.retired()
    assert retired is not None
    catalog.generations.drop(retired)
    assert catalog.passage_keys("all") == []
    assert len(catalog.at(building.number).passage_keys("all")) == 2
    assert [one for one, _ in catalog.at(building.number).search_words("all", ["rye"], 9)] == ["mill#0-20"]


def test_answers_keep_no_text_of_what_was_removed(catalog: Catalog) -> None:
    put(catalog, document("mill", MILL), document("lamp", LAMP))
    catalog.answers.add(answer("one", catalog, "mill"), keep=9)
    late = answer("late", catalog, "mill")
    assert catalog.answers.find("one").body == late.body
    catalog.remove("mill")
    catalog.answers.add(late, keep=9)
    for name in ("one", "late"):
        body = msgspec.json.decode(catalog.answers.find(name).body)
        assert (body["passages"][0]["text"], body["citations"][0]["before"]) == ("", "")


def test_newest_answers_are_kept_with_their_feedback(catalog: Catalog) -> None:
    put(catalog, document("mill", MILL))
    for name in ("one", "two", "three"):
        catalog.answers.add(answer(name, catalog, "mill"), keep=2)
    catalog.answers.rate("two", helpful=True, comment=None)
    catalog.answers.rate("two", helpful=False, comment="no\N{NULL}")
    with pytest.raises(NotFound, match="no answer 'one'"):
        catalog.answers.rate("one", helpful=True, comment=None)
    assert catalog.answers.find("three").question == "?"


def test_jobs_go_their_way(catalog: Catalog) -> None:
    jobs = catalog.jobs
    jobs.add("job_1", "all", ["a.txt", "b.md"], keep=1)
    jobs.add("job_2", "all", ["a", "c.md"], keep=1)
    jobs.add("job_3", "all", ["a.txt"], keep=1)
    assert jobs.earlier(jobs.begin("job_3")) == {"a.txt": "job_2"}
    assert jobs.earlier(jobs.begin("job_1")) == {}
    jobs.finish_file("job_1", 0, outcome="added", document_id="a", reason=None, passages=3)
    assert [(one.id, one.state, one.files_done, one.files_total) for one in jobs.newest(None, 2)] == [
        ("job_3", "running", 0, 1),
        ("job_2", "queued", 0, 2),
    ]
    assert [one.id for one in jobs.newest("queued", 9)] == ["job_2"]
    assert jobs.resume() == ["job_1", "job_2", "job_3"]
    jobs.cancel("job_2", "not wanted")
    jobs.finish_file("job_2", 0, outcome="added", document_id="a", reason=None, passages=1)
    jobs.finish_file("job_2", 1, outcome="rejected", document_id=None, reason="late", passages=0)
    assert [(one.outcome, one.reason) for one in jobs.find("job_2").files] == [
        ("added", None),
        ("rejected", "not wanted"),
    ]
    jobs.finish("job_1", "done")
    jobs.add("job_4", "all", [], keep=1)
    with pytest.raises(NotFound, match="no job 'job_1'"):
        jobs.find("job_1")
    with pytest.raises(NotFound, match="no collection 'none'"):
        jobs.add("job_5", "none", [], keep=1)


def test_scale_is_put_in_place_of_another(catalog: Catalog) -> None:
    for slope in (2.0, 0.5):
        scale = Scale(intercept=-0.25, slope=slope)
        catalog.scales.put("all", FittedScale(scale=scale, questions=7, created="2026-11-30T12:00:00"))
        assert catalog.scale("all") == scale
    assert catalog.scales.remove("all")
    assert not catalog.scales.remove("all")
    assert catalog.scales.find("all") is None


def test_many_writers_at_once_lose_nothing(catalog: Catalog) -> None:
    def write(number: int) -> None:
        for turn in range(3):
            put(catalog, document(f"d{number}-{turn}", MILL), document("shared", f"{LAMP} {number}"))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert catalog.state("all").documents == 13
    assert catalog.state("all").version == 24
    assert len(set(catalog.passage_keys("all"))) == 13
    assert len(catalog.search_words("all", ["rye"], 99)) == 12


def test_writer_sees_what_one_that_was_first_stores(catalog: Catalog) -> None:
    refused: list[str] = []

    def drop() -> None:
        try:
            catalog.drop_collection("all")
        except ChangeForbidden as error:
            refused.append(str(error))

    other = threading.Thread(target=drop)

    def meanwhile(_: object) -> None:
        other.start()
        other.join(0.3)

    catalog.jobs.add("job_1", "all", ["a.txt"], keep=9, also=meanwhile)
    other.join()
    assert len(refused) == 1
    assert catalog.collections() == ["all"]
