"""The OpenAPI document says what each field means, and its examples are what the server takes and gives."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

WRITING = {"upload_documents", "create_collection", "give_feedback"}
"""Operations that would change what other tests read; that they take such bodies is tried by ``test_contract``."""


@pytest.fixture(scope="module")
def client(seeds_server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=seeds_server, timeout=60) as opened:
        yield opened


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/schema/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def undescribed(schema: dict[str, Any], name: str) -> Iterator[str]:
    """The fields of a schema, and of those within it, that have no description."""
    for field, value in schema.get("properties", {}).items():
        if not value.get("description", "").strip():
            yield f"{name}.{field}"
        yield from undescribed(value, f"{name}.{field}")
    for inner in (schema.get("items"), *schema.get("oneOf", ())):
        if isinstance(inner, dict):
            yield from undescribed(inner, name)


def test_a_field_without_description_is_found() -> None:
    within = {"items": {"properties": {"b": {"type": "string"}}}, "description": "All of them."}
    assert list(undescribed({"properties": {"a": {"description": " "}, "list": within}}, "X")) == ["X.a", "X.list.b"]


def test_every_field_has_a_description(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert len(schemas) > 50
    assert [one for name, schema in schemas.items() for one in undescribed(schema, name)] == []


def test_every_parameter_and_every_field_of_a_form_has_a_description(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        assert [one["name"] for one in operation.get("parameters", ()) if not one.get("description")] == [], path
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert list(undescribed(content["schema"], path)) == []


def test_upload_names_its_fields(document: dict[str, Any]) -> None:
    form = document["paths"]["/v1/documents"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert sorted(form["properties"]) == ["collection", "file", "sources"]


def test_every_operation_says_who_is_refused_and_what_it_is_for(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        assert {"403", "421"} <= set(operation["responses"]), path
        assert operation["summary"] or operation["description"], path


def problems(document: dict[str, Any], schema: dict[str, Any], value: object) -> list[str]:
    """Why a value is not what a schema says."""
    whole = {**schema, "components": document["components"]}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]


def given(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the example of an operation."""
    for parameter in operation.get("parameters", ()):
        if parameter.get("required") and "example" not in parameter:
            yield f"{parameter['name']} has none"
        if "example" in parameter:
            yield from problems(document, parameter["schema"], parameter["example"])
    succeeded = next(response for status, response in operation["responses"].items() if status.startswith("2"))
    for part in (operation.get("requestBody", {}), succeeded):
        for media_type, content in list(part.get("content", {}).items())[:1]:
            if "example" not in content:
                yield f"{media_type} has none"
            else:
                yield from problems(document, content["schema"], content["example"])


def test_every_operation_has_an_example_that_keeps_to_the_document(document: dict[str, Any]) -> None:
    found = {operation["operationId"]: list(given(document, operation)) for _, _, operation in operations(document)}
    assert len(found) > 25
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_an_example_that_does_not_fit_is_found(document: dict[str, Any]) -> None:
    ask = document["paths"]["/v1/ask"]["post"]
    content = {"schema": {"$ref": "#/components/schemas/AskRequest"}, "example": {"question": 1, "colour": "red"}}
    wrong = {**ask, "requestBody": {"content": {"application/json": content}}}
    assert len(list(given(document, wrong))) == 2


def test_examples_are_answered_as_they_say(client: httpx.Client, document: dict[str, Any]) -> None:
    asked = 0
    for method, path, operation in operations(document):
        examples = {one["name"]: one for one in operation.get("parameters", ()) if "example" in one}
        own = any(name in path for name in ("{job_id}", "{answer_id}", "/text", "/paragraphs", "/blocks", "/source"))
        if method == "delete" or own or operation["operationId"] in {*WRITING, "delete_documents", "sign_in"}:
            continue
        asked += 1
        query = {name: one["example"] for name, one in examples.items() if one["in"] == "query"}
        address = path.format(**{name: one["example"] for name, one in examples.items() if one["in"] == "path"})
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        response = client.request(method, address, params=query, json=body)
        assert response.status_code == 200, (operation["operationId"], response.text)
        said = operation["responses"]["200"]["content"]
        media_type, content = next(iter(said.items()))
        assert response.headers["content-type"].startswith(media_type)
        value = response.json() if media_type == "application/json" else response.text
        assert problems(document, content["schema"], value) == []
    assert asked > 12
