"""What passages and vectors are made with: an encoder and a budget."""

from dataclasses import dataclass

from rag.errors import ModelError
from rag.models import BUNDLED, load_encoder
from rag.models.protocols import Encoder
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

    Of the models that its catalog names only the bundled one is loaded: a catalog may come from elsewhere,
    and a name in it must not choose what is downloaded and run.

    Raises:
        ModelError: When its encoder is neither bundled nor named by the settings, cannot be loaded, or is another
            one by now.
    """
    if made_with.fingerprint == wanted.made_with.fingerprint:
        return None
    if made_with.encoder not in (wanted.named, BUNDLED):
        raise ModelError(
            f"the documents are indexed with the encoder {made_with.encoder!r}, which the settings do not name, and a "
            "model that only the catalog names is not loaded, so the former index cannot answer meanwhile; run "
            "`footnote reindex` first, which does not need it"
        )
    same_encoder = made_with.encoder == wanted.named
    encoder = wanted.encoder if same_encoder else load_encoder(BUNDLED, threads=threads)
    recipe = Recipe(encoder=encoder, named=made_with.encoder, passage_tokens=made_with.passage_tokens)
    if recipe.made_with.fingerprint != made_with.fingerprint:
        raise ModelError(
            f"the documents are indexed with {made_with.fingerprint}, but the encoder {made_with.encoder} is "
            f"{encoder.fingerprint} now and cannot answer from that; run `footnote reindex`"
        )
    return recipe
