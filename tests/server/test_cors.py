"""Pages of named other sites, in what browsers send and read: let in with a key, never with a cookie."""

from __future__ import annotations

import pytest

from tests.support.keyed import WIKI, Keyed

ASKING = {"Origin": WIKI, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
LIST = "/v1/collections"


def test_a_named_page_is_let_in_with_a_key(keyed: Keyed) -> None:
    with keyed.client("read") as client:
        before = {**ASKING, "Access-Control-Request-Method": "POST"}
        preflight = client.options("/v1/ask", headers=before)
        assert preflight.status_code == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == WIKI
        assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
        found = client.get(LIST, headers=ASKING)
        assert (found.status_code, found.headers["Access-Control-Allow-Origin"]) == (200, WIKI)
        assert found.headers.get_list("Cross-Origin-Resource-Policy") == ["cross-origin"]
        assert "Access-Control-Allow-Credentials" not in found.headers
        missing = client.get("/v1/documents/none", headers=ASKING)
        assert (missing.status_code, missing.headers["Access-Control-Allow-Origin"]) == (404, WIKI)


def test_a_cookie_is_not_taken_from_a_named_page(keyed: Keyed) -> None:
    with keyed.client(None) as client:
        assert client.post("/v1/session", json={"key": keyed.keys["admin"]}).status_code == 204
        assert client.get(LIST).status_code == 200
        for site in ("cross-site", "same-site"):
            assert client.get(LIST, headers={**ASKING, "Sec-Fetch-Site": site}).status_code == 401


@pytest.mark.parametrize("origin", ["https://wiki.example.evil.example", "http://wiki.example", "null"])
def test_other_pages_stay_outside(keyed: Keyed, origin: str) -> None:
    with keyed.client("read") as client:
        refused = client.get(LIST, headers={**ASKING, "Origin": origin})
        assert (refused.status_code, refused.headers.get("Access-Control-Allow-Origin")) == (403, None)
        asked = client.options(LIST, headers={**ASKING, "Origin": origin, "Access-Control-Request-Method": "GET"})
        assert "Access-Control-Allow-Origin" not in asked.headers
