"""Requests to a Chroma server: its HTTP interface (version 2), each within a time and some of them tried again.

Chroma's own client has no time limit, and makes requests before one could be set on it; importing it
takes a second that a process without an embedded index need not spend.
"""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from rag.errors import VectorsUnavailable
from rag.storage.vectors.address import ServerAddress

_PAUSES = (0.05, 0.2)  # s: a server that is started again refuses connections for longer, and is then given up
_WRITE_TIMES = 10  # a write may take so many times as long as a read: the server stores, and builds its graph
_PASSING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE})
_SAID = 200  # characters of what the server said


class NotThere(Exception):
    """The server has no such collection, database or tenant."""


class Requests:
    """A database of a Chroma server; safe to use from several threads."""

    def __init__(self, address: ServerAddress) -> None:
        self.address = address
        self._database = (
            f"/api/v2/tenants/{quote(address.tenant, safe='')}/databases/{quote(address.database, safe='')}"
        )
        self._client = httpx.Client(
            base_url=address.url.rstrip("/"),
            headers=dict(address.headers),
            timeout=address.seconds,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def read(self, method: str, path: str, body: object = None) -> Any:
        """What the server answers to a request below the database that changes nothing.

        Raises:
            NotThere: When the server has no such thing.
            VectorsUnavailable: When it does not answer, not in time, or not as it should.
        """
        return self._tried(lambda: self._send(method, self._database + path, body, self.address.seconds))

    def write(self, method: str, path: str, body: object = None) -> Any:
        """As ``read``, for a request that changes something and may be made twice."""
        return self._tried(lambda: self._send(method, self._database + path, body, _WRITE_TIMES * self.address.seconds))

    def ensure_database(self) -> None:
        """Make the tenant and the database unless they are there.

        Raises:
            VectorsUnavailable: As ``read``, or when the server does not let them be made.
        """
        try:
            self.read("GET", "")
        except NotThere:
            tenants, _, rest = self._database.partition("/tenants/")
            tenant = rest.partition("/")[0]
            self._made(f"{tenants}/tenants", self.address.tenant)
            self._made(f"{tenants}/tenants/{tenant}/databases", self.address.database)

    def _made(self, path: str, name: str) -> None:
        try:
            self._send("POST", path, {"name": name}, self.address.seconds, accepted=HTTPStatus.CONFLICT)
        except NotThere as error:
            raise VectorsUnavailable(f"{self.address.url}: {name} cannot be made: {error}") from error

    def _tried(self, send: Callable[[], Any]) -> Any:
        """What ``send`` gives, tried again after failures that pass and that were told at once."""
        for pause in _PAUSES:
            try:
                return send()
            except _Passing:
                time.sleep(pause)
        return send()

    def _send(self, method: str, path: str, body: object, seconds: float, accepted: int | None = None) -> Any:
        try:
            answer = self._client.request(method, path, json=body, timeout=seconds)
        except httpx.TimeoutException as error:
            raise VectorsUnavailable(f"{self.address.url} does not answer within {seconds:g} s") from error
        except httpx.HTTPError as error:
            raise _Passing(f"{self.address.url} cannot be reached: {error or type(error).__name__}") from error
        if answer.is_success or answer.status_code == accepted:
            return _parsed(answer)
        told = f"{self.address.url} answers {answer.status_code}: {answer.text[:_SAID]}"
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise NotThere(told)
        raise (_Passing if answer.status_code in _PASSING else VectorsUnavailable)(told)


class _Passing(VectorsUnavailable):
    """A failure after which another try may succeed."""


def _parsed(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise VectorsUnavailable(f"{answer.url} answers no JSON: {answer.text[:_SAID]}") from error
