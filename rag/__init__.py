"""Footnote: ask your own documents; every statement leads to the exact characters of its source.

    with rag.Library.open("data") as library:
        library.ingest(["notes"])
        answer = library.ask("When does the ferry sail?")
        for citation in answer.citations:
            print(citation.path, citation.start, citation.end, citation.quote)

Six layers, highest first; a module imports only from layers below its own (``make check`` holds it to that):

``cli``                              commands
``library``, ``upkeep``              the open library; what keeps it current and safe
``answer``, ``ingest``               the two flows, which do not know each other
``storage``                          a data directory
``language``, ``models``             what is known of words; what runs a network
``settings``, ``types``, ``errors``  values

Importing ``rag`` loads neither torch nor chromadb nor onnxruntime. It switches off, for the whole process and
whatever was set before, that libraries report to their makers: Footnote asks nothing of any other machine. A program
that uses onnxruntime itself must import ``rag`` first: what onnxruntime reports of its own start cannot be taken back.
"""

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.errors import DataDirectoryError, FootnoteError, InvalidRequest, ModelError, NotFound, SettingsError
    from rag.ingest.pipeline import Outcome
    from rag.library import Library
    from rag.settings import Settings
    from rag.types import Answer, Citation, Conflict, Document, RankedPassage, Statement, Turn

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Citation",
    "Conflict",
    "DataDirectoryError",
    "Document",
    "FootnoteError",
    "InvalidRequest",
    "Library",
    "ModelError",
    "NotFound",
    "Outcome",
    "RankedPassage",
    "Settings",
    "SettingsError",
    "Statement",
    "Turn",
]
_HOMES = {"Library": "rag.library", "Settings": "rag.settings", "Outcome": "rag.ingest.pipeline"}

# Each library reads its own name once, when it is imported. onnxruntime 1.32 looks up mobile.events.data.microsoft.com
# after ten seconds and writes a device id below ~/.cache; chromadb and huggingface_hub do not report from here, and
# will not if another version begins to.
_REPORTS_OFF = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
}
os.environ.update(_REPORTS_OFF)
if "onnxruntime" in sys.modules:
    sys.modules["onnxruntime"].disable_telemetry_events()  # all but that of its start


def __getattr__(name: str) -> object:
    """Import what the front door offers when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name) or ("rag.types" if hasattr(import_module("rag.types"), name) else "rag.errors")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
