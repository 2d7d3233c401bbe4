"""What fields and parameters mean, for the OpenAPI document: the values themselves know of no interface.

``meanings.json`` has a line for each; a test finds what has none.
"""

import json
from pathlib import Path

from litestar.openapi.spec import OpenAPI, Parameter

from server.api.operations import operations

MEANINGS = Path(__file__).with_name("meanings.json")


def say_what_fields_mean(document: OpenAPI) -> None:
    """Add to the OpenAPI document what its fields and parameters mean.

    Raises:
        KeyError: When a body has no such field, or a parameter has no meaning.
    """
    meanings = json.loads(MEANINGS.read_text("utf-8"))
    for name, said in meanings["fields"].items():
        fields = document.components.schemas[name].properties or {}
        for field, meaning in said.items():
            fields[field].description = meaning
    for operation in operations(document):
        for parameter in operation.parameters or ():
            if isinstance(parameter, Parameter):
                parameter.description = meanings["parameters"][parameter.name]
