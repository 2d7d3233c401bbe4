"""Own lessons: what a source says, the same in other words, and the same with one thing changed.

They are about everyday subjects and were written by hand; every second one is kept for testing.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from eval.verify.pairs import Pair

LESSONS = Path(__file__).resolve().parent.parent / "sets" / "questions" / "claims.jsonl"


def lessons() -> Iterator[Pair]:
    """The two pairs of each lesson, those for fitting and those for testing as sets of their own."""
    for line in LESSONS.read_text("utf-8").splitlines():
        lesson = json.loads(line)
        for key, holds in (("holds", True), ("changed", False)):
            yield Pair(
                set=f"lessons ({lesson['part']})",
                claim=lesson[key],
                passages=(lesson["source"],),
                holds=holds,
                kind=lesson["kind"] if not holds else "paraphrase",
            )
