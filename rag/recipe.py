"""What passages and vectors are made with: an encoder and a budget."""

from dataclasses import dataclass

from rag.errors import ModelError
from rag.models import load_encoder
from rag.protocols import Encoder
from rag.types import MadeWith


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """An encoder, and how large a passage may be.

    Args:
        named: The setting that names the encoder.
        passage_tokens: Budget of a passage, tiktoken tokens.
    """

    encoder: Encoder
    named: str
    passage_tokens: int

    @property
    def made_with(self) -> MadeWith:
        """What the catalog remembers of it."""
        encoder = self.encoder
        fingerprint = (
            f"encoder={encoder.fingerprint} dimension={encoder.dimension} passage_tokens={self.passage_tokens}"
        )
        return MadeWith(fingerprint=fingerprint, encoder=self.named, passage_tokens=self.passage_tokens)


def former_recipe(made_with: MadeWith, wanted: Recipe, *, threads: int) -> Recipe | None:
    """What a data directory was made with, where that is something else than what is wanted.

    Raises:
        ModelError: When its encoder cannot be loaded, or is another one by now.
    """
    if made_with.fingerprint == wanted.made_with.fingerprint:
        return None
    same_encoder = made_with.encoder == wanted.named
    encoder = wanted.encoder if same_encoder else load_encoder(made_with.encoder, threads=threads)
    recipe = Recipe(encoder=encoder, named=made_with.encoder, passage_tokens=made_with.passage_tokens)
    if recipe.made_with.fingerprint != made_with.fingerprint:
        raise ModelError(
            f"the documents are indexed with {made_with.fingerprint}, but the encoder {made_with.encoder} is "
            f"{encoder.fingerprint} now and cannot answer from that; run `footnote reindex`"
        )
    return recipe
