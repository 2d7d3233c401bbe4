"""A catalog in PostgreSQL answers as one in SQLite does: the same citations, the same passages in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import psycopg
import pytest

from rag.answer.question import read_question
from rag.errors import CatalogUnreachable, DataDirectoryError, SettingsError
from rag.ingest.pipeline import find_files, ingest
from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.storage.catalog import Catalog, NewDocument
from rag.types import UNSCALED, Answer, Description, MadeWith, Passage, Span
from tests.support.places import ROOT, SEEDS
from tests.support.postgres import Server

SETS = ROOT / "eval" / "sets"
ASKED = (
    "What did Dmitry Peskov say about the talks with the US?",
    "what did russia and ukraine agree to exchange in their first direct negotiations in three years",
    "Who won the chess championship?",
)


@pytest.fixture(scope="module")
def engine(
    encoder: Encoder, scorer: PairScorer, postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """A library that holds the seeds in PostgreSQL."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("seeds-postgres") / "data", catalog_url=postgres.new_url())
    with closing(assemble(settings, encoder, scorer)) as opened:
        ingest(opened, find_files([SEEDS]), collection="default")
        yield opened


@pytest.fixture(scope="module")
def both(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Catalog, Catalog]]:
    """A catalog of each kind with the documents of a set, a paragraph a passage; one is replaced, one removed."""
    documents = [
        paragraphs(file.stem, file.read_text("utf-8"))
        for folder in ("forms", "lessons")
        for file in sorted((SETS / folder).iterdir())
    ]
    with ExitStack() as opened:
        places = (tmp_path_factory.mktemp("both") / "catalog.db", postgres.new_url())
        catalogs = [opened.enter_context(closing(filled(place, documents))) for place in places]
        yield catalogs[0], catalogs[1]


def filled(place: Path | str, documents: list[NewDocument]) -> Catalog:
    catalog = Catalog(place)
    catalog = catalog.at(catalog.generations.start(MadeWith(fingerprint="t", encoder="t", passage_tokens=8)).number)
    catalog.ensure_collection("all")
    changed = paragraphs(
        documents[0].id, "Rye, rye and rye.\n\nŽižek’s café: naïve RYE\n\n\N{LATIN SMALL LIGATURE FI}ve U.S. a_b"
    )
    for one in (*documents, changed):
        catalog.replace([one], [catalog.new_keys(len(one.passages))])
    catalog.remove(documents[1].id)
    return catalog


def paragraphs(identifier: str, text: str) -> NewDocument:
    places = [0]
    for part in text.split("\n\n"):
        places.append(places[-1] + len(part) + 2)
    spans = [Span(start=at, end=to - 2) for at, to in pairwise(places) if to - 2 > at]
    passages = [Passage(document_id=identifier, span=one, text=one.of(text), indexed=one.of(text)) for one in spans]
    return NewDocument(
        id=identifier,
        collection="all",
        path=f"{identifier}.txt",
        origin=f"/{identifier}.txt",
        description=Description(),
        media_type="text/plain",
        sha256=sha256(text.encode()).hexdigest(),
        source=text.encode(),
        text=text,
        sentences=[],
        passages=passages,
        vectors=np.ones((len(passages), 1), dtype=np.float32),
    )


def questions(name: str) -> list[str]:
    lines = (SETS / "questions" / name).read_text("utf-8").splitlines()
    return [str(msgspec.json.decode(line)["question"]) for line in lines]


def without_ids(answer: Answer) -> dict[str, object]:
    """An answer without what differs from one to the next: its id, its time, and what it took."""
    left = {"id", "created", "timings_ms", "generation"}
    return {name: value for name, value in msgspec.to_builtins(answer).items() if name not in left}


def test_answers_are_those_of_sqlite_character_for_character(engine: Library, seeds_engine: Library) -> None:
    for question in ASKED:
        assert without_ids(engine.ask(question)) == without_ids(seeds_engine.ask(question))
    answer = engine.ask(ASKED[0])
    assert answer.citations
    for citation in answer.citations:
        assert engine.text(citation.document_id)[citation.start : citation.end] == citation.quote


def test_database_that_was_restarted_is_reached_again(engine: Library, postgres: Server) -> None:
    before = engine.ask(ASKED[0])
    postgres.stop("immediate")
    for _ in range(2):
        with pytest.raises(CatalogUnreachable, match="cannot be reached"):
            engine.ask(ASKED[0])
    postgres.start()
    assert without_ids(engine.ask(ASKED[0])) == without_ids(before)
    postgres.stop()
    postgres.start()
    assert engine.store.catalog.new_keys(1) != engine.store.catalog.new_keys(1)


def test_older_catalog_is_brought_forward_and_a_newer_one_refused(postgres: Server) -> None:
    url = postgres.new_url()
    Catalog(url).close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE scales, sessions, access_keys")
        connection.execute("UPDATE footnote SET version = 2")
        with closing(Catalog(url)) as catalog:
            catalog.ensure_collection("all")
            assert catalog.scale("all") == UNSCALED
        connection.execute("UPDATE footnote SET version = 99")
        with pytest.raises(DataDirectoryError, match="a catalog of version 99, this Footnote reads version"):
            Catalog(url)


@pytest.mark.parametrize(
    ("url", "error", "says"),
    [
        ("mysql://there/it", SettingsError, "write postgresql://USER@HOST/DATABASE"),
        ("postgresql://footnote:secret@127.0.0.1:1/it", CatalogUnreachable, "'it' at 127.0.0.1 cannot be reached"),
    ],
)
def test_database_that_is_not_there_is_named_without_its_password(url: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says) as raised:
        Catalog(url)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("name", ["forms.jsonl", "lessons.jsonl"])
def test_words_find_the_same_passages_with_the_same_scores(both: tuple[Catalog, Catalog], name: str) -> None:
    sqlite, postgres = both
    for question in questions(name)[::20]:
        words = read_question(question).sought
        assert postgres.search_words("all", words, 30) == sqlite.search_words("all", words, 30)


@pytest.mark.parametrize(
    "words", [["rye"], ["RYES", "rye"], ["Zizek", "cafe", "NAIVE"], ["U.S."], ["the"], ["five"], ["'"]]
)
def test_any_words_find_the_same(both: tuple[Catalog, Catalog], words: list[str]) -> None:
    sqlite, postgres = both
    found = sqlite.search_words("all", words, 200)
    assert postgres.search_words("all", words, 200) == found
    left_out = {identifier.partition("#")[0] for identifier, _ in found[:3]}
    assert postgres.search_words("all", words, 9, left_out) == sqlite.search_words("all", words, 9, left_out)
    one = sqlite.within(left_out).search_words("all", words, 9)
    assert postgres.within(left_out).search_words("all", words, 9) == one
    assert postgres.mentions("all", words) == sqlite.mentions("all", words)
