"""Any number of documents out of a few: the seeds', and those of folders with ``corpus.jsonl``.

Each takes runs of sentences from several texts and speaks of names and numbers of its own, so that no
two say the same: repeated documents would make an index look better than it is.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import FootnoteError
from rag.layout import blocks
from rag.sentences import split_sentences
from rag.settings import SEEDS

_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}\b")
_NUMBER = re.compile(r"\d+")
_SYLLABLES = (
    "ba be bo da de do fa fen gar gol ha hel im jor ka kel la lin ma mor "
    "na nel or pa pel ra ros sa sel ta tor vel wan zar"
).split()
_RENAMED = 0.5
_RUNS = 3
_RUN_SENTENCES = (2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTexts:
    """What documents are made of: titles, and texts as lists of sentences."""

    titles: Sequence[str]
    texts: Sequence[Sequence[str]]


def source_texts(folders: Sequence[Path]) -> SourceTexts:
    """The seeds' texts and those of ``folders``.

    Raises:
        FootnoteError: For a folder without ``corpus.jsonl``.
    """
    whole = [(file.read_text("utf-8").split("\n")[0], file.read_text("utf-8")) for file in sorted(SEEDS.glob("*.txt"))]
    for folder in folders:
        path = folder / "corpus.jsonl"
        if not path.is_file():
            raise FootnoteError(f"{path} is not there; give folders that hold a corpus.jsonl")
        records = (json.loads(line) for line in path.read_text("utf-8").splitlines())
        whole += [(record["title"], record["text"]) for record in records]
    texts = [sentences for _, text in whole if (sentences := _sentences(text))]
    return SourceTexts(titles=[title.strip()[:80] for title, _ in whole], texts=texts)


def documents(source: SourceTexts, count: int, *, seed: int) -> Iterator[str]:
    """``count`` documents, each a title and three paragraphs; the same ones for the same ``seed``."""
    for number in range(count):
        draw = random.Random(f"{seed}/{number}")
        paragraphs = [_run(draw.choice(source.texts), draw) for _ in range(_RUNS)]
        yield _of_its_own("\n\n".join([draw.choice(source.titles), *paragraphs]), draw) + "\n"


def _sentences(text: str) -> list[str]:
    """The sentences of a text that say something."""
    spans = [
        span for block in blocks(text, markdown=False) for span in split_sentences(text, block.span, lambda _: True)
    ]
    return [sentence for span in spans if len((sentence := " ".join(span.of(text).split())).split()) > 4]


def _run(sentences: Sequence[str], draw: random.Random) -> str:
    length = draw.randint(*_RUN_SENTENCES)
    start = draw.randrange(max(1, len(sentences) - length + 1))
    return " ".join(sentences[start : start + length])


def _of_its_own(text: str, draw: random.Random) -> str:
    """The text with half of its names, and all of its numbers, replaced by others throughout."""
    named = {name: _made_up_name(draw) for name in sorted(set(_NAME.findall(text))) if draw.random() < _RENAMED}
    renamed = _NAME.sub(lambda found: named.get(found[0], found[0]), text)
    return _NUMBER.sub(lambda found: str(draw.randrange(10 ** len(found[0]))), renamed)


def _made_up_name(draw: random.Random) -> str:
    return "".join(draw.choices(_SYLLABLES, k=draw.randint(2, 3))).capitalize()
