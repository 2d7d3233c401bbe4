"""Derive: describe, split, chunk, encode; from a document's text to all that a generation has of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rag.ingest.describe import describe
from rag.ingest.draft import Draft
from rag.ingest.parse import Parsed
from rag.ingest.passages import chunk, sentence_fits, split, split_again
from rag.ingest.recipe import Recipe
from rag.language.english.values.dates import may_be_published
from rag.language.outline import Outline
from rag.storage.catalog import Catalog, Derived
from rag.types import Description, Document, Kind, Vectors

Encode = Callable[[Sequence[str]], Vectors]


def derive(draft: Draft, recipe: Recipe) -> Iterator[None]:
    """Fill a draft with what the document says about itself, and its sentences and passages by a recipe.

    What it had of those before is dropped. A date of publication after today, or before there was print, is none:
    it would be the latest for ever.

    Yields:
        After each small step: a long document takes many seconds, and others may go first.

    Raises:
        PassageTooLong: When a passage does not fit the encoder.
    """
    draft.sentences, draft.passages = [], []
    today = datetime.now(UTC).date().isoformat()
    parsed, encoder = _believed(draft.parsed, today), recipe.encoder
    described = describe(
        parsed.text, parsed.blocks, stated=parsed.description, path=draft.path, created=parsed.created, now=today
    )
    draft.description = described.description
    for sentence in split(parsed.text, parsed.blocks, described, lambda text: sentence_fits(text, encoder)):
        draft.sentences.append(sentence)
        yield
    budget = recipe.passage_tokens
    outline = Outline(parsed.text, parsed.blocks)
    for passage in chunk(draft.id, draft.description, draft.sentences, outline, encoder, budget=budget):
        draft.passages.append(passage)
        yield


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
    encoder, budget = recipe.encoder, recipe.passage_tokens
    outline = Outline(text, catalog.blocks(document.id))
    sentences = list(split_again(text, outline.blocks, before, lambda one: sentence_fits(one, encoder)))
    about = Description(title=document.title, published=document.published)
    passages = list(chunk(document.id, about, sentences, outline, encoder, budget=budget))
    return Derived(sentences=sentences, passages=passages, vectors=encode([passage.indexed for passage in passages]))
