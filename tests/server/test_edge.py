"""Who may ask, from where, under which name, and how slowly: against real servers."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, post

from server.api.bodies import MOST_BODY_BYTES, SearchRequest, strict_json
from server.http.edge import BodyTime, Edge, host_name, own_hosts
from server.http.problems import HANDLERS
from tests.support.processes import run_here, serve

PATHS = [
    *("/", "/static/app.js", "/static/nowhere", "/schema", "/schema/openapi.json", "/api-page/swagger-ui.css"),
    *("/health/live", "/health/ready", "/nowhere", "/v1/suggestions", "/v1/jobs/nowhere", "/v1/answers/nowhere"),
    *("/v1/documents", "/v1/documents/nowhere", "/v1/documents/nowhere/text", "/v1/documents/nowhere/source"),
    *("/v1/documents/nowhere/paragraphs", "/v1/collections", "/v1/ask", "/v1/search"),
]
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]
FOREIGN = ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.2", ""]
OWN = ["localhost", "localhost:{port}", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:{port}", "[::1]:{port}", "[::1]"]
QUESTION = {"question": "How many prisoners of war will be exchanged?"}


@pytest.fixture(scope="module")
def client(seeds_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=seeds_server, timeout=60) as opened:
        yield opened


def hosted(client: httpx.Client, host: str) -> dict[str, str]:
    return {"host": host.replace("{port}", str(client.base_url.port))}


@pytest.mark.parametrize("host", FOREIGN)
def test_foreign_host_is_refused_on_every_route_and_method(client: httpx.Client, host: str) -> None:
    for path in PATHS:
        for method in METHODS:
            response = client.request(method, path, headers=hosted(client, host))
            assert response.status_code == 421, (method, path)
            if method != "HEAD":
                assert response.json()["status"] == 421


@pytest.mark.parametrize("host", OWN)
def test_own_host_is_served(client: httpx.Client, host: str) -> None:
    assert client.get("/v1/documents", headers=hosted(client, host)).status_code == 200
    assert client.post("/v1/search", json={"query": "peace"}, headers=hosted(client, host)).status_code == 200


def test_allowed_hosts_of_the_settings_are_served(tmp_path: Path) -> None:
    with serve(tmp_path / "data", FOOTNOTE_ALLOWED_HOSTS="notes.example, Other.Example") as address:
        for host, status in [("notes.example", 200), ("other.example:99", 200), ("evil.example", 421)]:
            assert httpx.get(f"{address}/health/live", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("bound", "host", "own"),
    [
        ("127.0.0.1", "127.0.0.1:8000", True),
        ("127.0.0.1", "192.168.1.7:8000", False),
        ("0.0.0.0", "192.168.1.7:8000", True),
        ("::", "[fd00::7]:8000", True),
        ("0.0.0.0", "evil.example", False),
        ("192.168.1.7", "192.168.1.7", True),
        ("fd00::7", "[FD00::7]:80", True),
        ("Notes.Example", "notes.example", True),
        ("192.168.1.7", "192.168.1.8", False),
    ],
)
def test_own_hosts_are_those_of_the_address(bound: str, host: str, own: bool) -> None:
    hosts, any_address = own_hosts(bound, ())
    edge = Edge(nothing, hosts=hosts, any_address=any_address, policy=str, busy_seconds=lambda: None)
    assert edge.is_own(host) is own


async def nothing(*_: object) -> None:
    """An application that is not asked."""


@pytest.mark.parametrize("host", ["notes.example", "notes.example:80", "NOTES.example.", "notes.example.:80"])
def test_host_name_is_without_port_and_case(host: str) -> None:
    assert host_name(host) == "notes.example"


CROSS = {"sec-fetch-site": "cross-site"}
LINK = {**CROSS, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize(
    ("headers", "reading", "writing"),
    [
        ({}, 200, 200),
        ({"sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}, 200, 200),
        ({"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}, 200, 200),
        (LINK, 200, 403),
        ({**LINK, "sec-fetch-site": "same-site"}, 200, 403),
        ({**CROSS, "sec-fetch-mode": "cors", "origin": "https://evil.example"}, 403, 403),
        ({**CROSS, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, 403, 403),
        ({**CROSS, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty"}, 403, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}, 403, 403),
        ({**LINK, "sec-fetch-dest": "iframe"}, 403, 403),
        ({**LINK, "sec-purpose": "prefetch;prerender"}, 403, 403),
        ({**LINK, "purpose": "prefetch"}, 403, 403),
        (CROSS, 403, 403),
        ({"origin": "https://evil.example"}, 403, 403),
        ({"origin": "null"}, 403, 403),
    ],
)
def test_only_a_person_comes_from_another_site(
    client: httpx.Client, headers: dict[str, str], reading: int, writing: int
) -> None:
    for path in ("/", "/static/app.js", "/v1/documents", "/v1/suggestions?near=peace", "/schema/openapi.json"):
        for method in ("GET", "HEAD"):
            assert client.request(method, path, headers=headers).status_code == reading, (method, path)
    assert client.post("/v1/search", json={"query": "peace"}, headers=headers).status_code == writing


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_every_response_has_the_safe_headers_and_an_id(client: httpx.Client, method: str) -> None:
    seen = set()
    for path in PATHS:
        for host in (None, "evil.example"):
            response = client.request(method, path, headers={"host": host} if host else {})
            assert response.headers["cross-origin-resource-policy"] == "same-origin", path
            assert response.headers["cross-origin-opener-policy"] == "same-origin"
            assert response.headers["x-content-type-options"] == "nosniff"
            assert response.headers["referrer-policy"] == "no-referrer"
            assert "default-src 'none'" in response.headers["content-security-policy"]
            seen.add(response.headers["x-request-id"])
    assert len(seen) == 2 * len(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_its_body(client: httpx.Client, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    differs = {"date", "x-request-id"}
    assert {name: value for name, value in head.headers.items() if name not in differs} == {
        name: value for name, value in get.headers.items() if name not in differs
    }


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/documents", "GET, HEAD, OPTIONS, POST"),
        ("/v1/documents/nowhere", "DELETE, GET, HEAD, OPTIONS"),
        ("/v1/collections", "GET, HEAD, OPTIONS, POST"),
        ("/v1/ask", "OPTIONS, POST"),
        ("/", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_and_a_wrong_method_name_every_method(client: httpx.Client, path: str, methods: str) -> None:
    options = client.options(path)
    assert (options.status_code, options.headers["allow"], options.content) == (204, methods, b"")
    wrong = client.put(path)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, methods)


def test_options_of_an_unknown_address_is_not_found(client: httpx.Client) -> None:
    assert client.options("/nowhere").status_code == 404


def raw(address: str, sent: bytes) -> bytes:
    """What a server answers to bytes, until it closes."""
    url = httpx.URL(address)
    with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_large_head_is_refused(seeds_server: str) -> None:
    sent = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n"
    with suppress(ConnectionResetError):  # it is closed while the rest is still on its way
        assert raw(seeds_server, sent).startswith(b"HTTP/1.1 400 ")
    assert httpx.get(f"{seeds_server}/health/live").status_code == 200


def test_large_json_is_refused_before_it_is_read(client: httpx.Client) -> None:
    history = [{"role": "user", "content": "x" * MOST_BODY_BYTES}]
    response = client.post("/v1/ask", json={**QUESTION, "history": history})
    assert (response.status_code, response.headers["content-type"]) == (413, "application/problem+json")


def test_long_conversation_is_refused_by_its_limit(client: httpx.Client) -> None:
    turn = {"role": "user", "content": "Who met Putin?"}
    assert client.post("/v1/ask", json={**QUESTION, "history": [turn] * 200}).status_code == 200
    response = client.post("/v1/ask", json={**QUESTION, "history": [turn] * 201})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "history")


@post("/checked", before_request=strict_json(SearchRequest))
async def checked() -> str:
    """Takes what ``POST /v1/search`` takes."""
    return "fits"


@post("/count")
async def count(request: Request[Any, Any, Any]) -> int:
    """The length of a body."""
    return len(await request.body())


def head(length: int) -> bytes:
    """The head of a request with a JSON body of so many bytes."""
    fields = f"Host: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}"
    return f"POST /checked HTTP/1.1\r\n{fields}\r\n\r\n".encode()


def edge_of(*handlers: Any, **times: float) -> Edge:
    app = Litestar(list(handlers), exception_handlers=HANDLERS, logging_config=None)
    hosts, _ = own_hosts("127.0.0.1", ())
    time_for_it = BodyTime(**times)  # type: ignore[arg-type]
    return Edge(app, hosts=hosts, any_address=False, policy=str, busy_seconds=lambda: None, body_time=time_for_it)


@pytest.mark.parametrize("kind", ["silent", "trickling"])
def test_body_that_does_not_come_in_time_is_a_problem(kind: str) -> None:
    times = {"idle": 0.2, "whole": 30.0} if kind == "silent" else {"idle": 30.0, "whole": 0.5}
    with run_here(edge_of(checked, **times)) as address:
        url = httpx.URL(address)
        with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
            connection.sendall(head(9_999))
            for _ in range(200 if kind == "trickling" else 0):
                time.sleep(0.02)
                try:
                    connection.sendall(b" ")
                except OSError:
                    break
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["status"] == 408
        assert httpx.post(f"{address}/checked", json={"query": "a"}).text == "fits"


def test_body_that_keeps_coming_fast_may_take_longer() -> None:
    def slowly() -> Iterator[bytes]:
        for _ in range(10):
            time.sleep(0.05)
            yield b"x" * 1_000

    with run_here(edge_of(count, whole=0.1, rate=1_000)) as address:
        assert httpx.post(f"{address}/count", content=slowly()).json() == 10_000


def test_client_that_leaves_midway_leaves_no_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with run_here(edge_of(checked)) as address:
        url = httpx.URL(address)
        for _ in range(5):
            with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
                connection.sendall(head(99) + b"{")
        assert httpx.post(f"{address}/checked", json={"query": "a"}).text == "fits"
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
