"""The HTTP contract, endpoint by endpoint, against a real server that holds the five seeds."""

import hashlib
import re
from collections.abc import Iterator
from types import NoneType
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from tests.support.places import SEEDS

PRISONERS = "How many prisoners of war will be exchanged?"
NITROGEN = "What is the boiling point of nitrogen?"
PUBLISHED = "When was the article about renewed talks published?"
REBUILD = "What do both parties need to rebuild for peace talks to succeed?"
AUTHOR = "Who wrote the article about the latest news and updates?"
SIDES = "What do Russia and Ukraine each want?"
NUMBER = (int, float)
TEXT_OR_NULL = (str, NoneType)

ANSWER = {
    **dict.fromkeys(("id", "question", "understood", "collection", "answer"), str),
    **dict.fromkeys(("statements", "citations", "conflicts", "missing_terms", "passages"), list),
    **dict.fromkeys(("corpus", "models", "timings_ms"), dict),
    **dict.fromkeys(("answered", "complete"), bool),
    **dict.fromkeys(("usage", "writing"), (dict, NoneType)),
    "degraded": (str, NoneType),
    "cached": bool,
    "confidence": NUMBER,
}
STATEMENT = {
    **{"text": str, "citations": list, "support": NUMBER, "verdict": str, "kind": str},
    **{"items": (list, NoneType), "table": (dict, NoneType), "differences": list},
}
CITATION = {
    **dict.fromkeys(("number", "start", "end"), int),
    **dict.fromkeys(("document_id", "path", "sha256", "before", "quote", "after"), str),
    **dict.fromkeys(("title", "author", "publisher", "published"), TEXT_OR_NULL),
    "page": (int, type(None)),
}
PASSAGE = {
    **{"document_id": str, "text": str, "score": NUMBER, "scores": dict},
    **dict.fromkeys(("start", "end", "rank"), int),
}
DOCUMENT = {
    **dict.fromkeys(("id", "collection", "media_type", "path", "sha256", "ingested_at", "summary"), str),
    **dict.fromkeys(("title", "author", "publisher", "published"), TEXT_OR_NULL),
    **dict.fromkeys(("bytes", "characters", "passages"), int),
}
COLLECTION = {"id": str, "documents": int, "passages": int, "version": int}
PROBLEM = {"type": str, "title": str, "status": int, "detail": str}


@pytest.fixture(scope="module")
def client(seeds_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=seeds_server, timeout=60) as opened:
        yield opened


def assert_shape(value: dict[str, Any], shape: dict[str, Any]) -> None:
    """Exactly the keys of ``shape``, each of its type; a bool is no number."""
    assert set(value) == set(shape)
    for key, kind in shape.items():
        assert isinstance(value[key], kind), (key, value[key])
        assert kind is bool or not isinstance(value[key], bool), (key, value[key])


def asked(client: httpx.Client, question: str, **more: object) -> dict[str, Any]:
    response = client.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    answer: dict[str, Any] = response.json()
    return answer


def text_of(client: httpx.Client, document_id: str) -> str:
    response = client.get(f"/v1/documents/{document_id}/text")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    return response.content.decode("utf-8")


@pytest.mark.parametrize("question", [PRISONERS, NITROGEN])
def test_answer_has_the_keys_and_types_of_the_contract(client: httpx.Client, question: str) -> None:
    answer = asked(client, question)
    assert_shape(answer, ANSWER)
    for passage in answer["passages"]:
        assert_shape(passage, PASSAGE)
        assert set(passage["scores"]) <= {"dense", "lexical", "fused", "rerank"}
        assert {"fused", "rerank"} <= set(passage["scores"])
    assert_shape(answer["corpus"], {"version": int, "documents": int, "passages": int})
    assert (answer["question"], answer["collection"]) == (question, "default")
    assert re.fullmatch(r"ans_\w{20,}", answer["id"])
    assert 0.0 <= answer["confidence"] <= 1.0
    assert set(answer["timings_ms"]) == {"encode", "retrieve", "rerank", "read", "total"}
    assert all(isinstance(value, float) and value >= 0 for value in answer["timings_ms"].values())
    assert answer["models"] == {
        "encoder": "bge-small-en-v1.5",
        "reranker": "ms-marco-MiniLM-L-12-v2",
        "reader": "extractive",
        "writer": None,
    }


