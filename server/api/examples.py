"""An example of each operation, for the OpenAPI document: ``examples.json`` has what a server with the seeds was asked.

An operation has ``parameters``, a ``request`` where it takes a body, and a ``response`` where it gives one.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
from litestar.openapi.spec import OpenAPI, OpenAPIResponse, Operation, Parameter, RequestBody

from server.api.operations import operations

EXAMPLES = Path(__file__).with_name("examples.json")


def give_examples(document: OpenAPI) -> None:
    """Add to each operation its example.

    Raises:
        KeyError: When an operation has none.
    """
    examples = json.loads(EXAMPLES.read_text("utf-8"))
    for operation in operations(document):
        _give(operation, examples[operation.operation_id])


def _give(operation: Operation, example: dict[str, Any]) -> None:
    for parameter in operation.parameters or ():
        if isinstance(parameter, Parameter) and parameter.name in example.get("parameters", {}):
            parameter.example = example["parameters"][parameter.name]
    if isinstance(operation.request_body, RequestBody):
        for content in operation.request_body.content.values():
            content.example = _as_written(example["request"])
    for status, response in (operation.responses or {}).items():
        if status.startswith("2") and isinstance(response, OpenAPIResponse) and response.content:
            next(iter(response.content.values())).example = _as_written(example["response"])


def _as_written(value: Any) -> msgspec.Raw:
    """JSON as it stands: of a value Litestar would leave out what is null."""
    return msgspec.Raw(msgspec.json.encode(value))
