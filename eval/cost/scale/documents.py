"""Many documents out of few: paragraphs put together anew, with other names, numbers and dates.

Each document is drawn by a generator of its own, seeded with its number, so the same data, seed and
number give the same file, and a longer run begins with the files of a shorter one.
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path

from eval.sets.question import EvalSetError
from rag.settings import SEEDS

_LEAST_CHARACTERS, _MOST_CHARACTERS = 350, 1_050
_RENAMED_SHARE = 0.5
_SHORTEST_PARAGRAPH = 120
_FIRST_DAY, _DAYS = date(2000, 1, 1), 9_000
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“])")
_VARIED = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}\b|\b\d{1,4}\b")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What documents are made of."""

    paragraphs: tuple[str, ...]
    titles: tuple[str, ...]
    names: tuple[str, ...]


def load_stock(data: Path) -> Stock:
    """The paragraphs, titles and names of the seeds and of every ``corpus.jsonl`` at or below ``data``.

    Raises:
        EvalSetError: When there is no such file, or a line of one is no record with a text.
    """
    files = sorted(data.rglob("corpus.jsonl"))
    if not files:
        raise EvalSetError(f"{data} has no corpus.jsonl at or below it; name a folder with evaluation data")
    records = [record for file in files for record in _records(file)]
    seeds = [file.read_text("utf-8") for file in sorted(SEEDS.glob("*.txt"))]
    lines = [line.strip() for text in (*seeds, *(text for _, text in records)) for line in text.splitlines()]
    paragraphs = tuple(dict.fromkeys(line for line in lines if len(line) >= _SHORTEST_PARAGRAPH))
    titles = tuple(dict.fromkeys(title for title, _ in records if title))
    names = tuple(sorted({name for paragraph in paragraphs for name in _NAME.findall(paragraph)}))
    return Stock(paragraphs=paragraphs, titles=titles, names=names)


def write_documents(
    stock: Stock, folder: Path, numbers: range, *, seed: int = 0, on_written: Callable[[int], None] = lambda _: None
) -> None:
    """Write the documents of these numbers: of ten, seven plain texts, two Markdown and one HTML file.

    Args:
        on_written: Called after each with how many there are.
    """
    for count, number in enumerate(numbers, start=1):
        chance = random.Random(f"{seed} {number}")
        title, paragraphs = _composed(stock, chance, number)
        suffix, text = _formatted(chance, title, paragraphs)
        file = folder / f"{number // 1000:03}" / f"{number:06}{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        on_written(count)


def _composed(stock: Stock, chance: random.Random, number: int) -> tuple[str, list[str]]:
    """A title, which names the document's number, and paragraphs of a length that is drawn."""
    wanted = chance.randint(_LEAST_CHARACTERS, _MOST_CHARACTERS)
    title = f"{_varied(chance.choice(stock.titles), stock.names, chance)}, report {number}"
    paragraphs: list[str] = []
    while (left := wanted - sum(map(len, paragraphs))) > _SHORTEST_PARAGRAPH:
        paragraphs.append(_varied(_begun(chance.choice(stock.paragraphs), left), stock.names, chance))
    return title, paragraphs


def _begun(paragraph: str, characters: int) -> str:
    """The first sentences of a paragraph: all that begin within so many characters."""
    sentences, length = [], 0
    for sentence in _SENTENCE_END.split(paragraph):
        if length < characters:
            sentences.append(sentence)
        length += len(sentence) + 1
    return " ".join(sentences)


def _varied(text: str, names: Sequence[str], chance: random.Random) -> str:
    """Some of the names exchanged, each for the same one throughout, and every number for one of as many digits."""
    drawn: dict[str, str] = {}

    def other(match: re.Match[str]) -> str:
        found = match.group()
        if found not in drawn:
            drawn[found] = _drawn(found, names, chance)
        return drawn[found]

    return _VARIED.sub(other, text)


def _drawn(found: str, names: Sequence[str], chance: random.Random) -> str:
    if found.isdigit():
        lowest = 0 if len(found) == 1 else 10 ** (len(found) - 1)
        return str(chance.randint(lowest, 10 ** len(found) - 1))
    return chance.choice(names) if names and chance.random() < _RENAMED_SHARE else found


def _formatted(chance: random.Random, title: str, paragraphs: Sequence[str]) -> tuple[str, str]:
    """A suffix, and a text with title, date and paragraphs in that format."""
    day = f"{_FIRST_DAY + timedelta(days=chance.randrange(_DAYS)):%B %d, %Y}"
    kind = chance.randrange(10)
    if kind == 0:
        body = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in paragraphs)
        head = f"<title>{escape(title)}</title>"
        return ".html", f"<html><head>{head}</head><body><h1>{escape(title)}</h1>\n<p>Published: {day}</p>\n{body}"
    mark, suffix = ("# ", ".md") if kind < 3 else ("", ".txt")
    return suffix, "\n\n".join([f"{mark}{title}", f"Published: {day}", *paragraphs]) + "\n"


def _records(file: Path) -> Iterator[tuple[str, str]]:
    """Title and text of each record of a file."""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        try:
            record = json.loads(line)
            yield str(record.get("title") or ""), record["text"]
        except (ValueError, KeyError, AttributeError) as error:
            raise EvalSetError(f"{file}:{number}: no record with a text: {error!r}") from error
