"""Connections that send nothing, too slowly, or never read: each ends, and the others are served."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import psutil
import pytest
from litestar import Litestar, get, post

from server.http.connections import Waits, bounded
from tests.support.processes import run_here

WAITS = Waits(head=0.4, unread=0.6, rest=0.3)
LARGE = b"x" * 20_000_000


@get("/small", sync_to_thread=False)
def small() -> str:
    """A few bytes."""
    return "small"


@get("/large", sync_to_thread=False)
def large() -> bytes:
    """More bytes than any buffer takes."""
    return LARGE


@post("/unwanted", sync_to_thread=False)
def unwanted() -> str:
    """Answers without reading the body."""
    return "enough"


@contextmanager
def bounded_server(most: int = 50) -> Iterator[str]:
    app = Litestar([small, large, unwanted], logging_config=None)
    with run_here(app, http=bounded(most, WAITS)) as address:
        yield address


def connected(address: str, *, receive_buffer: int | None = None) -> socket.socket:
    url = httpx.URL(address)
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(30)
    connection.connect((url.host, url.port or 80))
    return connection


def is_closed(connection: socket.socket) -> bool:
    """Wait until the other side has closed; what it sends meanwhile is dropped."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    return True


def sent_until_cut_off(connection: socket.socket, part: bytes) -> int:
    """How often ``part`` can be sent, slowly, before the other side cuts the connection off; a thousand at most."""
    for sent in range(1_000):
        try:
            connection.sendall(part)
        except OSError:
            return sent
        time.sleep(0.02)
    return 1_000


def sockets_of_this_process() -> int:
    return len(psutil.Process().net_connections("tcp"))


@pytest.mark.parametrize("sent", [b"", b"GET /small HTTP/1.1\r\n", b"GET /small HTTP/1.1\r\nHost: localhost\r\nX: "])
def test_head_that_does_not_end_is_cut_off(sent: bytes) -> None:
    with bounded_server() as address, connected(address) as connection:
        connection.sendall(sent)
        assert is_closed(connection)
        assert httpx.get(f"{address}/small").text == "small"


def test_head_that_trickles_is_cut_off() -> None:
    with bounded_server() as address, connected(address) as connection:
        assert 0 < sent_until_cut_off(connection, b"G") < 1_000


def test_next_head_on_a_connection_is_cut_off_too() -> None:
    with bounded_server() as address, connected(address) as connection:
        connection.sendall(b"GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"small" in connection.recv(65_536)
        connection.sendall(b"GET /small HTTP/1.1\r\nHost:")
        assert is_closed(connection)


def test_connection_that_is_used_slowly_but_well_stays() -> None:
    with bounded_server() as address, httpx.Client() as client:
        for _ in range(4):
            assert client.get(f"{address}/small").text == "small"
            time.sleep(WAITS.head / 2)


def test_body_that_nobody_wants_does_not_keep_a_connection() -> None:
    with bounded_server() as address, connected(address) as connection:
        connection.sendall(b"POST /unwanted HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nx")
        assert sent_until_cut_off(connection, b"x") < 1_000


def test_response_that_is_never_read_is_cut_off() -> None:
    with bounded_server() as address, ExitStack() as opened:
        before = sockets_of_this_process()
        for _ in range(20):
            connection = opened.enter_context(connected(address, receive_buffer=4_096))
            connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        end = time.monotonic() + 30
        while sockets_of_this_process() > before + 20:  # the clients' own sockets stay, the server's go
            assert time.monotonic() < end
            time.sleep(0.05)
        assert httpx.get(f"{address}/small").text == "small"


def test_response_that_is_read_slowly_is_sent_to_its_end() -> None:
    with bounded_server() as address, connected(address) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        received = 0
        while part := connection.recv(1_000_000):
            received += len(part)
            time.sleep(0.01)
        assert received > len(LARGE)


def test_one_connection_too_many_is_told_so_and_the_others_are_served() -> None:
    with bounded_server(most=5) as address, ExitStack() as opened:
        kept = [opened.enter_context(connected(address)) for _ in range(5)]
        time.sleep(0.1)
        with connected(address) as one_more:
            answer = b"".join(iter(lambda: one_more.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 1\r\n" in answer
        kept[0].sendall(b"GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"small" in kept[0].recv(65_536)
        for connection in kept:
            assert is_closed(connection)
        assert httpx.get(f"{address}/small").text == "small"
