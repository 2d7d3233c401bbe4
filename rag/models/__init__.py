"""The models: the bundled ONNX files by default, any sentence-transformers model by name.

``bundled`` finds and checks the default files, ``adapters`` and ``merge`` give the reranker its second
head, ``onnx`` runs both, ``transformers`` runs any other
model, ``load`` chooses.
"""

from rag.models.bundled import ENCODER
from rag.models.load import load_encoder, load_reranker, load_untouched_reranker

BUNDLED = ENCODER.name
"""The name of the encoder that is bundled."""

__all__ = ["BUNDLED", "load_encoder", "load_reranker", "load_untouched_reranker"]
