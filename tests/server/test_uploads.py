"""Documents over HTTP, against a real server: uploads and their jobs, removal, collections, and what is refused."""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.http.filenames import display_name
from tests.support.processes import serve

LIGHTHOUSE = b"The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"
HARBOUR = b"The harbour of Pelm was dug in 1902 by Otto Reed. Its basin holds sixty ships.\n"
WHO_BUILT = "Who built the lighthouse of Morvane?"
WHO_DUG = "Who dug the harbour of Pelm?"
MULTIPART = {"content-type": "multipart/form-data; boundary=cut"}
LIMIT = 2_000_000


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that takes no seeds in."""
    folder = tmp_path_factory.mktemp("uploads") / "data"
    folder.mkdir()
    (folder / "seeded").touch()
    return folder


@pytest.fixture(scope="module")
def client(data_dir: Path) -> Iterator[httpx.Client]:
    with serve(data_dir, FOOTNOTE_MAX_UPLOAD_MB="2") as address, httpx.Client(base_url=address, timeout=60) as opened:
        yield opened


@pytest.fixture
def collection(client: httpx.Client, request: pytest.FixtureRequest) -> str:
    """A new collection of this test alone."""
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:20]
    response = client.post("/v1/collections", json={"id": name})
    assert response.json() == {"id": name, "documents": 0, "passages": 0, "version": 0}
    assert response.status_code == 201
    return name


def upload(client: httpx.Client, collection: str, *files: tuple[str, bytes]) -> dict[str, Any]:
    """Upload files and wait for their job; its last status."""
    parts = [("file", (name, content, "application/octet-stream")) for name, content in files]
    response = client.post("/v1/documents", files=parts, data={"collection": collection})
    assert response.status_code == 202, response.text
    assert list(response.json()) == ["job"]
    assert response.headers["location"] == f"/v1/jobs/{response.json()['job']}"
    return finished(client, response.json()["job"])


def finished(client: httpx.Client, job_id: str) -> dict[str, Any]:
    for _ in range(600):
        status: dict[str, Any] = client.get(f"/v1/jobs/{job_id}").json()
        if status["state"] in ("done", "failed"):
            return status
        time.sleep(0.05)
    raise TimeoutError(f"{job_id} is not done after 30 seconds")


def asked(client: httpx.Client, question: str, collection: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.post("/v1/ask", json={"question": question, "collection": collection}).json()
    return answer


def refused(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    detail: str = response.json()["detail"]
    assert response.json()["status"] == status
    return detail


def spooled(data_dir: Path) -> list[Path]:
    return sorted((data_dir / "spool").glob("*"))


def test_uploaded_files_are_answered_from_and_their_spool_is_removed(
    client: httpx.Client, collection: str, data_dir: Path
) -> None:
    status = upload(client, collection, ("lamp.txt", LIGHTHOUSE), ("bad.txt", b" \n"), ("port.md", HARBOUR))
    assert list(status) == ["id", "state", "files", "passages_done", "passages_total"]
    assert (status["state"], status["passages_done"], status["passages_total"]) == ("done", 2, 2)
    assert status["files"] == [
        {"name": "lamp.txt", "outcome": "added", "document_id": f"{collection}~lamp", "reason": None},
        {
            "name": "bad.txt",
            "outcome": "rejected",
            "document_id": None,
            "reason": "empty: the file has no letter or digit",
        },
        {"name": "port.md", "outcome": "added", "document_id": f"{collection}~port.md", "reason": None},
    ]
    assert asked(client, WHO_BUILT, collection)["citations"][0]["quote"] in LIGHTHOUSE.decode()
    assert "Otto Reed" in asked(client, WHO_DUG, collection)["answer"]
    assert client.get(f"/v1/documents/{collection}~lamp/source").content == LIGHTHOUSE
    assert spooled(data_dir) == []


def test_same_name_is_the_same_document(client: httpx.Client, collection: str) -> None:
    changed = LIGHTHOUSE.replace(b"Ada Stone", b"Ben Wood")
    outcomes = [
        upload(client, collection, ("lamp.txt", content))["files"][0] for content in (LIGHTHOUSE, LIGHTHOUSE, changed)
    ]
    assert [one["outcome"] for one in outcomes] == ["added", "unchanged", "updated"]
    assert {one["document_id"] for one in outcomes} == {f"{collection}~lamp"}
    assert "Ben Wood" in asked(client, WHO_BUILT, collection)["answer"]
    found = client.post("/v1/search", json={"query": "Ada Stone", "collection": collection}).json()["passages"]
    assert [passage["text"].count("Ada") for passage in found] == [0]


def test_files_of_one_name_in_one_request_are_one_document_the_last(client: httpx.Client, collection: str) -> None:
    status = upload(client, collection, ("a/lamp.txt", LIGHTHOUSE), ("b/lamp.txt", HARBOUR), ("c/lamp.txt", HARBOUR))
    assert [one["outcome"] for one in status["files"]] == ["added", "updated", "unchanged"]
    assert client.get(f"/v1/documents/{collection}~lamp/source").content == HARBOUR


def test_same_content_under_two_names_is_kept_twice(client: httpx.Client, collection: str) -> None:
    upload(client, collection, ("one.txt", LIGHTHOUSE), ("two.txt", LIGHTHOUSE))
    items = client.get("/v1/documents", params={"collection": collection}).json()["items"]
    assert [item["path"] for item in items] == ["one.txt", "two.txt"]


def test_removed_document_is_gone_at_once_and_can_be_brought_again(client: httpx.Client, collection: str) -> None:
    upload(client, collection, ("lamp.txt", LIGHTHOUSE), ("port.txt", HARBOUR))
    address = f"/v1/documents/{collection}~lamp"
    removed = client.delete(address)
    assert (removed.status_code, removed.content) == (204, b"")
    for gone in (client.get(address), client.get(f"{address}/text"), client.get(f"{address}/source")):
        assert refused(gone, 404) == f"there is no document '{collection}~lamp'"
    assert refused(client.delete(address), 404) == f"there is no document '{collection}~lamp'"
    answer = asked(client, WHO_BUILT, collection)
    assert (answer["answered"], "Morvane" in answer["missing_terms"]) == (False, True)
    assert {passage["document_id"] for passage in answer["passages"]} == {f"{collection}~port"}
    assert client.get("/health/ready").status_code == 200
    assert upload(client, collection, ("lamp.txt", LIGHTHOUSE))["files"][0]["outcome"] == "added"
    assert "Ada Stone" in asked(client, WHO_BUILT, collection)["answer"]


def test_collections_answer_from_their_own_documents_alone(client: httpx.Client, collection: str) -> None:
    other = f"{collection}-2"
    client.post("/v1/collections", json={"id": other})
    upload(client, collection, ("lamp.txt", LIGHTHOUSE))
    upload(client, other, ("lamp.txt", HARBOUR))
    assert "Ada Stone" in asked(client, WHO_BUILT, collection)["answer"]
    assert asked(client, WHO_BUILT, other)["missing_terms"] == ["built", "lighthouse", "Morvane"]
    sizes = {one["id"]: one for one in client.get("/v1/collections").json()}
    assert [sizes[name]["documents"] for name in (collection, other)] == [1, 1]
    assert client.delete(f"/v1/collections/{other}").status_code == 204
    assert refused(client.get(f"/v1/documents/{other}~lamp"), 404) == f"there is no document '{other}~lamp'"
    assert refused(client.post("/v1/ask", json={"question": WHO_DUG, "collection": other}), 404)
    assert "Ada Stone" in asked(client, WHO_BUILT, collection)["answer"]
    assert client.post("/v1/collections", json={"id": other}).status_code == 201
    assert asked(client, WHO_DUG, other)["passages"] == []
    assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize("name", ["", "ab", "Abc", "a b", "-abc", "abc-", "a/b", "ünder", "a" * 64, "../x"])
def test_collection_of_a_bad_name_is_refused_with_the_rule(client: httpx.Client, name: str) -> None:
    detail = refused(client.post("/v1/collections", json={"id": name}), 400)
    assert detail == f"collection {name!r}: 3 to 63 of a-z, 0-9, - and _, letter or digit at both ends"


def test_collection_that_is_there_or_must_stay_is_a_conflict(client: httpx.Client, collection: str) -> None:
    again = client.post("/v1/collections", json={"id": collection})
    assert refused(again, 409) == f"there is a collection '{collection}' already"
    assert refused(client.delete("/v1/collections/default"), 409).startswith("collection 'default' is the one")
    assert refused(client.delete("/v1/collections/nowhere"), 404) == "there is no collection 'nowhere'"
    assert "name" in refused(client.post("/v1/collections", json={"name": "abc"}), 400)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\notes\\roof.txt", "roof.txt"),
        ("/abs/olute.txt", "olute.txt"),
        ("nul\x00l\x1b[31m.txt", "null[31m.txt"),
        ("\u202egnp.txt", "gnp.txt"),
        ("a\nb\r\n.txt", "ab.txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("العربية.txt", "العربية.txt"),
        ("日本語 メモ.txt", "日本語 メモ.txt"),
        ("می\u200cخواهم.txt", "می\u200cخواهم.txt"),
        ("👩‍🚀.txt", "👩‍🚀.txt"),
        ('<img src=x onerror="1">.txt', '<img src=x onerror="1">.txt'),
        ("%2e%2e%2fx.txt", "%2e%2e%2fx.txt"),
        ("..", "unnamed"),
        (" . ", "unnamed"),
        ("\u200b", "unnamed"),
        ("é" * 300 + ".txt", "é" * 125 + ".txt"),
        ("x" * 300, "x" * 255),
        ("x." + "y" * 300, "x." + "y" * 253),
    ],
)
def test_file_name_is_shown_without_its_tricks(given: str, shown: str) -> None:
    assert display_name(given) == shown
    assert display_name(shown) == shown


def test_names_of_every_script_are_documents_that_can_be_fetched(client: httpx.Client, collection: str) -> None:
    names = ["العربية.txt", "日本語 メモ.txt", "../../../up.txt", "é" * 300 + ".txt", "\u202egnp.txt", "👩‍🚀.txt"]
    status = upload(client, collection, *((name, LIGHTHOUSE) for name in names))
    assert [one["outcome"] for one in status["files"]] == ["added"] * len(names)
    assert [one["name"] for one in status["files"]] == [display_name(name) for name in names]
    for one in status["files"]:
        record = client.get(f"/v1/documents/{one['document_id']}").json()
        assert record["path"] == one["name"]
    assert len({one["document_id"] for one in status["files"]}) == len(names)


def part(disposition: str, content: bytes = b"x") -> bytes:
    return b"--cut\r\nContent-Disposition: form-data; " + disposition.encode() + b"\r\n\r\n" + content + b"\r\n"


FILE = part('name="file"; filename="lamp.txt"', LIGHTHOUSE)
END = b"--cut--\r\n"


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (END, 400, "there is no file; send at least one part named 'file' that has a file name"),
        (part('name="collection"', b"default") + END, 400, "there is no file"),
        (part('name="file"; filename=""', b"") + END, 400, "there is no file"),
        (part('name="file"') + END, 400, "file: send it as a file, with a file name"),
        (FILE + part('name="colection"') + END, 400, "unknown field 'colection'"),
        (FILE + part('name="collection"; filename="x"') + END, 400, "unknown field 'collection'"),
        (FILE + part('name="collection"', b"y" * 1_001) + END, 400, "collection: more than 1000 bytes"),
        (FILE + part('name="collection"', b"nowhere") + END, 404, "there is no collection 'nowhere'"),
        (FILE + part('name="collection"', b"\xff\x00") + END, 404, "there is no collection '\ufffd\\x00'"),
        (FILE, 400, "the body cannot be read as multipart/form-data: Unexpected end"),
        (FILE[:60], 400, "the body cannot be read as multipart/form-data: Unexpected end"),
        (b"", 400, "the body cannot be read as multipart/form-data: Unexpected end"),
        (b"garbage", 400, "the body cannot be read as multipart/form-data"),
        (b"--cut\r\nX: y\r\n\r\nx\r\n" + END, 400, "Missing Content-Disposition"),
        (b"--cut\r\nContent-Disposition: form-data; name=\xff\r\n\r\nx\r\n" + END, 400, "failed to decode"),
        (part('name="file"; filename="' + "x" * 9_000 + '"') + END, 413, "header length exceeded"),
        (FILE + part('name="collection"') * 2 + END, 400, "collection is given more than once"),
        (FILE + part('name="sources"', b'[{"path": "a/b.txt"}]') + END, 400, "missing required field `origin`"),
        (FILE + part('name="sources"', b"\xff") + END, 400, "sources: "),
        (FILE + part('name="sources"', b"[]") + END, 400, "sources: 0 for 1 files"),
        (
            FILE + part('name="sources"', b'[{"path": "a/../b.txt", "origin": "x"}]') + END,
            400,
            "not one below a folder",
        ),
        (FILE + part('name="sources"', b'[{"path": "/b.txt", "origin": "x"}]') + END, 400, "not one below a folder"),
        (FILE + part('name="sources"', b"y" * 900_001) + END, 400, "sources: more than 900000 bytes"),
        (FILE * 1_001 + END, 413, "at most 1000 files a request"),
        (FILE * 1_002 + END, 413, "at most 1000 files a request"),
        (b"--cut\r\nA: b\r\n" * 20 + END, 400, "Malformed segment header"),
    ],
)
def test_body_that_is_no_upload_is_refused(
    client: httpx.Client, data_dir: Path, body: bytes, status: int, message: str
) -> None:
    assert message in refused(client.post("/v1/documents", content=body, headers=MULTIPART), status)
    assert spooled(data_dir) == []


@pytest.mark.parametrize("kind", [None, "application/json", "text/plain", "multipart/mixed; boundary=cut"])
def test_other_content_type_is_unsupported(client: httpx.Client, kind: str | None) -> None:
    response = client.post("/v1/documents", content=FILE + END, headers={"content-type": kind} if kind else {})
    assert "multipart/form-data" in refused(response, 415)


def test_multipart_without_a_boundary_is_refused(client: httpx.Client) -> None:
    headers = {"content-type": "multipart/form-data"}
    assert "boundary" in refused(client.post("/v1/documents", content=FILE + END, headers=headers), 400)


def test_too_large_a_file_is_refused_before_it_is_read_and_while_it_comes(client: httpx.Client, data_dir: Path) -> None:
    def body(megabytes: int) -> Iterator[bytes]:
        yield part('name="file"; filename="big.txt"', b"")[:-2]
        for _ in range(megabytes):
            yield b"x" * 1_000_000
        yield b"\r\n" + END

    told = refused(client.post("/v1/documents", files={"file": ("big.txt", b"x" * 4_000_000)}), 413)
    assert told.startswith("the request has 4000")
    assert told.endswith("at most 2000000 bytes are accepted; FOOTNOTE_MAX_UPLOAD_MB changes that")
    found = refused(client.post("/v1/documents", content=body(3), headers=MULTIPART), 413)
    assert found.startswith("'big.txt' has more than 2000000 bytes;")
    small = [("file", (f"{number}.txt", b"x" * 500_000)) for number in range(5)]
    together = refused(client.post("/v1/documents", files=small), 413)
    assert together.startswith("the files have more than 2000000 bytes")
    assert spooled(data_dir) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "https://behind.a.proxy.example"}, 400),
        ({"sec-fetch-site": "none"}, 400),
        ({"origin": "{self}"}, 400),
        ({}, 400),
    ],
)
def test_page_of_another_site_may_do_nothing(client: httpx.Client, headers: dict[str, str], status: int) -> None:
    own = {name: value.replace("{self}", str(client.base_url).rstrip("/")) for name, value in headers.items()}
    refused(client.post("/v1/documents", content=END, headers={**MULTIPART, **own}), status)
    missing = 403 if status == 403 else 404
    refused(client.delete("/v1/documents/nowhere", headers=own), missing)
    refused(client.delete("/v1/collections/nowhere", headers=own), missing)
    assert client.get("/v1/collections", headers=own).status_code == (403 if status == 403 else 200)


def test_unknown_job_is_not_found(client: httpx.Client) -> None:
    assert refused(client.get("/v1/jobs/nowhere"), 404) == "there is no job 'nowhere'"


def test_openapi_describes_the_upload(client: httpx.Client) -> None:
    paths = client.get("/schema/openapi.json").json()["paths"]
    form = paths["/v1/documents"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert (form["required"], set(form["properties"])) == (["file"], {"file", "collection", "sources"})
    statuses = {
        ("/v1/documents", "post"): {"202", "400", "404", "413", "415", "503", "507"},
        ("/v1/documents/{document_id}", "delete"): {"204", "400", "404", "503", "507"},
        ("/v1/jobs/{job_id}", "get"): {"200", "400", "404", "503"},
        ("/v1/collections", "post"): {"201", "400", "409", "413", "415", "503", "507"},
        ("/v1/collections/{collection}", "delete"): {"204", "400", "404", "409", "503", "507"},
    }
    for (path, method), expected in statuses.items():
        every = {"401", "403", "421", "429"}  # who may ask, and how often
        assert set(paths[path][method]["responses"]) == expected | every, path
