"""``footnote eval quotes``: how many quotes are classified right: exact, altered, stitched, foreign.

The quotes are made of the documents by a fixed seed, the foreign ones of the project's forms, which are about other
things. Every kind is as frequent.
"""

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import click
from rich.table import Table

from eval.sets.forms import load_form_set
from rag.cli.options import read_settings
from rag.cli.terminal import console
from rag.library import Library, open_library
from rag.settings import SEEDS
from rag.types import Kind

_LEAST, _MOST = 6, 30
_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeQuote:
    """A quote, how it was made, and the verdict that is right for it."""

    text: str
    kind: str
    verdict: str


def made_quotes(own: Sequence[str], foreign: Sequence[str], number: int) -> list[MadeQuote]:
    """So many quotes in turn of every kind.

    Args:
        own: Sentences of the documents, each of 6 words at least.
        foreign: Sentences of others.
    """
    chance = random.Random(0)
    makers: dict[str, tuple[str, Callable[[], str]]] = {
        "exact": ("found", lambda: _exact(chance, own)),
        "a character": ("altered", lambda: _other_letter(chance, _exact(chance, own))),
        "a word": ("altered", lambda: _other_word(chance, _exact(chance, own), own)),
        "stitched": ("altered", lambda: f"{_exact(chance, own)} {_exact(chance, own)}"),
        "foreign": ("not_found", lambda: _exact(chance, foreign)),
    }
    kinds = [*makers]
    made = ((kinds[place % len(kinds)], *makers[kinds[place % len(kinds)]]) for place in range(number))
    return [MadeQuote(text=make(), kind=kind, verdict=verdict) for kind, verdict, make in made]


def _exact(chance: random.Random, sentences: Sequence[str]) -> str:
    """Words that follow each other in a sentence."""
    tokens = chance.choice(sentences).split()
    count = chance.randint(_LEAST, min(_MOST, len(tokens)))
    start = chance.randint(0, len(tokens) - count)
    return " ".join(tokens[start : start + count])


def _other_letter(chance: random.Random, quote: str) -> str:
    place = chance.choice([place for place, letter in enumerate(quote) if letter.isalpha()])
    letters = [letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter != quote[place].lower()]
    return f"{quote[:place]}{chance.choice(letters)}{quote[place + 1 :]}"


def _other_word(chance: random.Random, quote: str, sentences: Sequence[str]) -> str:
    """A quote with a word of its middle exchanged for one that it does not have."""
    tokens = quote.split()
    others = [word for word in chance.choice(sentences).split() if word.isalpha() and word not in tokens]
    tokens[chance.randint(1, len(tokens) - 2)] = chance.choice(others or ["lanterns"])
    return " ".join(tokens)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True), default=SEEDS)
@click.option("--number", default=1_000, show_default=True, help="Quotes.")
def main(folder: Path, number: int) -> None:
    """Make quotes of the documents in FOLDER, or of the seeds, and check each."""
    with (
        tempfile.TemporaryDirectory() as data,
        closing(open_library(replace(read_settings(), data_dir=Path(data)))) as library,
    ):
        library.ingest([folder])
        own = [*_sentences(library)]
        foreign = [line for text in load_form_set().texts.values() for line in text.splitlines() if _is_long(line)]
        quotes = made_quotes(own, foreign, number)
        right: Counter[str] = Counter()
        for start in range(0, len(quotes), _AT_ONCE):
            part = quotes[start : start + _AT_ONCE]
            checks = library.check_quotes([one.text for one in part])
            right.update(one.kind for one, check in zip(part, checks, strict=True) if check.verdict == one.verdict)
    console().print(_table(Counter(one.kind for one in quotes), right))


def _sentences(library: Library) -> Iterator[str]:
    catalog = library.store.catalog
    for document in library.documents():
        for sentence in catalog.sentences(document.id, catalog.text(document.id)):
            if sentence.kind is Kind.BODY and _is_long(sentence.text):
                yield sentence.text


def _is_long(text: str) -> bool:
    return sum(word.isalpha() for word in text.split()) >= _LEAST


def _table(made: Counter[str], right: Counter[str]) -> Table:
    shown = Table("kind", "quotes", "classified right")
    for kind, count in made.items():
        shown.add_row(kind, str(count), f"{right[kind] / count:.3f}")
    shown.add_row("all", str(made.total()), f"{right.total() / made.total():.3f}")
    return shown
