"""The measuring of many documents: what it makes, what it runs and what it makes of the numbers; no times."""

import json
import time
from contextlib import closing
from pathlib import Path

import pytest

from eval.cost.scale.cli import encoder_rate, evenly, sample_texts, written
from eval.cost.scale.documents import Stock, load_stock, write_documents
from eval.cost.scale.rows import Answers, Ingests, Load, Measured, Sizes, Starts, rows
from eval.cost.scale.service import Ingested, Sample, ask_with_pauses, ingest, serve, uploading
from eval.sets.question import EvalSetError
from rag.ingest.recipe import Recipe
from rag.models.protocols import Encoder
from rag.settings import Settings
from rag.storage.catalog import Catalog
from rag.storage.directory import CATALOG
from tests.support.engines import OpenLibrary, write_and_ingest

PARAGRAPH = (
    "The ferry to Norbury carried 214 passengers in the summer of 1902, and its captain, Ada Kern, kept a diary. "
    "Her brother looked after the lamp of the lighthouse for 31 years, until the company of Zarnov closed it."
)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    folder = tmp_path_factory.mktemp("data") / "news"
    folder.mkdir()
    record = {"id": "a", "title": "The ferry to Norbury", "text": f"{PARAGRAPH}\n\nShort."}
    (folder / "corpus.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    return load_stock(folder.parent)


def texts_below(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in folder.rglob("*.*")}


def test_documents_are_all_different_and_the_same_again(stock: Stock, tmp_path: Path) -> None:
    write_documents(stock, tmp_path / "one", range(60))
    write_documents(stock, tmp_path / "again", range(60))
    write_documents(stock, tmp_path / "fewer", range(7))
    write_documents(stock, tmp_path / "other", range(60), seed=1)
    one = texts_below(tmp_path / "one")
    assert len(set(one.values())) == 60
    assert one == texts_below(tmp_path / "again")
    assert texts_below(tmp_path / "fewer").items() < one.items()
    assert not set(one.values()) & set(texts_below(tmp_path / "other").values())
    assert {Path(name).suffix for name in one} == {".txt", ".md", ".html"}


def test_documents_vary_the_numbers_of_the_texts(stock: Stock, tmp_path: Path) -> None:
    assert PARAGRAPH in stock.paragraphs
    assert "Short." not in stock.paragraphs
    write_documents(stock, tmp_path, range(200))
    ferries = [text for text in texts_below(tmp_path).values() if "The ferry to " in text and " passengers" in text]
    assert len(ferries) > 1
    assert not any("214 passengers" in text and "of 1902" in text for text in ferries)


def test_folder_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvalSetError, match=r"has no corpus\.jsonl"):
        load_stock(tmp_path)
    (tmp_path / "corpus.jsonl").write_text('{"id": "a"}\n', "utf-8")
    with pytest.raises(EvalSetError, match=r"corpus\.jsonl:1: no record with a text"):
        load_stock(tmp_path)


def test_sample_texts_are_what_an_ingest_encodes(stock: Stock, tmp_path: Path, open_library: OpenLibrary) -> None:
    write_documents(stock, tmp_path / "made", range(4))
    engine = open_library()
    write_and_ingest(engine, tmp_path / "made", {})
    catalog = engine.store.catalog
    keys = catalog.passage_keys("default")
    stored = catalog.passages(list(catalog.ids(keys).values()))
    files = sorted((tmp_path / "made").rglob("*.*"))
    assert sorted(sample_texts(files, engine.wanted)) == sorted(one.indexed for one in stored.values())


def test_encoder_rate_encodes_every_text(encoder: Encoder) -> None:
    recipe = Recipe(encoder=encoder, named="bge-small-en-v1.5", passage_tokens=Settings().passage_tokens)
    done: list[int] = []
    assert encoder_rate(recipe.encoder, ["a ship", "a lamp", "a diary"], done.append) > 0
    assert done == [3]


