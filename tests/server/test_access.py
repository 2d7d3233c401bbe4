"""Keys: every route of the running server with none, with one that opens nothing, and with one that allows less."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from rag.storage.catalog import KeyScope
from server.http.scopes import ANY_METHOD, RULES, Named, Need, rule_of
from tests.support.keyed import ASKED, MINE, SECRET, Keyed

Route = tuple[str, str]
LOWER = {KeyScope.WRITE: "read", KeyScope.ADMIN: "write"}
TOOL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": ASKED, "collection": SECRET}},
}
HEADERS = {"Accept": "application/json, text/event-stream"}
BODIES: Mapping[str, dict[str, Any]] = {
    "/v1/ask": {"question": ASKED, "collection": SECRET},
    "/v1/search": {"query": ASKED, "collection": SECRET},
    "/v1/verify": {"text": "The vault holds nine bars.", "collection": SECRET},
    "/v1/quotes/check": {"quotes": ["nine bars of silver"], "collection": SECRET},
    "/v1/chat/completions": {"model": f"footnote/{SECRET}", "messages": [{"role": "user", "content": ASKED}]},
    "/v1/answers/{answer_id}/feedback": {"helpful": True},
    "/v1/collections": {"id": SECRET},
    "/v1/session": {"key": "fn_unknown"},
    "/mcp": TOOL,
}
"""What is sent to each address that takes JSON: about what is in the collection that is kept from some."""


@pytest.fixture(scope="module")
def ids(keyed: Keyed) -> dict[str, str]:
    """An id of each kind in the collection that is kept from some, by the name that addresses have for it."""
    with keyed.client("admin") as client:
        answer = client.post("/v1/ask", json=BODIES["/v1/ask"]).json()
        assert "Oskar Venn" in answer["answer"]
        files = {"file": ("vault-note.txt", b"The vault has a door.")}
        job = client.post("/v1/documents", data={"collection": SECRET}, files=files).json()["job"]
        while client.get(f"/v1/jobs/{job}").json()["state"] != "done":
            pass
        listed = client.get("/v1/documents", params={"collection": SECRET}).json()["items"]
        vault, other = (next(one["id"] for one in listed if one["path"] == path) for path in ("vault.txt", "other.txt"))
    return {
        "answer_id": answer["id"],
        "document_id": vault,
        "other": other,
        "job_id": job,
        "model": f"footnote/{SECRET}",
        "collection": SECRET,
        "file_path": "app.js",
        "path": "x",
    }


def sent(client: httpx.Client, route: Route, ids: Mapping[str, str]) -> httpx.Response:
    """The response to a request to a route, about the collection that is kept from some."""
    method, template = route
    path = re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], template)
    if route == ("POST", "/v1/documents"):
        return client.post(path, data={"collection": SECRET}, files={"file": ("new.txt", b"A vault.")})
    query = {"collection": SECRET} if rule_of(*route).named is Named.QUERY else {}
    bodies = {**BODIES, "/v1/documents/delete": {"ids": [ids["other"]]}}
    body = bodies.get(template) if method == "POST" else None
    return client.request(method, path, params=query, json=body, headers=HEADERS if template == "/mcp" else {})


def test_every_route_has_its_scope_and_every_scope_its_route(keyed: Keyed) -> None:
    known = {("POST" if method == ANY_METHOD else method, path) for method, path in RULES}
    assert set(keyed.routes) == known


@pytest.mark.parametrize("key", [None, "random", "revoked", "expired"])
def test_nothing_opens_without_a_key_that_opens(keyed: Keyed, ids: dict[str, str], key: str | None) -> None:
    with keyed.client(key) as client:
        for route in keyed.routes:
            response = sent(client, route, ids)
            if rule_of(*route).need is Need.NOTHING:
                assert response.status_code in (200, 404), route
            elif rule_of(*route).need is not Need.NO_KEY:
                assert response.status_code == 401, route
                assert response.headers["WWW-Authenticate"].startswith('Bearer realm="footnote"'), route


def test_no_route_opens_to_a_lesser_scope(keyed: Keyed, ids: dict[str, str]) -> None:
    tried = 0
    for route in keyed.routes:
        need = rule_of(*route).need
        if isinstance(need, KeyScope) and need in LOWER:
            with keyed.client(LOWER[need]) as client:
                assert sent(client, route, ids).status_code == 403, route
                tried += 1
    assert tried >= 6


def test_what_is_in_another_collection_is_not_there(keyed: Keyed, ids: dict[str, str]) -> None:
    """Not with a key of any scope that is bound to another; it is there for one that is not bound."""
    lasting = [route for route in keyed.routes if route[0] != "DELETE" and route[1] != "/v1/documents/delete"]
    for route in keyed.routes:
        rule = rule_of(*route)
        if rule.named in (Named.NOTHING, Named.BY_ITSELF):
            continue
        with keyed.client("admin-mine") as client, keyed.client("admin") as other:
            refused = sent(client, route, ids)
            assert refused.status_code == 404, route
            assert "counted" not in refused.text, route
            if route in lasting:
                assert sent(other, route, ids).status_code in (200, 204, 409), route


def test_what_is_not_there_and_what_may_not_be_seen_are_told_alike(keyed: Keyed, ids: dict[str, str]) -> None:
    missing = {"answer_id": "ans_none", "document_id": "none", "job_id": "job_0", "collection": "nowhere"}
    with keyed.client("admin-mine") as client:
        for route in keyed.routes:
            name = next((one for one in missing if f"{{{one}}}" in route[1]), None)
            if name is None:
                continue
            hidden, gone = sent(client, route, ids), sent(client, route, ids | missing)
            assert (hidden.status_code, gone.status_code) == (404, 404), route
            assert hidden.text.replace(ids[name], "X") == gone.text.replace(missing[name], "X"), route


def test_lists_leave_out_what_may_not_be_seen(keyed: Keyed, ids: dict[str, str]) -> None:
    with keyed.client("read-mine") as client, keyed.client("read") as other:
        for path in ("/v1/collections", "/v1/jobs", "/v1/models"):
            assert SECRET in other.get(path).text
            assert SECRET not in client.get(path).text
            assert ids["job_id"] not in client.get(path).text
        assert [one["id"] for one in client.get("/v1/collections").json()] == [MINE]
        assert [one["id"] for one in client.get("/v1/models").json()["data"]] == [f"footnote/{MINE}"]


def test_files_tools_and_receipts_know_no_other_collection(keyed: Keyed, ids: dict[str, str]) -> None:
    with keyed.client("write-mine") as client, keyed.client("write") as other:
        assert sent(client, ("POST", "/v1/documents"), ids).status_code == 404
        assert other.get(f"/v1/answers/{ids['answer_id']}").status_code == 200
        hidden = client.get(f"/v1/answers/{ids['answer_id']}", headers={"Accept": "text/html"})
        gone = client.get("/v1/answers/ans_none", headers={"Accept": "text/html"})
        assert (hidden.status_code, hidden.text) == (404, gone.text)
        assert "Oskar Venn" in sent(other, ("POST", "/mcp"), ids).text
        told = sent(client, ("POST", "/mcp"), ids)
        assert f"there is no collection '{SECRET}'" in told.text
        read = {"name": "read_document", "arguments": {"document_id": ids["document_id"]}}
        for one, expected in ((client, f"there is no document '{ids['document_id']}'"), (other, "Oskar Venn")):
            call = {**TOOL, "params": read}
            assert expected in one.post("/mcp", json=call, headers=HEADERS).text


def test_a_key_works_in_its_own_collection(keyed: Keyed) -> None:
    with keyed.client("write-mine") as client:
        asked = {"question": "Who saw the heron of Marle pond?", "collection": MINE}
        answer = client.post("/v1/ask", json=asked).json()
        assert "Ida Quill" in answer["answer"]
        assert client.get(f"/v1/answers/{answer['id']}").status_code == 200
        assert client.post(f"/v1/answers/{answer['id']}/feedback", json={"helpful": True}).status_code == 204
        document = answer["citations"][0]["document_id"]
        assert client.get(f"/v1/documents/{document}/text").status_code == 200
        files = {"file": ("reed.txt", b"The reed is cut in March.")}
        job = client.post("/v1/documents", data={"collection": MINE}, files=files).json()["job"]
        assert client.get(f"/v1/jobs/{job}").status_code == 200
        given = {"text": "The reed is cut in May.", "passages": ["The reed is cut in March."]}
        assert client.post("/v1/verify", json=given).json()["sentences"][0]["verdict"] == "contradicted"


def test_two_collections_in_an_address_are_both_looked_at(keyed: Keyed) -> None:
    with keyed.client("read-mine") as client:
        for order in ([MINE, SECRET], [SECRET, MINE]):
            found = client.get("/v1/documents", params=[("collection", one) for one in order])
            assert found.status_code == 404


def test_errors_of_openai_keep_their_shape(keyed: Keyed) -> None:
    with keyed.client(None) as client:
        error = client.post("/v1/chat/completions", json=BODIES["/v1/chat/completions"])
        assert (error.status_code, error.json()["error"]["type"]) == (401, "authentication_error")
        assert json.loads(client.get("/v1/ask").text)["status"] == 405
