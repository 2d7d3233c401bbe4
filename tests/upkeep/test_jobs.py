"""Jobs: what was accepted is taken in whatever happens to the server, and questions are answered meanwhile."""

import hashlib
import itertools
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.errors import NotFound
from rag.storage.catalog import Catalog
from tests.support.processes import serve
from tests.support.uploading import TOWNS, book, empty_data_dir, finished, killable, status_of

_VERSIONS = 4


def upload(client: httpx.Client, texts: dict[str, str], collection: str = "default") -> str:
    parts = [("file", (name, text.encode())) for name, text in texts.items()]
    response = client.post("/v1/documents", files=parts, data={"collection": collection})
    assert response.status_code == 202, response.text
    job: str = response.json()["job"]
    return job


def test_accepted_files_survive_kill_9_and_the_job_goes_on(tmp_path: Path) -> None:
    data_dir = empty_data_dir(tmp_path / "data")
    texts = {f"book{number:02}.txt": book(number, 20) for number in range(10)}
    with killable(data_dir) as (client, process):
        job, second = upload(client, texts), upload(client, {"last.txt": book(99, 2)})
        while not any(file["outcome"] for file in status_of(client, job)["files"]):
            time.sleep(0.02)
        before = status_of(client, job)
        process.send_signal(signal.SIGKILL)
    assert before["state"] == "running"
    assert sum(file["outcome"] is None for file in before["files"]) > 2
    (data_dir / "spool" / "job_nobody_was_told_of").mkdir()
    with killable(data_dir) as (client, process):
        resumed = status_of(client, job)
        process.send_signal(signal.SIGTERM)  # once more, this time politely
        assert process.wait(timeout=60) == -signal.SIGTERM  # uvicorn closes everything, then lets it end the process
    assert list(data_dir.glob("vectors-*/seal.json"))
    done_before = [file for file in before["files"] if file["outcome"]]
    assert all(file in resumed["files"] for file in done_before)
    with killable(data_dir) as (client, _):
        for one, names in ((job, list(texts)), (second, ["last.txt"])):
            after = finished(client, one)
            assert [file["name"] for file in after["files"]] == names
            assert {file["outcome"] for file in after["files"]} <= {"added", "unchanged"}
            assert after["state"] == "done"
        for name, text in texts.items():
            assert client.get(f"/v1/documents/{name.removesuffix('.txt')}/source").content == text.encode()
        found = client.post("/v1/search", json={"query": "Entry 1 of ledger 99", "limit": 3}).json()["passages"]
        assert found[0]["document_id"] == "last"
        assert client.get("/health/ready").status_code == 200
        assert list((data_dir / "spool").iterdir()) == []


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(empty_data_dir(tmp_path_factory.mktemp("jobs") / "data")) as address:
        yield address


def test_progress_grows_and_a_collection_stays_while_its_job_runs(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as client:
        client.post("/v1/collections", json={"id": "ledgers"})
        job = upload(client, {f"{number}.txt": book(number, 24) for number in range(7)}, "ledgers")
        seen = [status_of(client, job)]
        refused = client.delete("/v1/collections/ledgers")
        while seen[-1]["state"] != "done":
            time.sleep(0.02)
            seen.append(status_of(client, job))
        assert refused.status_code == 409
        assert refused.json()["detail"] == "collection 'ledgers' has 1 unfinished jobs; wait for them"
        for earlier, later in itertools.pairwise(seen):
            assert earlier["passages_done"] <= later["passages_done"] <= later["passages_total"]
            assert earlier["passages_total"] <= later["passages_total"]
        assert any(0 < one["passages_done"] < one["passages_total"] for one in seen)
        passages = client.get("/v1/collections").json()[1]["passages"]
        assert seen[-1]["passages_done"] == seen[-1]["passages_total"] == passages > 150
        assert client.delete("/v1/collections/ledgers").status_code == 204
        assert status_of(client, job)["state"] == "done"


def versions_of_ledgers() -> dict[str, list[str]]:
    """Texts of each file, in which the same sentences are elsewhere."""
    found: dict[str, list[str]] = {f"{town}.txt": [] for town in TOWNS}
    for count in range(_VERSIONS):
        for number, town in enumerate(TOWNS):
            found[f"{town}.txt"].append("Once upon a time there was rye. " * count + book(number, 3 + count))
    return found


def change_documents(address: str, versions: dict[str, list[str]], over: threading.Event) -> None:
    """Upload one version of every file after the other, and remove some in between."""
    with httpx.Client(base_url=address, timeout=60) as client:
        for count in range(_VERSIONS):
            finished(client, upload(client, {name: texts[count] for name, texts in versions.items()}))
            for town in TOWNS[:: count + 1]:
                assert client.delete(f"/v1/documents/{town}").status_code == 204
    over.set()


def check_exact(answer: dict[str, Any], versions: dict[str, list[str]]) -> int:
    """Every citation is of the version that it names, every passage of one of them; the number of citations."""
    by_sha = {hashlib.sha256(text.encode()).hexdigest(): text for texts in versions.values() for text in texts}
    for citation in answer["citations"]:
        assert by_sha[citation["sha256"]][citation["start"] : citation["end"]] == citation["quote"]
    for passage in answer["passages"]:
        texts = versions[f"{passage['document_id']}.txt"]
        assert passage["text"] in [text[passage["start"] : passage["end"]] for text in texts]
    return len(answer["citations"])


def test_every_citation_is_exact_while_documents_change(address: str) -> None:
    versions, over = versions_of_ledgers(), threading.Event()
    with httpx.Client(base_url=address, timeout=60) as client:
        changing = threading.Thread(target=change_documents, args=(address, versions, over))
        changing.start()
        cited = 0
        for town in itertools.cycle(TOWNS):
            question = f"How many sacks of rye does the ledger of {town} list?"
            response = client.post("/v1/ask", json={"question": question})
            assert response.status_code == 200, response.text
            cited += check_exact(response.json(), versions)
            if over.is_set():
                break
        changing.join()
        assert cited > 10
        assert client.get("/health/ready").status_code == 200
        kept = sorted(set(TOWNS).difference(TOWNS[::_VERSIONS]))
        assert [item["id"] for item in client.get("/v1/documents").json()["items"]] == kept


def test_only_the_newest_finished_jobs_are_kept(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.db")
    catalog.ensure_collection("default")
    for number in range(6):
        catalog.jobs.add(f"job{number}", "default", ["a.txt", "b.txt"], keep=2)
        if number != 1:
            catalog.jobs.finish(f"job{number}", "done")
    kept = [number for number in range(6) if _is_kept(catalog, f"job{number}")]
    assert kept == [1, 3, 4, 5]  # the unfinished one, the newest two when the last was added, and that
    assert catalog.jobs.resume() == ["job1"]
    following = catalog.jobs.begin("job1")
    assert (following.id, following.state, [file.name for file in following.files]) == (
        "job1",
        "running",
        ["a.txt", "b.txt"],
    )
    with pytest.raises(NotFound, match="there is no collection 'nowhere'"):
        catalog.jobs.add("job9", "nowhere", ["a.txt"], keep=2)
    catalog.close()


def _is_kept(catalog: Catalog, job_id: str) -> bool:
    try:
        return catalog.jobs.find(job_id).id == job_id
    except NotFound:
        return False
