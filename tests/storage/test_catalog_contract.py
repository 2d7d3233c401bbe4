"""What every catalog does for a question and for its vectors: ``rag.storage.protocols`` in examples."""

from collections.abc import Collection, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest

from rag.errors import NotFound
from rag.storage.catalog import Catalog, FittedScale, NewDocument
from rag.storage.protocols import CatalogView, VectorTruth
from rag.types import CorpusState, Description, Kind, MadeWith, Passage, Scale, Sentence, Span

FIRST, SECOND, THIRD = "The mill grinds rye.", "Its wheel turns.", "Otto Reed built it."
TEXT = f"{FIRST} {SECOND} {THIRD}"
SCALE = Scale(intercept=-0.5, slope=1.25)
MADE_WITH = MadeWith(fingerprint="encoder=toy", encoder="toy", passage_tokens=8)


class Read(CatalogView, VectorTruth, Protocol):
    """Both ways in which a catalog is read."""

    def within(self, document_ids: Collection[str]) -> "Read":
        """The same, as if no collection had other documents than these."""
        ...


def filled(place: Path | str, documents: list[NewDocument]) -> Catalog:
    """A catalog that holds these documents, and a scale of the second."""
    catalog = Catalog(place)
    catalog = catalog.at(catalog.generations.start(MADE_WITH).number)
    for document in documents:
        catalog.ensure_collection(document.collection)
        catalog.replace([document], [catalog.new_keys(len(document.passages))])
    catalog.scales.put("two", FittedScale(scale=SCALE, questions=20, created="2026-11-30T12:00:00+00:00"))
    return catalog


@pytest.fixture
def catalog(catalog_place: Path | str) -> Iterator[Read]:
    """A catalog of each kind with a mill and a lamp."""
    with closing(filled(catalog_place, [document("mill", "one"), document("lamp", "two")])) as opened:
        yield opened


def document(identifier: str, collection: str) -> NewDocument:
    """One document of three sentences, each a passage; the vector of the n-th points along the n-th axis."""
    places = [TEXT.index(part) for part in (FIRST, SECOND, THIRD)]
    spans = [Span(start=at, end=at + len(part)) for at, part in zip(places, (FIRST, SECOND, THIRD), strict=True)]
    texts = [TEXT[span.start : span.end] for span in spans]
    return NewDocument(
        id=identifier,
        collection=collection,
        path=f"{identifier}.txt",
        origin=f"/{identifier}.txt",
        description=Description(),
        media_type="text/plain",
        sha256=sha256(TEXT.encode()).hexdigest(),
        source=TEXT.encode(),
        text=TEXT,
        sentences=[
            Sentence(span=span, text=text, kind=Kind.BODY, block=0) for span, text in zip(spans, texts, strict=True)
        ],
        passages=[
            Passage(document_id=identifier, span=span, text=text, indexed=text)
            for span, text in zip(spans, texts, strict=True)
        ],
        vectors=np.eye(3, dtype=np.float32),
    )


def test_state_counts_one_collection(catalog: Read) -> None:
    state = catalog.state("one")
    assert state == CorpusState(version=state.version, documents=1, passages=3)


def test_corpus_is_that_of_one_collection(catalog: Read) -> None:
    assert catalog.corpus("one") == catalog.corpus("one") != catalog.corpus("two")
    with pytest.raises(NotFound, match="there is no collection 'nowhere'"):
        catalog.corpus("nowhere")


def test_scale_is_that_of_its_collection_alone(catalog: Read) -> None:
    assert catalog.scale("two") == catalog.within([]).scale("two") == SCALE
    assert catalog.scale("one") == Scale(intercept=0.0, slope=1.0)


def test_document_is_read_as_it_was_stored(catalog: Read) -> None:
    assert catalog.text("mill") == TEXT
    assert catalog.document("mill").path == "mill.txt"
    assert [one.text for one in catalog.sentences("mill", TEXT)] == [FIRST, SECOND, THIRD]


def test_passages_are_found_by_id(catalog: Read) -> None:
    found = catalog.passages(["mill#21-37", "mill#0-1"])
    assert {identifier: one.text for identifier, one in found.items()} == {"mill#21-37": SECOND}
    assert catalog.beside(["mill#0-20", "mill#21-37"]) == {
        "mill#0-20": ["mill#21-37"],
        "mill#21-37": ["mill#0-20", "mill#38-57"],
    }


def test_words_are_found_in_their_collection_alone(catalog: Read) -> None:
    assert [identifier for identifier, _ in catalog.search_words("one", ["wheels"], 9)] == ["mill#21-37"]
    both = catalog.search_words("one", ["wheel", "rye"], 9)
    assert sorted(identifier for identifier, _ in both) == ["mill#0-20", "mill#21-37"]
    assert [score for _, score in both] == sorted((score for _, score in both), reverse=True)
    assert len(catalog.search_words("one", ["wheel", "rye"], 1)) == 1
    assert catalog.search_words("one", ["wheel"], 9, without={"mill"}) == []
    assert catalog.search_words("one", ["NEAR(", '"'], 9) == []


def test_phrase_is_words_one_after_the_other(catalog: Read) -> None:
    assert catalog.mentions("one", ["otto reed"])
    assert not catalog.mentions("one", ["reed otto"])
    assert catalog.mentions("one", ["reed otto", "rye"])


def test_keys_lead_to_passages_and_vectors(catalog: Read) -> None:
    keys = catalog.passage_keys("one")
    assert list(catalog.ids([*keys, "999"]).values()) == ["mill#0-20", "mill#21-37", "mill#38-57"]
    np.testing.assert_array_equal(catalog.vectors(keys[::-1]), np.eye(3)[::-1])
    by_key = catalog.vectors_by_key([keys[1], "999"])
    assert list(by_key) == [keys[1]]
    np.testing.assert_array_equal(by_key[keys[1]], [0, 1, 0])
    assert not set(keys) & set(catalog.passage_keys("two"))


def test_within_documents_there_are_no_others(catalog: Read) -> None:
    mill, none = catalog.within(["mill", "lamp"]), catalog.within(["lamp"])
    assert mill.state("one") == catalog.state("one")
    assert mill.search_words("one", ["wheel"], 9) == catalog.search_words("one", ["wheel"], 9)
    assert none.state("one") == CorpusState(version=catalog.state("one").version, documents=0, passages=0)
    assert none.search_words("one", ["wheel"], 9) == []
    assert none.documents("one", limit=9) == []
    assert none.passage_keys("one") == []
    assert mill.mentions("one", ["otto reed"])
    assert not none.mentions("one", ["otto reed"])
    assert none.mentions("two", ["otto reed"])


def test_document_that_is_not_there_is_not_found(catalog: Read) -> None:
    with pytest.raises(NotFound, match="there is no document 'nowhere'"):
        catalog.document("nowhere")
    with pytest.raises(NotFound, match="there is no document 'nowhere'"):
        catalog.text("nowhere")


def test_collection_that_is_not_there_is_not_found(catalog: Read) -> None:
    with pytest.raises(NotFound, match="there is no collection 'nowhere'"):
        catalog.state("nowhere")
    with pytest.raises(NotFound, match="there is no collection 'nowhere'"):
        catalog.scale("nowhere")
    with pytest.raises(NotFound, match="there is no collection 'nowhere'"):
        catalog.search_words("nowhere", ["rye"], 9)
    with pytest.raises(NotFound, match="there is no collection 'nowhere'"):
        catalog.mentions("nowhere", ["rye"])
