"""Small question sets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

BRIDGE = "The Bridge\n\nThe bridge at Orlen was opened in 1932. Mayor Ines Halvorsen cut the ribbon.\n"


MILL = "The Mill\n\nThe mill at Quarn grinds rye. Its wheel turns twelve times a minute.\n"


def write_lines(file: Path, records: Sequence[object]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records), encoding="utf-8")
    return file


def small_set(folder: Path, *, quote: str = "The bridge at Orlen was opened in 1932.") -> tuple[Path, Path]:
    """Two documents, a question that one answers, and one that none does."""
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    (documents / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (documents / "mill.txt").write_text(MILL, encoding="utf-8")
    records = [
        {
            "id": "q1",
            "kind": "when",
            "question": "When was the bridge at Orlen opened?",
            "unanswerable": False,
            "gold": [{"document": "bridge", "quote": quote}],
            "answers": ["1932"],
        },
        {"id": "q2", "kind": "off_topic", "question": "How do I bake sourdough bread?", "unanswerable": True},
    ]
    return documents, write_lines(folder / "questions.jsonl", records)
