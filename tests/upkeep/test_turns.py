"""Jobs side by side, through a real server: one that takes long holds up no other, and can be cancelled."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.ingest.batches import Work
from rag.ingest.parse import Lane, Limits, ParserProcess
from rag.storage.catalog import Catalog, Job
from rag.upkeep.turns import Turn, Turns
from tests.support.made import slow_pdf
from tests.support.processes import serve
from tests.support.uploading import book, empty_data_dir, finished, killable, status_of

GOOD = b"The mill of Morvane has two wheels and was built in 1844.\n"
OTHER = b"The mill of Morvane has three wheels and was built in 1845.\n"
CANCELLED = ("rejected", "cancelled")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_data_dir(tmp_path_factory.mktemp("turns") / "data")


@pytest.fixture(scope="module")
def client(data_dir: Path) -> Iterator[httpx.Client]:
    with serve(data_dir) as address, httpx.Client(base_url=address, timeout=60) as opened:
        yield opened


def upload(client: httpx.Client, *files: tuple[str, bytes]) -> str:
    response = client.post("/v1/documents", files=[("file", one) for one in files])
    assert response.status_code == 202, response.text
    job: str = response.json()["job"]
    return job


def outcomes(status: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    return [(file["outcome"], file["reason"]) for file in status["files"]]


def wait_for(client: httpx.Client, job: str, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for _ in range(1_200):
        status = status_of(client, job)
        if is_so(status):
            return status
        time.sleep(0.05)
    raise TimeoutError(f"after a minute {job} is {status}")


def cancel(client: httpx.Client, job: str) -> dict[str, Any]:
    response = client.delete(f"/v1/jobs/{job}")
    assert (response.status_code, response.content) == (204, b"")
    return status_of(client, job)


def hostile_slow() -> list[tuple[str, bytes]]:
    return [(f"slow{number}.pdf", slow_pdf(2_000)) for number in range(20)]


def hostile_large() -> list[tuple[str, bytes]]:
    return [(f"large{number}.txt", book(number, 4_000).encode()) for number in range(2)]


def hostile_many() -> list[tuple[str, bytes]]:
    return [(f"many{number}.txt", book(number, 4).encode()) for number in range(600)]


@pytest.mark.parametrize("hostile", [hostile_slow, hostile_large, hostile_many])
def test_small_upload_is_done_long_before_the_job_that_came_first(
    client: httpx.Client, data_dir: Path, hostile: Callable[[], list[tuple[str, bytes]]]
) -> None:
    files = hostile()
    long = upload(client, *files)
    wait_for(client, long, lambda status: bool(status["state"] == "running"))
    good = finished(client, upload(client, (f"{hostile.__name__}.txt", GOOD)))
    assert outcomes(good) == [("added", None)]
    waiting = [outcome for outcome, _ in outcomes(status_of(client, long)) if outcome is None]
    assert len(waiting) > len(files) // 2
    done = cancel(client, long)
    assert done["state"] == "done"
    assert outcomes(done).count(CANCELLED) >= len(files) // 4
    assert done["passages_done"] <= done["passages_total"]
    assert not (data_dir / "spool" / long).exists()
    kept = {item["path"] for item in client.get("/v1/documents", params={"limit": 1000}).json()["items"]}
    assert kept.intersection(name for name, _ in files) == {
        file["name"] for file in done["files"] if file["outcome"] == "added"
    }
    assert status_of(client, long) == done


def test_several_slow_jobs_hold_up_no_other_and_each_ends(client: httpx.Client) -> None:
    slow = [upload(client, (f"one{number}.pdf", slow_pdf(300)), (f"two{number}.txt", GOOD)) for number in range(2)]
    good = [finished(client, upload(client, (f"good{number}.txt", GOOD))) for number in range(3)]
    assert [outcomes(one) for one in good] == [[("added", None)]] * 3
    assert any(status_of(client, job)["state"] != "done" for job in slow)
    for job in slow:
        (pdf, text) = outcomes(finished(client, job))
        assert (pdf[0], str(pdf[1])[:13]) == ("rejected", "no text layer")
        assert text == ("added", None)


def test_file_waits_for_the_earlier_one_of_its_name_and_others_do_not(client: httpx.Client) -> None:
    first = upload(client, ("slow.pdf", slow_pdf(500)), ("mill.txt", GOOD))
    second = upload(client, ("early.txt", GOOD), ("mill.txt", OTHER), ("late.txt", GOOD))
    third = finished(client, upload(client, ("apart.txt", GOOD)))
    early = wait_for(client, second, lambda status: bool(status["files"][0]["outcome"]))
    assert outcomes(third) == [("added", None)]
    assert outcomes(early) == [("added", None), (None, None), (None, None)]
    assert status_of(client, first)["files"][1]["outcome"] is None
    assert [outcome for outcome, _ in outcomes(finished(client, second))] == ["added", "updated", "added"]
    assert [outcome for outcome, _ in outcomes(status_of(client, first))] == ["rejected", "added"]
    assert client.get("/v1/documents/mill/source").content == OTHER


def test_cancelled_job_lets_those_behind_it_go_on(client: httpx.Client) -> None:
    slow, behind = ("wheel.pdf", slow_pdf(2_000)), ("wheel.txt", OTHER)
    first = upload(client, slow, ("wheel.txt", GOOD))
    second = upload(client, behind)
    third = upload(client, behind)
    assert outcomes(cancel(client, second)) == [CANCELLED]  # while it waits
    assert outcomes(cancel(client, first)) == [CANCELLED, CANCELLED]  # while it is read
    assert outcomes(finished(client, third)) == [("added", None)]


def test_cancelling_what_is_done_changes_nothing_and_what_is_not_there_is_not_found(client: httpx.Client) -> None:
    job = upload(client, ("kept.txt", GOOD))
    done = finished(client, job)
    assert cancel(client, job) == cancel(client, job) == done
    assert client.get("/v1/documents/kept").status_code == 200
    missing = client.delete("/v1/jobs/job_x")
    assert (missing.status_code, missing.json()["detail"]) == (404, "there is no job 'job_x'")
    elsewhere = client.delete(f"/v1/jobs/{job}", headers={"origin": "https://evil.example"})
    assert elsewhere.status_code == 403


def test_jobs_are_listed_newest_first_and_by_state(client: httpx.Client) -> None:
    done = upload(client, ("list.txt", GOOD))
    finished(client, done)
    running = upload(client, ("a.pdf", slow_pdf(2_000)), ("b.txt", GOOD))
    wait_for(client, running, lambda status: bool(status["state"] == "running"))
    found = client.get("/v1/jobs").json()["items"]
    assert [one["id"] for one in found[:2]] == [running, done]
    assert found[0] == {
        "id": running,
        "state": "running",
        "collection": "default",
        "created": found[0]["created"],
        "files_done": 0,
        "files_total": 2,
    }
    assert [one["id"] for one in client.get("/v1/jobs", params={"state": "running"}).json()["items"]] == [running]
    cancel(client, running)
    assert client.get("/v1/jobs", params={"state": "running"}).json() == {"items": []}
    assert client.get("/v1/jobs", params={"state": "done"}).json()["items"][0]["files_done"] == 2
    refused = client.get("/v1/jobs", params={"state": "cancelled"})
    assert refused.status_code == 400
    assert refused.json()["detail"] == "state: 'cancelled' is none of queued, running, done, failed"


def test_cancelled_job_does_not_come_back_after_kill_9(tmp_path: Path) -> None:
    data_dir = empty_data_dir(tmp_path / "data")
    with killable(data_dir) as (client, process):
        job = upload(client, ("first.txt", GOOD), ("slow.pdf", slow_pdf(2_000)), ("last.txt", GOOD))
        other = upload(client, ("other.pdf", slow_pdf(2_000)), ("kept.txt", GOOD))
        wait_for(client, job, lambda status: bool(status["files"][0]["outcome"]))
        done = cancel(client, job)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    assert outcomes(done) == [("added", None), CANCELLED, CANCELLED]
    assert [folder.name for folder in (data_dir / "spool").iterdir()] == [other]
    with killable(data_dir) as (client, process):
        assert status_of(client, job) == done
        assert [item["id"] for item in client.get("/v1/documents").json()["items"]] == ["first"]
        assert outcomes(status_of(client, other)) == [(None, None)] * 2
        process.send_signal(signal.SIGTERM)  # a file that is read does not keep it from stopping
        process.wait(timeout=60)
        assert list(data_dir.glob("vectors-*/seal.json"))


# --- whose turn it is ----------------------------------------------------------------------------------------------


def begin(job_id: str) -> Turn:
    return Turn(job_id=job_id, slow=False, parser=ParserProcess(Limits()).seat(Lane.QUICK), work=Work())


def taken(turns: Turns, *, slow: bool = False) -> Turn:
    turn = turns.take(slow=slow, begin=begin)
    assert turn is not None
    return turn


def test_jobs_take_turns_in_two_lines() -> None:
    turns = Turns()
    for name in "abc":
        turns.add(name)
    first = taken(turns)
    assert turns.again(first)
    second = taken(turns)
    assert turns.again(second, slow=True)
    assert [first.job_id, second.job_id] == ["a", "b"]
    assert [taken(turns).job_id, taken(turns).job_id, taken(turns, slow=True).job_id] == ["c", "a", "b"]


def test_job_behind_another_waits_until_that_is_finished_or_dropped() -> None:
    turns = Turns()
    for name in "abcd":
        turns.add(name)
    a, b, c, _ = (taken(turns) for _ in range(4))
    assert turns.wait_behind(b, "a")
    assert turns.wait_behind(c, "b")
    turns.finish(a)
    again = taken(turns)
    assert again.job_id == "b"
    assert turns.wait_behind(again, "a")  # which is finished: it does not wait
    assert taken(turns).job_id == "b"
    dropping = threading.Thread(target=turns.drop, args=("b",))
    dropping.start()
    assert taken(turns).job_id == "c"
    b_at_work = turns.at_work("b")
    assert b_at_work is not None
    assert b_at_work.work.stop.is_set()
    assert not turns.again(b_at_work)
    dropping.join(10)
    assert turns.at_work("b") is None


def test_no_turn_is_taken_after_the_end() -> None:
    turns = Turns()
    turns.add("a")
    turn = taken(turns)
    turns.add("b")
    turns.stop()
    assert turns.take(slow=False, begin=begin) is None
    assert turn.work.stop.is_set()


# --- what the catalog says ------------------------------------------------------------------------------------------


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog(tmp_path / "catalog.db")
    for collection in ("default", "other"):
        catalog.ensure_collection(collection)
    yield catalog
    catalog.close()


def added(catalog: Catalog, job_id: str, names: list[str], collection: str = "default") -> Job:
    catalog.jobs.add(job_id, collection, names, keep=10)
    return catalog.jobs.find(job_id)


def test_file_waits_for_the_last_unfinished_job_before_its_own_with_its_name(catalog: Catalog) -> None:
    for number, names in enumerate((["a.txt", "b.txt"], ["a.txt"], ["c.txt", "d.md"])):
        added(catalog, f"job{number}", names)
    added(catalog, "elsewhere", ["d.md"], "other")
    job = added(catalog, "mine", ["a.txt", "d.md.txt", "e.txt"])
    added(catalog, "later", ["e.txt"])
    assert catalog.jobs.earlier(job) == {"a.txt": "job1", "d.md.txt": "job2"}
    for position, document in enumerate(("c", None)):
        outcome = "added" if document else "rejected"
        catalog.jobs.finish_file("job2", position, outcome=outcome, document_id=document, reason=None, passages=1)
    catalog.jobs.finish("job1", "failed")
    assert catalog.jobs.earlier(job) == {"a.txt": "job0"}


def test_outcome_that_came_first_stays_unless_the_file_became_a_document(catalog: Catalog) -> None:
    added(catalog, "job", ["a.txt", "b.txt", "c.txt"])
    catalog.jobs.cancel("job", "cancelled")
    for position, document in enumerate(("a", None)):
        outcome = "added" if document else "rejected"
        catalog.jobs.finish_file("job", position, outcome=outcome, document_id=document, reason=None, passages=1)
    job = catalog.jobs.begin("job")
    assert job.state == "done"
    assert [(file.outcome, file.reason) for file in job.files] == [("added", None), CANCELLED, CANCELLED]
    assert catalog.jobs.resume() == []