@pytest.mark.parametrize("question", [PRISONERS, PUBLISHED, SIDES, AUTHOR])
def test_every_statement_is_cited_and_every_number_exists(client: httpx.Client, question: str) -> None:
    answer = asked(client, question)
    assert answer["answered"] is True
    assert answer["statements"]
    for statement in answer["statements"]:
        assert_shape(statement, STATEMENT)
        assert statement["citations"]
        assert statement["verdict"] == "supported"
        assert 0.0 <= statement["support"] <= 1.0
    used = {number for statement in answer["statements"] for number in statement["citations"]}
    assert [citation["number"] for citation in answer["citations"]] == list(range(1, len(used) + 1))
    assert used == set(range(1, len(used) + 1))
    numbered = [one["text"] + " " + "".join(f"[{n}]" for n in one["citations"]) for one in answer["statements"]]
    assert answer["answer"] == " ".join(numbered)


@pytest.mark.parametrize("question", [PRISONERS, PUBLISHED, SIDES, AUTHOR])
def test_citation_gives_the_exact_characters_of_its_source(client: httpx.Client, question: str) -> None:
    for citation in asked(client, question)["citations"]:
        assert_shape(citation, CITATION)
        text = text_of(client, citation["document_id"])
        start, end = citation["start"], citation["end"]
        assert text[start:end] == citation["quote"] != ""
        around = citation["before"] + citation["quote"] + citation["after"]
        assert text[start - len(citation["before"]) :].startswith(around)
        source = client.get(f"/v1/documents/{citation['document_id']}/source").content
        assert hashlib.sha256(source).hexdigest() == citation["sha256"]
        assert source == (SEEDS / citation["path"]).read_bytes()


@pytest.mark.parametrize(
    ("question", "document", "quote"),
    [
        (PRISONERS, "004_e8bd50c7991fc38f", "one thousand prisoners of war"),
        (PUBLISHED, "000_f4202c7007f7a94d", "June 02, 2025"),
        (REBUILD, "000_f4202c7007f7a94d", "need to rebuild trust"),
        (AUTHOR, "003_7b790daefb380e09", "Jhon Lennon"),
    ],
)
def test_first_statement_cites_the_sentence_that_answers(
    client: httpx.Client, question: str, document: str, quote: str
) -> None:
    answer = asked(client, question)
    cited = [answer["citations"][number - 1] for number in answer["statements"][0]["citations"]]
    assert any(quote in citation["quote"] and citation["document_id"] == document for citation in cited)


def test_unanswered_question_gives_the_nearest_passages_and_what_is_missing(client: httpx.Client) -> None:
    answer = asked(client, NITROGEN)
    assert answer["answered"] is False
    assert answer["answer"] == "The sources do not answer this."
    assert (answer["statements"], answer["citations"], answer["conflicts"]) == ([], [], [])
    assert answer["missing_terms"] == ["boiling", "nitrogen"]
    assert answer["passages"]


@pytest.mark.parametrize("question", [REBUILD, NITROGEN])
def test_same_question_gives_the_same_answer(client: httpx.Client, question: str) -> None:
    first, second = asked(client, question), asked(client, question)
    assert first.pop("id") != second.pop("id")
    del first["timings_ms"], second["timings_ms"]
    assert first == second


def test_max_statements_limits_the_statements(client: httpx.Client) -> None:
    every = asked(client, SIDES, max_statements=10, reader="extractive", history=[{"role": "user", "content": "Hi"}])
    one = asked(client, SIDES, max_statements=1)
    assert 2 <= len(every["statements"]) <= 10
    assert one["statements"] == every["statements"][:1]


def test_search_ranks_by_score_and_quotes_the_text(client: httpx.Client) -> None:
    response = client.post("/v1/search", json={"query": "ceasefire proposals", "limit": 12})
    assert response.status_code == 200
    assert set(response.json()) == {"passages", "degraded"}
    passages = response.json()["passages"]
    assert [passage["rank"] for passage in passages] == list(range(1, 13))
    places = [f"{passage['document_id']}#{passage['start']}-{passage['end']}" for passage in passages]
    ordered = [(-passage["score"], place) for passage, place in zip(passages, places, strict=True)]
    assert ordered == sorted(ordered)
    assert len(set(places)) == 12
    for passage in passages:
        assert_shape(passage, PASSAGE)
        assert text_of(client, passage["document_id"])[passage["start"] : passage["end"]] == passage["text"]


def test_search_ranks_as_the_answer_does(client: httpx.Client) -> None:
    answer = asked(client, PRISONERS)
    found = client.post("/v1/search", json={"query": PRISONERS, "collection": "default", "limit": 3}).json()
    assert found["passages"] == answer["passages"][:3]


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_documents_paging_gives_each_document_once(client: httpx.Client, limit: int) -> None:
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        response = client.get("/v1/documents", params={"collection": "default", "limit": limit, "cursor": cursor})
        page = response.json()
        assert set(page) == {"items", "next_cursor", "total"}
        assert 1 <= len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next_cursor"]
    assert [item["path"] for item in found] == sorted(file.name for file in SEEDS.glob("*.txt"))


