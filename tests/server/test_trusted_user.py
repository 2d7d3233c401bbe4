"""People whom a proxy names: believed from its address alone, and not for another site's page."""

from __future__ import annotations

import json

import httpx
import pytest

from rag.storage.directory import AUDIT
from tests.support.keyed import PROXY, USER_HEADER, WIKI, Keyed

LIST = "/v1/collections"
PAUL = {USER_HEADER: "paul@notes.example"}


def client(keyed: Keyed, address: str) -> httpx.Client:
    """A client at an address of this machine."""
    return httpx.Client(base_url=keyed.address, transport=httpx.HTTPTransport(local_address=address), timeout=60)


def test_whom_the_proxy_names_may_what_the_setting_says(keyed: Keyed) -> None:
    with client(keyed, PROXY) as proxy:
        assert proxy.get(LIST, headers=PAUL).status_code == 200
        forwarded = {**PAUL, "X-Forwarded-For": "203.0.113.9"}
        assert proxy.post(LIST, json={"id": "more"}, headers=forwarded).status_code == 403
    last = json.loads((keyed.data_dir / AUDIT).read_text("utf-8").splitlines()[-1])
    assert (last["name"], last["address"], last["status"]) == ("paul@notes.example", "203.0.113.9", 403)
    assert "key" not in last


def test_nobody_else_is_believed(keyed: Keyed) -> None:
    with client(keyed, "127.0.0.1") as other:
        assert other.get(LIST, headers=PAUL).status_code == 401
    with client(keyed, PROXY) as proxy:
        assert proxy.get(LIST).status_code == 401
        assert proxy.get(LIST, headers={USER_HEADER: ""}).status_code == 401
        assert proxy.get(LIST, headers=[(USER_HEADER, "paul"), (USER_HEADER, "eva")]).status_code == 401
        assert proxy.get(LIST, headers={**PAUL, "Authorization": "Bearer fn_unknown"}).status_code == 401


@pytest.mark.parametrize("origin", [WIKI, "https://evil.example"])
def test_no_page_of_another_site_asks_in_somebody_s_name(keyed: Keyed, origin: str) -> None:
    with client(keyed, PROXY) as proxy:
        headers = {**PAUL, "Origin": origin, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
        assert proxy.get(LIST, headers=headers).status_code == (401 if origin == WIKI else 403)
