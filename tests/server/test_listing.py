"""Lists of documents in their orders, and the removal of several."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.api.documents import delete_documents, list_documents
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.processes import serve_here

FILES = {
    "b_1.md": "---\ndate: 2024-05-01\n---\n# alpha report\n\nThe roof is red.\n",
    "a.md": "---\ndate: 2025-01-31\n---\n# Beta 100% minutes\n\nThe wall is blue.\n",
    "c.md": "# Gamma_minutes\n\nThe door is green.\n",
    "ba1.md": "# delta\n\nThe gate is grey.\n",
}


@pytest.fixture
def client(open_library: OpenLibrary, tmp_path: Path) -> Iterator[httpx.Client]:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", FILES)
    with serve_here(lambda: engine, list_documents, delete_documents) as address, httpx.Client(base_url=address) as it:
        yield it


def pages(client: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    """Every page of a list."""
    found, cursor = [], ""
    while True:
        page = client.get("/v1/documents", params={**query, "cursor": cursor}).json()
        found.append(page)
        if page["next_cursor"] is None:
            return found
        cursor = page["next_cursor"]


def test_lists_pages_and_removals(client: httpx.Client) -> None:
    """One test, for an engine is opened and filled for it."""
    orders = {
        "id": ["a.md", "b_1.md", "ba1.md", "c.md"],
        "title": ["b_1.md", "a.md", "ba1.md", "c.md"],
        "-published": ["a.md", "b_1.md", "ba1.md", "c.md"],
        "-ingested_at": ["a.md", "b_1.md", "ba1.md", "c.md"],
    }
    for sort, ids in orders.items():
        for limit in (1, 3, 4):
            found = pages(client, sort=sort, limit=limit)
            listed = [item["id"] for page in found for item in page["items"]]
            assert (listed if sort != "-ingested_at" else sorted(listed)) == ids, (sort, limit)
            assert {page["total"] for page in found} == {4}
    times = [item["ingested_at"] for page in pages(client, sort="-ingested_at", limit=1) for item in page["items"]]
    assert times == sorted(times, reverse=True)
    words = {"MINUTES": ["a.md", "c.md"], "a_m": ["c.md"], "0%": ["a.md"], "b_1": ["b_1.md"], "roof": []}
    for q, ids in words.items():
        (page,) = pages(client, q=q)
        assert ([item["id"] for item in page["items"]], page["total"]) == (ids, len(ids)), q
    for query in ({"sort": "size"}, {"cursor": "zzz"}, {"cursor": "a.md"}):
        assert client.get("/v1/documents", params=query).status_code == 400, query
    missing = client.post("/v1/documents/delete", json={"ids": ["a.md", "none"]})
    assert (missing.status_code, missing.json()["detail"]) == (404, "there is no document 'none'")
    assert client.post("/v1/documents/delete", json={"ids": []}).status_code == 400
    assert pages(client)[0]["total"] == 4
    assert client.post("/v1/documents/delete", json={"ids": ["a.md", "c.md", "a.md"]}).status_code == 204
    assert [item["id"] for item in pages(client)[0]["items"]] == ["b_1.md", "ba1.md"]
