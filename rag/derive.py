"""Derive: describe, split, chunk, encode; from a document's text to all that a generation has of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.catalog import Catalog, Derived
from rag.chunk import chunk, sentence_fits
from rag.describe import describe
from rag.parse import Parsed
from rag.recipe import Recipe
from rag.split import split, split_again
from rag.types import Description, Document, Passage, Sentence, Vectors

Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A document before its passages are encoded."""

    description: Description
    sentences: Sequence[Sentence]
    passages: Sequence[Passage]


def outline(document_id: str, parsed: Parsed, recipe: Recipe) -> Outline:
    """What a document says about itself, and its sentences and passages by a recipe.

    Raises:
        PassageTooLong: When a passage does not fit the encoder.
    """
    described = describe(parsed.text, parsed.blocks, stated=parsed.description, created=parsed.created)
    encoder = recipe.encoder
    sentences = split(parsed.text, parsed.blocks, described, lambda text: sentence_fits(text, encoder))
    title = described.description.title
    passages = chunk(document_id, parsed.text, title, sentences, encoder, budget=recipe.passage_tokens)
    return Outline(description=described.description, sentences=sentences, passages=passages)


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
