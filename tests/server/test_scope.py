"""Questions of chosen documents alone, and questions as they were typed."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

MINSK = "003_7b790daefb380e09"
TALKS = "004_e8bd50c7991fc38f"
PRISONERS = "How many prisoners did both sides agree to exchange?"


@pytest.fixture
def client(seeds_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=seeds_server, timeout=60) as opened:
        yield opened


def asked(client: httpx.Client, question: str, **more: object) -> dict[str, Any]:
    response = client.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_only_the_chosen_documents_are_asked(client: httpx.Client) -> None:
    for chosen in (MINSK, TALKS):
        answer = asked(client, "Who wrote this?", document_ids=[chosen])
        found = {one["document_id"] for one in answer["passages"]} | {one["document_id"] for one in answer["citations"]}
        assert found == {chosen}
        assert (answer["corpus"]["documents"], answer["corpus"]["passages"] > 1) == (1, True)


def test_what_no_chosen_document_says_is_refused(client: httpx.Client) -> None:
    whole = asked(client, PRISONERS)
    elsewhere = next(one for one in (MINSK, TALKS) if one not in {cited["document_id"] for cited in whole["citations"]})
    asking = "Who is Jhon Lennon?"
    assert "Jhon Lennon" not in asked(client, asking, document_ids=[MINSK])["missing_terms"]
    assert asked(client, asking, document_ids=[TALKS])["missing_terms"] == ["Jhon Lennon"]
    assert elsewhere not in {one["document_id"] for one in whole["citations"]}


def test_all_documents_chosen_are_as_none_chosen(client: httpx.Client) -> None:
    every = [one["id"] for one in client.get("/v1/documents").json()["items"]]
    chosen, whole = asked(client, PRISONERS, document_ids=every), asked(client, PRISONERS)
    for answer in (chosen, whole):
        del answer["id"], answer["timings_ms"]
    assert chosen == whole


@pytest.mark.parametrize(
    ("chosen", "status"),
    [([], 400), (["nowhere"], 404), ([TALKS, "nowhere"], 404), ([TALKS] * 1001, 400), (TALKS, 400)],
)
def test_documents_that_cannot_be_chosen_are_refused(client: httpx.Client, chosen: object, status: int) -> None:
    response = client.post("/v1/ask", json={"question": PRISONERS, "document_ids": chosen})
    assert response.status_code == status
    assert "nowhere" in response.json()["detail"] or response.json()["errors"][0]["field"] == "document_ids"


def test_question_as_typed_is_not_completed(client: httpx.Client) -> None:
    history = [{"role": "user", "content": PRISONERS}, {"role": "assistant", "content": "One thousand. [1]"}]
    completed = asked(client, "And when?", history=history)
    assert completed["understood"] != "And when?"
    assert asked(client, "And when?", history=history, as_typed=True)["understood"] == "And when?"
