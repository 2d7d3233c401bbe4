"""Derive: describe, split, chunk, encode; from a parsed document to all that the catalog keeps of it."""

from collections.abc import Callable, Sequence

from rag.catalog import Derived
from rag.chunk import chunk, sentence_fits
from rag.describe import describe
from rag.parse import Parsed
from rag.recipe import Recipe
from rag.split import split
from rag.types import Description, Vectors


def derive(
    document_id: str, parsed: Parsed, recipe: Recipe, encode: Callable[[Sequence[str]], Vectors]
) -> tuple[Description, Derived]:
    """What a document says about itself, and its sentences, passages and vectors by a recipe.

    Args:
        encode: Gives the recipe's vectors of the indexed texts, shape (n, dimension).

    Raises:
        PassageTooLong: When a passage does not fit the encoder.
    """
    described = describe(parsed.text, parsed.blocks, stated=parsed.description, created=parsed.created)
    encoder = recipe.encoder
    sentences = split(parsed.text, parsed.blocks, described, lambda text: sentence_fits(text, encoder))
    title = described.description.title
    passages = chunk(document_id, parsed.text, title, sentences, encoder, budget=recipe.passage_tokens)
    vectors = encode([passage.indexed for passage in passages])
    return described.description, Derived(sentences=sentences, passages=passages, vectors=vectors)
