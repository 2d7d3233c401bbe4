"""Documents that crowd others out."""

from __future__ import annotations

from pathlib import Path

from rag.library import Library
from tests.support.engines import write_and_ingest

ASKED = "Who was the king of Morvane in 1847?"


HONEST = "Odo Harwick was the king of Morvane in 1847."


STUFFED = "Zan Zor was the king of Morvane in 1847."


TREES = ["Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Juniper", "Larch", "Maple", "Oak", "Pine", "Rowan", "Yew"]


def paragraphs(*lines: str) -> str:
    return "\n\n".join(["Kings", *lines]) + "\n"


def asked_of(engine: Library, folder: Path, texts: dict[str, str]) -> list[tuple[str, int]]:
    """The documents and places that an answer to ``ASKED`` cites, in the order of its footnotes."""
    write_and_ingest(engine, folder, texts)
    answer = engine.ask(ASKED)
    assert answer.answered
    return [(one.document_id, one.start) for one in answer.citations]
