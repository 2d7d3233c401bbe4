"""A language model that lies every other sentence, and how much of it comes through.

It reads the units of its prompt and writes each twice: in other words, which is true, and with one thing changed, which
is not. ``python -m tests.support.liars`` measures 300 sentences of each over the documents of ``eval/sets/genres``.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rag.library import Library, assemble
from rag.models import load_encoder, load_reranker
from rag.settings import Settings
from tests.support.places import ROOT
from tests.support.writers import Body, Writer, good, units_in, writing

GENRES = ROOT / "eval" / "sets" / "genres"
QUESTIONS = ROOT / "eval" / "sets" / "questions" / "genres.jsonl"
_NAMES = ("Ottilie Brandt", "Port Selwyn", "Harrowgate", "Kestrel Ltd")
_FOREIGN = (
    "The annual fee is waived for members who joined before 1998.",
    "All visitors receive a free umbrella at the southern gate.",
    "The council voted to close the swimming pool in March.",
    "A second engineer was hired to supervise the night shift.",
)

Change = Callable[[str, int], str]


@dataclass
class Liar:
    """The model, and what it wrote: each sentence, and how it lies (empty for a true one)."""

    written: dict[str, str] = field(default_factory=dict)
    turn: int = 0

    def script(self, body: Body) -> Iterator[str]:
        """For each unit a true and a false sentence."""
        for number, text in units_in(body):
            if text.startswith("|") or len(text.split()) < 5:
                continue
            self.turn += 1
            true, (kind, false) = reworded(text, self.turn), falsified(text, self.turn)
            self.written |= {true: "", false: kind}
            yield f"{true} [{number}]\n{false} [{number}]\n"


@dataclass
class Outcome:
    """How many true and false sentences were written, and what became of them."""

    true: int = 0
    false: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubted: int = 0
    believed: list[tuple[str, str]] = field(default_factory=list)


def reworded(text: str, turn: int) -> str:
    """The same in other words."""
    end = text if text.endswith((".", "!", "?")) else f"{text}."
    ways = (f"According to the source: {end}", end, f"{end[:-1]}, the source says.")
    return " ".join(ways[turn % len(ways)].split())


def falsified(text: str, turn: int) -> tuple[str, str]:
    """One thing changed, and how; what does not fit gives way to the next, all to a sentence of elsewhere."""
    kinds = [*_CHANGES]
    first = turn % (len(kinds) + 1)
    order = [*kinds[first:], *kinds[:first]] if first < len(kinds) else []
    for kind in order:
        said = " ".join(_CHANGES[kind](text, turn).split())
        if said != " ".join(text.split()):
            return kind, said if said.endswith((".", "!", "?")) else f"{said}."
    return "foreign", f"{_FOREIGN[turn % len(_FOREIGN)][:-1]} in room {turn + 100}."


def ask_liar(library: Library, writer: Writer, questions: list[str], most: int) -> Outcome:
    """Ask until so many sentences of each kind were written."""
    outcome = Outcome()
    known: set[str] = set()
    liar = Liar()
    writer.script = liar.script
    for question in questions:
        liar.written.clear()
        answer = library.ask(question, max_statements=10)
        shown = {one.text: one.verdict for one in answer.statements}
        seen = set(shown) | {one.text for one in answer.writing.dropped} if answer.writing else set()
        for said, kind in liar.written.items():
            if said not in known and said in seen:
                known.add(said)
                _count(outcome, said, kind, shown.get(said))
        if min(outcome.true, outcome.false.total()) >= most:
            break
    return outcome


def _count(outcome: Outcome, said: str, kind: str, verdict: str | None) -> None:
    if kind:
        outcome.false[kind] += 1
        if verdict == "supported":
            outcome.believed.append((kind, said))
        return
    outcome.true += 1
    outcome.doubted += verdict == "partly"
    if verdict is None:
        outcome.lost.append(said)


def questions_of(paths: set[str]) -> list[str]:
    """What is asked of these documents."""
    records = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    asked = [one for one in records if not one["unanswerable"] and {gold["document"] for gold in one["gold"]} <= paths]
    return [one["question"] for one in asked]


def _number(text: str, turn: int) -> str:
    return re.sub(r"\d+", lambda found: str(int(found[0]) + 1 + turn % 3), text, count=1)


def _negation(text: str, _: int) -> str:
    return re.sub(r"\b(is|are|was|were|can|may|must|will|has|have)\b(?! not|['’])", r"\1 not", text, count=1)


def _name(text: str, turn: int) -> str:
    return re.sub(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*", _NAMES[turn % len(_NAMES)], text, count=1)


def _day(text: str, _: int) -> str:
    days = {"Monday": "Thursday", "Tuesday": "Sunday", "March": "August", "May": "October", "June": "January"}
    return re.sub(r"\b(?:Monday|Tuesday|March|May|June)\b", lambda found: days[found[0]], text, count=1)


def _unit(text: str, _: int) -> str:
    units = {"minutes": "hours", "hours": "minutes", "metres": "kilometres", "euros": "pounds", "days": "weeks"}
    return re.sub(r"\b(?:minutes|hours|metres|euros|days)\b", lambda found: units[found[0]], text, count=1)


_CHANGES: dict[str, Change] = {
    "number": _number,
    "negation": _negation,
    "name": _name,
    "day": _day,
    "unit": _unit,
}


def _measure(most: int) -> int:
    """Try so many of each kind; the exit status."""
    settings = Settings()
    encoder, scorer = load_encoder(settings.encoder, threads=2), load_reranker(settings.reranker, threads=2)
    with tempfile.TemporaryDirectory() as folder, writing(good) as writer:
        chosen = Settings(data_dir=Path(folder), writer_url=writer.address, writer_model="liar")
        with closing(assemble(chosen, encoder, scorer)) as library:
            library.ingest([GENRES])
            questions = questions_of({path.name for path in GENRES.iterdir()})
            found = ask_liar(library, writer, questions[:: max(1, len(questions) // (4 * most))], most)
    false = found.false.total()
    sys.stdout.write(f"{found.true} true: {len(found.lost)} lost, {found.doubted} shown as partly supported\n")
    sys.stdout.write(f"{false} false: {len(found.believed)} believed; {dict(found.false)}\n")
    for kind, said in found.believed:
        sys.stdout.write(f"  believed, {kind}: {said}\n")
    for said in found.lost:
        sys.stdout.write(f"  lost: {said}\n")
    return int(len(found.believed) > 0.03 * false or len(found.lost) > 0.05 * found.true)


if __name__ == "__main__":
    sys.exit(_measure(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
