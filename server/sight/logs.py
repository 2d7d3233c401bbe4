"""Logs as JSON, the one module that talks to structlog: what any module logs goes through it, a line a record.

The modules log by the standard library, with fields in ``extra``. structlog is imported where JSON is asked for.
"""

import json
import logging
from collections.abc import MutableMapping
from typing import Any

from rag.cli.terminal import log_with
from server.sight.requests import incoming

JSON = "json"
_TOLD = "server.sight"
"""Of every request and every question a record is written: by JSON alone, a person would not find the others."""


def set_up(form: str) -> None:
    """Log as the setting says: ``json``, or ``text``, which is there already."""
    logging.getLogger("rag").setLevel(logging.INFO)
    logging.getLogger("server").setLevel(logging.INFO)
    logging.getLogger(_TOLD).setLevel(logging.INFO if form == JSON else logging.WARNING)
    if form == JSON:
        log_with(json_formatter())


def json_formatter() -> logging.Formatter:
    """Records as JSON of printable ASCII alone, of which a terminal obeys nothing."""
    from structlog import processors, stdlib

    return stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            stdlib.add_log_level,
            stdlib.add_logger_name,
            processors.TimeStamper(fmt="iso", utc=True),
            stdlib.ExtraAdder(),
            _with_request,
        ],
        processors=[
            stdlib.ProcessorFormatter.remove_processors_meta,
            processors.format_exc_info,
            processors.JSONRenderer(_written),
        ],
    )


def _written(event: object, **options: Any) -> str:
    return json.dumps(event, **options).replace("\x7f", "\\u007f")


def _with_request(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if request := incoming.get():
        event["request_id"] = request.id
    return event
