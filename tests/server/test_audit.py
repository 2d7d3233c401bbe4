"""The audit log, feedback, and commands with a key, on a server with keys."""

from __future__ import annotations

import json
import stat
from typing import Any

import pytest

from rag.storage.directory import AUDIT
from rag.upkeep.audit import AuditLog
from tests.support.keyed import ASKED, HERON, MINE, SECRET, VAULT, Keyed
from tests.support.processes import footnote

SAID = "The number of bars is right."


def lines(keyed: Keyed) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (keyed.data_dir / AUDIT).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def rated(keyed: Keyed) -> dict[str, str]:
    """Answers that somebody said something of, by collection."""
    found = {}
    with keyed.client("read") as client:
        for collection, question in ((MINE, "Who saw the heron of Marle pond?"), (SECRET, ASKED)):
            asked = {"question": question, "collection": collection}
            found[collection] = client.post("/v1/ask", json=asked).json()["id"]
            said = {"helpful": collection == SECRET, "comment": SAID}
            assert client.post(f"/v1/answers/{found[collection]}/feedback", json=said).status_code == 204
    return found


def test_who_did_what_is_written_down_and_no_text_of_anybody(keyed: Keyed, rated: dict[str, str]) -> None:
    with keyed.client("write") as client, keyed.client("read-mine") as bound, keyed.client("random") as nobody:
        made = client.post("/v1/documents", data={"collection": MINE}, files={"file": ("n.txt", b"Rye is sown.")})
        client.post("/v1/collections", json={"id": "press"})
        client.post("/v1/search", json={"query": "Rye", "collection": MINE})
        bound.delete("/v1/collections/press")
        nobody.get("/v1/documents", params={"q": "stood there"})
    *_, upload, create, search, forbidden, refused = lines(keyed)
    key = {"key": upload["key"], "address": "127.0.0.1"}
    assert upload | key | {"route": "/v1/documents", "method": "POST", "status": 202} == upload
    assert (upload["made"], upload["named"]) == (f"/v1/jobs/{made.json()['job']}", {"collection": MINE})
    assert upload["request"] == made.headers["X-Request-Id"]
    assert create | key | {"route": "/v1/collections", "named": {"id": "press"}, "status": 201} == create
    assert search | key | {"route": "/v1/search", "named": {"collection": MINE}, "status": 200} == search
    assert (forbidden["status"], forbidden["at"]) == (403, {"collection": "press"})
    assert forbidden["key"] != upload["key"]
    assert (refused["status"], refused.get("key"), refused["address"]) == (401, None, "127.0.0.1")
    written = (keyed.data_dir / AUDIT).read_text("utf-8")
    for text in (ASKED, SAID, HERON[:40], VAULT[:40], "stood there", *keyed.keys.values()):
        assert text not in written
    assert stat.S_IMODE((keyed.data_dir / AUDIT).stat().st_mode) == 0o600


def test_keys_made_and_revoked_by_command_are_written_down(keyed: Keyed) -> None:
    made = footnote("keys", "create", "--scope", "read", "--collection", MINE, data_dir=keyed.data_dir)
    token, key_id = made.stdout.strip(), made.stderr.split()[0]
    with keyed.client(None) as client:
        header = {"Authorization": f"Bearer {token}"}
        assert client.get("/v1/collections", headers=header).status_code == 200
        assert footnote("keys", "revoke", key_id, data_dir=keyed.data_dir).stdout == f"revoked {key_id}\n"
        assert client.get("/v1/collections", headers=header).status_code == 401
    told = [(line["command"], line["named"]["id"]) for line in lines(keyed) if "command" in line]
    assert told == [("keys create", key_id), ("keys revoke", key_id)]
    listed = footnote("keys", "list", data_dir=keyed.data_dir).stdout
    assert token not in listed
    assert "revoked" in next(line for line in listed.splitlines() if line.startswith(key_id))


def test_a_full_log_is_begun_anew_and_old_ones_go(tmp_path: Any) -> None:
    log = AuditLog(tmp_path / AUDIT)
    for number in range(120):
        log.write(number=number, named={"id": "x" * 1_000_000})
    log.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [AUDIT, *(f"{AUDIT}.{number}" for number in range(1, 10))]
    assert json.loads((tmp_path / AUDIT).read_text("utf-8").splitlines()[-1])["number"] == 119


def test_feedback_is_for_admins_and_of_their_collections(keyed: Keyed, rated: dict[str, str]) -> None:
    with keyed.client("admin") as client, keyed.client("admin-mine") as bound, keyed.client("write") as lesser:
        first = client.get("/v1/feedback", params={"limit": 1}).json()
        rest = client.get("/v1/feedback", params={"cursor": first["next_cursor"]}).json()
        items = {one["answer_id"]: one for one in (*first["items"], *rest["items"])}
        assert len(first["items"]) == 1
        assert set(rated.values()) <= set(items)
        found = items[rated[SECRET]]
        assert (found["question"], found["helpful"], found["answered"]) == (ASKED, True, True)
        assert (found["comment"], found["collection"]) == (SAID, SECRET)
        seen = bound.get("/v1/feedback").json()["items"]
        assert rated[MINE] in {one["answer_id"] for one in seen}
        assert {one["collection"] for one in seen} == {MINE}
        assert lesser.get("/v1/feedback").status_code == 403


def test_commands_give_their_key_to_a_server(keyed: Keyed, rated: dict[str, str], tmp_path: Any) -> None:
    elsewhere = tmp_path / "none"
    asked = ("ask", ASKED, "--collection", SECRET, "--server", keyed.address)
    without = footnote(*asked, data_dir=elsewhere)
    assert (without.returncode, without.stdout) == (1, "")
    assert "let FOOTNOTE_KEY be one of the server's keys" in without.stderr
    found = footnote(*asked, data_dir=elsewhere, FOOTNOTE_KEY=keyed.keys["read"])
    assert (found.returncode, "Oskar Venn" in found.stdout) == (0, True)
    admin = {"FOOTNOTE_KEY": keyed.keys["admin"], "FOOTNOTE_SERVER": keyed.address}
    told = footnote("feedback", data_dir=elsewhere, **admin).stdout
    assert f"{rated[SECRET]}  {SECRET}  helped: {SAID}" in told
    assert f"{rated[MINE]}  {MINE}  did not help" in told
    assert not elsewhere.exists()
