"""The libraries that threads share, each alone: eight threads get what one gets, with every cache empty at first.

A library is called through the function of ``rag`` that talks to it. ``eval/README.md`` says which are safe, and why.
"""

import random
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from rag.ingest.parse.text.blocks import blocks
from rag.language.english.asked import understand
from rag.language.english.names import find_names, find_places, may_hold
from rag.language.english.values.dates import find_dates, parse_date
from rag.language.english.values.numbers import find_quantities
from rag.language.english.words import content_words, names, stem, words
from rag.language.sentences import split_sentences
from rag.language.spelling import corrected
from rag.language.text import clean, display
from rag.language.tokens import count_tokens
from rag.models import load_encoder, load_reranker
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.types import Span

_LESSONS = Path(__file__).resolve().parents[2] / "sets" / "lessons"
_DAY = date(2025, 5, 20)
_MOST_CHARACTERS = 2_000
_SWITCH_SECONDS = 1e-6

Call = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hammer:
    """A use of a library: ``calls`` of a text, which must give the same whoever calls them at the same time."""

    library: str
    calls: tuple[Call, ...]
    texts: Sequence[str]


def hammers() -> dict[str, Hammer]:
    """Every hammer by the name of its library; texts of the lessons, fewer where a call takes longer."""
    texts = [file.read_text("utf-8")[:_MOST_CHARACTERS] for file in sorted(_LESSONS.glob("*.txt"))]
    lines = [line for text in texts[:80] for line in text.splitlines() if line]
    dated = [f"{day} {month} {year}" for day in range(1, 29, 3) for month in ("Mar", "July") for year in (1999, 2024)]
    made = [
        Hammer(library="re and tzdata", calls=(_read,), texts=lines[:400]),
        Hammer(library="snowballstemmer", calls=(_stems,), texts=texts),
        Hammer(library="dateparser", calls=(_dates, _stated_date), texts=[*lines[:120], *dated]),
        Hammer(library="sentencex", calls=(_sentences,), texts=texts),
        Hammer(library="ftfy", calls=(clean, display), texts=[_mojibake(line) for line in lines]),
        Hammer(library="text2num", calls=(find_quantities,), texts=[*lines, "twenty-one of a hundred and five"]),
        Hammer(library="tiktoken", calls=(count_tokens,), texts=texts),
        Hammer(library="rapidfuzz", calls=(_corrected,), texts=texts[:40]),
        Hammer(library="markdown-it-py", calls=(partial(blocks, markdown=True),), texts=texts[:120]),
    ]
    return {one.library: one for one in made}


def model_hammers(encoder: Encoder, scorer: PairScorer) -> dict[str, Hammer]:
    """The bundled models: their tokenizers count and cut, their sessions run."""
    texts = [file.read_text("utf-8") for file in sorted(_LESSONS.glob("*.txt"))]
    lines = [line for text in texts[:40] for line in text.splitlines() if line]

    def pair(text: str) -> object:
        scores = scorer.score("Who built it?", [text, text[::-1]])
        return scorer.count_tokens("Who built it?", text), scores.relevance.tolist(), scores.answerability.tolist()

    return {
        "tokenizers": Hammer(library="tokenizers", calls=(encoder.count_tokens,), texts=[*lines, *texts[:40]]),
        "onnxruntime": Hammer(
            library="onnxruntime",
            calls=(lambda text: encoder.encode_query(text).tolist(), pair),
            texts=[*lines[:3], texts[0]],  # the last is cut
        ),
    }


def hammer_all(rounds: int, threads: int) -> tuple[int, list[str], list[str]]:
    """Results compared, errors and differences of all hammers together."""
    encoder, scorer = load_encoder(Settings().encoder, threads=2), load_reranker(Settings().reranker, threads=2)
    every = {**hammers(), **model_hammers(encoder, scorer)}
    found = [hammer(one, rounds, threads) for one in every.values()]
    return (
        sum(compared for compared, _, _ in found),
        [line for _, errors, _ in found for line in errors],
        [line for _, _, wrong in found for line in wrong],
    )


def hammer(one: Hammer, rounds: int, threads: int) -> tuple[int, list[str], list[str]]:
    """Call it for every text, in each thread in an order of its own, and compare with what one thread gets afterwards.

    Returns:
        How many results were compared; a line an error; a line a difference.
    """
    errors: list[str] = []
    found: list[tuple[str, object]] = []

    def work(number: int) -> None:
        begin.wait()
        for text in random.Random(number).sample(list(one.texts), len(one.texts)):
            try:
                found.append((text, _called(one, text)))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
                errors.append(f"{one.library}: {type(error).__name__}: {error}")

    with _switching(_SWITCH_SECONDS), ThreadPoolExecutor(threads) as pool:
        for number in range(rounds):
            begin = threading.Barrier(threads)
            forget()
            list(pool.map(work, range(number * threads, (number + 1) * threads)))
    forget()
    expected = {text: _called(one, text) for text in one.texts}
    wrong = [f"{one.library}: {text[:60]!r} gives {str(got)[:200]}" for text, got in found if got != expected[text]]
    return len(found) + len(errors), errors, wrong


def forget() -> None:
    """Empty every cache of a function of ``rag``."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "rag":
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


@contextmanager
def _switching(seconds: float) -> Iterator[None]:
    """Threads take turns so often while the block runs."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _called(one: Hammer, text: str) -> list[object]:
    return [call(text) for call in one.calls]


def _stems(text: str) -> Mapping[str, str]:
    return {word: stem(word) for word in words(text)}


def _dates(text: str) -> object:
    return find_dates(text, _DAY)


def _stated_date(text: str) -> object:
    return parse_date(f"{text} at 10 am") or parse_date(text)


def _sentences(text: str) -> object:
    return list(split_sentences(text, Span(start=0, end=len(text)), lambda part: len(part) < 200))


def _mojibake(text: str) -> str:
    """A text as it looks that was read in another encoding than it was written in, as far as that can be."""
    return text.encode("utf-8").decode("windows-1252", "ignore")


def _corrected(text: str) -> str:
    known = words(text)
    slips = [word[:2] + word[3:] for word in known if len(word) > 6][:20]
    return corrected(" ".join(slips), slips, [text], frozenset(known).__contains__)


def _read(text: str) -> object:
    """What is read in a question and a sentence by patterns of our own; the names of countries come from tzdata."""
    places = [one.parts for one in find_places(text)]
    held = [may_hold(one, other) for one in places for other in places]
    return understand(text), content_words(text), names(text), find_names(text), held
