"""Sessions of browsers, limits, and addresses beyond this machine."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rag.errors import FootnoteError
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.storage.catalog import KeyScope
from rag.upkeep.keys import create_key, open_keys
from server.cli import refuse_strangers
from server.http.limits import Limits, TooMany
from server.http.proxies import Proxies
from tests.support.keyed import Keyed, keyed_server

LIST = "/v1/collections"


def test_a_session_lets_in_what_its_key_does_until_it_ends(keyed: Keyed) -> None:
    with keyed.client(None) as client:
        assert client.post("/v1/session", json={"key": keyed.keys["read"]}).status_code == 204
        assert client.get(LIST).status_code == 200
        assert client.post(LIST, json={"id": "more"}).status_code == 403
        kept = f"footnote_session={client.cookies['footnote_session']}"
        assert client.delete("/v1/session").status_code == 204
        assert client.get(LIST).status_code == 401
        assert client.get(LIST, headers={"Cookie": kept}).status_code == 401  # it ended for the server too


def test_the_cookie_is_no_scripts_and_no_other_sites(keyed: Keyed) -> None:
    with keyed.client(None) as client:
        cookie = client.post("/v1/session", json={"key": keyed.keys["admin"]}).headers["Set-Cookie"].lower()
        assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}
        assert keyed.keys["admin"].lower() not in cookie
        for headers in ({"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://a.b"}):
            assert client.get(LIST, headers=headers).status_code == 403
            assert client.post(LIST, json={"id": "more"}, headers=headers).status_code == 403


@pytest.mark.parametrize("key", ["random", "revoked", "expired"])
def test_nobody_signs_in_with_a_key_that_opens_nothing(keyed: Keyed, key: str) -> None:
    with keyed.client(None) as client:
        refused = client.post("/v1/session", json={"key": keyed.keys[key]})
        assert refused.status_code == 401
        assert "Set-Cookie" not in refused.headers


def test_a_revoked_key_ends_its_sessions_and_itself_at_once(keyed: Keyed) -> None:
    key, token = create_key(keyed.access, KeyScope.READ)
    bearer = {"Authorization": f"bearer {token}"}
    with keyed.client(None) as client, keyed.client(None) as browser:
        assert client.get(LIST, headers=bearer).status_code == 200
        assert browser.post("/v1/session", json={"key": token}).status_code == 204
        assert browser.get(LIST).status_code == 200
        until = time.monotonic() + 10
        while (used := next(one.used for one in keyed.access.all() if one.id == key.id)) is None:
            assert time.monotonic() < until
            time.sleep(0.01)
        assert used >= key.created
        keyed.access.revoke(key.id)
        assert client.get(LIST, headers=bearer).status_code == 401
        assert browser.get(LIST).status_code == 401


def test_a_server_closes_with_the_first_key_and_stays_closed(
    encoder: Encoder, scorer: PairScorer, tmp_path: Path
) -> None:
    with (
        keyed_server(tmp_path, encoder, scorer, keys=False, key_requests=3, address_requests=8) as keyed,
        keyed.client(None) as client,
    ):
        for _ in range(9):  # without keys nothing is counted
            response = client.get(LIST, headers={"Authorization": "Bearer sk-any"})
            assert (response.status_code, "RateLimit" in response.headers) == (200, False)
        key, token = create_key(keyed.access, KeyScope.READ)
        assert client.get(LIST).status_code == 401
        found = [client.get(LIST, headers={"Authorization": f"Bearer {token}"}) for _ in range(4)]
        assert [one.status_code for one in found] == [200, 200, 200, 429]
        assert found[0].headers["RateLimit-Policy"] == '"address";q=8;w=60, "key";q=3;w=60'
        assert found[0].headers["RateLimit"].startswith('"address";r=6;t=')
        assert 1 <= int(found[3].headers["Retry-After"]) <= 60
        keyed.access.revoke(key.id)
        assert client.get(LIST, headers={"Authorization": "Bearer fn_x"}).status_code == 401
        refused = [client.get(LIST, headers={"Authorization": f"Bearer fn_{one}"}) for one in range(12)]
        assert {one.status_code for one in refused[4:]} == {429}
        assert client.get("/health/live").status_code == 200


def test_refused_addresses_leave_nothing_to_remember_of_their_keys() -> None:
    limits = Limits(by_key=5, by_address=10, address_of=Proxies([]).address_of)
    refused = 0
    for number in range(10_000):
        scope = {"client": ("198.51.100.7", 1), "headers": [], "state": {}}
        try:
            limits.take(scope, f"fn_{number}")
        except TooMany:
            refused += 1
    assert refused == 9_990
    assert limits.remembered() == 11


def test_addresses_are_believed_from_named_proxies_alone() -> None:
    proxies = Proxies(["127.0.0.1", "10.0.0.0/8"])

    def address(client: str, said: str) -> str:
        return proxies.address_of({"client": (client, 1), "headers": [(b"x-forwarded-for", said.encode())]})

    assert address("198.51.100.7", "203.0.113.9") == "198.51.100.7"
    assert address("127.0.0.1", "203.0.113.9") == "203.0.113.9"
    assert address("127.0.0.1", "192.0.2.1, 203.0.113.9, 10.1.2.3") == "203.0.113.9"
    assert address("127.0.0.1", "") == "127.0.0.1"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "notes.example"])
def test_beyond_this_machine_only_with_keys(host: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", host=host)
    with pytest.raises(FootnoteError, match=r"footnote keys create --scope admin.*--insecure"):
        refuse_strangers(settings)
    assert not settings.data_dir.exists()
    with open_keys(settings.data_dir) as keys:
        create_key(keys, KeyScope.ADMIN)
    refuse_strangers(settings)


def test_this_machine_needs_no_keys(tmp_path: Path) -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        refuse_strangers(Settings(data_dir=tmp_path, host=host))