def test_command_line_and_server_are_driven_and_watched(stock: Stock, tmp_path: Path) -> None:
    write_documents(stock, tmp_path / "made", range(3))
    write_documents(stock, tmp_path / "more", range(3, 6))
    found = ingest(tmp_path / "data", [tmp_path / "made"])
    assert all(0 <= sample.documents <= 3 and sample.resident > 0 for sample in found.samples)
    assert found.samples[-1].resident > 1  # a process that has just begun holds less
    with serve(tmp_path / "data") as server:
        more = sorted((tmp_path / "more").rglob("*.*"))
        with uploading(server, more) as uploads:
            asked: list[int] = []
            times = ask_with_pauses(server, ["Who kept a diary?"], 2, asked.append)
            while not uploads.ended:
                time.sleep(0.05)
        assert (asked, uploads.taken_in) == ([1, 2], 3)
        assert min(times) > 0
        assert server.resident > 50
    with closing(Catalog(tmp_path / "data" / CATALOG)) as catalog:
        assert {one.path for one in catalog.documents("default", limit=9)} >= {file.name for file in more}


def test_rows_are_the_ratios_of_what_was_measured() -> None:
    samples = [Sample(documents=count, resident=held) for count, held in ((0, 90.0), (2, 200.0), (10, 216.0))]
    found = Measured(
        ingests=Ingests(bare=[100.0, 140.0], first=Ingested(seconds=50.0, samples=tuple(samples)), second_seconds=2.0),
        starts=Starts(fresh=4.0, few=[1.0, 9.0, 2.0], many=[7.0, 5.0, 6.0]),
        answers=Answers(few=[100.0, 200.0], many=[200.0, 300.0], resident_few=200.0, resident_many=260.0),
        load=Load(idle=[100.0, 100.0], busy=[310.0, 310.0], taken_in=8, to_the_end=True),
        sizes=Sizes(documents=10, passages=5_000, source_bytes=10, catalog_bytes=15_000_000, vector_bytes=10_000_000),
    )
    table = [(row.shown, row.passed) for row in rows(found)]
    assert table == [
        ("0.83 times (100 of 120 passages/s)", True),
        ("25 times faster (2.0 s after 50.0 s)", False),
        ("216 MB at most; 200 MB at 10%, 216 MB at 50%, 216 MB at 100%", None),
        ("4.0 KB a passage", True),  # 16 MB over the 4,000 passages of eight documents
        ("260 MB; 12.0 KB a passage above that with the five seeds", None),
        ("3.00 times (6.0 s, 2.0 s)", True),
        ("1.50 times (6.0 s, 4.0 s)", True),
        ("1.67 times (250 ms, 150 ms)", False),
        ("1.51 times (295 ms, 195 ms)", False),
        ("3.10 times (310 ms, 100 ms; 8 documents came in)", False),
        ("0 MB, 0.0 KB a passage", None),
        ("15 MB, 3.0 KB a passage", None),
        ("10 MB, 2.0 KB a passage", None),
    ]
    assert "| at least 50 | FAIL |" in written(rows(found))


def test_load_without_uploads_to_the_end_does_not_pass() -> None:
    load = Load(idle=[100.0], busy=[110.0], taken_in=2, to_the_end=False)
    found = Measured(
        ingests=Ingests(
            bare=[1.0], first=Ingested(seconds=1.0, samples=(Sample(documents=1, resident=1.0),)), second_seconds=1.0
        ),
        starts=Starts(fresh=1.0, few=[1.0], many=[1.0]),
        answers=Answers(few=[1.0], many=[1.0], resident_few=1.0, resident_many=1.0),
        load=load,
        sizes=Sizes(documents=1, passages=1, source_bytes=1, catalog_bytes=1, vector_bytes=1),
    )
    [row] = [row for row in rows(found) if "coming" in row.name or "come in" in row.name]
    assert row.passed is False
    assert row.shown.startswith("1.10 times")


def test_evenly_gives_all_of_few() -> None:
    assert evenly([1, 2], 5) == [1, 2]
    assert evenly(range(100), 4) == [0, 25, 50, 75]
