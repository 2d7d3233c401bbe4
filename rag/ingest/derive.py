"""Derive: describe, split, chunk, encode; from a document's text to all that a generation has of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from typing import TypeVar

from rag.ingest.chunk import chunk, sentence_fits
from rag.ingest.describe import describe
from rag.ingest.parse import Parsed
from rag.ingest.passages import split, split_again
from rag.ingest.recipe import Recipe
from rag.language.english.values.dates import may_be_published
from rag.storage.catalog import Catalog, Derived
from rag.types import Description, Document, Kind, Passage, Sentence, Vectors

_STEP = 64  # sentences: about ten milliseconds
_Item = TypeVar("_Item")

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A document before its passages are encoded."""

    description: Description
    sentences: Sequence[Sentence]
    passages: Sequence[Passage]


def outline(document_id: str, parsed: Parsed, recipe: Recipe, give_way: Callable[[], None] = lambda: None) -> Outline:
    """What a document says about itself, and its sentences and passages by a recipe.

    A date of publication after today, or before there was print, is none: it would be the latest for ever.

    Args:
        give_way: Called between small steps, to let others go first: a long document takes many seconds.

    Raises:
        PassageTooLong: When a passage does not fit the encoder.
    """
    give_way()
    today = datetime.now(UTC).date().isoformat()
    parsed = _believed(parsed, today)
    described = describe(parsed.text, parsed.blocks, stated=parsed.description, created=parsed.created, now=today)
    encoder = recipe.encoder
    fits = _counted(lambda text: sentence_fits(text, encoder), give_way)
    sentences = split(parsed.text, parsed.blocks, described, fits)
    title = described.description.title
    slowly = _between(sentences, give_way)
    passages = chunk(document_id, parsed.text, title, slowly, encoder, budget=recipe.passage_tokens)
    return Outline(description=described.description, sentences=sentences, passages=passages)


def _believed(parsed: Parsed, today: str) -> Parsed:
    """Without dates in the fields on which it cannot have been published; a line that only says one is text."""
    stated, created = parsed.description, parsed.created
    if created and not may_be_published(created, today):
        parsed = replace(parsed, created=None)
    if not stated.published or may_be_published(stated.published, today):
        return parsed
    blocks = tuple(replace(one, kind=None) if one.kind is Kind.PUBLISHED else one for one in parsed.blocks)
    return replace(parsed, description=replace(stated, published=None), blocks=blocks)


def derive_again(document: Document, catalog: Catalog, recipe: Recipe, encode: Encode) -> Derived:
    """The sentences, passages and vectors of a stored document by another recipe.

    They come from its text as it was frozen and the sentences that were found then, not from its file:
    a parser may have changed since, a citation may not.

    Raises:
        PassageTooLong: When a passage does not fit the encoder.
        NotFound: When the document has gone.
    """
    text = catalog.text(document.id)
    before = catalog.sentences(document.id, text)
    sentences = split_again(text, before, lambda one: sentence_fits(one, recipe.encoder))
    passages = chunk(document.id, text, document.title, sentences, recipe.encoder, budget=recipe.passage_tokens)
    return Derived(sentences=sentences, passages=passages, vectors=encode([passage.indexed for passage in passages]))


def _counted(fits: Callable[[str], bool], give_way: Callable[[], None]) -> Callable[[str], bool]:
    """``fits``, that gives way once in a while."""
    calls = count(1)

    def wrapped(text: str) -> bool:
        if next(calls) % _STEP == 0:
            give_way()
        return fits(text)

    return wrapped


def _between(items: Iterable[_Item], give_way: Callable[[], None]) -> Iterator[_Item]:
    """``items``, that give way once in a while."""
    for number, item in enumerate(items, start=1):
        if number % _STEP == 0:
            give_way()
        yield item
