"""Footnote with a real language model beside it: ``make demo-writer``."""

from __future__ import annotations

import os
import sys

from rag.cli import main
from tests.support.llama import MODEL, llama

_PATIENT = {"FOOTNOTE_WRITER_FIRST_SECONDS": "120", "FOOTNOTE_WRITER_SECONDS": "300"}
_SMALL = {"FOOTNOTE_WRITER_EVIDENCE_TOKENS": "400", "FOOTNOTE_WRITER_ANSWER_TOKENS": "120"}

if __name__ == "__main__":
    with llama() as server:
        os.environ |= {"FOOTNOTE_WRITER_URL": server.address, "FOOTNOTE_WRITER_MODEL": MODEL, **_PATIENT, **_SMALL}
        main(sys.argv[1:])
