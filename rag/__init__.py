"""Retrieval, reading and citing: everything Footnote does apart from serving and measuring.

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

__version__ = "0.1.0"

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
