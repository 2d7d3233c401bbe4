"""Derive: describe, split, chunk, encode; from a document's text to all that a generation has of it."""

from collections.abc import Callable, Sequence

from rag.catalog import Catalog, Derived
from rag.chunk import chunk, sentence_fits
from rag.describe import describe
from rag.parse import Parsed
from rag.recipe import Recipe
from rag.split import split, split_again
from rag.types import Description, Document, Sentence, Vectors

Encode = Callable[[Sequence[str]], Vectors]


def derive(document_id: str, parsed: Parsed, recipe: Recipe, encode: Encode) -> tuple[Description, Derived]:
    """What a document says about itself, and its sentences, passages and vectors by a recipe.

    Args:
        encode: Gives the recipe's vectors of the indexed texts, shape (n, dimension).

    Raises:
        PassageTooLong: When a passage does not fit the encoder.
    """
    described = describe(parsed.text, parsed.blocks, stated=parsed.description, created=parsed.created)
    sentences = split(parsed.text, parsed.blocks, described, lambda text: sentence_fits(text, recipe.encoder))
    title = described.description.title
    return described.description, _derived(document_id, parsed.text, title, sentences, recipe, encode)


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
    return _derived(document.id, text, document.title, sentences, recipe, encode)


def _derived(
    document_id: str, text: str, title: str | None, sentences: Sequence[Sentence], recipe: Recipe, encode: Encode
) -> Derived:
    passages = chunk(document_id, text, title, sentences, recipe.encoder, budget=recipe.passage_tokens)
    return Derived(sentences=sentences, passages=passages, vectors=encode([passage.indexed for passage in passages]))
