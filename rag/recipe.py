"""What passages and vectors are made with: an encoder and a budget."""

from dataclasses import dataclass

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
