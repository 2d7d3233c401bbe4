"""What can be brought in, which documents are samples, and what a document begins with."""

from __future__ import annotations

import httpx
import pytest

from rag.ingest.parse import MEDIA_TYPES, is_read
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.places import SEEDS

LONG = "word " * 80


def test_samples_are_the_documents_of_the_seeds(seeds_server: str) -> None:
    told = httpx.get(f"{seeds_server}/v1/intake", timeout=60).raise_for_status().json()
    assert told["samples"] == sorted(file.stem for file in SEEDS.glob("*.txt"))
    assert told["suffixes"] == [suffix for suffix in MEDIA_TYPES if is_read(suffix)]
    assert (told["most_files"], told["most_bytes"] > 1_000_000) == (1_000, True)


def test_own_documents_are_no_samples(hostile_server: str) -> None:
    assert httpx.get(f"{hostile_server}/v1/intake", timeout=60).json()["samples"] == []


def test_unknown_collection_is_not_found(seeds_server: str) -> None:
    assert httpx.get(f"{seeds_server}/v1/intake?collection=nowhere", timeout=60).status_code == 404


def test_summary_is_the_first_sentence(seeds_server: str) -> None:
    listed = httpx.get(f"{seeds_server}/v1/documents", timeout=60).json()["items"]
    assert listed[2]["summary"].startswith("Efforts to bring an end to the Ukraine war have gained momentum")
    one = httpx.get(f"{seeds_server}/v1/documents/{listed[0]['id']}", timeout=60).json()
    assert one == listed[0]


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        (
            "# Roof\n\nShort.\n\n## The offer\n\nThe roof of the mill costs 4200 pounds.\n",
            "The roof of the mill costs 4200 pounds.",
        ),
        ("# Roof\n\n## Cost\n\nLow.\n\n## Time\n\nWeeks.\n", "Cost · Low. · Time · Weeks."),
        (f"# Roof\n\n{LONG}.\n", f"{LONG[:234].rstrip()}…"),
        ("Die Brücke über die Ems ist alt. " + "Übermut tut selten gut. " * 300, "Die Brücke über die Ems ist alt."),
    ],
    ids=["sentence", "headings", "long", "cut-within-a-character"],
)
def test_opening_is_a_sentence_or_the_headings(open_library: OpenLibrary, text: str, opening: str) -> None:
    library = open_library()
    write_and_ingest(library, library.store.data_dir.parent / "files", {"a.md": text})
    assert library.store.catalog.openings(["a.md", "nowhere"]) == {"a.md": opening}
    assert library.store.catalog.openings([]) == {}