def test_document_record_has_the_keys_of_the_contract(client: httpx.Client) -> None:
    for item in client.get("/v1/documents").json()["items"]:
        assert_shape(item, DOCUMENT)


def test_document_record_agrees_with_its_file(client: httpx.Client) -> None:
    items = client.get("/v1/documents").json()["items"]
    for item in items:
        file = (SEEDS / item["path"]).read_bytes()
        assert client.get(f"/v1/documents/{item['id']}").json() == item
        assert (item["bytes"], item["sha256"]) == (len(file), hashlib.sha256(file).hexdigest())
        assert item["characters"] == len(file.decode("utf-8"))
        assert text_of(client, item["id"]).encode("utf-8") == file
    size = client.get("/v1/collections").json()[0]
    assert sum(item["passages"] for item in items) == size["passages"]
    assert {item["path"]: item["published"] for item in items if item["published"]} == {
        "000_f4202c7007f7a94d.txt": "2025-06-02",
        "001_0c5d902051c1b39b.txt": "2025-05-20",
    }


def test_source_is_the_file_as_an_attachment(client: httpx.Client) -> None:
    response = client.get("/v1/documents/002_336aeb1108c76b5e/source")
    assert response.content == (SEEDS / "002_336aeb1108c76b5e.txt").read_bytes()
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''002_336aeb1108c76b5e.txt"
    assert response.headers["content-type"] == "application/octet-stream"


def test_collections_count_what_an_answer_was_made_of(client: httpx.Client) -> None:
    (only,) = client.get("/v1/collections").json()
    assert_shape(only, COLLECTION)
    assert (only["id"], only["documents"], only["version"]) == ("default", 5, 5)
    corpus = asked(client, NITROGEN)["corpus"]
    assert corpus == {key: only[key] for key in ("version", "documents", "passages")}


def test_health_says_live_and_ready(client: httpx.Client) -> None:
    assert (client.get("/health/live").status_code, client.get("/health/ready").status_code) == (200, 200)


def test_openapi_lists_the_routes(client: httpx.Client) -> None:
    paths = client.get("/schema/openapi.json").json()["paths"]
    listed = {(method, path) for path, methods in paths.items() for method in methods}
    documents = (
        "/v1/documents",
        *(f"/v1/documents/{{document_id}}{part}" for part in ("", "/text", "/paragraphs", "/blocks", "/source")),
    )
    reading = (
        *documents,
        "/v1/answers/{answer_id}",
        "/v1/suggestions",
        "/v1/collections",
        "/health/live",
        "/health/ready",
    )
    assert listed >= {
        ("post", "/v1/ask"),
        ("post", "/v1/search"),
        ("post", "/v1/answers/{answer_id}/feedback"),
        *(("get", path) for path in reading),
    }


def test_openapi_describes_errors_as_problem_details(client: httpx.Client) -> None:
    for path, methods in client.get("/schema/openapi.json").json()["paths"].items():
        for responses in (method["responses"] for method in methods.values()):
            for status in (status for status in responses if int(status) >= 400):
                theirs = path in ("/v1/chat/completions", "/v1/models", "/v1/models/{model}", "/mcp")
                shape = "application/json" if theirs else "application/problem+json"
                assert set(responses[status]["content"]) == {shape}, path


def test_api_page_loads_only_from_its_own_host(client: httpx.Client, seeds_server: str) -> None:
    page = client.get("/schema").text
    loaded = re.findall(r"(?:src|href)=[\"']([^\"']+)", page)
    assert loaded
    assert not re.search(r"https?://|[\"']//|@import", page)
    for address in (urljoin(f"{seeds_server}/schema", name) for name in loaded):
        assert address.startswith(f"{seeds_server}/")
        assert httpx.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/", 200, "text/html; charset=utf-8"),
        ("GET", "/static/app.js", 200, "text/javascript; charset=utf-8"),
        ("GET", "/schema", 200, "text/html; charset=utf-8"),
        ("GET", "/schema/openapi.json", 200, "application/vnd.oai.openapi+json"),
        ("GET", "/v1/collections", 200, "application/json"),
        ("GET", "/v1/documents/002_336aeb1108c76b5e/text", 200, "text/plain; charset=utf-8"),
        ("GET", "/v1/documents/002_336aeb1108c76b5e/source", 200, "application/octet-stream"),
        ("GET", "/nowhere", 404, "application/problem+json"),
        ("GET", "/static/nowhere.js", 404, "application/problem+json"),
        ("GET", "/v1/ask", 405, "application/problem+json"),
        ("POST", "/v1/ask", 400, "application/problem+json"),
    ],
)
def test_security_headers_are_on_every_kind_of_response(
    client: httpx.Client, method: str, path: str, status: int, kind: str
) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.headers["content-type"]) == (status, kind)
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert path.startswith("/schema") or "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
